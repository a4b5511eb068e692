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
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.symmetry.Separability;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * An attention whose heads are cut apart and joined by Einsums with weights, and the same with
 * MatMuls: 16 tokens of 5 features, 3 heads of 4 and of 2 features.
 */
class EinsumMergeTest {
  private static final Images FRESH = RandomImages.normal(20, 3, 8, 8, 99);
  private static final Map<String, Attribute> LAST = Map.of("axis", new Attribute.Int(-1));

  /** The same seed gives the same weights, and so the same function, either way. */
  private record Writer(GraphBuilder g, boolean byEinsum) {
    String node(String equation, String... in) {
      return g.node("Einsum", Map.of("equation", new Attribute.Text(equation)), in);
    }

    /** [batch, heads, 16, size] of [batch, 16, 5]. */
    String heads(String t, int size) {
      if (byEinsum) {
        String product = node("bsc,chd->bshd", t, g.weight(0.6, 5, 3, size));
        return transposed(g.add(product, g.weight(0.2, 3, size)));
      }
      String product = g.node("MatMul", t, g.weight(0.6, 5, 3 * size));
      String sum = g.add(product, g.weight(0.2, 3 * size));
      return transposed(g.node("Reshape", sum, g.longs(0, 16, 3, size)));
    }

    /** [batch, 16, 5] of [batch, heads, 16, 2]. */
    String joined(String values) {
      if (byEinsum) {
        return node("bhse,heo->bso", values, g.weight(0.6, 3, 2, 5));
      }
      String rows = g.node("Reshape", transposed(values), g.longs(0, 16, 6));
      return g.node("MatMul", rows, g.weight(0.6, 6, 5));
    }

    String transposed(String heads) {
      return g.node("Transpose", Map.of("perm", GraphBuilder.ints(0, 2, 1, 3)), heads);
    }
  }

  private static Network network(long seed, boolean byEinsum) {
    GraphBuilder g = new GraphBuilder(seed).opset(17);
    Writer writer = new Writer(g, byEinsum);
    String image = g.conv(g.input("x", 3, 8, 8), 3, 5, 2, 2, 1);
    String patches = g.node("Slice", image, g.longs(0, 0), g.longs(4, 4), g.longs(2, 3));
    String rows = g.node("Reshape", patches, g.longs(0, 5, 16));
    String t = g.node("Transpose", Map.of("perm", GraphBuilder.ints(0, 2, 1)), rows);
    String q = writer.heads(t, 4);
    String k = writer.heads(t, 4);
    String scores = writer.node("bhqd,bhkd->bhqk", q, k);
    String weights = g.node("Softmax", LAST, scores);
    String values = writer.node("bhqk,bhke->bhqe", weights, writer.heads(t, 2));
    String stream = g.add(t, writer.joined(values));
    String turned = g.node("Transpose", Map.of("perm", GraphBuilder.ints(0, 2, 1)), stream);
    return SmallNetworks.read(g.build(g.gemm(g.pooled(turned), 5, 4)));
  }

  private static Logits of(Map<String, Logits> outputs, String name) {
    return requireNonNull(outputs.get(name), name);
  }

  @Test
  void headsAndTheStreamMayBeSeparate() {
    Separability separability = Merging.separability(network(1, true));
    assertThat(separability.symmetry().groups())
        .filteredOn(group -> group.blocks().isEmpty())
        .hasSize(2)
        .allMatch(group -> separability.isSeparable(group.index()));
  }

  @Test
  void withEverythingSeparateBothOriginalsComeBack() {
    Network a = network(1, true);
    Network b = network(2, true);
    MergeOptions options = options(SEPARATE, FitMethod.PROGRESSIVE, HeadFit.TASKS, 1);
    MergeResult result = merge(a, b, Merging.twoDomains(40), options);
    assertThat(result.groups()).allMatch(group -> group.width() == 2 * group.units());
    Map<String, Logits> found = outputs(result, FRESH);
    String output = a.graph().outputs().get(0).name();
    assertThat(error(only(outputs(a, FRESH)), of(found, output + "_left"))).isLessThan(1e-4);
    assertThat(error(only(outputs(b, FRESH)), of(found, output + "_right"))).isLessThan(1e-4);
  }

  @Test
  void mergedWithItsPermutedSelfItIsItself() {
    Network a = network(1, true);
    MergeOptions options = options(Heads.shared(), FitMethod.PROGRESSIVE, HeadFit.TASKS, 0);
    MergeResult result = merge(a, Merging.permuted(a, 7), Merging.twoDomains(40), options);
    assertThat(error(only(outputs(a, FRESH)), only(outputs(result, FRESH)))).isLessThan(1e-4);
  }

  /** Fitted, and at the same cost: what is written by MatMul merges to the same network. */
  @Test
  void isFittedAsIfWrittenByMatMul() {
    for (double separate : new double[] {0, 0.4, 1}) {
      MergeOptions options =
          options(Heads.shared(), FitMethod.PROGRESSIVE, HeadFit.TASKS, separate);
      MergeResult[] both = new MergeResult[2];
      for (int k = 0; k < 2; k++) {
        both[k] = merge(network(1, k == 0), network(2, k == 0), Merging.twoDomains(60), options);
      }
      assertThat(both[0].cost().macs()).isEqualTo(both[1].cost().macs());
      assertThat(both[0].cost().parameters()).isEqualTo(both[1].cost().parameters());
      assertThat(error(only(outputs(both[1], FRESH)), only(outputs(both[0], FRESH))))
          .as("%s separate", separate)
          .isLessThan(1e-5);
    }
  }
}
