package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtProvider;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {
  @Test
  void whereTheseTestsRunEverythingThatIsNeededIsHere() {
    Outcome doctor = Outcome.of("doctor");
    assertThat(doctor.code()).as(doctor.out()).isZero();
    assertThat(doctor.err()).isEmpty();
    for (String what :
        List.of(
            "Java",
            "ONNX Runtime",
            "OpenBLAS",
            "processors",
            "memory",
            "temporary files",
            "image formats",
            "GPU")) {
      assertThat(doctor.out()).containsPattern("(?m)^(ok|little|none) +" + what + " ");
    }
    assertThat(doctor.out())
        .contains(Runtime.version().toString(), "CPUExecutionProvider", "least squares")
        .contains("Everything that is needed is here.");
  }

  @Test
  void whatIsNeededAndFailsIsAFailure() {
    Diagnosis failed =
        Diagnosis.failed("OpenBLAS", new IllegalStateException("no such library"), "x", "build it");
    assertThat(failed.state().word()).isEqualTo("failed");
    assertThat(failed.found()).isEqualTo("no such library");
    assertThat(DoctorCommand.verdict(List.of(Diagnosis.ok("Java", "17", "all"), failed)))
        .contains("1 of what is needed fails:", "OpenBLAS: build it");
    assertThat(DoctorCommand.code(List.of(failed))).isEqualTo(1);
    assertThat(DoctorCommand.code(List.of(Diagnosis.ok("Java", "17", "all")))).isZero();
  }

  @Test
  void aFailureIsToldByItsDeepestCauseThatSaysSomething() {
    Throwable silent =
        new ExceptionInInitializerError(
            new IllegalStateException("it failed", new IOException("no libx.so", new Error())));
    assertThat(Diagnosis.failed("x", silent, "y", "z").found()).isEqualTo("no libx.so");
    assertThat(NativeFailure.message(new UnsatisfiedLinkError()))
        .isEqualTo("java.lang.UnsatisfiedLinkError");
  }

  @Test
  void theFolderThatWasNamedForOnnxRuntimeIsWhatToLookAtWhereItFails() {
    Error inside = new UnsatisfiedLinkError("no libonnxruntime.so");
    inside.setStackTrace(
        new StackTraceElement[] {
          new StackTraceElement("ai.onnxruntime.OnnxRuntime", "load", "OnnxRuntime.java", 1)
        });
    Error onnxRuntime = new ExceptionInInitializerError(inside);
    Error another = new UnsatisfiedLinkError("no openblas");
    String platform = "this build is for another platform than " + System.getProperty("os.name");
    String before = System.getProperty(NativeFailure.FOLDER);
    try {
      System.clearProperty(NativeFailure.FOLDER);
      assertThat(NativeFailure.remedy(onnxRuntime)).startsWith(platform);
      System.setProperty(NativeFailure.FOLDER, "/opt/natives");
      assertThat(NativeFailure.remedy(onnxRuntime))
          .contains("-Donnxruntime.native.path names the folder /opt/natives")
          .doesNotContain(platform);
      assertThat(NativeFailure.remedy(another)).startsWith(platform);
    } finally {
      if (before == null) {
        System.clearProperty(NativeFailure.FOLDER);
      } else {
        System.setProperty(NativeFailure.FOLDER, before);
      }
    }
  }

  @Test
  void aGpuIsOfUseOnlyWhereOnnxRuntimeHasCuda() {
    List<String> cpu = List.of("CPUExecutionProvider");
    List<String> both = List.of("CPUExecutionProvider", OrtProvider.CUDA.getName());
    List<String> models = List.of("NVIDIA L4", "NVIDIA T4");
    Diagnosis usable = Checkup.gpu(models, both);
    assertThat(usable.state()).isEqualTo(Diagnosis.State.OK);
    assertThat(usable.found()).isEqualTo("NVIDIA L4, NVIDIA T4");
    Diagnosis unusable = Checkup.gpu(models, cpu);
    assertThat(unusable.state()).isEqualTo(Diagnosis.State.NONE);
    assertThat(unusable.found()).isEqualTo("NVIDIA L4, NVIDIA T4; ONNX Runtime here has no CUDA");
    assertThat(unusable.use()).contains("docs/gpu.md");
    Diagnosis none = Checkup.gpu(List.of(), both);
    assertThat(none.state()).isEqualTo(Diagnosis.State.NONE);
    assertThat(none.found()).isEqualTo("none found");
  }
}
