package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A group whose units are not interchangeable, though the rules say so.
 *
 * @param group the group, as it was found
 * @param error by how much the outputs change when its units move (relative)
 * @param operators the nodes that read or write what its units stand on; the rule of one of them is
 *     wrong
 */
public record Defect(UnitGroup group, double error, List<Node> operators) {
  public Defect {
    operators = List.copyOf(operators);
  }

  /** The operators by how many of them there are: "3 Conv, 2 Relu". */
  public String operatorsByName() {
    Map<String, Long> counts =
        operators.stream().collect(Collectors.groupingBy(Node::op, Collectors.counting()));
    return counts.entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }

  /** For the user. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "group '%s' (%,d units): when its units move, the outputs change by %.1e; it stands at %s",
        group.name(),
        group.size(),
        error,
        operatorsByName());
  }
}
