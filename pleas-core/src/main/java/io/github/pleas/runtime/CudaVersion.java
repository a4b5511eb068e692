package io.github.pleas.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Which CUDA libraries this machine has, as far as files tell; for messages only. */
final class CudaVersion {
  private static final Path DRIVER = Path.of("/proc/driver/nvidia/version");

  private CudaVersion() {}

  /** The driver, and the versions of CUDA's and cuDNN's libraries on the library path. */
  static String found() {
    List<String> found = new ArrayList<>();
    found.add(Files.isReadable(DRIVER) ? "an NVIDIA driver" : "no NVIDIA driver");
    TreeSet<String> libraries = new TreeSet<>();
    String path = System.getenv().getOrDefault("LD_LIBRARY_PATH", "");
    for (String folder : (path + ":/usr/local/cuda/lib64:/usr/lib/x86_64-linux-gnu").split(":")) {
      libraries.addAll(librariesIn(folder));
    }
    found.add(libraries.isEmpty() ? "no CUDA library found" : String.join(", ", libraries));
    return String.join("; ", found);
  }

  /** The CUDA libraries that docs/gpu.md asks for, as far as a folder has them. */
  static List<String> librariesIn(String folder) {
    if (folder.isEmpty() || !Files.isDirectory(Path.of(folder))) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(Path.of(folder))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("lib(cudart|cublas|cufft|curand|cudnn)\\.so\\.[0-9]+"))
          .toList();
    } catch (IOException e) {
      return List.of(folder + " (unreadable: " + e.getMessage() + ")");
    }
  }
}
