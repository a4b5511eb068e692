package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.budget.CostKind;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.data.DataLocation;
import io.github.pleas.eval.ProbeSolver;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.fit.PublishedOptions.Targets;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.merge.MemoryLimit;
import io.github.pleas.merge.MergeMethod;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MergeOptions.MatchOn;
import io.github.pleas.merge.MethodSettings;
import io.github.pleas.merge.MethodSettings.Solver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a merge of any size is told: what is merged, and how. */
final class MergeArguments {
  /** Channels that ONNX Runtime computes together on processors with AVX-512. */
  private static final int VECTOR = 16;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");

  @Parameters(
      index = "0",
      paramLabel = "A",
      description = "The first network: an ONNX file, or a checkpoint with --arch.")
  Path a;

  @Parameters(
      index = "1",
      paramLabel = "B",
      description =
          "The second, of the same architecture; only its classes may differ, or what is behind"
              + " --fork-at.")
  Path b;

  @Option(
      names = "--data",
      paramLabel = "DATA",
      required = true,
      description =
          "Images: a folder (PNG, JPEG, WebP, BMP; class folders for labels), a zip of one, or an"
              + " .npz with x and y. Texts: a .txt file of lines, or a .jsonl of objects, with"
              + " --tokenizer. Give A's domain first, then B's; a single one serves both. Of train/"
              + " and test/ inside, the first is for merging, the second for accuracy. Data sets as"
              + " they are distributed: domainnet:, cub:, nabirds:, pets: or dogs: before the"
              + " folder; cub-cropped: and the like crop to the bounding boxes.")
  List<DataLocation> data;

  @Option(
      names = "--labels",
      paramLabel = "shared|separate",
      required = true,
      description =
          "shared: the networks have the same classes, the merged one has one head. separate: each"
              + " has its own, and so has the merged one, as outputs <output>_<name>.")
  private LabelSpace labels;

  @Option(
      names = "--fork-at",
      paramLabel = "NODE",
      description =
          "Merge up to a node of A (its name, or that of a value it writes) and keep all behind it"
              + " as two tails, which may differ: for detectors, segmenters and other heads that"
              + " are not one layer. What reads the node's result is fitted like a head, the rest"
              + " stays as it is. With --labels separate. Default: no fork.")
  private @Nullable String fork;

  @Option(
      names = "--cost",
      paramLabel = "macs|params|latency",
      description =
          "In what a budget is counted. macs: multiply-accumulates. params: parameters. latency:"
              + " the time that ONNX Runtime takes for an image on this machine, on --threads"
              + " threads: layers are timed at several widths, and each planned network whole"
              + " beside its originals, until one keeps the budget. Default: macs.")
  private @Nullable CostKind cost;

  @Option(
      names = "--allocation",
      paramLabel = "predicted|uniform|stages|leave-one-out",
      description =
          "How a budget is spread over the unit groups. predicted: where the pairs match worst, for"
              + " what they cost. uniform: the same separate fraction for all. stages: merged from"
              + " the input up to a cut, separate behind it. leave-one-out: where it was measured"
              + " to matter most for the originals' outputs, for what it costs; each of the G"
              + " groups is merged alone and kept separate alone, which takes the time of 2 G + 2"
              + " merges, for any number of budgets. Default: predicted; with --method zipit"
              + " stages.")
  private @Nullable AllocationMethod allocation;

  @Option(
      names = "--width-multiple",
      paramLabel = "N",
      description =
          "Merged widths are multiples of this, or all merged or all separate. Default: 1; with"
              + " --cost latency "
              + VECTOR
              + ", for ONNX Runtime computes so many outputs at a time.")
  private @Nullable Integer widthMultiple;

  @Option(
      names = "--keep-separate",
      paramLabel = "REGEX",
      description =
          "Layers whose units all stay separate: an expression found in their names, or their"
              + " weights', as 'layer4'. May be given several times. Default: none.")
  private List<Pattern> keepSeparate = new ArrayList<>();

  @Option(
      names = "--merge",
      paramLabel = "REGEX",
      description = "Layers whose units are all merged, in the same way. Default: none.")
  private List<Pattern> merge = new ArrayList<>();

  @Option(
      names = "--layout",
      paramLabel = "dense|blocks|auto",
      description =
          "How layers with units of A alone and of B alone on both sides are written. dense: as one"
              + " operator, the zeros between these units too; r costs up to (1 + r)^2. blocks: as"
              + " one operator for each part of the outputs, over what it sees; up to 1 + 2 r -"
              + " r^2. auto: for each layer what is faster. All compute the same. Default: auto.")
  private Layout layout = Layout.AUTO;

  @Option(
      names = "--method",
      paramLabel = "NAME",
      description =
          "A way of merging; --match, --fit and --heads change a part of it. pleas: ours."
              + " pleas-published: the paper's, units matched on activations, least squares on the"
              + " originals' features. permute: matched on activations, averaged. git-rebasin:"
              + " matched on weights, averaged. average: unit i with unit i. regmean: unit i with"
              + " unit i, layers fitted to both originals' inputs. zipit: units merged within the"
              + " networks, too, and whole stages only. All but pleas keep the originals' heads,"
              + " and where weights are not fitted, statistics are repaired. Default: pleas.")
  private MergeMethod method = MergeMethod.PLEAS;

  @Option(
      names = "--fit",
      paramLabel = "progressive|published|regmean|none",
      description =
          "How weights are found. progressive: least squares on the merged network's own features."
              + " published: the paper's objective. regmean: what gives the originals' outputs on"
              + " their own inputs, statistics repaired. none: the mean of aligned weights,"
              + " statistics repaired. Default: the method's.")
  private @Nullable FitMethod fit;

  @Option(
      names = "--heads",
      paramLabel = "joint|tasks|original",
      description =
          "How heads of separate labels are found. joint: to decide between all classes. tasks:"
              + " each for its own. original: the originals' own. Default: the method's.")
  private @Nullable HeadFit heads;

  @Option(
      names = "--match",
      paramLabel = "activations|weights|none|zip",
      description =
          "What units are paired up by. none: unit i with unit i. zip: by activations, within the"
              + " networks too, and not in pairs. Default: the method's.")
  private @Nullable MatchOn match;

  @Option(
      names = "--stream",
      paramLabel = "permutation|orthogonal",
      description =
          "What is found for the residual stream of a transformer whose LayerNormalization or"
              + " RMSNormalization only layers read (pre-norm). permutation: its units are paired"
              + " up. orthogonal: B's stream is rotated as close to A's as can be (Procrustes),"
              + " then paired up. With --match activations. Default: permutation.")
  private MergeOptions.@Nullable StreamMap stream;

  @Option(
      names = "--zip-alpha",
      paramLabel = "X",
      description =
          "With --method zipit, what a merged unit's similarity is multiplied with, 0 to 1."
              + " Default: 0.5.")
  private @Nullable Double zipAlpha;

  @Option(
      names = "--zip-beta",
      paramLabel = "X",
      description =
          "With --method zipit, how many merges may be within a network, 0 (none) to 1. Default:"
              + " 1.")
  private @Nullable Double zipBeta;

  @Option(
      names = "--targets",
      paramLabel = "averaged|separate|mixed",
      description =
          "With --fit published, whose features are fitted. averaged: the mean of both. separate:"
              + " each original's outputs from its own inputs. mixed: each one's outputs from"
              + " averaged inputs. Default: averaged.")
  private @Nullable Targets targets;

  @Option(
      names = "--solver",
      paramLabel = "closed|adam",
      description =
          "With --fit published, how the objective is minimised. closed: in closed form. adam: by"
              + " the paper's gradient steps, 32 images each. Default: closed.")
  private @Nullable Solver solver;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "With --solver adam, how many steps. Default: 400.")
  private @Nullable Integer steps;

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "Calibration images a domain; 0 for all. Default: 500.")
  int samples = 500;

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
      description =
          "Do not measure accuracy, though the images have labels, nor agreement with the"
              + " originals.")
  boolean noAccuracy;

  @Option(
      names = "--precision",
      paramLabel = "keep|float32|float16|bfloat16",
      description =
          "In what the merged network's weights are stored; it is computed in single precision, as"
              + " the originals are. keep: the precision that both originals have, or single; in a"
              + " checkpoint, A's. Values"
              + " are rounded once, at the end, to the nearest; what that changes is told, and a"
              + " value that does not fit is refused. Default: keep.")
  Precision precision = Precision.KEEP;

  @Option(
      names = "--probe",
      paramLabel = "ridge|adam",
      description =
          "Train linear classifiers on the frozen features of the merged network and of the"
              + " originals, on the labelled calibration images, and measure them on the test"
              + " images. ridge: least squares. adam: by the published protocol, 50 epochs."
              + " Default: no probes.")
  private @Nullable ProbeSolver probe;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = MemorySize.class,
      description =
          "Memory for the whole process, such as 4g. Of it, Java's heap counts with the most that it"
              + " may become, for which the pleas script takes half (else: java -Xmx), and running the"
              + " networks with what it takes; what is left holds what is kept between layers, and"
              + " more of that goes to temporary files. Refused where that cannot be. Default: Java's"
              + " heap, and a third of the machine's memory for what is kept.")
  private @Nullable Long memory;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description =
          "Keep what is done in this folder until all is done, and go on from there if it holds this"
              + " merge, unfinished: the same command again after Ctrl-C, a crash or a power cut gives"
              + " the same network. A folder that is empty or does not exist yet. Default: nothing is"
              + " kept.")
  private @Nullable Path resume;

  @Mixin ImageOptions images;

  @Mixin RunOptions run;

  /** The size that is asked for, beside its budget or fraction. */
  BudgetOptions size() {
    int multiple = widthMultiple != null ? widthMultiple : cost == CostKind.LATENCY ? VECTOR : 1;
    require(multiple >= 1, "--width-multiple: expected 1 or more, found " + multiple);
    return BudgetOptions.ofFraction(0)
        .withCost(cost == null ? CostKind.MACS : cost)
        .withAllocation(allocation == null ? settings().matched().allocation() : allocation)
        .withWidthMultiple(multiple)
        .withBounds(keepSeparate, merge);
  }

  /** How linear probes are trained. */
  Optional<ProbeSolver> probe() {
    require(probe == null || !noAccuracy, "--probe: needs what --no-accuracy leaves out");
    require(
        probe == null || fork == null,
        "--probe: takes features before the last layers, which are not merged behind --fork-at");
    return Optional.ofNullable(probe);
  }

  /** Refuses what says something of a budget where there is none. */
  void requireNoBudget() {
    require(cost == null, "--cost: says how a budget is counted; give --budget, too");
    require(allocation == null, "--allocation: says how a budget is spread; give --budget, too");
  }

  /** Notes what is wrong with these arguments, each by itself and to one another. */
  void check(Findings findings) {
    findings.check(
        () -> require(samples >= 0, "--samples: expected 0 (all) or more, found " + samples));
    findings.check(
        () ->
            require(
                NAME.matcher(nameA).matches()
                    && NAME.matcher(nameB).matches()
                    && !nameA.equals(nameB),
                "--name-a and --name-b: expected two different names of letters, digits, _ . and -,"
                    + " found '"
                    + nameA
                    + "' and '"
                    + nameB
                    + "'"));
    findings.check(
        () ->
            require(
                fork == null || labels == LabelSpace.SEPARATE,
                "--fork-at: behind a fork there are two networks with outputs of their own; give"
                    + " --labels separate"));
  }

  MergeOptions options(BudgetOptions size) {
    Findings findings = new Findings();
    check(findings);
    findings.throwFirst();
    Heads outputs = labels == LabelSpace.SHARED ? Heads.shared() : Heads.separate(nameA, nameB);
    if (fork != null) {
      outputs = outputs.forkedAt(fork);
    }
    MergeOptions options =
        settings()
            .options(outputs, images.vocabularies(), seed, "--")
            .withSize(size)
            .withLayout(layout)
            .withThreads(run.threads());
    return memory == null ? options : options.withMemory(MemoryLimit.ofProcess(memory));
  }

  /** What is taken where the options themselves are wrong, so that all else can still be tried. */
  MergeOptions standard() {
    return MergeOptions.defaults(
            labels == LabelSpace.SHARED ? Heads.shared() : Heads.separate("a", "b"))
        .withThreads(1);
  }

  /**
   * What is to be done.
   *
   * @param out where it is written
   * @param numbers where the numbers are
   */
  MergeRequest request(MergeOptions options, Optional<ProbeSolver> linear, Path out, Path numbers) {
    return new MergeRequest(
            a, b, data, options, samples, images, !noAccuracy, linear, precision, out, numbers)
        .withResume(Optional.ofNullable(resume));
  }

  private MethodSettings settings() {
    return new MethodSettings(
        method,
        Optional.ofNullable(match),
        Optional.ofNullable(stream),
        Optional.ofNullable(fit),
        Optional.ofNullable(heads),
        Optional.ofNullable(zipAlpha),
        Optional.ofNullable(zipBeta),
        Optional.ofNullable(targets),
        Optional.ofNullable(solver),
        Optional.ofNullable(steps));
  }

  static void require(boolean holds, String message) {
    if (!holds) {
      throw new InvalidInputException(message);
    }
  }
}
