package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.Samples;
import io.github.pleas.eval.Accuracy;
import io.github.pleas.eval.Evaluator;
import io.github.pleas.eval.Predictor;
import io.github.pleas.eval.Probing;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.Workers;
import java.util.ArrayList;
import java.util.List;

/** Linear probes on the features of both originals, trained once, and of any merged networks. */
final class Probes {
  /**
   * What probes reach on a domain.
   *
   * @param domain its name
   * @param original on the features of the domain's own original
   * @param merged on those of the merged network
   */
  record Probed(String domain, Accuracy original, Accuracy merged) {}

  private final Probing probing;
  private final int threads;
  private final Network a;
  private final Network b;
  private final List<Probing.Domain> domains = new ArrayList<>();
  private final List<Accuracy> originals = new ArrayList<>();

  /**
   * Probes that are trained as the request says.
   *
   * @param training images of each domain
   * @param tests the same domains' test images; none if there are no labels
   * @throws InvalidInputException if there is nothing to train or to measure probes on
   */
  Probes(
      MergeRequest request,
      OrtRuntime runtime,
      Network a,
      Network b,
      List<Samples> training,
      List<Evaluator.Domain> tests) {
    if (tests.size() != 2
        || training.size() != 2
        || !training.stream().allMatch(Samples::isLabelled)) {
      throw new InvalidInputException(
          "--probe: needs labelled images of each network's domain, for training and for the test; give --data twice, each with train/ and test/");
    }
    this.probing =
        new Probing(
            new Predictor(runtime), request.probe().orElseThrow(), request.options().seed());
    this.threads = runtime.threads();
    this.a = a;
    this.b = b;
    for (int d = 0; d < 2; d++) {
      Network own = d == 0 ? a : b;
      String output = own.graph().outputs().get(0).name();
      int classes = (int) own.shape(output).elementsPerImage();
      requireLabels(training.get(d), tests.get(d).name(), classes);
      domains.add(
          new Probing.Domain(tests.get(d).name(), training.get(d), tests.get(d).images(), classes));
    }
  }

  /** Folders of classes that the test has not would shift the numbers of all behind them. */
  private static void requireLabels(Samples images, String domain, int classes) {
    int largest = -1;
    for (int i = 0; i < images.size(); i++) {
      largest = Math.max(largest, images.label(i));
    }
    if (largest >= classes) {
      throw new InvalidInputException(
          "--probe: the training images of %s have %d classes or more, and the network has %d"
              .formatted(domain, largest + 1, classes));
    }
  }

  /** Trains and measures the probes of a merged network. */
  List<Probed> of(MergeResult result) {
    List<Probed> probed = new ArrayList<>();
    try (Workers workers = new Workers(threads)) {
      for (int d = 0; d < 2; d++) {
        if (originals.size() == d) {
          originals.add(probing.of(d == 0 ? a : b, domains.get(d), workers));
        }
        Accuracy merged =
            probing.of(
                result.architecture(),
                result.graph(),
                d == 0,
                a.fixedBatch(),
                domains.get(d),
                workers);
        probed.add(new Probed(domains.get(d).name(), originals.get(d), merged));
      }
    }
    return probed;
  }
}
