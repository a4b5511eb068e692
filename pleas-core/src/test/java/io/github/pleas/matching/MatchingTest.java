package io.github.pleas.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.PleasException;
import io.github.pleas.data.Images;
import io.github.pleas.merge.Activations;
import io.github.pleas.merge.CalibrationImages;
import io.github.pleas.merge.Merging;
import io.github.pleas.network.ArchitectureMatcher;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.network.TokenMask;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.Workers;
import io.github.pleas.symmetry.Permutations;
import io.github.pleas.symmetry.Permuter;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MatchingTest {
  private static final int IMAGES = 40;

  private static double[][] similarities(Network a, Network b, Symmetry symmetry, Images images) {
    return similarities(
        UnitComparison.between(a, symmetry, Set.of()), a, b, images, Long.MAX_VALUE);
  }

  /** In as many passes as so many bytes for their sums ask for. */
  private static double[][] similarities(
      UnitComparison comparison, Network a, Network b, Images images, long bytes) {
    CalibrationImages calibration = new CalibrationImages(images, Optional.empty());
    Symmetry symmetry = comparison.symmetry();
    double[][] similarities = new double[symmetry.groups().size()][];
    for (List<UnitGroup> pass : comparison.passes(images.size(), bytes)) {
      try (Workers workers = new Workers(2);
          ActivationSimilarity similarity =
              new ActivationSimilarity(
                  comparison, pass, calibration.size(), TokenMask.ALL, workers)) {
        new PairedPass(Merging.runtime(), workers)
            .run(
                a,
                b,
                calibration,
                new Chunks(images.size(), 16, false),
                comparison.values(),
                List.of(similarity),
                done -> {});
        for (UnitGroup outermost : pass) {
          for (UnitGroup group : symmetry.family(outermost)) {
            similarities[group.index()] = similarity.take(group);
          }
        }
      }
    }
    return similarities;
  }

  private static Matching matched(Symmetry symmetry, double[][] similarities) {
    Matcher matcher = new Matcher(symmetry);
    for (UnitGroup group : symmetry.groups()) {
      if (group.blocks().isEmpty()) {
        matcher.match(group, g -> similarities[g.index()]);
      }
    }
    return matcher.matching();
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void similaritiesDoNotDependOnTheNumberOfPasses(SmallNetworks architecture) {
    Network a = architecture.network(1);
    Network b = architecture.network(2);
    Symmetry symmetry = Merging.symmetry(a);
    for (UnitComparison comparison :
        List.of(
            UnitComparison.between(a, symmetry, Set.of()),
            UnitComparison.within(a, symmetry, Set.of()))) {
      long outermost = symmetry.groups().stream().filter(g -> g.blocks().isEmpty()).count();
      assertThat(comparison.passes(IMAGES, 1)).hasSize((int) outermost);
      assertThat(comparison.passes(IMAGES, Long.MAX_VALUE)).hasSize(1);
      double[][] atOnce = similarities(comparison, a, b, images(IMAGES), Long.MAX_VALUE);
      double[][] oneByOne = similarities(comparison, a, b, images(IMAGES), 1);
      assertThat(oneByOne).isDeepEqualTo(atOnce);
    }
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void groupsAreMatchedAtOnceAsOneByOne(SmallNetworks architecture) {
    Network a = architecture.network(1);
    Network b = architecture.network(2);
    Symmetry symmetry = Merging.symmetry(a);
    double[][] oneByOne = similarities(a, b, symmetry, images(IMAGES));
    Matching expected = matched(symmetry, oneByOne);
    for (int threads : new int[] {1, 2, 7}) {
      Matcher matcher = new Matcher(symmetry);
      double[][] taken = new double[oneByOne.length][];
      try (Workers workers = new Workers(threads);
          ActivationSimilarity similarity = seen(symmetry, a, b, workers)) {
        similarity.match(
            new UnitMatcher() {
              @Override
              public void match(UnitGroup outermost, Function<UnitGroup, double[]> given) {
                matcher.match(
                    outermost, group -> taken[group.index()] = given.apply(group).clone());
              }

              @Override
              public Matching matching() {
                return matcher.matching();
              }
            });
        assertThatThrownBy(() -> similarity.take(symmetry.groups().get(0)))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("was taken");
      }
      assertThat(taken).isDeepEqualTo(oneByOne);
      for (int g = 0; g < taken.length; g++) {
        assertThat(matcher.matching().permutations().of(g))
            .containsExactly(expected.permutations().of(g));
      }
      assertThat(matcher.matching().scores()).isDeepEqualTo(expected.scores());
    }
  }

  private static ActivationSimilarity seen(
      Symmetry symmetry, Network a, Network b, Workers workers) {
    UnitComparison comparison = UnitComparison.between(a, symmetry, Set.of());
    ActivationSimilarity similarity =
        new ActivationSimilarity(
            comparison,
            comparison.passes(IMAGES, Long.MAX_VALUE).get(0),
            IMAGES,
            TokenMask.ALL,
            workers);
    new PairedPass(Merging.runtime(), workers)
        .run(
            a,
            b,
            new CalibrationImages(images(IMAGES), Optional.empty()),
            new Chunks(IMAGES, 16, false),
            comparison.values(),
            List.of(similarity),
            done -> {});
    return similarity;
  }

  private static Images images(int count) {
    return (Images) Merging.oneDomain(count).a();
  }

  private static int[] inverse(int[] order) {
    int[] inverse = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      inverse[order[i]] = i;
    }
    return inverse;
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void bothMatchersFindThePermutationThatWasApplied(SmallNetworks architecture) {
    Network a = architecture.network(1);
    Symmetry symmetry = Merging.symmetry(a);
    Permutations applied = Permutations.random(symmetry, 5);
    Network b = new Permuter(symmetry).permute(a, applied);
    Matching onWeights = new WeightMatcher(a, b, symmetry).match(3);
    Matching onActivations = matched(symmetry, similarities(a, b, symmetry, images(IMAGES)));
    for (UnitGroup group : symmetry.groups()) {
      int[] expected = inverse(applied.of(group.index()));
      assertThat(onWeights.permutations().of(group.index())).containsExactly(expected);
      assertThat(onActivations.permutations().of(group.index())).containsExactly(expected);
    }
  }

  /** Costs are those of B as it was read, so that reordering B reorders what is found alike. */
  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void matchingAPermutedNetworkComposesThePermutations(SmallNetworks architecture) {
    Network a = architecture.network(1);
    Symmetry symmetry = Merging.symmetry(a);
    // Near enough to A that the search has one answer, far enough that it is not A.
    Network b = near(a, 11);
    Permutations first = Permutations.random(symmetry, 5);
    Network moved = new Permuter(symmetry).permute(b, first);
    for (boolean weights : new boolean[] {true, false}) {
      Matching direct = match(a, b, symmetry, weights);
      Matching composed = match(a, moved, symmetry, weights);
      for (UnitGroup group : symmetry.groups()) {
        int[] back = inverse(first.of(group.index()));
        int[] expected =
            Arrays.stream(direct.permutations().of(group.index())).map(j -> back[j]).toArray();
        assertThat(composed.permutations().of(group.index())).containsExactly(expected);
        assertThat(composed.scores()[group.index()])
            .containsExactly(direct.scores()[group.index()], within(1e-3));
      }
    }
  }

  private static Matching match(Network a, Network b, Symmetry symmetry, boolean weights) {
    return weights
        ? new WeightMatcher(a, b, symmetry).match(0)
        : matched(symmetry, similarities(a, b, symmetry, images(IMAGES)));
  }

  private static Network near(Network network, long seed) {
    java.util.Random random = new java.util.Random(seed);
    Map<String, Tensor> changed = new HashMap<>();
    network
        .graph()
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (tensor.isFloat()) {
                float[] values = tensor.floats().clone();
                for (int i = 0; i < values.length; i++) {
                  values[i] *= (float) (1 + 0.1 * random.nextGaussian());
                }
                changed.put(name, Tensor.ofFloats(tensor.shape(), values));
              }
            });
    return network.withConstants(changed);
  }

  @Test
  void theSameSeedGivesTheSameMatchingOnWeights() {
    Network a = SmallNetworks.RESIDUAL.network(1);
    Network b = SmallNetworks.RESIDUAL.network(2);
    Symmetry symmetry = Merging.symmetry(a);
    Matching first = new WeightMatcher(a, b, symmetry).match(4);
    Matching second = new WeightMatcher(a, b, symmetry).match(4);
    for (UnitGroup group : symmetry.groups()) {
      assertThat(second.permutations().of(group.index()))
          .containsExactly(first.permutations().of(group.index()));
    }
  }

  /** The inner product of all weights: what coordinate descent raises. */
  private static double objective(Network a, Network b, Symmetry symmetry, Permutations order) {
    Network moved = new Permuter(symmetry).permute(b, order);
    double sum = 0;
    for (Map.Entry<String, Tensor> entry : a.graph().initializers().entrySet()) {
      if (entry.getValue().isFloat()) {
        float[] y = moved.constant(entry.getKey()).floats();
        for (int i = 0; i < y.length; i++) {
          sum += (double) entry.getValue().floats()[i] * y[i];
        }
      }
    }
    return sum;
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void noSwapOfTwoUnitsImprovesAMatchingOnWeights(SmallNetworks architecture) {
    Network a = architecture.network(1);
    Network b = architecture.network(2);
    Symmetry symmetry = Merging.symmetry(a);
    Permutations found = new WeightMatcher(a, b, symmetry).match(0).permutations();
    double best = objective(a, b, symmetry, found);
    assertThat(best).isGreaterThan(objective(a, b, symmetry, Permutations.identity(symmetry)));
    for (UnitGroup group : symmetry.groups()) {
      for (int i = 0; i < group.size(); i++) {
        for (int j = 0; j < i; j++) {
          int[] order = found.of(group.index());
          int swap = order[i];
          order[i] = order[j];
          order[j] = swap;
          double other = objective(a, b, symmetry, found.with(group.index(), order));
          assertThat(other).isLessThan(best + 1e-3);
        }
      }
    }
  }

  /**
   * A block of one layer reads and writes the same units: the objective is quadratic in their
   * order.
   */
  private static Network oneLayerBlock(long seed) {
    GraphBuilder g = new GraphBuilder(seed);
    String stem = g.relu(g.conv(g.input("x", 3, 8, 8), 3, 9, 3));
    String block = g.relu(g.add(stem, g.conv(stem, 9, 9, 3)));
    block = g.relu(g.add(block, g.conv(block, 9, 9, 3)));
    return SmallNetworks.read(g.build(g.gemm(g.pooled(block), 9, 4)));
  }

  @Test
  void matchingOnWeightsEndsAndAscendsWhereALayerReadsAndWritesTheSameUnits() {
    for (int seed = 1; seed < 40; seed++) {
      Network a = oneLayerBlock(seed);
      Network b = oneLayerBlock(seed + 100);
      Symmetry symmetry = Merging.symmetry(a);
      Permutations found =
          Assertions.assertTimeoutPreemptively(
                  Duration.ofSeconds(20), () -> new WeightMatcher(a, b, symmetry).match(0))
              .permutations();
      assertThat(objective(a, b, symmetry, found))
          .isGreaterThanOrEqualTo(objective(a, b, symmetry, Permutations.identity(symmetry)));
    }
  }

  @Test
  void aSimilarityIsTheMeanCorrelationOverTheValuesThatLayersRead() {
    Network a = SmallNetworks.RESIDUAL.network(1);
    Network b = SmallNetworks.RESIDUAL.network(2);
    Symmetry symmetry = Merging.symmetry(a);
    Images images = images(IMAGES);
    double[][] found = similarities(a, b, symmetry, images);
    for (UnitGroup group : symmetry.groups()) {
      List<String> read =
          group.members().stream()
              .map(UnitGroup.Member::tensor)
              .filter(value -> a.layers().stream().anyMatch(l -> l.input().equals(value)))
              .distinct()
              .toList();
      List<Activations> ofA = read.stream().map(v -> Activations.of(a, v, images)).toList();
      List<Activations> ofB = read.stream().map(v -> Activations.of(b, v, images)).toList();
      for (int i = 0; i < group.size(); i++) {
        for (int j = 0; j < group.size(); j++) {
          double sum = 0;
          for (int k = 0; k < read.size(); k++) {
            sum += ofA.get(k).correlation(i, ofB.get(k), j) / read.size();
          }
          // What layers write counts faintly too: by one part in a thousand.
          assertThat(found[group.index()][i * group.size() + j]).isCloseTo(sum, within(1.1e-3));
        }
      }
    }
  }

  @Test
  void aFlattenedUnitIsComparedOnAllItsElements() {
    Network a = SmallNetworks.VGG.network(1);
    Network b = SmallNetworks.VGG.network(2);
    Symmetry symmetry = Merging.symmetry(a);
    Images images = images(IMAGES);
    UnitGroup group =
        symmetry.groups().stream().filter(g -> g.size() == 6).findFirst().orElseThrow();
    // The flattened units are the channels before them, so that they correlate alike.
    String channels = a.layers().get(1).output();
    String relu = a.consumers(channels).get(0).output();
    Activations ofA = Activations.of(a, relu, images);
    Activations ofB = Activations.of(b, relu, images);
    double[] found = similarities(a, b, symmetry, images)[group.index()];
    for (int i = 0; i < 6; i++) {
      for (int j = 0; j < 6; j++) {
        assertThat(found[i * 6 + j]).isCloseTo(ofA.correlation(i, ofB, j), within(1.1e-3));
      }
    }
  }

  @Test
  void unitsThatAreZeroOnAllImagesAreToldApartByWhatTheirLayerWrites() {
    Network a = dark(SmallNetworks.PERCEPTRON.network(1));
    Symmetry symmetry = Merging.symmetry(a);
    Permutations applied = Permutations.random(symmetry, 5);
    Network b = new Permuter(symmetry).permute(a, applied);
    Matching found = matched(symmetry, similarities(a, b, symmetry, images(IMAGES)));
    for (UnitGroup group : symmetry.groups()) {
      assertThat(found.permutations().of(group.index()))
          .containsExactly(inverse(applied.of(group.index())));
    }
  }

  /** Every second hidden unit of the first layer never gets above zero. */
  private static Network dark(Network network) {
    String name = network.layers().get(0).bias().orElseThrow();
    float[] bias = network.constant(name).floats().clone();
    for (int u = 0; u < bias.length; u += 2) {
      bias[u] = -100;
    }
    return network.withConstants(Map.of(name, Tensor.ofFloats(new int[] {bias.length}, bias)));
  }

  @Test
  void activationsThatAreNotFiniteAreAnErrorThatNamesValueAndNetwork() {
    Network a = SmallNetworks.CONVOLUTIONAL.network(1);
    String weight = a.layers().get(1).weight();
    float[] huge = a.constant(weight).floats().clone();
    Arrays.fill(huge, 3e38f);
    Network b = a.withConstants(Map.of(weight, Tensor.ofFloats(a.constant(weight).shape(), huge)));
    ArchitectureMatcher.Aligned aligned = ArchitectureMatcher.align(a, b, true);
    assertThatThrownBy(
            () -> similarities(aligned.a(), aligned.b(), Merging.symmetry(aligned.a()), images(4)))
        .isInstanceOf(PleasException.class)
        .hasMessageContaining("test network")
        .hasMessageContaining("NaN or infinite")
        .hasMessageFindingMatch("'(relu|conv|batchnormalization)_\\d+'");
  }
}
