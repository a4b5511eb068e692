package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.SampleSet;
import io.github.pleas.network.Network;
import java.util.List;

/** Checks that class folders fit the heads, before any long work. */
final class LabelledData {
  private LabelledData() {}

  /** The classes of a network: the numbers of its first output for an image. */
  static int classes(Network network) {
    return (int) network.shape(network.graph().outputs().get(0).name()).elementsPerImage();
  }

  /**
   * Whether accuracy can be measured: all data is labelled.
   *
   * @param data A's and B's, or one for both
   * @param separate whether each network has classes of its own
   * @throws InvalidInputException if there are labels and they do not fit the heads
   */
  static boolean isMeasurable(List<SampleSet> data, Network a, Network b, boolean separate) {
    if (!data.stream().allMatch(SampleSet::isLabelled)) {
      return false;
    }
    if (data.size() == 1) {
      require(data.get(0), separate ? classes(a) + classes(b) : classes(a), both(a, b, separate));
    } else {
      require(data.get(0), classes(a), a.source());
      require(data.get(1), classes(b), b.source());
    }
    return true;
  }

  private static String both(Network a, Network b, boolean separate) {
    return separate ? a.source() + " and " + b.source() + " together" : a.source();
  }

  private static void require(SampleSet data, int classes, String whose) {
    if (data.classCount() != classes) {
      throw new InvalidInputException(
          "%s has %s (%s), the output of %s has %d. Give A's images by the first --data and B's by the second; with images of other classes, add --no-accuracy"
              .formatted(
                  data.name(), count(data.classCount()), some(data.classes()), whose, classes));
    }
  }

  /** A number of classes, in words. */
  static String count(long classes) {
    return classes == 1 ? "1 class" : classes + " classes";
  }

  private static String some(List<String> names) {
    return String.join(", ", names.subList(0, Math.min(3, names.size())))
        + (names.size() > 3 ? ", ..." : "");
  }
}
