package io.github.pleas.experiment;

import io.github.pleas.InvalidInputException;
import io.github.pleas.Words;
import io.github.pleas.budget.CostKind;
import io.github.pleas.data.Normalization;
import io.github.pleas.layout.Heads;
import io.github.pleas.yaml.Problems;
import io.github.pleas.yaml.YamlFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;

/** Reads an experiment from a YAML file, and notes all that is wrong with it before it ends. */
public final class ExperimentReader {
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,5})x([0-9]{1,5})");
  private static final int DEFAULT_SAMPLES = 500;

  private final Path file;
  private final Map<String, Path> overrides;
  private final Problems problems;

  private ExperimentReader(Path file, Map<String, Path> overrides) {
    this.file = file;
    this.overrides = overrides;
    this.problems = new Problems(file);
  }

  /** How the classes of two networks are to each other. */
  private enum Labels {
    SHARED,
    SEPARATE
  }

  /**
   * Reads a file. Paths in it are taken from its folder.
   *
   * @param file the experiment
   * @param folders folders that go before those of the same names in the file; relative ones are
   *     taken from the working directory
   * @throws InvalidInputException everything that is wrong with it, with lines and keys
   */
  public static Experiment read(Path file, Map<String, Path> folders) {
    ExperimentReader reader = new ExperimentReader(file, folders);
    Fields root = Fields.of(YamlFile.read(file), "", reader.problems);
    Optional<Experiment> experiment = reader.experiment(root);
    reader.problems.throwIfAny();
    return experiment.orElseThrow(
        () -> new IllegalStateException("an experiment is read, or there is a problem"));
  }

  private Optional<Experiment> experiment(Fields root) {
    String name = root.text("name").orElse(stem(file));
    String description = root.text("description").orElse("");
    Folders folders = new Folders(file, root.fields("folders"), overrides, problems);
    boolean separate =
        root.required("labels", "shared, or separate where each network has classes of its own")
            .flatMap(text -> root.word(text, "labels", Labels.class))
            .map(labels -> labels == Labels.SEPARATE)
            .orElse(false);
    NetworksReader networks = new NetworksReader(root, problems, folders);
    List<Pair> pairs = networks.pairs();
    List<Domain> evaluated = networks.evaluated("evaluate");
    if (separate && !evaluated.isEmpty()) {
      root.problem("evaluate", "with separate labels only the networks' own domains have classes");
    }
    if (pairs.isEmpty()) {
      root.problem("pairs", "there is no pair of networks to merge");
    }
    List<Method> methods =
        new MethodsReader(root, problems, separate ? Heads.separate("a", "b") : Heads.shared())
            .read();
    CostKind cost = root.word("cost", CostKind.class).orElse(CostKind.MACS);
    if (cost == CostKind.LATENCY) {
      root.problem("cost", "expected macs or params: time is another one on each machine");
    }
    Experiment experiment =
        new Experiment(
            name,
            description,
            separate,
            pairs,
            methods,
            budgets(root),
            cost,
            seeds(root),
            count(root, "samples", DEFAULT_SAMPLES),
            count(root, "test-samples", 0),
            networks.domain("calibration"),
            evaluated,
            input(root),
            metrics(root, separate, !evaluated.isEmpty()));
    root.end();
    return Optional.of(experiment);
  }

  private static List<Double> budgets(Fields root) {
    List<Double> budgets = root.numbers("budgets");
    budgets.stream()
        .filter(budget -> !(budget >= 1 && budget <= 1000))
        .forEach(
            budget ->
                root.problem(
                    "budgets", "expected 1 (the cost of one original) or more, found " + budget));
    return (budgets.isEmpty() ? DoubleStream.of(1).boxed() : budgets.stream())
        .distinct()
        .sorted()
        .toList();
  }

  private static List<Long> seeds(Fields root) {
    List<Long> seeds = root.integers("seeds").stream().distinct().toList();
    return seeds.isEmpty() ? List.of(0L) : seeds;
  }

  private static int count(Fields root, String key, int otherwise) {
    int count = root.integer(key).orElse(otherwise);
    if (count < 0) {
      root.problem(key, "expected 0 (all) or more, found " + count);
    }
    return count;
  }

  private static InputOptions input(Fields root) {
    Normalization normalization =
        new Normalization(
            floats(root, "mean", Normalization.DEFAULT.mean()),
            floats(root, "std", Normalization.DEFAULT.std()),
            root.integer("resize").orElse(0));
    Normalization plain = Normalization.DEFAULT;
    check(root, "mean", new Normalization(normalization.mean(), plain.std(), 0));
    check(root, "std", new Normalization(plain.mean(), normalization.std(), 0));
    check(root, "resize", new Normalization(plain.mean(), plain.std(), normalization.shorter()));
    int height = 0;
    int width = 0;
    Optional<String> size = root.text("input-size");
    if (size.isPresent()) {
      Matcher matcher = SIZE.matcher(size.get());
      if (matcher.matches()) {
        height = Integer.parseInt(matcher.group(1));
        width = Integer.parseInt(matcher.group(2));
      } else {
        root.problem("input-size", "expected HEIGHTxWIDTH, as in 224x224, found " + size.get());
      }
    }
    return new InputOptions(normalization, height, width, root.text("arch"));
  }

  /** Checks numbers of which those under one key alone are the file's. */
  private static void check(Fields root, String key, Normalization normalization) {
    try {
      normalization.check("");
    } catch (InvalidInputException e) {
      root.problem(key, String.valueOf(e.getMessage()).replaceFirst("^" + key + ": ", ""));
    }
  }

  private static float[] floats(Fields root, String key, float[] otherwise) {
    List<Double> numbers = root.numbers(key);
    if (numbers.isEmpty()) {
      return otherwise;
    }
    float[] values = new float[numbers.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = numbers.get(i).floatValue();
    }
    return values;
  }

  private static List<Metric> metrics(Fields root, boolean separate, boolean others) {
    List<Metric> metrics =
        root.texts("metrics").stream()
            .flatMap(text -> root.word(text, "metrics", Metric.class).stream())
            .distinct()
            .toList();
    metrics.stream()
        .filter(metric -> !metric.fits(separate))
        .forEach(
            metric ->
                root.problem(
                    "metrics",
                    "'%s' is not defined with %s labels"
                        .formatted(Words.of(metric), separate ? "separate" : "shared")));
    if (!metrics.isEmpty()) {
      return metrics;
    }
    if (separate) {
      return List.of(Metric.MEAN, Metric.JOINT);
    }
    return others ? List.of(Metric.MEAN, Metric.ALL) : List.of(Metric.MEAN);
  }

  private static String stem(Path file) {
    return String.valueOf(file.getFileName()).replaceFirst("\\.ya?ml$", "");
  }
}
