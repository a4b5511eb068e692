package io.github.pleas.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.github.pleas.InvalidInputException;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.ArchitectureBuilder;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.MergedArchitecture;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.layout.MergedLayout;
import io.github.pleas.matching.Matching;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.Merging;
import io.github.pleas.network.ArchitectureMatcher;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.network.Tails;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.MadeUpTimes;
import io.github.pleas.symmetry.Permutations;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the model says a merged network costs is what the built network costs, to the last unit. */
class CostModelTest {
  private static final Heads[] HEADS = {Heads.shared(), Merging.SEPARATE};

  /** Layouts of layers: all dense, all in blocks, each at random. */
  private static Predicate<Layer> blocks(int form) {
    return layer -> form == 2 ? layer.name().hashCode() % 2 == 0 : form == 1;
  }

  private static int[] random(Separability separability, Random random) {
    Symmetry symmetry = separability.symmetry();
    boolean[] separable = separability.separable();
    int[] separate = new int[separable.length];
    for (UnitGroup group : symmetry.groups()) {
      int g = group.index();
      // The ends as often as any.
      int most = group.size();
      int[] tried = {0, most, random.nextInt(most + 1), random.nextInt(most + 1)};
      separate[g] = separable[g] ? tried[random.nextInt(tried.length)] : 0;
    }
    return separate;
  }

  private static MergedArchitecture build(
      Network a, Network b, Separability separability, Heads heads, int[] separate) {
    Symmetry symmetry = separability.symmetry();
    double[][] scores =
        symmetry.groups().stream()
            .map(group -> new Random(group.index()).doubles(group.size()).toArray())
            .toArray(double[][]::new);
    Matching matching = new Matching(Permutations.random(symmetry, 6), scores);
    return ArchitectureBuilder.build(
        a, b, new MergedLayout(separability, matching, separate), heads);
  }

  private static void agrees(Network a, Network b, int trials) {
    Separability separability = Merging.separability(a);
    Random random = new Random(5);
    for (Heads heads : HEADS) {
      for (int trial = 0; trial < trials; trial++) {
        int[] separate =
            trial == 0
                ? new int[separability.symmetry().groups().size()]
                : random(separability, random);
        MergedArchitecture merged = build(a, b, separability, heads, separate);
        for (int form = 0; form < 3; form++) {
          Predicate<Layer> blocks = blocks(form);
          CostModel model =
              new CostModel(a, b, separability, heads.separate(), heads.fork(), blocks);
          assertThat(model.macs().at(separate)).isEqualTo(macs(merged, blocks));
          assertThat(model.parameters().at(separate)).isEqualTo(parameters(merged, blocks));
        }
      }
    }
  }

  private static long macs(MergedArchitecture merged, Predicate<Layer> blocks) {
    return merged.layers().stream()
        .mapToLong(l -> blocks.test(l.layer()) ? l.blockMacs() : l.denseMacs())
        .sum();
  }

  /** Biases have a number for each output; a position's block has one for each weight left out. */
  private static long parameters(MergedArchitecture merged, Predicate<Layer> blocks) {
    long others =
        merged.graph().initializers().values().stream()
            .filter(Tensor::isFloat)
            .mapToLong(Tensor::size)
            .sum();
    long ofLayers = 0;
    for (MergedLayer layer : merged.layers()) {
      if (layer.role() == MergedLayer.Role.KEPT) {
        continue; // its weights are there already
      }
      long weights = (long) layer.unknowns() * layer.out().length();
      long left = blocks.test(layer.layer()) ? layer.denseMacs() - layer.blockMacs() : 0;
      ofLayers += weights - left / layer.positions();
      ofLayers += layer.bias().isPresent() ? layer.out().length() : 0;
    }
    return others + ofLayers;
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void theModelCountsWhatTheBuiltNetworkHas(SmallNetworks architecture) {
    agrees(architecture.network(1), architecture.network(2), 12);
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void withEverythingMergedItIsAnOriginalAndTheOthersHead(SmallNetworks architecture) {
    Network a = architecture.network(1);
    Network b = architecture.network(2);
    Separability separability = Merging.separability(a);
    int[] merged = new int[separability.symmetry().groups().size()];
    for (int form = 0; form < 3; form++) {
      CostModel one = new CostModel(a, b, separability, false, Optional.empty(), blocks(form));
      assertThat(one.macs().at(merged)).isEqualTo(a.macs()).isEqualTo(one.macs().constant());
      assertThat(one.parameters().at(merged)).isEqualTo(a.parameters());
      CostModel two = new CostModel(a, b, separability, true, Optional.empty(), blocks(form));
      Layer head = Tails.of(b).heads().get(0);
      assertThat(two.macs().at(merged)).isEqualTo(a.macs() + head.macs(b));
      assertThat(two.parameters().at(merged)).isEqualTo(a.parameters() + head.parameters(b));
    }
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void theCostNeverFallsWhereMoreIsSeparate(SmallNetworks architecture) {
    Network a = architecture.network(1);
    Separability separability = Merging.separability(a);
    Random random = new Random(3);
    for (int form = 0; form < 3; form++) {
      CostModel model = new CostModel(a, a, separability, true, Optional.empty(), blocks(form));
      for (QuadraticCost cost : new QuadraticCost[] {model.macs(), model.parameters()}) {
        for (int trial = 0; trial < 30; trial++) {
          int[] separate = random(separability, random);
          int group = random.nextInt(separate.length);
          if (separate[group] < separability.symmetry().groups().get(group).size()) {
            int[] more = separate.clone();
            more[group]++;
            assertThat(cost.at(more)).isGreaterThanOrEqualTo(cost.at(separate));
          }
        }
      }
    }
  }

  /** Where time is arithmetic alone, the sum of the layers' times is that of their arithmetic. */
  @ParameterizedTest
  @EnumSource(value = SmallNetworks.class, mode = EnumSource.Mode.EXCLUDE, names = "PRE_ACTIVATION")
  void timeIsWhatItsLayersTakeBetweenTheWidthsThatWereTimed(SmallNetworks architecture) {
    Network a = architecture.network(1);
    Network b = architecture.network(2);
    Separability separability = Merging.separability(a);
    Random random = new Random(8);
    LayerTimes times = new LayerTimes(new MadeUpTimes(1e-5, 0), 1);
    for (boolean separateHeads : new boolean[] {false, true}) {
      for (int form = 0; form < 3; form++) {
        CostModel model =
            new CostModel(a, b, separability, separateHeads, Optional.empty(), blocks(form));
        QuadraticCost latency = model.latency(times);
        for (int trial = 0; trial < 10; trial++) {
          int[] separate = random(separability, random);
          double macs = model.macs().at(separate);
          assertThat(latency.at(separate) / LayerTime.PER_MILLISECOND)
              .isCloseTo(1e-5 * macs, withinPercentage(1e-3));
        }
      }
    }
  }

  /** Solvers rely on that, and clocks do not care. */
  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void timeNeverFallsWhereMoreIsSeparateHoweverNoisyTheClock(SmallNetworks architecture) {
    Network a = architecture.network(1);
    Separability separability = Merging.separability(a);
    Random random = new Random(9);
    for (int clock = 0; clock < 5; clock++) {
      LayerTimes times =
          new LayerTimes(new MadeUpTimes(1e-6, 1e-3, t -> t * (0.5 + random.nextDouble())), 1);
      for (int form = 0; form < 3; form++) {
        QuadraticCost cost =
            new CostModel(a, a, separability, true, Optional.empty(), blocks(form)).latency(times);
        for (int trial = 0; trial < 20; trial++) {
          int[] separate = random(separability, random);
          int group = random.nextInt(separate.length);
          if (separate[group] < separability.symmetry().groups().get(group).size()) {
            int[] more = separate.clone();
            more[group]++;
            assertThat(cost.at(more)).isGreaterThanOrEqualTo(cost.at(separate));
          }
        }
      }
    }
  }

  /** As many classes of A as of B is the exception where labels are separate. */
  @Test
  void headsOfUnlikeSizesSeeAllUnitsEach() {
    agrees(classifier(1, 4), classifier(2, 7), 8);
  }

  private static Network classifier(long seed, int classes) {
    GraphBuilder g = new GraphBuilder(seed);
    String h = g.relu(g.conv(g.input("x", 3, 8, 8), 3, 6, 3));
    return SmallNetworks.read(g.build(g.gemm(g.pooled(g.relu(g.conv(h, 6, 5, 1))), 5, classes)));
  }

  @Test
  void groupedConvolutionsStayAsTheyAre() {
    Network[] pair = new Network[2];
    for (int i = 0; i < 2; i++) {
      GraphBuilder g = new GraphBuilder(i + 1);
      String h = g.relu(g.conv(g.input("x", 3, 6, 6), 3, 6, 3));
      String grouped = g.relu(g.conv(h, 6, 8, 3, 1, 2));
      String last = g.relu(g.conv(grouped, 8, 4, 1));
      pair[i] = SmallNetworks.read(g.build(g.gemm(g.pooled(last), 4, 3)));
    }
    agrees(pair[0], pair[1], 8);
  }

  /**
   * A group twice on one axis, a layer from a group to itself, a weight that two layers share, a
   * constant that two operators read, and a scale of what is joined.
   */
  @Test
  void unusualAxesAndConstants() {
    Network[] pair = new Network[2];
    for (int i = 0; i < 2; i++) {
      GraphBuilder g = new GraphBuilder(i + 1);
      Map<String, Attribute> channels = Map.of("axis", new Attribute.Int(1));
      String stem = g.relu(g.conv(g.input("x", 3, 6, 6), 3, 4, 3));
      String again = g.relu(g.add(stem, g.conv(stem, 4, 4, 3)));
      String twice = g.node("Concat", channels, again, g.relu(g.conv(again, 4, 5, 1)), again);
      String scale = g.weight(1, 1, 13, 1, 1);
      String scaled = g.node("Mul", g.node("Add", twice, scale), scale);
      String shared = g.weight(0.2, 6, 13, 1, 1);
      String left = g.node("Conv", scaled, shared);
      String right = g.node("Conv", g.relu(scaled), shared);
      String features = g.pooled(g.relu(g.add(left, right)));
      String logits = g.gemm(features, 6, 3);
      pair[i] = SmallNetworks.read(g.build(g.node("Mul", logits, g.weight(1, 3))));
    }
    agrees(pair[0], pair[1], 8);
  }

  /** The merge's own count of its file's numbers, weights and all. */
  @Test
  void parametersAreThoseOfTheWrittenNetwork() {
    for (SmallNetworks architecture :
        new SmallNetworks[] {
          SmallNetworks.PRE_ACTIVATION, SmallNetworks.INVERTED_RESIDUAL, SmallNetworks.TOKENS
        }) {
      Network a = architecture.network(1);
      Network b = architecture.network(2);
      Separability separability = Merging.separability(a);
      MergeResult result =
          Merging.merge(
              a,
              b,
              Merging.twoDomains(4),
              Merging.options(Merging.SEPARATE, FitMethod.NONE, HeadFit.ORIGINAL, 0.5));
      int[] separate = result.groups().stream().mapToInt(MergeResult.Group::separate).toArray();
      CostModel model = new CostModel(a, b, separability, true, Optional.empty(), blocks(0));
      assertThat(model.parameters().at(separate))
          .isEqualTo(result.cost().parameters())
          .isEqualTo(floats(result.graph()));
      assertThat(model.macs().at(separate)).isEqualTo(result.cost().macs());
    }
  }

  private static long floats(Graph graph) {
    return graph.initializers().values().stream()
        .filter(Tensor::isFloat)
        .mapToLong(Tensor::size)
        .sum();
  }

  /** Behind a fork the first layers see the merged units, and the others are as they were. */
  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void theModelCountsTailsBehindAFork(SmallNetworks architecture) {
    Network a = architecture.network(1);
    Network b = architecture.network(2);
    for (Node node : a.graph().nodes()) {
      ArchitectureMatcher.Aligned aligned;
      try {
        aligned = ArchitectureMatcher.align(a, b, node.name());
      } catch (InvalidInputException noForkThere) {
        continue;
      }
      Heads heads = Merging.SEPARATE.forkedAt(node.name());
      Tails tails = Tails.of(aligned.a(), heads.fork());
      Separability separability = Merging.separability(tails.trunk());
      Random random = new Random(3);
      for (int trial = 0; trial < 3; trial++) {
        int[] separate = random(separability, random);
        MergedArchitecture merged = build(aligned.a(), aligned.b(), separability, heads, separate);
        CostModel model =
            new CostModel(
                aligned.a(), aligned.b(), separability, true, heads.fork(), layer -> false);
        assertThat(model.macs().at(separate))
            .as(node.name())
            .isEqualTo(macs(merged, layer -> false));
        assertThat(model.parameters().at(separate))
            .as(node.name())
            .isEqualTo(parameters(merged, layer -> false));
      }
    }
  }
}
