package io.github.pleas.cli;

import io.github.pleas.linalg.Blas;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Session;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;

/** Looks at this machine, and lets the native libraries compute something that is known. */
final class Checkup {
  private static final int JAVA = 17;
  private static final long HEAP = 1L << 30;
  private static final long DISK = 2L << 30;
  private static final List<String> FORMATS = List.of("png", "jpeg", "webp", "bmp");
  private static final String GPU_USE = "runs networks with --device cuda (docs/gpu.md)";
  private static final Path NVIDIA = Path.of("/proc/driver/nvidia/gpus");

  /** Everything, what all else stands on first. */
  List<Diagnosis> all() {
    List<Diagnosis> all = new ArrayList<>(List.of(java(), onnxRuntime(), blas()));
    all.addAll(List.of(processors(), memory(), disk(), images(), gpu()));
    return all;
  }

  private static Diagnosis java() {
    Runtime.Version version = Runtime.version();
    String found = version + " (" + System.getProperty("java.vendor") + ")";
    return version.feature() >= JAVA
        ? Diagnosis.ok("Java", found, "everything")
        : new Diagnosis(
            Diagnosis.State.FAILED, "Java", found, "everything", "install Java 17 or later");
  }

  private static Diagnosis onnxRuntime() {
    String use = "running the networks";
    try {
      float[] given = {-2, -1, 0, 1};
      if (!Arrays.equals(relu(given), new float[] {0, 0, 0, 1})) {
        throw new IllegalStateException("it computes something else than it should");
      }
      return Diagnosis.ok(
          "ONNX Runtime",
          new OrtRuntime(1).version() + " on " + String.join(", ", OrtRuntime.providers()),
          use);
    } catch (RuntimeException | LinkageError e) {
      return Diagnosis.failed("ONNX Runtime", e, use, NativeFailure.onnxRuntime());
    }
  }

  private static float[] relu(float[] given) {
    List<ValueInfo.Dimension> shape = List.of(ValueInfo.Dimension.of(given.length));
    Graph graph =
        new Graph(
            "checkup",
            List.of(new ValueInfo("x", ElementType.FLOAT, shape)),
            List.of(new ValueInfo("y", ElementType.FLOAT, shape)),
            List.of(new Node("relu", "Relu", "", List.of("x"), List.of("y"), Map.of())),
            Map.of(),
            Map.of("", 13),
            8,
            Map.of());
    int[] dimensions = {given.length};
    try (Session session = new OrtRuntime(1).open(graph);
        NativeBuffer x = NativeBuffer.ofFloats(given.length);
        NativeBuffer y = NativeBuffer.ofFloats(given.length)) {
      FloatBuffer in = x.floats();
      in.put(0, given);
      session.run(
          Map.of("x", new Session.FloatArray(in, dimensions)),
          Map.of("y", new Session.FloatArray(y.floats(), dimensions)));
      float[] result = new float[given.length];
      y.floats().get(0, result);
      return result;
    }
  }

  private static Diagnosis blas() {
    String use = "least squares";
    try {
      double[] product = Blas.multiply(new double[] {1, 2, 3, 4}, 2, 2, new double[] {5, 6}, 1);
      if (!Arrays.equals(product, new double[] {17, 39})) {
        throw new IllegalStateException("it computes something else than it should");
      }
      return Diagnosis.ok("OpenBLAS", Blas.version(), use);
    } catch (RuntimeException | LinkageError e) {
      return Diagnosis.failed("OpenBLAS", e, use, NativeFailure.otherPlatform());
    }
  }

  private static Diagnosis processors() {
    return Diagnosis.ok(
        "processors",
        Integer.toString(Runtime.getRuntime().availableProcessors()),
        "threads, unless --threads says fewer");
  }

  private static Diagnosis memory() {
    long heap = Runtime.getRuntime().maxMemory();
    String found =
        "%s, of which Java may take %s".formatted(size(Machine.memoryBytes()), size(heap));
    String use = "images in Java's part, weights and activations beside it";
    return heap >= HEAP
        ? Diagnosis.ok("memory", found, use)
        : new Diagnosis(
            Diagnosis.State.LITTLE,
            "memory",
            found,
            use,
            "give Java more by PLEAS_JAVA_OPTS=-Xmx4g");
  }

  private static Diagnosis disk() {
    Path folder = Machine.temporary();
    String use = "activations that memory does not hold";
    try {
      Path file = Files.createTempFile(folder, "pleas-doctor", ".tmp");
      Files.delete(file);
      long free = Files.getFileStore(folder).getUsableSpace();
      String found = "%s free in %s".formatted(size(free), folder);
      return free >= DISK
          ? Diagnosis.ok("temporary files", found, use)
          : new Diagnosis(
              Diagnosis.State.LITTLE,
              "temporary files",
              found,
              use,
              "name another by -Djava.io.tmpdir");
    } catch (IOException e) {
      return Diagnosis.failed(
          "temporary files", e, use, "name a folder that can be written by -Djava.io.tmpdir");
    }
  }

  private static Diagnosis images() {
    List<String> missing =
        FORMATS.stream().filter(f -> !ImageIO.getImageReadersByFormatName(f).hasNext()).toList();
    String use = "calibration and test images";
    return missing.isEmpty()
        ? Diagnosis.ok("image formats", String.join(", ", FORMATS), use)
        : new Diagnosis(
            Diagnosis.State.FAILED,
            "image formats",
            "without " + String.join(", ", missing),
            use,
            "the program's file is not complete; build it again");
  }

  private static Diagnosis gpu() {
    if (!Files.isDirectory(NVIDIA)) {
      return gpu(List.of(), List.of());
    }
    try (var cards = Files.list(NVIDIA)) {
      return gpu(models(cards.toList()), providers());
    } catch (IOException e) {
      return noGpu("cannot be told: " + e.getMessage());
    }
  }

  /**
   * Whether networks can run on a GPU.
   *
   * @param models of the GPUs that the driver names
   * @param providers what ONNX Runtime can run operators on
   */
  static Diagnosis gpu(List<String> models, List<String> providers) {
    String found = String.join(", ", models);
    if (found.isEmpty()) {
      return noGpu("none found");
    }
    return providers.contains("CUDAExecutionProvider")
        ? Diagnosis.ok("GPU", found, GPU_USE)
        : noGpu(found + "; ONNX Runtime here has no CUDA");
  }

  private static Diagnosis noGpu(String found) {
    return new Diagnosis(Diagnosis.State.NONE, "GPU", found, GPU_USE, "");
  }

  /** None where ONNX Runtime does not load, which its own line says. */
  private static List<String> providers() {
    try {
      return OrtRuntime.providers();
    } catch (RuntimeException | LinkageError e) {
      return List.of();
    }
  }

  private static List<String> models(List<Path> cards) throws IOException {
    List<String> models = new ArrayList<>();
    for (Path card : cards) {
      models.addAll(
          Files.readAllLines(card.resolve("information")).stream()
              .filter(line -> line.startsWith("Model:"))
              .map(line -> line.substring(6).strip())
              .toList());
    }
    return models.stream().distinct().toList();
  }

  static String size(long bytes) {
    return String.format(
        Locale.ROOT, bytes < 1e9 ? "%.0f MB" : "%.1f GB", bytes / (bytes < 1e9 ? 1e6 : 1e9));
  }
}
