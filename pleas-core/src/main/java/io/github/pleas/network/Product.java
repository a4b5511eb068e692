package io.github.pleas.network;

import io.github.pleas.onnx.Node;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A product of two computed matrices, such as that of queries and keys: it has no weights to fit,
 * but takes multiply-accumulates. An attention as one operator is several of these. Counted are
 * MatMul, Gemm, an Einsum of two operands, and attention operators whose queries, keys and values
 * are inputs of their own.
 *
 * @param node the operator
 * @param factors axes of values whose lengths, multiplied, are its multiply-accumulates for an
 *     image
 * @param numerator of the share of them that it takes: 1, but where an axis serves others too
 * @param denominator of this share
 */
public record Product(Node node, List<Axis> factors, long numerator, long denominator) {
  private static final String RUNTIME = "com.microsoft";

  /**
   * An axis of a value; where it is the batch's, what of it is one image's.
   *
   * @param value of the network
   * @param axis of it
   */
  public record Axis(String value, int axis) {}

  public Product {
    factors = List.copyOf(factors);
  }

  /** Multiply-accumulates for one image. */
  public long macs(Function<String, ValueShape> shapes) {
    long macs = numerator;
    for (Axis factor : factors) {
      macs *= shapes.apply(factor.value()).dimension(factor.axis());
    }
    return macs / denominator;
  }

  private static Product whole(Node node, List<Axis> factors) {
    return new Product(node, factors, 1, 1);
  }

  /** Those of a network, in graph order. */
  public static List<Product> of(Network network) {
    Set<Node> layers = new HashSet<>();
    network.layers().forEach(layer -> layers.add(layer.node()));
    List<Product> all = new ArrayList<>();
    for (Node node : network.graph().nodes()) {
      if (!layers.contains(node)) {
        all.addAll(of(node, network));
      }
    }
    return all;
  }

  private static List<Product> of(Node node, Network network) {
    boolean runtime = node.domain().equals(RUNTIME);
    if (node.isStandard() && (node.is("MatMul") || node.is("Gemm"))) {
      boolean transposed = node.is("Gemm") && node.intAttribute("transA", 0) != 0;
      int rank = network.shape(node.input(0)).rank();
      List<Axis> factors = axes(node.output(), network);
      factors.add(new Axis(node.input(0), transposed ? rank - 2 : rank - 1));
      return List.of(whole(node, factors));
    }
    if (node.isStandard() && node.is("Einsum") && node.inputs().size() == 2) {
      return List.of(einsum(node, network));
    }
    boolean apart =
        node.isStandard() && node.is("Attention")
            || runtime && node.op().equals("MultiHeadAttention");
    if (apart) {
      return attention(node, network);
    }
    if (runtime && node.op().equals("GroupQueryAttention")) {
      return node.hasInput(1) ? attention(node, network) : sharing(node, network);
    }
    boolean packed = runtime && node.op().equals("Attention") && node.hasInput(1);
    return packed ? packed(node, network) : List.of();
  }

  private static List<Axis> axes(String value, Network network) {
    List<Axis> axes = new ArrayList<>();
    for (int axis = 0; axis < network.shape(value).rank(); axis++) {
      axes.add(new Axis(value, axis));
    }
    return axes;
  }

  /** Queries with keys, and weights with values: each over the positions of the keys. */
  private static List<Product> attention(Node node, Network network) {
    if (!node.hasInput(1) || network.shape(node.input(1)).rank() > 4) {
      return List.of();
    }
    Axis positions = new Axis(node.input(1), network.shape(node.input(1)).rank() - 2);
    List<Axis> scores = axes(node.input(0), network);
    List<Axis> values = axes(node.output(), network);
    scores.add(positions);
    values.add(positions);
    return List.of(whole(node, scores), whole(node, values));
  }

  /** An attention with its projections: X [batch, positions, in], W [in, all features]. */
  private static List<Product> packed(Node node, Network network) {
    Axis positions = new Axis(node.input(0), 1);
    Axis all = new Axis(node.input(1), 1);
    int columns = network.shape(node.input(1)).dimension(1);
    int third = columns / 3;
    long queries = node.intsAttribute("qkv_hidden_sizes", new int[] {third, third, third})[0];
    List<Axis> projections = axes(node.input(0), network);
    projections.add(all);
    List<Axis> values = axes(node.output(), network);
    values.add(positions);
    return List.of(
        whole(node, projections),
        new Product(node, List.of(positions, positions, all), queries, columns),
        whole(node, values));
  }

  /**
   * Queries, and keys and values that several heads of them share, in one value [batch, positions,
   * all features].
   */
  private static List<Product> sharing(Node node, Network network) {
    Axis positions = new Axis(node.input(0), 1);
    long heads = node.intAttribute("num_heads", 1);
    long all = heads + 2 * node.intAttribute("kv_num_heads", 1);
    List<Axis> scores = axes(node.input(0), network);
    List<Axis> values = axes(node.output(), network);
    scores.add(positions);
    values.add(positions);
    return List.of(new Product(node, scores, heads, all), whole(node, values));
  }

  /** Over all labels of the equation, those of "..." numbered from the last. */
  private static Product einsum(Node node, Network network) {
    String equation = node.textAttribute("equation", "").replace(" ", "");
    int arrow = equation.indexOf("->");
    String[] terms = (arrow < 0 ? equation : equation.substring(0, arrow)).split(",", -1);
    Map<String, Axis> labels = new LinkedHashMap<>();
    for (int input = 0; input < terms.length; input++) {
      int rank = network.shape(node.input(input)).rank();
      int spread = rank - terms[input].replace("...", "").length();
      int axis = 0;
      for (int at = 0; at < terms[input].length(); at++) {
        if (terms[input].charAt(at) == '.') {
          for (int k = spread; k > 0; k--) {
            put(labels, "." + k, new Axis(node.input(input), axis++), network);
          }
          at += 2;
        } else {
          Axis own = new Axis(node.input(input), axis++);
          put(labels, terms[input].substring(at, at + 1), own, network);
        }
      }
    }
    return whole(node, List.copyOf(labels.values()));
  }

  /** Of axes that meet, one of length one is spread along the other. */
  private static void put(Map<String, Axis> labels, String label, Axis axis, Network network) {
    Axis known = labels.get(label);
    if (known == null || length(known, network) < length(axis, network)) {
      labels.put(label, axis);
    }
  }

  private static int length(Axis axis, Network network) {
    return network.shape(axis.value()).dimension(axis.axis());
  }
}
