package io.github.pleas.experiment;

import io.github.pleas.Digest;
import io.github.pleas.Version;
import io.github.pleas.data.Split;
import io.github.pleas.merge.MemoryLimit;
import io.github.pleas.merge.MergeOptions;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that a cell's result depends on, by name: the same key means the same result, to
 * rounding. Names of networks and methods are not in it, nor the number of threads or the device.
 *
 * @param parts texts by name, in a fixed order
 */
record CellKey(Map<String, String> parts) {
  CellKey {
    parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
  }

  /** The key of a cell. */
  static CellKey of(Experiment experiment, Cell cell, InputDigests inputs) {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("version", Version.current());
    parts.put("a", inputs.of(cell.pair().a()));
    parts.put("b", inputs.of(cell.pair().b()));
    List<Domain> calibration = experiment.calibration(cell.pair());
    for (int i = 0; i < calibration.size(); i++) {
      parts.put("data-" + i, inputs.of(calibration.get(i).data(), Split.TRAIN));
    }
    List<Domain> measured = experiment.measured(cell.pair());
    for (int i = 0; i < measured.size(); i++) {
      // Results have accuracies by the domains' names.
      parts.put(
          "test-" + i,
          measured.get(i).name() + " " + inputs.of(measured.get(i).test(), Split.TEST));
    }
    parts.put("own", Integer.toString(experiment.own(cell.pair())));
    parts.put("samples", Integer.toString(experiment.samples()));
    parts.put("test-samples", Integer.toString(experiment.testSamples()));
    InputOptions input = experiment.input();
    parts.put("mean", Arrays.toString(input.normalization().mean()));
    parts.put("std", Arrays.toString(input.normalization().std()));
    parts.put("resize", Integer.toString(input.normalization().shorter()));
    parts.put("input-size", input.height() + "x" + input.width());
    parts.put("arch", input.architecture().orElse(""));
    // As records have it, which is every constant of the method.
    MergeOptions options = cell.options(experiment).withThreads(1);
    parts.put("options", options.withMemory(MemoryLimit.ofTensors(1)).toString());
    return new CellKey(parts);
  }

  /** 64 lower-case hexadecimal digits. */
  String digest() {
    Digest digest = new Digest();
    parts.forEach(
        (name, value) -> {
          digest.add(name);
          digest.add(value);
        });
    return digest.hex();
  }
}
