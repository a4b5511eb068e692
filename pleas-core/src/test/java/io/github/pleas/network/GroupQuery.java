package io.github.pleas.network;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * ONNX Runtime's GroupQueryAttention in graphs whose input is "x" and whose texts are all of one
 * length; each token sees those before it.
 *
 * @param heads of queries
 * @param shared heads of keys and values
 * @param tokens of a text
 * @param past tokens whose keys and values are given
 */
public record GroupQuery(int heads, int shared, int tokens, int past) {
  private static final int PAIRS = 8;

  /**
   * The node.
   *
   * @param more attributes
   * @param in query, key, value, past key, past value, tables of cosines and sines, position ids,
   *     bias, sinks; those at the end may be left out
   * @return its output and the present keys and values
   */
  public List<String> node(GraphBuilder g, Map<String, Attribute> more, String... in) {
    Map<String, Attribute> attributes = new LinkedHashMap<>(more);
    attributes.put("num_heads", new Attribute.Int(heads));
    attributes.put("kv_num_heads", new Attribute.Int(shared));
    List<String> inputs = new ArrayList<>(List.of(in).subList(0, 5));
    inputs.add(last(g));
    byte[] total = {(byte) (past + tokens), 0, 0, 0};
    inputs.add(g.constant(Tensor.ofBytes(ElementType.INT32, new int[0], total)));
    inputs.addAll(List.of(in).subList(5, in.length));
    String[] all = inputs.toArray(String[]::new);
    return g.nodes("com.microsoft", "GroupQueryAttention", attributes, 3, all);
  }

  /** The last token's number, for each image: [batch]. */
  private String last(GraphBuilder g) {
    String batch = g.node("Slice", g.node("Shape", "x"), g.longs(0), g.longs(1), g.longs(0));
    String last = g.node("Expand", g.longs(past + tokens - 1), batch);
    return g.node("Cast", Map.of("to", new Attribute.Int(ElementType.INT32.code())), last);
  }

  /** Cosines or sines for each token and pair of rotated features, [tokens, 8]. */
  public String angles(GraphBuilder g, boolean sine) {
    float[] angles = new float[tokens * PAIRS];
    for (int e = 0; e < angles.length; e++) {
      double angle = e / PAIRS * Math.pow(10, -(e % PAIRS) / (double) PAIRS);
      angles[e] = (float) (sine ? Math.sin(angle) : Math.cos(angle));
    }
    return g.constant(Tensor.ofFloats(new int[] {tokens, PAIRS}, angles));
  }
}
