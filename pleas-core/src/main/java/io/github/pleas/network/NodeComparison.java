package io.github.pleas.network;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Node;
import java.util.Optional;
import java.util.TreeSet;

/** Whether two nodes of two networks do the same, and if not, in what they differ. */
final class NodeComparison {
  private final Network a;
  private final Network b;

  NodeComparison(Network a, Network b) {
    this.a = a;
    this.b = b;
  }

  /** The first difference of operators, outputs and attributes. */
  Optional<String> difference(Node left, Node right) {
    boolean sameSet = left.isStandard() ? right.isStandard() : left.domain().equals(right.domain());
    if (!left.op().equals(right.op()) || !sameSet) {
      return Optional.of(
          "node '%s' is a %s, node '%s' a %s"
              .formatted(left.name(), left.op(), right.name(), right.op()));
    }
    if (left.outputs().size() != right.outputs().size()) {
      return Optional.of(
          "%s '%s' has %d outputs, '%s' %d"
              .formatted(
                  left.op(),
                  left.name(),
                  left.outputs().size(),
                  right.name(),
                  right.outputs().size()));
    }
    if (!meansTheSame(left)) {
      return Optional.of(
          "%s '%s' means different things in opset %d and %d"
              .formatted(left.op(), left.name(), a.graph().opset(), b.graph().opset()));
    }
    TreeSet<String> keys = new TreeSet<>(left.attributes().keySet());
    keys.addAll(right.attributes().keySet());
    for (String key : keys) {
      Attribute first = left.attributes().get(key);
      Attribute second = right.attributes().get(key);
      if (first == null || !first.equals(second)) {
        return Optional.of(
            "attribute %s of %s '%s' is %s, of '%s' %s"
                .formatted(key, left.op(), left.name(), show(first), right.name(), show(second)));
      }
    }
    return Optional.empty();
  }

  /** Before opset 13 Softmax runs over all axes from the one given on, later over that one. */
  private boolean meansTheSame(Node left) {
    boolean straddles = a.graph().opset() < 13 != b.graph().opset() < 13;
    return !straddles
        || !left.isStandard()
        || !left.op().endsWith("Softmax")
        || left.intAttribute("axis", -1) == a.shape(left.output()).rank() - 1;
  }

  private static String show(@org.jspecify.annotations.Nullable Attribute attribute) {
    if (attribute == null) {
      return "missing";
    }
    if (attribute instanceof Attribute.Int i) {
      return Long.toString(i.value());
    } else if (attribute instanceof Attribute.Float f) {
      return Float.toString(f.value());
    } else if (attribute instanceof Attribute.Text t) {
      return "'" + t.value() + "'";
    } else if (attribute instanceof Attribute.Ints list) {
      return list.values().toString();
    } else if (attribute instanceof Attribute.Floats list) {
      return list.values().toString();
    } else if (attribute instanceof Attribute.Value v) {
      return v.tensor().toString();
    }
    return "of a kind that is not shown";
  }
}
