package io.github.pleas.merge;

import static io.github.pleas.merge.Merging.error;
import static io.github.pleas.merge.Merging.only;
import static io.github.pleas.merge.Merging.outputs;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.data.RandomTexts;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.GroupQuery;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.symmetry.Proof;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A decoder as exporters of language models write it, without what it keeps of earlier tokens:
 * rotated queries and keys in ONNX Runtime's GroupQueryAttention, lengths from the mask.
 */
class DecoderMergeTest {
  private static final int VOCABULARY = 30;
  private static final int TOKENS = 9;
  private static final int WIDTH = 8;

  private static String whole(GraphBuilder g, String value) {
    return g.node("Cast", Map.of("to", new Attribute.Int(ElementType.INT32.code())), value);
  }

  /** Three classes of the mean of all real tokens. */
  private static Network network(long seed) {
    GraphBuilder g = new GraphBuilder(seed);
    String ids = g.tokens("input_ids");
    String mask = g.tokens("attention_mask");
    Map<String, Attribute> flat = Map.of("keepdims", new Attribute.Int(0));
    String count = g.node("ReduceSum", flat, mask, g.longs(1));
    String last = whole(g, g.node("Sub", count, g.longs(1)));
    String total = whole(g, g.node("Gather", g.node("Shape", mask), g.longs(1)));
    GroupQuery shape = new GroupQuery(4, 2, 20, 0);
    String[] tables = {shape.angles(g, false), shape.angles(g, true)};
    Map<String, Attribute> attributes =
        Map.of(
            "num_heads", new Attribute.Int(4),
            "kv_num_heads", new Attribute.Int(2),
            "do_rotary", new Attribute.Int(1));
    String stream = g.node("Gather", g.weight(1, VOCABULARY, WIDTH), ids);
    for (int layer = 0; layer < 2; layer++) {
      String t = normal(g, stream);
      String[] in = {
        g.matMul(t, WIDTH, 64),
        g.matMul(t, WIDTH, 32),
        g.matMul(t, WIDTH, 32),
        "",
        "",
        last,
        total,
        tables[0],
        tables[1]
      };
      String all = g.nodes("com.microsoft", "GroupQueryAttention", attributes, 3, in).get(0);
      stream = g.add(stream, g.matMul(all, 64, WIDTH));
      String hidden = g.relu(g.matMul(normal(g, stream), WIDTH, 12));
      stream = g.add(stream, g.matMul(hidden, 12, WIDTH));
    }
    Map<String, Attribute> single = Map.of("to", new Attribute.Int(ElementType.FLOAT.code()));
    String real = g.node("Cast", single, g.node("Unsqueeze", mask, g.longs(2)));
    String sum = g.node("ReduceSum", flat, g.node("Mul", normal(g, stream), real), g.longs(1));
    String mean = g.node("Div", sum, g.node("ReduceSum", flat, real, g.longs(1)));
    return new NetworkReader(Merging.runtime(), Optional.empty())
        .withTokens(TOKENS)
        .of(g.build(g.gemm(mean, WIDTH, 3)), "decoder");
  }

  private static String normal(GraphBuilder g, String stream) {
    return g.node("LayerNormalization", stream, g.positive(WIDTH), g.weight(0.1, WIDTH));
  }

  private static RandomTexts texts(int count, long seed) {
    return RandomTexts.of(count, VOCABULARY, TOKENS, TOKENS, seed);
  }

  @Test
  void mergedWithAReorderedCopyItIsItself() {
    Network a = network(1);
    MergeOptions options =
        Merging.options(Heads.shared(), FitMethod.PROGRESSIVE, HeadFit.TASKS, 0.5);
    Merger merger = new Merger(Merging.runtime(), options);
    Merger.Prepared alone = merger.align(a, a);
    assertThat(alone.checked().proof().verdict()).isEqualTo(Proof.Verdict.PASSED);
    assertThat(alone.queries()).hasSize(2).allMatch(heads -> heads.each() == 2);
    Network b = a;
    for (var heads : alone.queries()) {
      b = heads.reordered(b, heads.random(3));
    }
    Merger.Prepared networks = merger.align(a, Merging.permuted(b, 5));
    MergeResult result =
        merger.merge(networks, CalibrationImages.of(texts(60, 1)), MergeListener.NONE);
    assertThat(result.groups())
        .filteredOn(group -> group.units() == 2)
        .as("one head of each attention is separate")
        .hasSize(2)
        .allMatch(group -> group.width() == 3);
    RandomTexts fresh = texts(20, 2);
    Network merged =
        new NetworkReader(Merging.runtime(), Optional.empty())
            .withTokens(TOKENS)
            .of(result.graph(), "merged");
    assertThat(error(only(outputs(a, fresh)), only(outputs(merged, fresh)))).isLessThan(1e-4);
    assertThat(merged.macs()).isEqualTo(result.cost().macs());
  }
}
