package io.github.pleas.runtime;

import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Constants of a part that is loaded before they are known: it takes them as inputs. Until the part
 * is made, an empty array stands for each.
 *
 * @param declared their names, types and shapes
 */
record LateConstants(List<ValueInfo> declared) {
  static final LateConstants NONE = new LateConstants(List.of());

  /** Known constants, and what stands for these. */
  Map<String, Tensor> among(Map<String, Tensor> known) {
    Map<String, Tensor> all = new HashMap<>(known);
    declared.forEach(info -> all.put(info.name(), Tensor.ofFloats(new int[] {0}, new float[0])));
    return all;
  }

  /** Those that a graph's nodes read. */
  LateConstants readBy(Graph graph) {
    Set<String> read = new HashSet<>();
    graph.nodes().forEach(node -> read.addAll(Subgraphs.reads(node)));
    return new LateConstants(declared.stream().filter(info -> read.contains(info.name())).toList());
  }

  /** A graph of {@link #among} with these, all of which it reads, as its last inputs. */
  Graph asInputs(Graph graph) {
    List<ValueInfo> inputs = new ArrayList<>(graph.inputs());
    inputs.addAll(declared);
    Map<String, Tensor> constants = new LinkedHashMap<>(graph.initializers());
    constants.keySet().removeAll(names());
    return graph.withInputs(inputs).withInitializers(constants);
  }

  /**
   * Whether a part that takes these as inputs computes what a graph does with all its constants.
   *
   * @param part of {@link #asInputs}
   * @param whole a graph with the constants as they are now
   */
  boolean isSame(Graph part, Graph whole) {
    List<ValueInfo> inputs =
        part.inputs().stream().filter(info -> !names().contains(info.name())).toList();
    Map<String, Tensor> others = new HashMap<>(whole.initializers());
    others.keySet().removeAll(names());
    return inputs.equals(whole.inputs())
        && part.outputs().equals(whole.outputs())
        && part.nodes().equals(whole.nodes())
        && part.opsets().equals(whole.opsets())
        && part.initializers().equals(others)
        && declared.stream().allMatch(info -> isOf(info, whole));
  }

  private static boolean isOf(ValueInfo info, Graph whole) {
    return Optional.ofNullable(whole.initializers().get(info.name()))
        .filter(tensor -> tensor.type() == ElementType.FLOAT && info.type() == ElementType.FLOAT)
        .map(tensor -> Arrays.stream(tensor.shape()).mapToObj(ValueInfo.Dimension::of).toList())
        .equals(Optional.of(info.shape()));
  }

  /** What they are in a graph that {@link #isSame} is true of. */
  Map<String, Tensor> of(Graph whole) {
    Map<String, Tensor> found = new LinkedHashMap<>(whole.initializers());
    found.keySet().retainAll(names());
    return found;
  }

  private Set<String> names() {
    return declared.stream().map(ValueInfo::name).collect(Collectors.toSet());
  }
}
