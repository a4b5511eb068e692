package io.github.pleas.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.network.Runs;
import io.github.pleas.symmetry.OperatorRules;
import io.github.pleas.symmetry.Proof;
import io.github.pleas.symmetry.SelfCheck;
import io.github.pleas.symmetry.SymmetryAnalysis;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Built graphs are such as the analysis understands: units of every kind of block can move. */
class BuiltGraphTest {
  @ParameterizedTest
  @CsvSource({
    // groups as ArchitectureCountsTest counts them in the library's own export
    "resnet18, 12",
    "resnet50, 37",
    "densenet121, 120",
    "mobilenet_v2, 25",
    "mobilenet_v3_small, 27",
    "mnasnet0_5, 25",
    "efficientnet_b0, 37", // as stored, three of 40 have one unit, which cannot move
    "squeezenet1_1, 25"
  })
  void hasTheGroupsOfTheLibrarysOwnExport(String label, int groups) {
    assertThat(check(label).symmetry().groups()).hasSize(groups);
  }

  @ParameterizedTest
  @CsvSource({
    "vit-a", "convnext_tiny", "timm-convnext_nano", "shufflenet_v2_x0_5", "regnet_y_400mf",
    "resnext50_32x4d", "efficientnet_v2_s", "vgg11_bn", "timm-vgg11", "timm-mobilenetv3_small_100"
  })
  void theAnalysisProvesItself(String label) {
    SelfCheck.Checked checked = check(label);
    assertThat(checked.proof().verdict()).isEqualTo(Proof.Verdict.PASSED);
    assertThat(checked.symmetry().groups()).isNotEmpty();
  }

  private static SelfCheck.Checked check(String label) {
    Reference reference = Reference.named(label);
    int[] input = reference.input();
    BuiltNetwork built =
        Architectures.standard()
            .build(
                reference.dict(),
                reference.arch(),
                Optional.of(new int[] {input[2], input[3]}),
                label);
    Network network = new NetworkReader(Runs.RUNTIME, Optional.empty()).of(built.graph(), label);
    SymmetryAnalysis analysis = new SymmetryAnalysis(OperatorRules.standard());
    return new SelfCheck(Runs.RUNTIME).check(network, analysis.analyse(network), analysis, 1);
  }
}
