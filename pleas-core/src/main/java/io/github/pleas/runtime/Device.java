package io.github.pleas.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import io.github.pleas.InvalidInputException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where graphs run: on this machine's processor or on one of its CUDA GPUs. Inputs and outputs are
 * in the processor's memory, but for values that stay in a GPU's between runs ({@link CardMemory}).
 *
 * @param cuda the GPU's number
 */
public record Device(OptionalInt cuda) {
  /** The processor. */
  public static final Device CPU = new Device(OptionalInt.empty());

  private static final Pattern NAME = Pattern.compile("cuda(?::([0-9]{1,3}))?");

  /**
   * A device by its name.
   *
   * @param name {@code cpu}, {@code cuda} or {@code cuda:N}
   * @throws InvalidInputException if it is no such name
   */
  public static Device of(String name) {
    Matcher matcher = NAME.matcher(name);
    if (name.equals("cpu")) {
      return CPU;
    }
    if (!matcher.matches()) {
      throw new InvalidInputException(
          "the device '%s' is not known: expected cpu, cuda or cuda:N".formatted(name));
    }
    String number = matcher.group(1);
    return new Device(OptionalInt.of(number == null ? 0 : Integer.parseInt(number)));
  }

  /**
   * Refuses a device that graphs cannot run on, before anything was computed.
   *
   * @throws InvalidInputException if the GPU, or what is needed to use it, is missing
   */
  void require() {
    if (cuda.isEmpty()) {
      return;
    }
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      addTo(options);
    } catch (OrtException e) {
      throw new InvalidInputException(
          "the device %s cannot be used: %s. It takes the CUDA natives of ONNX Runtime (com.microsoft.onnxruntime:onnxruntime_gpu for CUDA 12, org.bytedeco:onnxruntime with the classifier linux-x86_64-gpu for CUDA 13) in a folder that -Donnxruntime.native.path names, and CUDA and cuDNN 9 where the system finds libraries (LD_LIBRARY_PATH); docs/gpu.md says how. CUDA here: %s"
              .formatted(this, firstLine(e), CudaVersion.found()),
          e);
    }
  }

  private static String firstLine(OrtException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  /** Makes sessions of these options run here. */
  void addTo(OrtSession.SessionOptions options) throws OrtException {
    if (cuda.isEmpty()) {
      return;
    }
    try (OrtCUDAProviderOptions provider = new OrtCUDAProviderOptions(cuda.getAsInt())) {
      for (Map.Entry<String, String> setting : settings().entrySet()) {
        provider.add(setting.getKey(), setting.getValue());
      }
      options.addCUDA(provider);
    }
  }

  private static Map<String, String> settings() {
    return Map.of(
        // Eleven bits of each factor are too few for what is compared and solved here.
        "use_tf32",
        "0",
        // A merge opens a session for each part of a network: trying all algorithms in each would
        // take longer than the parts themselves, and the fastest differs from run to run.
        "cudnn_conv_algo_search",
        "HEURISTIC",
        // Memory as large as what runs, not doubled each time.
        "arena_extend_strategy",
        "kSameAsRequested");
  }

  /** The settings of ONNX Runtime's provider for the GPU, its number among them. */
  Map<String, String> provider() {
    Map<String, String> all = new HashMap<>(settings());
    all.put("device_id", String.valueOf(cuda.orElseThrow()));
    return all;
  }

  /** Bytes of a GPU's memory, whoever has them, where it is a GPU that tells. */
  public OptionalLong memory() {
    return cuda.isPresent() && CudaMemory.isFound()
        ? CudaMemory.total(cuda.getAsInt())
        : OptionalLong.empty();
  }

  @Override
  public String toString() {
    return cuda.isPresent() ? "cuda:" + cuda.getAsInt() : "cpu";
  }
}
