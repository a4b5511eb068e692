package io.github.pleas.experiment;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.DataLocation;
import io.github.pleas.data.Dataset;
import io.github.pleas.data.Datasets;
import io.github.pleas.data.Split;
import io.github.pleas.merge.Provenance;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.yaml.Problems;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fingerprints of what an experiment reads. All are taken at the beginning, which also finds what
 * is missing.
 */
final class InputDigests {
  private final Map<Path, String> models = new HashMap<>();
  private final Map<DataLocation, Map<Split, String>> data = new HashMap<>();

  /**
   * Reads all that an experiment needs.
   *
   * @throws InvalidInputException all that is missing or not as it should be
   */
  InputDigests(Experiment experiment, Path file) {
    Problems problems = new Problems(file);
    for (Pair pair : experiment.pairs()) {
      for (NetworkFile network : List.of(pair.a(), pair.b())) {
        attempt(problems, network.line(), "networks." + network.name(), () -> add(network));
      }
      for (Domain domain : experiment.calibration(pair)) {
        attempt(
            problems,
            domain.line(),
            "domains." + domain.name(),
            () -> add(domain.data(), Split.TRAIN));
      }
      for (Domain domain : experiment.measured(pair)) {
        attempt(
            problems,
            domain.line(),
            "domains." + domain.name(),
            () -> add(domain.test(), Split.TEST));
      }
    }
    problems.throwIfAny();
  }

  private static void attempt(Problems problems, int line, String key, Runnable step) {
    try {
      step.run();
    } catch (InvalidInputException e) {
      problems.addOnce(line, key, String.valueOf(e.getMessage()));
    }
  }

  private void add(NetworkFile network) {
    if (!models.containsKey(network.file())) {
      List<Path> files = NetworkReader.files(network.file());
      models.put(network.file(), Provenance.Input.ofModel(files).digest());
    }
  }

  private void add(DataLocation location, Split split) {
    Map<Split, String> known = data.computeIfAbsent(location, any -> new HashMap<>());
    if (known.containsKey(split)) {
      return;
    }
    try (Dataset dataset = Datasets.open(location, split)) {
      if (split == Split.TEST && !dataset.isLabelled()) {
        throw new InvalidInputException(
            dataset.name() + " has no labels, so that accuracy cannot be measured");
      }
      known.put(split, dataset.digest());
    }
  }

  String of(NetworkFile network) {
    return found(models.get(network.file()));
  }

  String of(DataLocation location, Split split) {
    return found(data.getOrDefault(location, Map.of()).get(split));
  }

  private static String found(@Nullable String digest) {
    if (digest == null) {
      throw new IllegalArgumentException("an input that is not the experiment's");
    }
    return digest;
  }
}
