package io.github.pleas.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {
  @Test
  void namesOfDevicesAreReadAndWritten() {
    assertThat(Device.of("cpu")).isEqualTo(Device.CPU).hasToString("cpu");
    assertThat(Device.of("cuda")).isEqualTo(new Device(OptionalInt.of(0))).hasToString("cuda:0");
    assertThat(Device.of("cuda:12")).isEqualTo(new Device(OptionalInt.of(12)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "gpu", "CUDA", "cuda:", "cuda:-1", "cuda:0x1", "cuda:1000", "cpu:0"})
  void otherNamesAreRefused(String name) {
    assertThatThrownBy(() -> Device.of(name))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("the device '%s' is not known: expected cpu, cuda or cuda:N", name);
  }

  @Test
  void withoutTheNativesAGpuIsRefusedBeforeAnythingRuns() {
    OrtRuntime.start();
    assumeThat(OrtEnvironment.getAvailableProviders()).doesNotContain(OrtProvider.CUDA);
    assertThatThrownBy(() -> new OrtRuntime(1, OperatorLibraries.NONE, Device.of("cuda:1")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(
            "the device cuda:1 cannot be used",
            "com.microsoft.onnxruntime:onnxruntime_gpu for CUDA 12",
            "linux-x86_64-gpu for CUDA 13",
            "-Donnxruntime.native.path",
            "docs/gpu.md",
            "CUDA here: ");
  }

  @Test
  void everyLibraryThatAGpuTakesIsFoundByItsVersion(@TempDir Path folder) throws IOException {
    List<String> needed =
        List.of(
            "libcudart.so.13",
            "libcublas.so.13",
            "libcufft.so.12",
            "libcurand.so.10",
            "libcudnn.so.9");
    for (String name : needed) {
      Files.createFile(folder.resolve(name));
    }
    Files.createFile(folder.resolve("libcufft.so"));
    Files.createFile(folder.resolve("libcufftw.so.12"));
    assertThat(CudaVersion.librariesIn(folder.toString()))
        .containsExactlyInAnyOrderElementsOf(needed);
  }
}
