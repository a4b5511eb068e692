package io.github.pleas.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import io.github.pleas.PleasException;
import io.github.pleas.onnx.DetachedModel;
import io.github.pleas.onnx.Graph;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs graphs in ONNX Runtime, on some threads of this machine's processor or on a GPU. */
public final class OrtRuntime {
  // A serialized model is in memory three times while it is loaded, and it ends at 2 GB: weights
  // that are handed over one by one are copied once. Small models are not worth the calls.
  private static final long MOST_BYTES = 1L << 20;

  /** How ONNX Runtime says that it lacks an operator of a domain that is not ONNX's. */
  private static final Pattern UNKNOWN_OPERATOR =
      Pattern.compile("(\\S+):(\\w+)\\(-?\\d+\\) is not a registered function/op");

  private final OrtEnvironment environment;
  private final int threads;
  private final boolean spinning;
  private final OperatorLibraries libraries;
  private final Device device;
  private final long mostBytes;

  /**
   * A runtime on this machine's processor.
   *
   * @param threads threads that each operator may use, 1 to 1024
   * @throws io.github.pleas.InvalidInputException if it is another number
   */
  public OrtRuntime(int threads) {
    this(threads, OperatorLibraries.NONE);
  }

  /**
   * A runtime that knows other operators too.
   *
   * @param threads threads that each operator may use, 1 to 1024
   * @param libraries where those operators are
   * @throws io.github.pleas.InvalidInputException if it is another number
   */
  public OrtRuntime(int threads, OperatorLibraries libraries) {
    this(threads, libraries, Device.CPU);
  }

  /**
   * A runtime on any device.
   *
   * @param threads threads that each operator may use where it runs on the processor, 1 to 1024
   * @param libraries where operators are that ONNX Runtime does not have
   * @param device where graphs run; operators that it lacks run on the processor
   * @throws io.github.pleas.InvalidInputException if it is another number, or the device cannot be
   *     used
   */
  public OrtRuntime(int threads, OperatorLibraries libraries, Device device) {
    this(Workers.checked(threads), false, libraries, device, MOST_BYTES);
    device.require();
  }

  private OrtRuntime(
      int threads, boolean spinning, OperatorLibraries libraries, Device device, long mostBytes) {
    this.threads = threads;
    this.spinning = spinning;
    this.libraries = libraries;
    this.device = device;
    this.mostBytes = mostBytes;
    this.environment = Shared.ENVIRONMENT;
  }

  /**
   * The same whose threads spin between operators, as they do by default and so where networks are
   * deployed, until a run ends: for timing.
   */
  OrtRuntime asDeployed() {
    return new OrtRuntime(threads, true, libraries, device, mostBytes);
  }

  /**
   * The same on the processor, for what is looked at once: shapes are the same wherever a graph
   * runs. Operators of libraries of their own stay where they are: they may not run elsewhere.
   */
  public OrtRuntime forLooking() {
    return libraries.files().isEmpty()
        ? new OrtRuntime(threads, spinning, libraries, Device.CPU, mostBytes)
        : this;
  }

  /**
   * This one, after something small was run so that the libraries of the device are loaded: of a
   * GPU that takes as long as reading a network.
   *
   * @throws PleasException if the device does not run it
   */
  public OrtRuntime warmedUp() {
    if (device.cuda().isPresent()) {
      WarmUp.run(this);
    }
    return this;
  }

  /** Loads ONNX Runtime itself, before anything of it is used. */
  static void start() {
    Objects.requireNonNull(Shared.ENVIRONMENT);
  }

  /**
   * The same with another limit.
   *
   * @param bytes of tensors in a graph, above which its weights are handed over one by one instead
   *     of in one serialized model
   */
  OrtRuntime detachingAbove(long bytes) {
    return new OrtRuntime(threads, spinning, libraries, device, bytes);
  }

  /** ONNX Runtime has one environment a process, and unpacks its libraries once. */
  private static final class Shared {
    static final OrtEnvironment ENVIRONMENT = environment();

    private static OrtEnvironment environment() {
      // Its errors reach us as exceptions; some of them are expected, and none is for the terminal.
      OrtEnvironment environment =
          OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      UnpackedLibraries.removeAtExit();
      return environment;
    }
  }

  /** Its C interface, which is looked for where it is used only. */
  private static final class Interface {
    static final OrtInterface LOADED = OrtInterface.loaded();
  }

  public int threads() {
    return threads;
  }

  /** Where graphs run. */
  public Device device() {
    return device;
  }

  /** The version of the runtime's native library. */
  public String version() {
    return environment.getVersion();
  }

  /** Where its native library can run operators: CPU, and what else it was built for. */
  public static List<String> providers() {
    start();
    return OrtEnvironment.getAvailableProviders().stream()
        .map(OrtProvider::getName)
        .sorted()
        .toList();
  }

  /**
   * Opens a graph for running.
   *
   * @throws PleasException if ONNX Runtime refuses it
   */
  public Session open(Graph graph) {
    return open(serialized(graph), "graph '" + graph.name() + "'", OptLevel.ALL_OPT);
  }

  /** Opens a serialized model; {@code what} names it in messages. */
  public Session open(byte[] model, String what) {
    return open(new DetachedModel(model, Map.of()), what, OptLevel.ALL_OPT);
  }

  /** A graph as it can be handed over: of a large one, the weights by themselves. */
  DetachedModel serialized(Graph graph) {
    return DetachedModel.of(graph, mostBytes);
  }

  /**
   * Opens a serialized model to be run node by node as it is written: for a look at its values,
   * some of which optimisations would take out although they are asked for.
   */
  Session openAsWritten(DetachedModel model, String what) {
    return open(model, what, OptLevel.NO_OPT);
  }

  private Session open(DetachedModel model, String what, OptLevel level) {
    try (OrtSession.SessionOptions options = options(level);
        NativeWeights weights = new NativeWeights(environment, model.weights())) {
      weights.addTo(options);
      return new Session(environment, environment.createSession(model.bytes(), options));
    } catch (OrtException e) {
      throw refused(what, e);
    }
  }

  /**
   * Opens a graph for runs whose values may stay in a card's memory.
   *
   * @throws PleasException if ONNX Runtime refuses it
   */
  Runner open(Graph graph, CardMemory memory) {
    String what = "graph '" + graph.name() + "'";
    try {
      return new CardSession(
          Interface.LOADED,
          graph,
          serialized(graph),
          memory,
          threads,
          options -> {
            options.set(entries());
            options.register(libraries.files());
            if (device.cuda().isPresent()) {
              options.cuda(device.provider());
            }
          });
    } catch (OrtInterface.Refused e) {
      throw refused(what, e);
    }
  }

  /**
   * The memory of the device that graphs run on, if it is not the processor's and values can stay
   * there between runs; the caller closes it.
   */
  Optional<CardMemory> openCardMemory() {
    return device.cuda().isPresent() && OrtInterface.isFound() && CudaMemory.isFound()
        ? Optional.of(CudaMemory.open(device.cuda().getAsInt()))
        : Optional.empty();
  }

  /**
   * Memory of the processor's for what is copied to the device and back, batch after batch in the
   * same: to be asked for after something ran there.
   */
  public HostMemory hostMemory() {
    return device.cuda().isPresent() && CudaMemory.isFound()
        ? new PinnedMemory(CudaMemory.library(), device.cuda().getAsInt())
        : HostMemory.ORDINARY;
  }

  /** Opens a model file, with the external data that it names. */
  public Session open(Path file) {
    try (OrtSession.SessionOptions options = options(OptLevel.ALL_OPT)) {
      return new Session(environment, environment.createSession(file.toString(), options));
    } catch (OrtException e) {
      throw refused(file.toString(), e);
    }
  }

  private static PleasException refused(String what, Exception e) {
    Matcher unknown = UNKNOWN_OPERATOR.matcher(String.valueOf(e.getMessage()));
    String more =
        unknown.find()
            ? "; the operator %s of the domain '%s' is in a library of its own, which --custom-ops names"
                .formatted(unknown.group(2), unknown.group(1))
            : "";
    return new PleasException(
        "ONNX Runtime does not load " + what + ": " + e.getMessage() + more, e);
  }

  private OrtSession.SessionOptions options(OptLevel level) throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(threads);
    options.setInterOpNumThreads(1);
    options.setOptimizationLevel(level);
    for (Map.Entry<String, String> entry : entries().entrySet()) {
      options.addConfigEntry(entry.getKey(), entry.getValue());
    }
    libraries.register(options);
    device.addTo(options);
    return options;
  }

  /** Spinning threads would take the cores from the BLAS library, which works between two runs. */
  private Map<String, String> entries() {
    return Map.of(
        "session.intra_op.allow_spinning",
        spinning ? "1" : "0",
        "session.force_spinning_stop",
        "1");
  }
}
