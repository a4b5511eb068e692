package io.github.pleas.network;

import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.OnnxReader;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.OrtRuntime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads a model file into a {@link Network} in canonical form. */
public final class NetworkReader {
  // Unlikely as the length of any other axis, and different, so that what grows is the batch.
  private static final int[] BATCHES = {2, 3};

  private final OrtRuntime runtime;
  private final Optional<int[]> spatialSize;

  /**
   * A reader.
   *
   * @param runtime where shapes are observed
   * @param spatialSize height and width of the input, for models that leave them free
   */
  public NetworkReader(OrtRuntime runtime, Optional<int[]> spatialSize) {
    this.runtime = runtime;
    this.spatialSize = spatialSize.map(int[]::clone);
  }

  /**
   * Reads a file.
   *
   * @throws InvalidInputException if the file is not a model that can be merged: not ONNX, several
   *     inputs, weights that are not numbers
   */
  public Network read(Path file) {
    return of(OnnxReader.read(file), file.toString());
  }

  /** Brings a graph into canonical form; {@code source} names it in messages. */
  public Network of(Graph graph, String source) {
    checkFinite(graph, source);
    int[] perImage = inputShape(graph, source);
    try {
      return canonical(withFreeBatch(graph), source, perImage, OptionalInt.empty());
    } catch (PleasException free) {
      int fixed = declaredBatch(graph);
      if (fixed < 0) {
        throw new InvalidInputException(
            "%s cannot be run on random input of shape %s: %s"
                .formatted(source, java.util.Arrays.toString(perImage), free.getMessage()),
            free);
      }
      // Exporters write the batch size of the example input into reshapes; take it out and try once
      // more.
      Network network = canonical(graph, source, perImage, OptionalInt.of(fixed));
      return FreeBatch.of(network, fixed)
          .flatMap(freed -> tryFree(freed, source, perImage))
          .orElse(network);
    }
  }

  private Optional<Network> tryFree(Graph freed, String source, int[] perImage) {
    try {
      return Optional.of(canonical(freed, source, perImage, OptionalInt.empty()));
    } catch (PleasException stillFixed) {
      // Not a failure: the network simply runs on one batch size only, which its record states.
      return Optional.empty();
    }
  }

  private Network canonical(Graph graph, String source, int[] perImage, OptionalInt fixedBatch) {
    int[] batches =
        fixedBatch.isPresent() ? new int[] {fixedBatch.getAsInt(), fixedBatch.getAsInt()} : BATCHES;
    Probe probe = Probe.of(runtime, graph, perImage, batches);
    for (ValueInfo output : graph.outputs()) {
      if (probe.shapes().containsKey(output.name())
          && probe.shapes().get(output.name()).batchAxis() != 0) {
        throw new InvalidInputException(
            "%s: output '%s' does not have the batch as its first axis"
                .formatted(source, output.name()));
      }
    }
    Graph canonical = new Canonicalizer(probe).apply(graph);
    Map<String, io.github.pleas.runtime.ValueShape> shapes = new LinkedHashMap<>(probe.shapes());
    return new Network(
        source, canonical, shapes, fixedBatch, new LayerFinder(canonical, shapes).find());
  }

  private static Graph withFreeBatch(Graph graph) {
    return graph
        .withInputs(List.of(FreeBatch.free(graph.inputs().get(0))))
        .withOutputs(graph.outputs().stream().map(FreeBatch::free).toList());
  }

  private static int declaredBatch(Graph graph) {
    return (int) graph.inputs().get(0).shape().get(0).size();
  }

  private int[] inputShape(Graph graph, String source) {
    if (graph.inputs().size() != 1) {
      throw new InvalidInputException(
          "%s has %d inputs (%s); networks with one input can be merged"
              .formatted(
                  source,
                  graph.inputs().size(),
                  String.join(", ", graph.inputs().stream().map(ValueInfo::name).toList())));
    }
    ValueInfo input = graph.inputs().get(0);
    if (input.type() != ElementType.FLOAT) {
      throw new InvalidInputException(
          "%s: input '%s' has type %s; expected FLOAT"
              .formatted(source, input.name(), input.type()));
    }
    if (input.shape().size() < 2) {
      throw new InvalidInputException(
          "%s: input '%s' declares %d dimensions; expected a batch axis and at least one more"
              .formatted(source, input.name(), input.shape().size()));
    }
    int[] shape = new int[input.shape().size()];
    shape[0] = 1;
    for (int axis = 1; axis < shape.length; axis++) {
      boolean spatial = shape.length == 4 && axis >= 2;
      if (!input.shape().get(axis).isFree()) {
        shape[axis] = Math.toIntExact(input.shape().get(axis).size());
        if (spatial && spatialSize.isPresent() && spatialSize.get()[axis - 2] != shape[axis]) {
          throw new InvalidInputException(
              "%s takes images of %d x %d; --input-size asks for %d x %d"
                  .formatted(
                      source,
                      input.shape().get(2).size(),
                      input.shape().get(3).size(),
                      spatialSize.get()[0],
                      spatialSize.get()[1]));
        }
      } else if (spatial && spatialSize.isPresent()) {
        shape[axis] = spatialSize.get()[axis - 2];
      } else {
        throw new InvalidInputException(
            "%s: axis %d of input '%s' is free; give the size of the images by --input-size HxW"
                .formatted(source, axis, input.name()));
      }
    }
    return shape;
  }

  private static void checkFinite(Graph graph, String source) {
    List<String> bad = new ArrayList<>();
    graph
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (tensor.isFloat() && !allFinite(name, tensor.floats(), graph)) {
                bad.add(name);
              }
            });
    if (!bad.isEmpty()) {
      Collections.sort(bad);
      throw new InvalidInputException(
          "%s: %s NaN or infinite values: %s"
              .formatted(
                  source,
                  bad.size() == 1 ? "one weight has" : bad.size() + " weights have",
                  String.join(", ", bad.subList(0, Math.min(5, bad.size())))));
    }
  }

  private static boolean allFinite(String name, float[] values, Graph graph) {
    boolean finite = true;
    for (float value : values) {
      finite &= Float.isFinite(value);
    }
    // Infinity is a usual constant in masks and clips; in the weights of a layer it is damage.
    return finite
        || graph.nodes().stream()
            .noneMatch(
                node ->
                    node.inputs().indexOf(name) >= 1
                        && List.of("Conv", "ConvTranspose", "Gemm", "MatMul", "BatchNormalization")
                            .contains(node.op()));
  }
}
