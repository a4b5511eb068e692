package io.github.pleas.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import io.github.pleas.PleasException;
import io.github.pleas.onnx.DetachedModel;
import io.github.pleas.onnx.Graph;
import java.nio.file.Path;
import java.util.Map;

/** Runs graphs in ONNX Runtime on some threads of this machine's processor. */
public final class OrtRuntime {
  // A serialized model is in memory twice while it is made; and it ends at 2 GB.
  private static final long MOST_BYTES = 1L << 29;

  private final OrtEnvironment environment;
  private final int threads;
  private final boolean spinning;
  private final long mostBytes;

  /**
   * A runtime on this machine's processor.
   *
   * @param threads threads that each operator may use, 1 to 1024
   * @throws io.github.pleas.InvalidInputException if it is another number
   */
  public OrtRuntime(int threads) {
    this(Workers.checked(threads), false, MOST_BYTES);
  }

  private OrtRuntime(int threads, boolean spinning, long mostBytes) {
    this.threads = threads;
    this.spinning = spinning;
    this.mostBytes = mostBytes;
    this.environment = Shared.ENVIRONMENT;
  }

  /**
   * The same whose threads spin between operators, as they do by default and so where networks are
   * deployed, until a run ends: for timing.
   */
  OrtRuntime asDeployed() {
    return new OrtRuntime(threads, true, mostBytes);
  }

  /**
   * The same with another limit.
   *
   * @param bytes of tensors in a graph, above which its weights are handed over one by one instead
   *     of in one serialized model
   */
  OrtRuntime detachingAbove(long bytes) {
    return new OrtRuntime(threads, spinning, bytes);
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

  public int threads() {
    return threads;
  }

  /** The version of the runtime's native library. */
  public String version() {
    return environment.getVersion();
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
      throw new PleasException("ONNX Runtime does not load " + what + ": " + e.getMessage(), e);
    }
  }

  /** Opens a model file, with the external data that it names. */
  public Session open(Path file) {
    try (OrtSession.SessionOptions options = options(OptLevel.ALL_OPT)) {
      return new Session(environment, environment.createSession(file.toString(), options));
    } catch (OrtException e) {
      throw new PleasException("ONNX Runtime does not load " + file + ": " + e.getMessage(), e);
    }
  }

  private OrtSession.SessionOptions options(OptLevel level) throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(threads);
    options.setInterOpNumThreads(1);
    options.setOptimizationLevel(level);
    // Spinning threads would take the cores from the BLAS library, which works between two runs,
    // and from other networks that are timed in turns.
    options.addConfigEntry("session.intra_op.allow_spinning", spinning ? "1" : "0");
    options.addConfigEntry("session.force_spinning_stop", "1");
    return options;
  }
}
