package io.github.pleas.network;

import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import io.github.pleas.architecture.BuiltNetwork;
import io.github.pleas.checkpoint.Checkpoints;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.OnnxReader;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.ObservedGraph;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.ValueShape;
import io.github.pleas.runtime.Workers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Reads a model file into a {@link Network} in canonical form. */
public final class NetworkReader {
  // Two sizes, so that what differs between the runs is what depends on the batch; neither is one,
  // which broadcasting would hide.
  private static final int[] BATCHES = {2, 3};

  private final OrtRuntime runtime;
  private final Optional<int[]> spatialSize;
  private final CheckpointOptions checkpoints;

  /**
   * A reader of ONNX files.
   *
   * @param runtime where shapes are observed
   * @param spatialSize height and width of the input, for models that leave them free
   */
  public NetworkReader(OrtRuntime runtime, Optional<int[]> spatialSize) {
    this(runtime, spatialSize, CheckpointOptions.NONE);
  }

  /**
   * A reader of ONNX files and checkpoints.
   *
   * @param checkpoints what checkpoints do not say themselves
   */
  public NetworkReader(
      OrtRuntime runtime, Optional<int[]> spatialSize, CheckpointOptions checkpoints) {
    this.runtime = runtime;
    this.spatialSize = spatialSize.map(int[]::clone);
    this.checkpoints = checkpoints;
  }

  /**
   * Reads a file.
   *
   * @throws InvalidInputException if the file is not a model that can be merged: neither ONNX nor a
   *     checkpoint of the architecture that is given, several inputs, weights that are not numbers,
   *     refused by ONNX Runtime
   */
  public Network read(Path file) {
    if (!Checkpoints.isCheckpoint(file)) {
      return of(OnnxReader.read(file), file.toString());
    }
    BuiltNetwork built = checkpoints.read(file, spatialSize);
    return of(built.graph(), file.toString()).storedIn(built.stored());
  }

  /**
   * All files that a model consists of: the one that is named, then those that hold its external
   * data, or the shards that it is the index of.
   *
   * @throws InvalidInputException if they cannot be found out
   */
  public static List<Path> files(Path file) {
    return Checkpoints.isCheckpoint(file) ? Checkpoints.files(file) : OnnxReader.files(file);
  }

  /**
   * Reads several files at the same time.
   *
   * @return the networks in the order of the files
   * @throws InvalidInputException as {@link #read(Path)}; if several files are at fault, of the
   *     first
   */
  public List<Network> read(List<Path> files, Workers workers) {
    List<Optional<Network>> networks =
        new ArrayList<>(Collections.nCopies(files.size(), Optional.empty()));
    workers.forEach(files.size(), k -> networks.set(k, Optional.of(read(files.get(k)))));
    return networks.stream().map(Optional::orElseThrow).toList();
  }

  /**
   * Brings a graph into canonical form; {@code source} names it in messages. One of half or double
   * precision becomes one of single precision.
   *
   * @throws InvalidInputException if the graph is not one that can be merged
   */
  public Network of(Graph given, String source) {
    Graph graph = SinglePrecision.of(given);
    WeightCheck.checkFile(graph, source);
    int[] perImage = inputShape(graph, source);
    OptionalInt declared = declaredBatch(graph, source);
    Network network;
    try {
      network = canonical(withFreeBatch(graph), source, perImage, OptionalInt.empty(), declared);
    } catch (InvalidInputException free) {
      if (declared.isEmpty()) {
        throw free;
      }
      network = ofOneBatch(graph, source, perImage, declared.getAsInt());
    } catch (PleasException free) {
      network = ofOneBatch(graph, source, perImage, declared.orElse(1));
    }
    WeightCheck.checkLayers(network);
    return network.storedIn(Precision.stored(given.initializers().values()));
  }

  /**
   * Exporters write the batch size of the example input into reshapes, even where they declare it
   * free: read the network at that size, take the size out, and see whether it still computes the
   * same.
   */
  private Network ofOneBatch(Graph graph, String source, int[] perImage, int batch) {
    Network network =
        canonical(graph, source, perImage, OptionalInt.of(batch), OptionalInt.empty());
    return tryFree(FreeBatch.of(network, batch), source, perImage)
        .filter(freed -> agrees(graph, freed.graph(), perImage, batch))
        .orElse(network);
  }

  private boolean agrees(Graph graph, Graph freed, int[] perImage, int batch) {
    List<String> outputs = graph.outputs().stream().map(ValueInfo::name).toList();
    try (ObservedGraph original = new ObservedGraph(runtime, graph);
        ObservedGraph other = new ObservedGraph(runtime, freed)) {
      return FreeBatch.agrees(original, other, graph.inputs().get(0), outputs, perImage, batch);
    }
  }

  private Optional<Network> tryFree(Graph freed, String source, int[] perImage) {
    try {
      return Optional.of(
          canonical(freed, source, perImage, OptionalInt.empty(), OptionalInt.empty()));
    } catch (PleasException stillFixed) {
      // Not a failure: the network simply runs on one batch size only, which its record states.
      return Optional.empty();
    }
  }

  /**
   * A graph in canonical form.
   *
   * @param fixedBatch the batch size to run it on, if it takes only one
   * @param declared the batch size that it declared before it was freed, to be checked against
   * @throws PleasException if it does not run, or not on other batches than the declared one
   */
  private Network canonical(
      Graph graph, String source, int[] perImage, OptionalInt fixedBatch, OptionalInt declared) {
    int[] batches =
        fixedBatch.isPresent() ? new int[] {fixedBatch.getAsInt(), fixedBatch.getAsInt()} : BATCHES;
    final Probe probe;
    try (ObservedGraph observed = new ObservedGraph(runtime, graph)) {
      probe = Probe.of(observed, graph, perImage, batches);
      List<String> outputs = graph.outputs().stream().map(ValueInfo::name).toList();
      if (declared.isPresent()
          && outputs.stream().allMatch(o -> isBatched(probe.shapes().get(o)))
          && !FreeBatch.agrees(
              observed, observed, graph.inputs().get(0), outputs, perImage, declared.getAsInt())) {
        throw new PleasException("it mixes the images of a batch");
      }
    } catch (PleasException e) {
      String message =
          "%s cannot be run on random input of shape %s: %s"
              .formatted(source, Arrays.toString(perImage), e.getMessage());
      // That it cannot take any batch is no verdict on the file before its own batch was tried.
      throw fixedBatch.isPresent()
          ? new InvalidInputException(message, e)
          : new PleasException(message, e);
    }
    for (ValueInfo output : graph.outputs()) {
      checkOutput(output.name(), probe, source);
    }
    Canonicalizer canonicalizer = new Canonicalizer(probe);
    Graph canonical = canonicalizer.apply(graph);
    Map<String, ValueShape> shapes = canonicalizer.shapes();
    return new Network(
        source,
        canonical,
        shapes,
        canonicalizer.types(),
        fixedBatch,
        new LayerFinder(canonical, shapes).find(),
        Precision.FLOAT32);
  }

  private static boolean isBatched(@Nullable ValueShape shape) {
    return shape != null && shape.batchAxis() == 0;
  }

  private static void checkOutput(String output, Probe probe, String source) {
    if (!isBatched(probe.shapes().get(output))) {
      throw new InvalidInputException(
          "%s: output '%s' does not have the batch as its first axis".formatted(source, output));
    }
    ElementType type = probe.types().get(output);
    if (type != ElementType.FLOAT) {
      throw new InvalidInputException(
          "%s: output '%s' has type %s; expected FLOAT".formatted(source, output, type));
    }
  }

  private static Graph withFreeBatch(Graph graph) {
    return graph
        .withInputs(List.of(FreeBatch.free(graph.inputs().get(0))))
        .withOutputs(graph.outputs().stream().map(FreeBatch::free).toList());
  }

  private static OptionalInt declaredBatch(Graph graph, String source) {
    ValueInfo.Dimension batch = graph.inputs().get(0).shape().get(0);
    if (batch.isFree()) {
      return OptionalInt.empty();
    }
    if (batch.size() < 1) {
      throw new InvalidInputException(
          "%s: input '%s' declares a batch of %d"
              .formatted(source, graph.inputs().get(0).name(), batch.size()));
    }
    return OptionalInt.of(Math.toIntExact(batch.size()));
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
      shape[axis] = length(input, axis, source);
    }
    return shape;
  }

  private int length(ValueInfo input, int axis, String source) {
    ValueInfo.Dimension declared = input.shape().get(axis);
    boolean spatial = input.shape().size() == 4 && axis >= 2;
    if (declared.isFree()) {
      if (spatial && spatialSize.isPresent()) {
        return spatialSize.get()[axis - 2];
      }
      throw new InvalidInputException(
          spatial
              ? "%s: axis %d of input '%s' is free; give the size of the images by --input-size HxW"
                  .formatted(source, axis, input.name())
              : "%s: axis %d of input '%s' is free; only the batch and, for images, height and width may be"
                  .formatted(source, axis, input.name()));
    }
    if (spatial && spatialSize.isPresent() && spatialSize.get()[axis - 2] != declared.size()) {
      throw new InvalidInputException(
          "%s takes images of %s x %s; --input-size asks for %d x %d"
              .formatted(
                  source,
                  input.shape().get(2),
                  input.shape().get(3),
                  spatialSize.get()[0],
                  spatialSize.get()[1]));
    }
    return Math.toIntExact(declared.size());
  }
}
