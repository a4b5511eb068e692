package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.budget.CostKind;
import io.github.pleas.data.RandomImages;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.matching.ZipOptions;
import io.github.pleas.network.ModelOptions;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.runtime.Device;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ResumeKeyTest {
  private static final MergeOptions OPTIONS =
      MergeOptions.defaults(Heads.shared()).withThreads(2).withBudget(1.5);
  private static final CalibrationImages IMAGES = Merging.twoDomains(3);

  private static Map<String, String> key(
      String digest, ModelOptions models, MergeOptions options, CalibrationImages images) {
    return ResumeKey.of(
        Map.of("a", Provenance.Input.ofContent("a.onnx", digest)),
        models,
        options,
        SmallNetworks.PERCEPTRON.network(1),
        images);
  }

  private static Map<String, String> key(MergeOptions options) {
    return key("01", ModelOptions.DEFAULT, options, IMAGES);
  }

  private static void differs(Map<String, String> other, String... names) {
    Map<String, String> key = key(OPTIONS);
    assertThat(
            other.entrySet().stream()
                .filter(part -> !part.getValue().equals(key.get(part.getKey()))))
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrder(names);
  }

  @Test
  void everyOptionIsInItByItsName() {
    BudgetOptions size = OPTIONS.size();
    differs(key(OPTIONS));
    differs(key(OPTIONS.withBudget(1.4)), "budget");
    differs(key(OPTIONS.withSize(size.withCost(CostKind.PARAMS))), "cost");
    differs(key(OPTIONS.withSize(size.withAllocation(AllocationMethod.UNIFORM))), "allocation");
    differs(key(OPTIONS.withSize(size.withWidthMultiple(8))), "width-multiple");
    List<Pattern> layers = List.of(Pattern.compile("layer4"));
    differs(key(OPTIONS.withSize(size.withBounds(layers, List.of()))), "keep-separate");
    differs(key(OPTIONS.withSize(size.withBounds(List.of(), layers))), "merge");
    differs(key(OPTIONS.withLayout(Layout.DENSE)), "layout");
    differs(key(OPTIONS.withMatch(MergeOptions.MatchOn.WEIGHTS)), "match");
    differs(key(OPTIONS.withZip(new ZipOptions(0.25, 0.5))), "zip-alpha", "zip-beta");
    differs(key(OPTIONS.withSeed(7)), "seed");
    differs(key("01", ModelOptions.DEFAULT.withTokens(64), OPTIONS, IMAGES), "max-tokens");
    assertThat(key(OPTIONS).get("budget")).isEqualTo("1.5");
  }

  @Test
  void whatChangesResultsByRoundingAloneIsNot() {
    differs(key(OPTIONS.withThreads(1).withMemory(MemoryLimit.ofTensors(1))));
    differs(key("01", ModelOptions.DEFAULT.withDevice(Device.of("cuda:1")), OPTIONS, IMAGES));
    MergeOptions timed = OPTIONS.withSize(OPTIONS.size().withCost(CostKind.LATENCY));
    assertThat(key(timed)).isNotEqualTo(key(timed.withThreads(1)));
  }

  @Test
  void networksAndDataAre() {
    differs(key("02", ModelOptions.DEFAULT, OPTIONS, IMAGES), "network a");
    CalibrationImages others =
        CalibrationImages.of(
            RandomImages.normal(3, 3, 8, 8, 1), RandomImages.normal(3, 3, 8, 8, 5));
    differs(
        key("01", ModelOptions.DEFAULT, OPTIONS, others),
        "calibration data of B, as drawn and preprocessed,");
    differs(
        key("01", ModelOptions.DEFAULT, OPTIONS, Merging.twoDomains(4)),
        "the number of calibration samples",
        "calibration data of A, as drawn and preprocessed,",
        "calibration data of B, as drawn and preprocessed,");
  }
}
