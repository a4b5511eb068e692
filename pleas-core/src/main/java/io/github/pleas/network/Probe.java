package io.github.pleas.network;

import static java.util.Objects.requireNonNull;

import io.github.pleas.PleasException;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.ModelInput;
import io.github.pleas.runtime.Observation;
import io.github.pleas.runtime.ObservedGraph;
import io.github.pleas.runtime.RandomBatch;
import io.github.pleas.runtime.ValueShape;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Two runs on batches of different size: what grows with the batch is a batch axis, and what the
 * input's values cannot change and the batch size does not change is a constant.
 *
 * @param shapes of every value, the graph's inputs included
 * @param types of every value, the graph's inputs included
 * @param constants values that are the same for every input, such as the shapes that exporters
 *     compute
 * @param zeros values that are zero for every input and batch size, such as the states that
 *     recurrent networks start in
 * @param outputs of the graph, as the first of the two batches gave them
 */
record Probe(
    Map<String, ValueShape> shapes,
    Map<String, ElementType> types,
    Map<String, Tensor> constants,
    Set<String> zeros,
    Map<String, Tensor> outputs) {
  private static final Set<String> RANDOM =
      Set.of(
          "RandomNormal",
          "RandomNormalLike",
          "RandomUniform",
          "RandomUniformLike",
          "Multinomial",
          "Bernoulli");

  /**
   * Observes a graph.
   *
   * @param observed the graph, loaded
   * @param inputs what the graph takes, batch axis first
   * @param batches two batch sizes; equal ones where the graph takes only one
   * @throws PleasException if ONNX Runtime refuses the graph, or if a value grows with the batch in
   *     another way than along one axis
   */
  static Probe of(ObservedGraph observed, Graph graph, List<ModelInput> inputs, int[] batches) {
    Set<String> independent = independentOfInput(graph);
    Set<String> wanted = new HashSet<>(independent);
    graph.outputs().forEach(output -> wanted.add(output.name()));
    // The larger first: the other finds the memory that it took.
    Observation second = observe(observed, inputs, batches[1], independent);
    Observation first = observe(observed, inputs, batches[0], wanted);
    Map<String, ValueShape> shapes = new LinkedHashMap<>();
    inputs.forEach(input -> shapes.put(input.name(), input.shape()));
    first
        .shapes()
        .forEach(
            (value, shape) -> {
              int[] other = requireNonNull(second.shapes().get(value), value);
              shapes.put(value, shape(value, shape, other, batches, independent.contains(value)));
            });
    Map<String, Tensor> constants = new LinkedHashMap<>();
    Map<String, Tensor> contents = new LinkedHashMap<>(first.contents());
    contents.keySet().retainAll(second.contents().keySet());
    contents.forEach(
        (value, tensor) -> {
          if (tensor.equals(second.contents().get(value))) {
            constants.put(value, tensor);
          }
        });
    Set<String> zeros = new HashSet<>();
    contents.forEach(
        (value, tensor) -> {
          if (isZero(tensor) && isZero(requireNonNull(second.contents().get(value)))) {
            zeros.add(value);
          }
        });
    Map<String, ElementType> types = new LinkedHashMap<>(first.types());
    inputs.forEach(input -> types.put(input.name(), input.type()));
    // What is no tensor, such as a sequence of tensors, has no axes.
    for (Node node : graph.nodes()) {
      node.outputs().stream()
          .filter(output -> !output.isEmpty())
          .forEach(output -> shapes.putIfAbsent(output, new ValueShape(new int[0], -1)));
    }
    Map<String, Tensor> outputs = new LinkedHashMap<>(first.contents());
    outputs
        .keySet()
        .retainAll(graph.outputs().stream().map(ValueInfo::name).collect(Collectors.toSet()));
    return new Probe(shapes, types, constants, zeros, outputs);
  }

  static boolean isZero(Tensor tensor) {
    if (!tensor.isFloat()) {
      return false;
    }
    for (float value : tensor.floats()) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  /** The random batch of a size that graphs are observed on. */
  static RandomBatch batch(List<ModelInput> inputs, int size) {
    return new RandomBatch(inputs, size, size);
  }

  private static Observation observe(
      ObservedGraph observed, List<ModelInput> inputs, int batch, Set<String> wanted) {
    try (RandomBatch random = batch(inputs, batch)) {
      return observed.run(random.arrays(), wanted::contains);
    }
  }

  /** Values that depend on constants and on shapes, but not on what is in the input. */
  private static Set<String> independentOfInput(Graph graph) {
    Set<String> known = new HashSet<>(graph.initializers().keySet());
    known.add("");
    for (Node node : graph.nodes()) {
      boolean readsShapeOnly = node.is("Shape") || node.is("Size") || node.is("EyeLike");
      // Of the second input it takes the type, which is the same for every image.
      boolean castsKnown = node.is("CastLike") && known.contains(node.input(0));
      boolean opaque =
          RANDOM.contains(node.op())
              || node.attributes().values().stream().anyMatch(Attribute.Opaque.class::isInstance);
      if (!opaque && (readsShapeOnly || castsKnown || known.containsAll(node.inputs()))) {
        known.addAll(node.outputs());
      }
    }
    return known;
  }

  private static ValueShape shape(
      String value, int[] first, int[] second, int[] batches, boolean independent) {
    int[] perImage = first.clone();
    int batchAxis = -1;
    boolean fixedBatch = batches[0] == batches[1];
    if (fixedBatch && !independent && first.length > 0 && first[0] % batches[0] == 0) {
      batchAxis = 0;
      perImage[0] = first[0] / batches[0];
    }
    for (int axis = 0; !fixedBatch && axis < first.length; axis++) {
      if (second.length == first.length && first[axis] == second[axis]) {
        continue;
      }
      boolean proportional =
          second.length == first.length
              && first[axis] % batches[0] == 0
              && (long) first[axis] * batches[1] == (long) second[axis] * batches[0];
      if (!proportional || batchAxis >= 0) {
        throw new PleasException(
            "value '%s' does not grow along one axis with the batch: shape %s for a batch of %d, %s for %d"
                .formatted(
                    value,
                    java.util.Arrays.toString(first),
                    batches[0],
                    java.util.Arrays.toString(second),
                    batches[1]));
      }
      batchAxis = axis;
      perImage[axis] = first[axis] / batches[0];
    }
    return new ValueShape(perImage, batchAxis);
  }
}
