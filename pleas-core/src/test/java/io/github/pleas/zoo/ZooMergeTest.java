package io.github.pleas.zoo;

import static io.github.pleas.merge.Merging.SEPARATE;
import static io.github.pleas.merge.Merging.error;
import static io.github.pleas.merge.Merging.merge;
import static io.github.pleas.merge.Merging.only;
import static io.github.pleas.merge.Merging.options;
import static io.github.pleas.merge.Merging.outputs;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.data.Images;
import io.github.pleas.data.Split;
import io.github.pleas.eval.Logits;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.merge.CalibrationImages;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.Merging;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Trained networks of each architecture merge exactly where exactness is possible. */
class ZooMergeTest {
  enum Pair {
    RESNET(
        "fashion", "resnet20w16-0to4", "resnet20w16-5to9", "fashion-0to4", "fashion-5to9", 1, 28),
    RESNET_WITH_BATCH_NORMALIZATION(
        "fashion",
        "resnet20w16-0to4-bn",
        "resnet20w16-5to9-bn",
        "fashion-0to4",
        "fashion-5to9",
        1,
        28),
    PERCEPTRON("fashion", "mlp-0to4", "mlp-5to9", "fashion-0to4", "fashion-5to9", 1, 28),
    VGG("fashion", "vgg-0to4", "vgg-5to9", "fashion-0to4", "fashion-5to9", 1, 28),
    MOBILENET("fashion", "mobilenet-0to4", "mobilenet-5to9", "fashion-0to4", "fashion-5to9", 1, 28),
    RESNET18("glyph", "rn18w32-hand-a", "rn18w32-display-b", "glyph-hand", "glyph-display", 3, 64);

    final String collection;
    final String a;
    final String b;
    final String dataA;
    final String dataB;
    final int channels;
    final int size;
    final int images;

    Pair(
        String collection, String a, String b, String dataA, String dataB, int channels, int size) {
      this.collection = collection;
      this.a = a;
      this.b = b;
      this.dataA = dataA;
      this.dataB = dataB;
      this.channels = channels;
      this.size = size;
      this.images = 12 * 28 / size;
    }
  }

  private static final Map<String, Path> FILES = new HashMap<>();

  @BeforeAll
  static void unpack(@TempDir Path folder) {
    Zoo zoo = Zoo.assumed();
    for (String collection : List.of("fashion", "glyph")) {
      List<String> names = new ArrayList<>();
      for (Pair pair : Pair.values()) {
        if (pair.collection.equals(collection)) {
          names.add(pair.a);
          names.add(pair.b);
        }
      }
      FILES.putAll(zoo.unpack(collection, names, folder));
    }
  }

  @AfterAll
  static void forget() {
    FILES.clear();
  }

  private static Network network(String name) {
    return new NetworkReader(Merging.runtime(), Optional.empty())
        .read(requireNonNull(FILES.get(name)));
  }

  private static CalibrationImages calibration(Pair pair) {
    Zoo zoo = Zoo.assumed();
    return new CalibrationImages(
        zoo.images(pair.dataA, Split.TRAIN, pair.images, pair.channels, pair.size),
        Optional.of(zoo.images(pair.dataB, Split.TRAIN, pair.images, pair.channels, pair.size)));
  }

  private static Images fresh(Pair pair) {
    return Zoo.assumed().images(pair.dataA, Split.TEST, 20, pair.channels, pair.size);
  }

  @ParameterizedTest
  @EnumSource
  void aNetworkMergedWithItsPermutedSelfIsItself(Pair pair) {
    Network a = network(pair.a);
    Network b = Merging.permuted(a, 3);
    CalibrationImages calibration = calibration(pair);
    Images fresh = fresh(pair);
    Logits expected = only(outputs(a, fresh));
    List<String> errors = new ArrayList<>();
    for (FitMethod fit : FitMethod.values()) {
      MergeResult result = merge(a, b, calibration, options(Heads.shared(), fit, HeadFit.JOINT, 0));
      double error = error(expected, only(outputs(result, fresh)));
      if (!(error < 1e-3)) {
        errors.add(fit + " is off by " + error);
      }
    }
    assertThat(errors).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void withEverythingSeparateBothOriginalsComeBack(Pair pair) {
    Network a = network(pair.a);
    Network b = network(pair.b);
    CalibrationImages calibration = calibration(pair);
    Images fresh = fresh(pair);
    Logits ofA = only(outputs(a, fresh));
    Logits ofB = only(outputs(b, fresh));
    List<String> errors = new ArrayList<>();
    for (FitMethod fit : FitMethod.values()) {
      MergeResult result = merge(a, b, calibration, options(SEPARATE, fit, HeadFit.TASKS, 1));
      assertThat(result.groups()).allMatch(group -> group.width() == 2 * group.units());
      Map<String, Logits> found = outputs(result, fresh);
      String output = a.graph().outputs().get(0).name();
      double errorA = error(ofA, requireNonNull(found.get(output + "_left")));
      double errorB = error(ofB, requireNonNull(found.get(output + "_right")));
      if (!(Math.max(errorA, errorB) < 1e-4)) {
        errors.add(fit + " is off by " + errorA + ", " + errorB);
      }
    }
    assertThat(errors).isEmpty();
  }
}
