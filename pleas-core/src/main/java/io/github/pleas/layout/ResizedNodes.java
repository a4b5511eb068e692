package io.github.pleas.layout;

import io.github.pleas.network.Network;
import io.github.pleas.network.SliceBounds;
import io.github.pleas.network.TargetShape;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Nodes that say how many units there are, for the widths of the merged network: the target shape
 * of a Reshape or an Expand, the sizes of a Split, the bounds of a Slice, the heads of an
 * attention. A constant that other nodes read too stays as it is: each node gets one of its own.
 */
final class ResizedNodes {
  private static final String RUNTIME = "com.microsoft";

  private final Network a;
  private final MergedLayout layout;
  private final Draft draft;

  /**
   * New constants of the node at work, by name: a name may be that of what it takes the place of.
   */
  private final Set<String> own = new HashSet<>();

  /**
   * A node for the merged network's widths.
   *
   * @param own its new constants, which are in the draft
   */
  record Resized(Node node, Set<String> own) {}

  /**
   * The nodes of a draft.
   *
   * @param draft has the shapes of what was added so far, and of what the node writes
   */
  ResizedNodes(Network a, MergedLayout layout, Draft draft) {
    this.a = a;
    this.layout = layout;
    this.draft = draft;
  }

  /** The node for the merged network's widths. */
  Resized of(Node node) {
    own.clear();
    Node changed = resized(node);
    return new Resized(changed, Set.copyOf(own));
  }

  private Node resized(Node node) {
    if (node.domain().equals(RUNTIME)) {
      return switch (node.op()) {
        case "MultiHeadAttention" -> scaled(node, "num_heads", 0, 2);
        case "GroupQueryAttention" -> scaled(scaled(node, "num_heads", 0, 2), "kv_num_heads", 0, 2);
        case "RotaryEmbedding" -> rotary(node);
        case "Attention" -> packed(node);
        default -> node;
      };
    }
    return switch (node.isStandard() ? node.op() : "") {
      case "Reshape" -> reshape(node);
      case "Split" -> split(node);
      case "Slice" -> slice(node);
      case "Expand" -> expand(node);
      case "Attention" -> attention(node);
      case "RotaryEmbedding" -> rotary(node);
      default -> node;
    };
  }

  private Node reshape(Node node) {
    ValueShape original = a.shape(node.output());
    ValueShape shape = draft.shape(node.output());
    long[] target = a.constant(node.input(1)).longs().clone();
    for (int axis = 0; axis < target.length; axis++) {
      if (shape.dimension(axis) != original.dimension(axis) && target[axis] > 0) {
        // With a batch of one size only, the axis of the batch is said, too.
        target[axis] = target[axis] / original.dimension(axis) * shape.dimension(axis);
      }
    }
    return node.withInputs(List.of(node.input(0), constant(node.input(1), target)));
  }

  private String constant(String near, long[] values) {
    String name = draft.names.take(near, "");
    draft.constants.put(name, Tensor.ofLongs(new int[] {values.length}, values));
    own.add(name);
    return name;
  }

  /** A split whose parts may have other widths: said as its operator set says it. */
  private Node split(Node node) {
    int rank = a.shape(node.input(0)).rank();
    int attribute = (int) node.intAttribute("axis", 0);
    int axis = attribute < 0 ? attribute + rank : attribute;
    long[] sizes =
        node.outputs().stream().mapToLong(output -> draft.shape(output).dimension(axis)).toArray();
    boolean same =
        node.outputs().stream()
            .allMatch(
                output -> draft.shape(output).dimension(axis) == a.shape(output).dimension(axis));
    if (same) {
      return node;
    }
    if (a.graph().opset() < 13) {
      List<Long> list = Arrays.stream(sizes).boxed().toList();
      return node.withAttribute("split", new Attribute.Ints(list));
    }
    String name = constant(node.hasInput(1) ? node.input(1) : node.name() + "_sizes", sizes);
    return node.withoutAttribute("num_outputs").withInputs(List.of(node.input(0), name));
  }

  /** A slice along an axis that is longer takes the same segments of it. */
  private Node slice(Node node) {
    ValueShape original = a.shape(node.input(0));
    Optional<long[]> starts = SliceBounds.numbers(node, a, 1, "starts").map(long[]::clone);
    Optional<long[]> ends = SliceBounds.numbers(node, a, 2, "ends").map(long[]::clone);
    boolean changed = false;
    for (int axis = 0; axis < original.rank(); axis++) {
      Optional<SliceBounds> cut = SliceBounds.of(node, a, axis);
      if (cut.isPresent()
          && draft.shape(node.input(0)).dimension(axis) != original.dimension(axis)) {
        starts.orElseThrow()[cut.get().at()] = boundary(node, axis, cut.get().first());
        ends.orElseThrow()[cut.get().at()] = boundary(node, axis, cut.get().end());
        changed = true;
      }
    }
    if (!changed) {
      return node;
    }
    if (node.attributes().containsKey("starts")) {
      return node.withAttribute("starts", ints(starts.orElseThrow()))
          .withAttribute("ends", ints(ends.orElseThrow()));
    }
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.set(1, constant(node.input(1), starts.orElseThrow()));
    inputs.set(2, constant(node.input(2), ends.orElseThrow()));
    return node.withInputs(inputs);
  }

  private int boundary(Node node, int axis, int place) {
    return layout.boundary(node.input(0), axis, place);
  }

  private static Attribute ints(long[] values) {
    return new Attribute.Ints(Arrays.stream(values).boxed().toList());
  }

  /** A target that says the length of a longer axis says the new one. */
  private Node expand(Node node) {
    ValueShape original = a.shape(node.output());
    ValueShape shape = draft.shape(node.output());
    TargetShape target = TargetShape.of(a, node.input(1));
    Map<Integer, long[]> changed = new TreeMap<>();
    for (int axis = 0; axis < shape.rank(); axis++) {
      Optional<TargetShape.Entry> entry = target.entry(a, axis - shape.rank());
      if (shape.dimension(axis) != original.dimension(axis) && entry.isPresent()) {
        int part = entry.get().part();
        long[] numbers =
            changed.getOrDefault(part, a.constant(target.parts().get(part)).longs().clone());
        if (numbers[entry.get().at()] != 1) {
          numbers[entry.get().at()] = shape.dimension(axis);
          changed.put(part, numbers);
        }
      }
    }
    if (changed.isEmpty()) {
      return node;
    }
    List<String> parts = new ArrayList<>(target.parts());
    changed.forEach((part, numbers) -> parts.set(part, constant(parts.get(part), numbers)));
    return node.withInputs(
        List.of(
            node.input(0),
            target.join().map(join -> join(node, join, parts)).orElseGet(() -> parts.get(0))));
  }

  /** A target joined of other parts, in front of the node that reads it. */
  private String join(Node node, Node join, List<String> parts) {
    String joined = draft.names.take(node.input(1), "");
    draft.shapes.put(joined, a.shape(node.input(1)));
    Node changed =
        new Node(
            draft.nodeNames.take(join.name(), ""),
            join.op(),
            join.domain(),
            parts,
            List.of(joined),
            join.attributes());
    draft.nodes.add(draft.withConstants(changed, own, "", a, a::constant));
    own.add(joined);
    return joined;
  }

  /** A number of heads grows as the axis does on which all heads' features are. */
  private Node scaled(Node node, String attribute, int input, int axis) {
    long heads = node.intAttribute(attribute, 0);
    int before = a.shape(node.input(input)).dimension(axis);
    int after = draft.shape(node.input(input)).dimension(axis);
    return before == after
        ? node
        : node.withAttribute(attribute, new Attribute.Int(heads * after / before));
  }

  /** ONNX's own: a value with its heads on an axis says how many there are. */
  private Node attention(Node node) {
    if (a.shape(node.input(0)).rank() == 4) {
      return node;
    }
    return scaled(scaled(node, "q_num_heads", 0, 2), "kv_num_heads", 1, 2);
  }

  private Node rotary(Node node) {
    return a.shape(node.input(0)).rank() == 4 || node.intAttribute("num_heads", 0) == 0
        ? node
        : scaled(node, "num_heads", 0, 2);
  }

  /** Queries, keys and values one after another in the columns of the weight. */
  private Node packed(Node node) {
    int before = a.shape(node.output()).dimension(2);
    int after = draft.shape(node.output()).dimension(2);
    if (before == after) {
      return node;
    }
    long heads = node.intAttribute("num_heads", 1);
    int third = a.shape(node.input(1)).dimension(1) / 3;
    int[] sizes = node.intsAttribute("qkv_hidden_sizes", new int[] {third, third, third});
    List<Long> grown = Arrays.stream(sizes).mapToObj(s -> (long) s * after / before).toList();
    Node changed = node.withAttribute("num_heads", new Attribute.Int(heads * after / before));
    boolean said = node.attributes().containsKey("qkv_hidden_sizes");
    return said ? changed.withAttribute("qkv_hidden_sizes", new Attribute.Ints(grown)) : changed;
  }
}
