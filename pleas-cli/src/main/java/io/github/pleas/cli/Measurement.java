package io.github.pleas.cli;

import io.github.pleas.data.OpenData;
import io.github.pleas.data.Preparation;
import io.github.pleas.data.SampleSet;
import io.github.pleas.data.Samples;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.eval.Evaluator;
import io.github.pleas.eval.Predictor;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.OrtRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Decodes the test images and measures all networks on them. */
final class Measurement {
  private static final int ALL = 0;

  private final MergeRequest request;
  private final Progress progress;
  private final Consumer<Samples> listener;
  private final Evaluator evaluator;
  private final Network a;

  /**
   * A measurement.
   *
   * @param loaded told of each set of images, once it is in memory
   */
  Measurement(
      MergeRequest request,
      OrtRuntime runtime,
      Network a,
      Network b,
      Progress progress,
      Consumer<Samples> loaded) {
    this.listener = loaded;
    this.request = request;
    this.a = a;
    this.evaluator = new Evaluator(new Predictor(runtime), a, b);
    this.progress = progress;
  }

  /** Decodes the test images; before the merge, so that what is wrong with them shows early. */
  List<Evaluator.Domain> load(OpenData test, Preparation preparation) {
    List<Evaluator.Domain> domains = new ArrayList<>();
    int images = test.sets().stream().mapToInt(SampleSet::size).sum();
    int before = 0;
    List<String> names = names(test);
    for (SampleSet set : test.sets()) {
      int done = before;
      Samples loaded =
          preparation.load(
              set,
              ALL,
              request.options().seed(),
              request.options().threads(),
              (count, total) -> progress.update("test images", done + count, images));
      listener.accept(loaded);
      domains.add(new Evaluator.Domain(names.get(domains.size()), loaded));
      before += set.size();
    }
    return domains;
  }

  /** Measures all networks on the test images; the originals once for any number of merged ones. */
  Evaluation measure(MergeResult result, List<Evaluator.Domain> domains) {
    int steps = domains.size() * Evaluator.stepsPerDomain();
    return evaluator.evaluate(
        result.measurable(a),
        domains,
        request.separateLabels(),
        domains.size(),
        done -> progress.update("accuracy", done, steps));
  }

  /** The domains' names: those of the data, told apart where they are the same. */
  private static List<String> names(OpenData test) {
    List<String> names = test.sets().stream().map(set -> shortName(set.name())).toList();
    return names.size() == 2 && names.get(0).equals(names.get(1))
        ? List.of(names.get(0) + " (A)", names.get(1) + " (B)")
        : names;
  }

  /** A data set's name without the extension of its file and the name of its split. */
  private static String shortName(String name) {
    return name.replaceFirst(" \\([^()]*\\)$", "").replaceFirst("\\.(zip|npz|txt|jsonl)$", "");
  }
}
