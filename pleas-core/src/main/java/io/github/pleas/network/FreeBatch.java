package io.github.pleas.network;

import static java.util.Objects.requireNonNull;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.ModelInput;
import io.github.pleas.runtime.ObservedGraph;
import io.github.pleas.runtime.RandomBatch;
import io.github.pleas.runtime.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes the batch size of the exporter's example out of a graph that was exported for one batch
 * size.
 */
final class FreeBatch {
  /** The largest error, relative to the output's largest value, that rounding explains. */
  private static final float ROUNDING = 1e-3f;

  private FreeBatch() {}

  /** A declared value whose first axis is free. */
  static ValueInfo free(ValueInfo value) {
    if (value.shape().isEmpty()) {
      return value;
    }
    List<ValueInfo.Dimension> shape = new ArrayList<>(value.shape());
    if (!shape.get(0).isFree()) {
      shape.set(0, ValueInfo.Dimension.free("batch"));
    }
    return new ValueInfo(value.name(), value.type(), shape);
  }

  /**
   * The canonical graph of a network of one batch size, with reshapes that leave the batch free,
   * and constants that are concatenated with each image (class tokens) repeated for each. Whether
   * the result computes the same is for the caller to observe.
   */
  static Graph of(Network network, int batch) {
    BatchTracker tracker = new BatchTracker(network, batch);
    GraphEditor editor = new GraphEditor(network.graph());
    for (Node node : editor.nodes()) {
      if (node.is("Reshape") && editor.isConstant(node.input(1))) {
        freeReshape(network, tracker, editor, node, batch);
      } else if (node.is("Concat")) {
        repeatConstants(network, tracker, editor, node);
      } else if (node.is("Expand") && editor.isConstant(node.input(1))) {
        freeExpand(network, tracker, editor, node);
      }
    }
    Graph graph = editor.build();
    return graph
        .withInputs(graph.inputs().stream().map(FreeBatch::free).toList())
        .withOutputs(graph.outputs().stream().map(FreeBatch::free).toList());
  }

  private static void freeReshape(
      Network network, BatchTracker tracker, GraphEditor editor, Node node, int batch) {
    Optional<BatchTracker.Place> place = tracker.place(node.output());
    int[] out = network.shape(node.output()).forBatch(batch);
    if (place.isEmpty() || Arrays.stream(out).anyMatch(length -> length == 0)) {
      return;
    }
    long[] target = new long[out.length];
    for (int axis = 0; axis < out.length; axis++) {
      target[axis] = axis == place.get().axis() ? -1 : out[axis];
    }
    String shape =
        editor.addConstant(
            node.output() + "_shape", Tensor.ofLongs(new int[] {target.length}, target));
    editor.replace(node, node.withInputs(List.of(node.input(0), shape)));
  }

  /** On the batch axis Expand is told 1, which leaves the axis as long as it is. */
  private static void freeExpand(
      Network network, BatchTracker tracker, GraphEditor editor, Node node) {
    Optional<BatchTracker.Place> place = tracker.place(node.output());
    if (place.isEmpty() || tracker.place(node.input(0)).isEmpty()) {
      return;
    }
    long[] target = editor.constant(node.input(1)).orElseThrow().longs().clone();
    int axis = place.get().axis() - network.shape(node.output()).rank() + target.length;
    if (axis < 0 || target[axis] == 1) {
      return;
    }
    target[axis] = 1;
    String shape =
        editor.addConstant(
            node.output() + "_shape", Tensor.ofLongs(new int[] {target.length}, target));
    editor.replace(node, node.withInputs(List.of(node.input(0), shape)));
  }

  /** Concat needs equal lengths on the batch axis, where other operators would broadcast. */
  private static void repeatConstants(
      Network network, BatchTracker tracker, GraphEditor editor, Node node) {
    Optional<BatchTracker.Place> place = tracker.place(node.output());
    Optional<String> batched =
        node.inputs().stream().filter(input -> tracker.place(input).isPresent()).findFirst();
    if (place.isEmpty() || batched.isEmpty()) {
      return;
    }
    int rank = network.shape(node.output()).rank();
    int axis = place.get().axis();
    if (Math.floorMod(node.intAttribute("axis", 0), rank) == axis) {
      return;
    }
    List<String> inputs = new ArrayList<>();
    for (String input : node.inputs()) {
      Optional<Tensor> constant = editor.constant(input).filter(c -> isSame(c, axis));
      inputs.add(
          constant.isEmpty()
              ? input
              : new RepeatedConstant(editor, node, axis).as(input, constant.get(), batched.get()));
    }
    editor.replace(node, node.withInputs(inputs));
  }

  /** Whether a constant is the same at each place of an axis. */
  private static boolean isSame(Tensor constant, int axis) {
    int length = constant.dimension(axis);
    return length > 0
        && constant.equals(constant.gather(axis, new int[] {0}).gather(axis, new int[length]));
  }

  /**
   * What a graph for any batch size gives on the samples that {@link #agrees} asks about.
   *
   * @param batch the batch size that it was freed of; twice as many samples are run
   */
  static Map<String, Tensor> together(
      ObservedGraph freed, List<ModelInput> inputs, List<String> outputs, int batch) {
    try (RandomBatch random = Probe.batch(inputs, 2 * batch)) {
      return run(freed, outputs, random.arrays());
    }
  }

  /**
   * Whether a graph that was freed of its batch size still treats each image alone: on two of the
   * original's batches at once it computes what the original computes on one after the other.
   *
   * @param original runs on one batch size; may be the freed graph, where only the declaration was
   *     freed
   * @param together what the freed graph gives: {@link #together}, or a {@link Probe} of it whose
   *     first batch has as many samples
   * @param inputs what both take
   * @param batch the original's batch size
   */
  static boolean agrees(
      ObservedGraph original, Map<String, Tensor> together, List<ModelInput> inputs, int batch) {
    List<String> outputs = List.copyOf(together.keySet());
    try (RandomBatch random = Probe.batch(inputs, 2 * batch)) {
      Map<String, Tensor> first = run(original, outputs, random.part(0, batch));
      Map<String, Tensor> second = run(original, outputs, random.part(batch, batch));
      return together.entrySet().stream()
          .allMatch(
              output ->
                  areClose(
                      output.getValue(),
                      requireNonNull(first.get(output.getKey()))
                          .joined(0, requireNonNull(second.get(output.getKey())))));
    }
  }

  private static Map<String, Tensor> run(
      ObservedGraph graph, List<String> outputs, Map<String, Session.FloatArray> inputs) {
    return graph.run(inputs, outputs::contains).contents();
  }

  private static boolean areClose(Tensor found, Tensor expected) {
    if (!Arrays.equals(found.shape(), expected.shape())) {
      return false;
    }
    float largest = 0;
    for (float value : expected.floats()) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.size(); i++) {
      if (!(Math.abs(found.floats()[i] - expected.floats()[i]) <= ROUNDING * largest)) {
        return false;
      }
    }
    return true;
  }
}
