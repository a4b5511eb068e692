package io.github.pleas.merge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.data.Images;
import io.github.pleas.data.RandomImages;
import io.github.pleas.eval.Logits;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Attribute;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Units that Expand or Tile spreads: a gate over the positions, a class token over the batch. Where
 * the units' own axis is left alone, or their number is written down, of which the merged network
 * writes another, they can stay separate; where it is computed or they are repeated, they merge
 * whole, and that is said.
 */
class SpreadUnitsTest {
  private static final Images FRESH = RandomImages.normal(20, 3, 8, 8, 99);
  private static final int SPREAD = 6;
  private static final int OTHERS = 5;

  enum Spread {
    GATE_EXPANDED(true) {
      @Override
      String body(GraphBuilder g, String x) {
        return gated(g, x, (h, gate) -> g.node("Expand", gate, g.longs(1, 1, 8, 8)));
      }
    },
    /** As exporters write expand(-1, -1, 8, 8). */
    GATE_EXPANDED_FOR_THE_BATCH(true) {
      @Override
      String body(GraphBuilder g, String x) {
        return gated(g, x, (h, gate) -> g.node("Expand", gate, joined(g, images(g, x), 1, 8, 8)));
      }
    },
    GATE_TILED(true) {
      @Override
      String body(GraphBuilder g, String x) {
        return gated(g, x, (h, gate) -> g.node("Tile", gate, g.longs(1, 1, 8, 8)));
      }
    },
    TOKEN_EXPANDED(true) {
      @Override
      String body(GraphBuilder g, String x) {
        return withToken(g, x, token -> g.node("Expand", token, joined(g, images(g, x), 1, 1)));
      }
    },
    TOKEN_TILED(true) {
      @Override
      String body(GraphBuilder g, String x) {
        return withToken(g, x, token -> g.node("Tile", token, joined(g, images(g, x), 1, 1)));
      }
    },
    GATE_EXPANDED_TO_A_GIVEN_NUMBER(true) {
      @Override
      String body(GraphBuilder g, String x) {
        return gated(g, x, (h, gate) -> g.node("Expand", gate, g.longs(1, SPREAD, 8, 8)));
      }
    },
    /** As expand_as is written. */
    GATE_EXPANDED_TO_ANOTHER_SHAPE(false) {
      @Override
      String body(GraphBuilder g, String x) {
        return gated(g, x, (h, gate) -> g.node("Expand", gate, g.node("Shape", h)));
      }
    },
    TOKEN_EXPANDED_TO_A_GIVEN_NUMBER(true) {
      @Override
      String body(GraphBuilder g, String x) {
        return withToken(
            g, x, token -> g.node("Expand", token, joined(g, images(g, x), 1, SPREAD)));
      }
    },
    UNITS_REPEATED(false) {
      @Override
      String body(GraphBuilder g, String x) {
        String h = g.relu(g.conv(x, 3, SPREAD, 3));
        String twice = g.node("Tile", h, g.longs(1, 2, 1, 1));
        h = g.relu(g.conv(twice, 2 * SPREAD, OTHERS, 3));
        return g.gemm(g.pooled(h), OTHERS, 3);
      }
    };

    private interface Gate {
      String of(String units, String gate);
    }

    private interface Token {
      String of(String token);
    }

    private final boolean separable;

    Spread(boolean separable) {
      this.separable = separable;
    }

    abstract String body(GraphBuilder g, String x);

    Network network(long seed) {
      GraphBuilder g = new GraphBuilder(seed);
      return SmallNetworks.read(g.build(body(g, g.input("x", 3, 8, 8))));
    }

    /** A gate for each channel from the mean over the positions, spread over these again. */
    private static String gated(GraphBuilder g, String x, Gate spread) {
      String h = g.relu(g.conv(x, 3, SPREAD, 3));
      String gate = g.node("Sigmoid", g.conv(g.node("GlobalAveragePool", h), SPREAD, SPREAD, 1));
      h = g.relu(g.conv(g.node("Mul", h, spread.of(h, gate)), SPREAD, OTHERS, 3));
      return g.gemm(g.pooled(h), OTHERS, 3);
    }

    /** A parameter beside the tokens of an image. */
    private static String withToken(GraphBuilder g, String x, Token spread) {
      String h = g.node("Reshape", g.conv(x, 3, SPREAD, 3), g.longs(0, SPREAD, 64));
      String tokens = g.node("Transpose", Map.of("perm", GraphBuilder.ints(0, 2, 1)), h);
      String token = spread.of(g.weight(1, 1, 1, SPREAD));
      String all = g.node("Concat", Map.of("axis", new Attribute.Int(1)), token, tokens);
      String hidden = g.relu(g.matMul(all, SPREAD, OTHERS));
      String mean =
          g.node(
              "ReduceMean",
              Map.of("axes", GraphBuilder.ints(1), "keepdims", new Attribute.Int(0)),
              hidden);
      return g.gemm(mean, OTHERS, 3);
    }

    /** How many images there are, as a shape of one number. */
    private static String images(GraphBuilder g, String x) {
      return g.node("Slice", g.node("Shape", x), g.longs(0), g.longs(1));
    }

    private static String joined(GraphBuilder g, String first, long... rest) {
      return g.node("Concat", Map.of("axis", new Attribute.Int(0)), first, g.longs(rest));
    }
  }

  private static MergeResult merge(Network a, Network b, Heads heads, double separate) {
    return Merging.merge(
        a,
        b,
        Merging.twoDomains(30),
        Merging.options(heads, FitMethod.PROGRESSIVE, HeadFit.TASKS, separate));
  }

  private static MergeResult.Group group(MergeResult result, int units) {
    return result.groups().stream().filter(g -> g.units() == units).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @EnumSource
  void unitsStaySeparateOrMergeWholeAndThatIsSaid(Spread kind) {
    MergeResult result = merge(kind.network(1), kind.network(2), Heads.shared(), 0.3);
    MergeResult.Group spread = group(result, SPREAD);
    assertThat(group(result, OTHERS).separate()).isEqualTo(2);
    assertThat(spread.separate()).isEqualTo(kind.separable ? 2 : 0);
    assertThat(spread.width()).isEqualTo(SPREAD + spread.separate());
    String whole = "group '" + spread.name() + "' is merged fully: ";
    if (kind.separable) {
      assertThat(spread.whyRigid()).isEmpty();
      assertThat(result.warnings()).noneMatch(warning -> warning.startsWith(whole));
    } else {
      assertThat(spread.whyRigid()).isNotEmpty();
      assertThat(result.warnings()).contains(whole + spread.whyRigid());
    }
    for (float logit : Merging.only(Merging.outputs(result, FRESH)).values()) {
      assertThat(logit).isFinite();
    }
  }

  @ParameterizedTest
  @EnumSource
  void mergedWithAPermutedCopyANetworkStaysTheSame(Spread kind) {
    Network a = kind.network(1);
    for (double separate : new double[] {0, 0.3}) {
      MergeResult itself = merge(a, Merging.permuted(a, 7), Heads.shared(), separate);
      assertThat(
              Merging.error(
                  Merging.only(Merging.outputs(a, FRESH)),
                  Merging.only(Merging.outputs(itself, FRESH))))
          .as("%s separate", separate)
          .isLessThan(1e-3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void withEverythingSeparateBothOriginalsComeBackWhereItCan(Spread kind) {
    if (!kind.separable) {
      return;
    }
    Network a = kind.network(1);
    Network b = kind.network(2);
    Map<String, Logits> found = Merging.outputs(merge(a, b, Merging.SEPARATE, 1), FRESH);
    String output = a.graph().outputs().get(0).name();
    assertThat(
            Merging.error(
                Merging.only(Merging.outputs(a, FRESH)),
                requireNonNull(found.get(output + "_left"))))
        .isLessThan(1e-4);
    assertThat(
            Merging.error(
                Merging.only(Merging.outputs(b, FRESH)),
                requireNonNull(found.get(output + "_right"))))
        .isLessThan(1e-4);
  }
}
