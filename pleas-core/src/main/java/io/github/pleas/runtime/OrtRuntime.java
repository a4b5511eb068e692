package io.github.pleas.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.github.pleas.PleasException;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.OnnxWriter;
import java.nio.file.Path;

/** Runs graphs in ONNX Runtime on some threads of this machine's processor. */
public final class OrtRuntime {
  private final OrtEnvironment environment;
  private final int threads;
  private final boolean spinning;

  /**
   * A runtime on this machine's processor.
   *
   * @param threads threads that each operator may use, 1 to 1024
   * @throws io.github.pleas.InvalidInputException if it is another number
   */
  public OrtRuntime(int threads) {
    this(Workers.checked(threads), false);
  }

  private OrtRuntime(int threads, boolean spinning) {
    this.threads = threads;
    this.spinning = spinning;
    this.environment = Shared.ENVIRONMENT;
  }

  /**
   * The same whose threads spin between operators, as they do by default and so where networks are
   * deployed, until a run ends: for timing.
   */
  OrtRuntime asDeployed() {
    return new OrtRuntime(threads, true);
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
    return open(OnnxWriter.toBytes(graph), "graph '" + graph.name() + "'");
  }

  /** Opens a serialized model; {@code what} names it in messages. */
  public Session open(byte[] model, String what) {
    return open(model, what, OrtSession.SessionOptions.OptLevel.ALL_OPT);
  }

  /**
   * Opens a serialized model to be run node by node as it is written: for a look at its values,
   * some of which optimisations would take out although they are asked for.
   */
  Session openAsWritten(byte[] model, String what) {
    return open(model, what, OrtSession.SessionOptions.OptLevel.NO_OPT);
  }

  private Session open(byte[] model, String what, OrtSession.SessionOptions.OptLevel level) {
    try (OrtSession.SessionOptions options = options(level)) {
      return new Session(environment, environment.createSession(model, options));
    } catch (OrtException e) {
      throw new PleasException("ONNX Runtime does not load " + what + ": " + e.getMessage(), e);
    }
  }

  /** Opens a model file, with the external data that it names. */
  public Session open(Path file) {
    try (OrtSession.SessionOptions options = options(OrtSession.SessionOptions.OptLevel.ALL_OPT)) {
      return new Session(environment, environment.createSession(file.toString(), options));
    } catch (OrtException e) {
      throw new PleasException("ONNX Runtime does not load " + file + ": " + e.getMessage(), e);
    }
  }

  private OrtSession.SessionOptions options(OrtSession.SessionOptions.OptLevel level)
      throws OrtException {
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
