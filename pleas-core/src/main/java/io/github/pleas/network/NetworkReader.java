package io.github.pleas.network;

import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import io.github.pleas.architecture.BuiltNetwork;
import io.github.pleas.checkpoint.Checkpoints;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.OnnxReader;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.ModelInput;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads a model file into a {@link Network} in canonical form. */
public final class NetworkReader {
  // Two sizes, so that what differs between the runs is what depends on the batch; neither is one,
  // which broadcasting would hide.
  private static final int[] BATCHES = {2, 3};

  /** Tokens of a text where nobody says how many, and the network does not. */
  public static final int TOKENS = 128;

  // One token less must still be no special case.
  private static final int FEWEST_TOKENS = 3;

  private final OrtRuntime runtime;
  private final Optional<int[]> spatialSize;
  private final int tokens;
  private final boolean asked;
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
    this(runtime, spatialSize.map(int[]::clone), TOKENS, false, checkpoints);
  }

  private NetworkReader(
      OrtRuntime runtime,
      Optional<int[]> spatialSize,
      int tokens,
      boolean asked,
      CheckpointOptions checkpoints) {
    this.runtime = runtime;
    this.spatialSize = spatialSize;
    this.tokens = tokens;
    this.asked = asked;
    this.checkpoints = checkpoints;
  }

  /**
   * The same for texts of a length.
   *
   * @param length tokens of a text, for models that leave that free; at least 3
   * @throws InvalidInputException if they are fewer
   */
  public NetworkReader withTokens(int length) {
    if (length < FEWEST_TOKENS) {
      throw new InvalidInputException(
          "tokens of a text: expected %d or more, found %d".formatted(FEWEST_TOKENS, length));
    }
    return new NetworkReader(runtime, spatialSize, length, true, checkpoints);
  }

  /**
   * Reads a file.
   *
   * @throws InvalidInputException if the file is not a model that can be merged: neither ONNX nor a
   *     checkpoint of the architecture that is given, inputs of other kinds, weights that are not
   *     numbers, refused by ONNX Runtime
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
    Network network = read(graph, source);
    WeightCheck.checkLayers(network);
    return network.storedIn(Precision.stored(given.initializers().values()));
  }

  /**
   * Reads a graph, and if it takes texts of any length, once more for texts that are a token
   * shorter: what differs runs over tokens.
   */
  private Network read(Graph graph, String source) {
    Network network = of(graph, source, new InputShapes(spatialSize, tokens, asked));
    boolean free =
        InputShapes.isText(graph)
            && graph.inputs().stream().allMatch(input -> input.shape().get(1).isFree());
    if (!free) {
      return network;
    }
    InputShapes shorter = new InputShapes(spatialSize, tokens - 1, asked);
    return TokenAxes.mark(network, of(graph, source, shorter), graph);
  }

  private Network of(Graph graph, String source, InputShapes shapes) {
    List<ModelInput> inputs = shapes.of(graph, source);
    OptionalInt declared = declaredBatch(graph, source);
    Network network;
    try {
      network = canonical(withFreeBatch(graph), source, inputs, OptionalInt.empty(), declared);
    } catch (InvalidInputException free) {
      if (declared.isEmpty()) {
        throw free;
      }
      network = ofOneBatch(graph, source, inputs, declared.getAsInt());
    } catch (PleasException free) {
      network = ofOneBatch(graph, source, inputs, declared.orElse(1));
    }
    return network;
  }

  /**
   * Exporters write the batch size of the example input into reshapes, even where they declare it
   * free: read the network at that size, take the size out, and see whether it still computes the
   * same.
   */
  private Network ofOneBatch(Graph graph, String source, List<ModelInput> inputs, int batch) {
    Network network = canonical(graph, source, inputs, OptionalInt.of(batch), OptionalInt.empty());
    return tryFree(FreeBatch.of(network, batch), source, inputs)
        .filter(freed -> agrees(graph, freed.graph(), inputs, batch))
        .orElse(network);
  }

  private boolean agrees(Graph graph, Graph freed, List<ModelInput> inputs, int batch) {
    List<String> outputs = graph.outputs().stream().map(ValueInfo::name).toList();
    try (ObservedGraph original = new ObservedGraph(runtime, graph);
        ObservedGraph other = new ObservedGraph(runtime, freed)) {
      return FreeBatch.agrees(
          original, FreeBatch.together(other, inputs, outputs, batch), inputs, batch);
    }
  }

  /** Whether a graph, observed on the usual batches, treats each image of one alone. */
  private static boolean agrees(
      ObservedGraph observed,
      Probe probe,
      List<ModelInput> inputs,
      List<String> outputs,
      int batch) {
    Map<String, Tensor> together =
        2 * batch == BATCHES[0]
            ? probe.outputs()
            : FreeBatch.together(observed, inputs, outputs, batch);
    return FreeBatch.agrees(observed, together, inputs, batch);
  }

  private Optional<Network> tryFree(Graph freed, String source, List<ModelInput> inputs) {
    try {
      return Optional.of(
          canonical(freed, source, inputs, OptionalInt.empty(), OptionalInt.empty()));
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
      Graph graph,
      String source,
      List<ModelInput> inputs,
      OptionalInt fixedBatch,
      OptionalInt declared) {
    int[] batches =
        fixedBatch.isPresent() ? new int[] {fixedBatch.getAsInt(), fixedBatch.getAsInt()} : BATCHES;
    final Probe probe;
    try (ObservedGraph observed = new ObservedGraph(runtime, graph)) {
      probe = Probe.of(observed, graph, inputs, batches);
      List<String> outputs = graph.outputs().stream().map(ValueInfo::name).toList();
      if (declared.isPresent()
          && outputs.stream().allMatch(o -> problem(o, probe).isEmpty())
          && !agrees(observed, probe, inputs, outputs, declared.getAsInt())) {
        throw new PleasException("it mixes the images of a batch");
      }
    } catch (PleasException e) {
      String message =
          "%s cannot be run on random input of shape %s: %s%s"
              .formatted(
                  source,
                  described(inputs),
                  e.getMessage(),
                  InputShapes.isText(graph)
                      ? "; if it takes fewer tokens, say so by --max-tokens"
                      : "");
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

  private static String described(List<ModelInput> inputs) {
    return inputs.stream()
        .map(input -> Arrays.toString(input.shape().dimensions()))
        .collect(Collectors.joining(", "));
  }

  private static boolean isBatched(@Nullable ValueShape shape) {
    return shape != null && shape.batchAxis() == 0;
  }

  private static void checkOutput(String output, Probe probe, String source) {
    problem(output, probe)
        .ifPresent(
            problem -> {
              throw new InvalidInputException(
                  "%s: output '%s' %s".formatted(source, output, problem));
            });
  }

  /** Why an output cannot be one of a network that is merged, if so. */
  private static Optional<String> problem(String output, Probe probe) {
    if (!isBatched(probe.shapes().get(output))) {
      return Optional.of("does not have the batch as its first axis");
    }
    ElementType type = probe.types().get(output);
    return type == ElementType.FLOAT
        ? Optional.empty()
        : Optional.of("has type %s; expected FLOAT".formatted(type));
  }

  private static Graph withFreeBatch(Graph graph) {
    return graph
        .withInputs(graph.inputs().stream().map(FreeBatch::free).toList())
        .withOutputs(graph.outputs().stream().map(FreeBatch::free).toList());
  }

  private static OptionalInt declaredBatch(Graph graph, String source) {
    ValueInfo input = graph.inputs().get(0);
    ValueInfo.Dimension batch = input.shape().get(0);
    if (batch.isFree()) {
      return OptionalInt.empty();
    }
    if (batch.size() < 1) {
      throw new InvalidInputException(
          "%s: input '%s' declares a batch of %d".formatted(source, input.name(), batch.size()));
    }
    return OptionalInt.of(Math.toIntExact(batch.size()));
  }
}
