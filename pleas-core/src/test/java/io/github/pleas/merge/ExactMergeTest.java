package io.github.pleas.merge;

import static io.github.pleas.merge.Merging.SEPARATE;
import static io.github.pleas.merge.Merging.error;
import static io.github.pleas.merge.Merging.merge;
import static io.github.pleas.merge.Merging.only;
import static io.github.pleas.merge.Merging.options;
import static io.github.pleas.merge.Merging.outputs;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.data.Images;
import io.github.pleas.data.RandomImages;
import io.github.pleas.eval.Logits;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.merge.MergeOptions.MatchOn;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Where a merged network can compute exactly what the originals do, it does. Measured on images
 * that the merge has not seen.
 */
class ExactMergeTest {
  private static final Images FRESH = RandomImages.normal(20, 3, 8, 8, 99);

  static Stream<Arguments> architecturesAndFits() {
    return Stream.of(SmallNetworks.values())
        .flatMap(net -> Stream.of(FitMethod.values()).map(fit -> Arguments.of(net, fit)));
  }

  @ParameterizedTest
  @MethodSource("architecturesAndFits")
  void aNetworkMergedWithItsPermutedSelfIsItself(SmallNetworks architecture, FitMethod fit) {
    Network a = architecture.network(1);
    Logits expected = only(outputs(a, FRESH));
    List<String> wrong = new ArrayList<>();
    for (Network b : List.of(a, Merging.permuted(a, 7))) {
      for (MatchOn match : matches(fit, b == a)) {
        for (HeadFit head : HeadFit.values()) {
          for (Heads heads : List.of(Heads.shared(), SEPARATE)) {
            // A joint head of one original gives its smallest logit on the other's images, so that
            // with two domains it is not the original's head; with one domain it is.
            boolean joint = heads.separate() && head == HeadFit.JOINT;
            MergeResult result =
                merge(
                    a,
                    b,
                    joint ? Merging.oneDomain(60) : Merging.twoDomains(30),
                    options(heads, fit, head, 0).withMatch(match));
            outputs(result, FRESH)
                .forEach(
                    (name, logits) -> {
                      double error = error(expected, logits);
                      if (!(error < 1e-3)) {
                        wrong.add(
                            "%s, %s, %s: %s is off by %.2g"
                                .formatted(
                                    match, head, b == a ? "itself" : "permuted", name, error));
                      }
                    });
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  /** What finds each unit again. Zipped units are not fitted. */
  private static List<MatchOn> matches(FitMethod fit, boolean itself) {
    List<MatchOn> matches = new ArrayList<>(List.of(MatchOn.ACTIVATIONS, MatchOn.WEIGHTS));
    if (itself) {
      matches.add(MatchOn.NONE);
    }
    if (fit == FitMethod.NONE) {
      matches.add(MatchOn.ZIP);
    }
    return matches;
  }

  @ParameterizedTest
  @MethodSource("architecturesAndFits")
  void withEverythingSeparateBothOriginalsComeBack(SmallNetworks architecture, FitMethod fit) {
    Network a = architecture.network(1);
    Network b = architecture.network(2);
    for (HeadFit head : HeadFit.values()) {
      boolean joint = head == HeadFit.JOINT;
      MergeResult result =
          merge(
              a,
              b,
              joint ? Merging.oneDomain(60) : Merging.twoDomains(30),
              options(SEPARATE, fit, head, 1));
      Map<String, Logits> found = outputs(result, FRESH);
      String output = a.graph().outputs().get(0).name();
      assertThat(found).containsOnlyKeys(output + "_left", output + "_right");
      assertThat(error(only(outputs(a, FRESH)), requireNonNull(found.get(output + "_left"))))
          .as("A, %s", head)
          .isLessThan(1e-4);
      assertThat(error(only(outputs(b, FRESH)), requireNonNull(found.get(output + "_right"))))
          .as("B, %s", head)
          .isLessThan(1e-4);
    }
  }

  /** A shared head cannot give both originals' logits; its own heads' mean it can. */
  @ParameterizedTest
  @MethodSource("architecturesAndFits")
  void withEverythingSeparateASharedHeadGivesTheEnsemble(
      SmallNetworks architecture, FitMethod fit) {
    Network a = architecture.network(1);
    Network b = architecture.network(2);
    Logits ensemble = only(outputs(a, FRESH)).mean(only(outputs(b, FRESH)));
    for (HeadFit head : HeadFit.values()) {
      MergeResult result =
          merge(a, b, Merging.oneDomain(60), options(Heads.shared(), fit, head, 1));
      assertThat(error(ensemble, only(outputs(result, FRESH)))).as("%s", head).isLessThan(1e-4);
    }
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void withEverythingSeparateEveryGroupIsTwiceAsWide(SmallNetworks architecture) {
    MergeResult result =
        merge(
            architecture.network(1),
            architecture.network(2),
            Merging.twoDomains(64),
            options(SEPARATE, FitMethod.NONE, HeadFit.ORIGINAL, 1));
    assertThat(result.groups()).isNotEmpty().allMatch(g -> g.width() == 2 * g.units());
    assertThat(result.warnings()).isEmpty();
    Predicate<Node> depthwise = n -> n.is("Conv") && n.intAttribute("group", 1) > 1;
    assertThat(result.graph().nodes().stream().filter(depthwise))
        .allMatch(n -> n.intAttribute("group", 1) == 18);
  }
}
