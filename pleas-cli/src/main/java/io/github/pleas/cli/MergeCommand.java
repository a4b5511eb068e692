package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.FitOptions;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.merge.MergeOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Merges two networks. */
@Command(
    name = "merge",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Merges two networks of one architecture into one, without training and without labels.",
      "Labels, where the images have them, are only used to measure accuracy."
    },
    footer = {
      "",
      "Examples:",
      "  Two classifiers of different classes, as cheap as one of them:",
      "    pleas merge birds.onnx pets.onnx --data birds/ --data pets/ --labels separate -o both.onnx",
      "  The same classes in two domains, a third of the units kept separate, ImageNet's numbers:",
      "    pleas merge photo.onnx sketch.onnx --data photo/ --data sketch/ --labels shared \\",
      "      --separate 0.3 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 -o merged.onnx",
      "  With images from elsewhere:",
      "    pleas merge a.onnx b.onnx --data any/ --labels shared --no-accuracy -o merged.onnx",
      "  Two segmenters that share an encoder:",
      "    pleas merge roads.onnx roofs.onnx --data aerial/ --labels separate --no-accuracy \\",
      "      --fork-at /encoder/layer4/Relu -o both.onnx"
    })
final class MergeCommand implements Callable<Integer> {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "A", description = "The first network, an ONNX file.")
  private Path a;

  @Parameters(
      index = "1",
      paramLabel = "B",
      description =
          "The second, of the same architecture; only its classes may differ, or what is behind"
              + " --fork-at.")
  private Path b;

  @Option(
      names = "--data",
      paramLabel = "DATA",
      required = true,
      description =
          "Images: a folder (PNG, JPEG, WebP, BMP; class folders for labels), a zip of one, or an"
              + " .npz with x and y. Give A's domain first, then B's; a single one serves both. Of"
              + " train/ and test/ inside, the first is for merging, the second for accuracy.")
  private List<Path> data;

  @Option(
      names = "--labels",
      paramLabel = "shared|separate",
      required = true,
      description =
          "shared: the networks have the same classes, the merged one has one head. separate: each"
              + " has its own, and so has the merged one, as outputs <output>_<name>.")
  private LabelSpace labels;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT",
      required = true,
      description = "The ONNX file to write; replaced only by a complete one.")
  private Path out;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "The report. Default: OUT with the extension .json.")
  private @Nullable Path json;

  @Option(
      names = "--separate",
      paramLabel = "FRACTION",
      description =
          "Share of each group's pairs of units that stay separate: 0 as cheap as one network; what"
              + " r costs depends on --layout. 1 separates everything, and gives the originals back"
              + " with --heads tasks or original. Default: 0.")
  private double separate;

  @Option(
      names = "--fork-at",
      paramLabel = "NODE",
      description =
          "Merge up to a node of A (its name, or that of a value it writes) and keep all behind it as two tails, which"
              + " may differ: for detectors, segmenters and other heads that are not one layer. What"
              + " reads the node's result is fitted like a head, the rest stays as it is. With"
              + " --labels separate. Default: no fork.")
  private @Nullable String fork;

  @Option(
      names = "--layout",
      paramLabel = "dense|blocks|auto",
      description =
          "How layers with units of A alone and of B alone on both sides are written. dense: as one"
              + " operator, the zeros between these units too; r costs up to (1 + r)^2. blocks: as"
              + " one operator for each part of the outputs, over what it sees; up to 1 + 2 r - r^2."
              + " auto: for each layer what is faster. All compute the same. Default: auto.")
  private Layout layout = Layout.AUTO;

  @Option(
      names = "--fit",
      paramLabel = "progressive|published|none",
      description =
          "How weights are found. progressive: least squares on the merged network's own features."
              + " published: the paper's objective. none: the mean of aligned weights, statistics"
              + " repaired. Default: progressive.")
  private FitMethod fit = FitMethod.PROGRESSIVE;

  @Option(
      names = "--heads",
      paramLabel = "joint|tasks|original",
      description =
          "How heads of separate labels are found. joint: to decide between all classes. tasks: each"
              + " for its own. original: the originals' own. Default: joint.")
  private HeadFit heads = HeadFit.JOINT;

  @Option(
      names = "--match",
      paramLabel = "activations|weights",
      description = "What units are paired up by. Default: activations.")
  private MergeOptions.MatchOn match = MergeOptions.MatchOn.ACTIVATIONS;

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "Calibration images a domain; 0 for all. Default: 500.")
  private int samples = 500;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "The same seed gives the same network. Default: 0.")
  private long seed;

  @Option(
      names = "--name-a",
      paramLabel = "X",
      description = "What A's output is called after. Default: a.")
  private String nameA = "a";

  @Option(
      names = "--name-b",
      paramLabel = "Y",
      description = "What B's output is called after. Default: b.")
  private String nameB = "b";

  @Option(
      names = "--no-accuracy",
      description = "Do not measure accuracy, though the images have labels.")
  private boolean noAccuracy;

  @Mixin private ImageOptions images;

  @Mixin private RunOptions run;

  @Override
  public Integer call() {
    MergeRequest request =
        new MergeRequest(
            a,
            b,
            data,
            options(),
            samples,
            images,
            !noAccuracy,
            out,
            Optional.ofNullable(json).orElseGet(() -> Paths.beside(out, ".json")));
    try (Progress progress = run.progress(spec.commandLine().getErr())) {
      MergeReport report = new MergeRun(request, progress).run();
      PrintWriter to = spec.commandLine().getOut();
      to.print(new MergeTable(report).text());
      to.flush();
    }
    return 0;
  }

  private MergeOptions options() {
    require(
        labels == LabelSpace.SEPARATE || heads != HeadFit.TASKS,
        "--heads tasks: with shared labels there is one head for both; leave it out, or use original");
    require(separate >= 0 && separate <= 1, "--separate: expected 0 to 1, found " + separate);
    require(samples >= 0, "--samples: expected 0 (all) or more, found " + samples);
    require(
        NAME.matcher(nameA).matches() && NAME.matcher(nameB).matches() && !nameA.equals(nameB),
        "--name-a and --name-b: expected two different names of letters, digits, _ . and -, found '"
            + nameA
            + "' and '"
            + nameB
            + "'");
    require(
        fork == null || labels == LabelSpace.SEPARATE,
        "--fork-at: behind a fork there are two networks with outputs of their own; give --labels separate");
    Heads outputs = labels == LabelSpace.SHARED ? Heads.shared() : Heads.separate(nameA, nameB);
    if (fork != null) {
      outputs = outputs.forkedAt(fork);
    }
    return MergeOptions.defaults(outputs)
        .withSeparateFraction(separate)
        .withLayout(layout)
        .withMatch(match)
        .withFit(FitOptions.of(fit, heads, labels == LabelSpace.SHARED))
        .withSeed(seed)
        .withThreads(run.threads());
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new InvalidInputException(message);
    }
  }
}
