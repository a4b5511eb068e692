package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
}
