package io.github.pleas.api;

import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.budget.CostKind;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.data.DataLocation;
import io.github.pleas.data.InputSettings;
import io.github.pleas.data.Normalization;
import io.github.pleas.data.Samples;
import io.github.pleas.data.TextFields;
import io.github.pleas.data.TextSettings;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.merge.MemoryLimit;
import io.github.pleas.merge.MergeListener;
import io.github.pleas.merge.MergeMethod;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MethodSettings;
import io.github.pleas.network.CheckpointOptions;
import io.github.pleas.network.ModelOptions;
import io.github.pleas.runtime.Device;
import io.github.pleas.symmetry.OperatorRules;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/**
 * Describes a merge. Data and labels must be said; all else has the defaults of {@code pleas
 * merge}, after whose options the methods are named. Not for several threads at once.
 */
public final class NetworkMergeBuilder {
  /** Calibration samples of each domain, unless said otherwise. */
  public static final int SAMPLES = 500;

  private final Path a;
  private final Path b;
  private ModelOptions models = ModelOptions.DEFAULT;
  private Optional<String> arch = Optional.empty();
  private Optional<String> entry = Optional.empty();
  private List<DataLocation> places = List.of();
  private List<Samples> own = List.of();
  private Normalization normalization = Normalization.DEFAULT;
  private TextSettings texts = TextSettings.NONE;
  private Optional<Heads> heads = Optional.empty();
  private Optional<String> fork = Optional.empty();
  private OptionalDouble budget = OptionalDouble.empty();
  private double separate;
  private CostKind cost = CostKind.MACS;
  private Optional<AllocationMethod> allocation = Optional.empty();
  private Layout layout = Layout.AUTO;
  private MethodSettings method = MethodSettings.of(MergeMethod.PLEAS);
  private Precision precision = Precision.KEEP;
  private int samples = SAMPLES;
  private long seed;
  private int threads = Runtime.getRuntime().availableProcessors();
  private OptionalLong memory = OptionalLong.empty();
  private UnaryOperator<MergeOptions> adjusted = UnaryOperator.identity();
  private OperatorRules rules = OperatorRules.standard();
  private Optional<Path> resume = Optional.empty();
  private MergeListener listener = MergeListener.NONE;
  private BooleanSupplier cancelled = () -> false;

  NetworkMergeBuilder(Path a, Path b) {
    this.a = a;
    this.b = b;
  }

  /**
   * Calibration data that serve both networks: a folder of images, a zip of one, an {@code .npz}
   * file with {@code x}; or texts, a {@code .txt} or {@code .jsonl} file. Of {@code train/} and
   * {@code test/} inside, the first is taken. Labels are not looked at.
   */
  public NetworkMergeBuilder data(Path both) {
    return data(List.of(DataLocation.of(both)));
  }

  /** Calibration data of A's domain and of B's, as {@link #data(Path)}. */
  public NetworkMergeBuilder data(Path ofA, Path ofB) {
    return data(List.of(DataLocation.of(ofA), DataLocation.of(ofB)));
  }

  /**
   * Calibration data that lie in a form of their own.
   *
   * @param where one for both networks, or A's and B's
   */
  public NetworkMergeBuilder data(List<DataLocation> where) {
    places = List.copyOf(where);
    own = List.of();
    return this;
  }

  /** Calibration samples of a source of one's own, as the networks take them, for both. */
  public NetworkMergeBuilder data(Samples both) {
    own = List.of(both);
    places = List.of();
    return this;
  }

  /** Calibration samples of A's domain and of B's, as {@link #data(Samples)}. */
  public NetworkMergeBuilder data(Samples ofA, Samples ofB) {
    own = List.of(ofA, ofB);
    places = List.of();
    return this;
  }

  /** How many calibration samples of each domain are drawn from files; 0 for all. Default: 500. */
  public NetworkMergeBuilder samples(int count) {
    samples = count;
    return this;
  }

  /** What is done to images' pixels. Default: (pixel - 0.5) / 0.5, of pixels from 0 to 1. */
  public NetworkMergeBuilder normalization(Normalization how) {
    normalization = how;
    return this;
  }

  /**
   * For networks that read texts.
   *
   * @param files the {@code tokenizer.json} of both networks, or A's and B's
   */
  public NetworkMergeBuilder tokenizer(Path... files) {
    texts = new TextSettings(List.of(files), texts.fields());
    return this;
  }

  /** The field of a {@code .jsonl} file that holds the text. Default: {@code text}. */
  public NetworkMergeBuilder textField(String name) {
    texts = new TextSettings(texts.tokenizers(), new TextFields(name, texts.fields().label()));
    return this;
  }

  /** Both have the same classes; the merged network has one head, under A's output name. */
  public NetworkMergeBuilder sharedLabels() {
    heads = Optional.of(Heads.shared());
    return this;
  }

  /**
   * Each has classes of its own; the merged network has two outputs.
   *
   * @param nameA A's output becomes {@code <output>_<nameA>}
   * @param nameB B's output becomes {@code <output>_<nameB>}
   * @throws InvalidInputException if the names are the same, or one is empty
   */
  public NetworkMergeBuilder separateLabels(String nameA, String nameB) {
    heads = Optional.of(Heads.separate(nameA, nameB));
    return this;
  }

  /**
   * Merges up to a node of A (its name, or that of a value it writes); all behind it stays as two
   * tails, which may differ. With separate labels.
   */
  public NetworkMergeBuilder forkAt(String node) {
    fork = Optional.of(node);
    return this;
  }

  /** The most that the merged network may cost, in originals; 1, the default, merges everything. */
  public NetworkMergeBuilder budget(double originals) {
    budget = OptionalDouble.of(originals);
    return this;
  }

  /** Instead of a budget, the share of each group's pairs of units that stay separate, 0 to 1. */
  public NetworkMergeBuilder separate(double fraction) {
    separate = fraction;
    return this;
  }

  /** In what a budget is counted. Default: multiply-accumulates. */
  public NetworkMergeBuilder cost(CostKind kind) {
    cost = kind;
    return this;
  }

  /** How a budget is spread over the unit groups. Default: the method's. */
  public NetworkMergeBuilder allocation(AllocationMethod how) {
    allocation = Optional.of(how);
    return this;
  }

  /**
   * How layers are written. Default: {@link Layout#AUTO}; checkpoints take {@link Layout#DENSE}.
   */
  public NetworkMergeBuilder layout(Layout form) {
    layout = form;
    return this;
  }

  /** A method of merging. Default: ours. */
  public NetworkMergeBuilder method(MergeMethod name) {
    return method(MethodSettings.of(name));
  }

  /** A method of merging, with changes. */
  public NetworkMergeBuilder method(MethodSettings settings) {
    method = settings;
    return this;
  }

  /** In what the merged network's weights are stored. Default: what the originals have. */
  public NetworkMergeBuilder precision(Precision of) {
    precision = of;
    return this;
  }

  /** Where everything random is drawn from: the same seed gives the same network. Default: 0. */
  public NetworkMergeBuilder seed(long value) {
    seed = value;
    return this;
  }

  /** Threads to use. Default: as many as there are processors. */
  public NetworkMergeBuilder threads(int count) {
    threads = count;
    return this;
  }

  /**
   * Bytes of memory for the whole process, of which Java's heap counts with the most that it may
   * become ({@code -Xmx}); what is kept between layers and does not fit goes to temporary files.
   * Default: the heap, and a third of the machine's memory for what is kept.
   */
  public NetworkMergeBuilder memory(long bytes) {
    memory = OptionalLong.of(bytes);
    return this;
  }

  /**
   * Where networks run: {@code cpu}, {@code cuda} or {@code cuda:N}. Default: {@code cpu}.
   *
   * @throws InvalidInputException if it is no such name
   */
  public NetworkMergeBuilder device(String name) {
    models = models.withDevice(Device.of(name));
    return this;
  }

  /** The architecture of checkpoints, such as {@code resnet18}, or {@code auto}. */
  public NetworkMergeBuilder arch(String name) {
    arch = Optional.of(name);
    return this;
  }

  /** Which state dict of a checkpoint that holds several. */
  public NetworkMergeBuilder entry(String key) {
    entry = Optional.of(key);
    return this;
  }

  /** Height and width of the input in pixels, for networks that leave them free. */
  public NetworkMergeBuilder inputSize(int height, int width) {
    models = models.withSize(height, width);
    return this;
  }

  /** At how many tokens networks are read that take texts of any length. Default: 128. */
  public NetworkMergeBuilder maxTokens(int count) {
    models = models.withTokens(count);
    return this;
  }

  /** Shared libraries with operators that ONNX Runtime does not have. */
  public NetworkMergeBuilder customOps(Path... libraries) {
    models = models.withLibraries(List.of(libraries));
    return this;
  }

  /** How units move through operators, with rules of one's own for operators of one's own. */
  public NetworkMergeBuilder rules(OperatorRules of) {
    rules = of;
    return this;
  }

  /**
   * A folder, empty or yet to be made, in which what is done is kept until the merge has run to its
   * end: after it was stopped, even by a crash, the same merge goes on from the last fitted layer,
   * to the same network. Rules of one's own ({@link #rules}) are taken to be the same. Default:
   * nothing is kept.
   */
  public NetworkMergeBuilder resume(Path folder) {
    resume = Optional.of(folder);
    return this;
  }

  /** The last word on how networks are merged, for what has no method here. */
  public NetworkMergeBuilder adjust(UnaryOperator<MergeOptions> change) {
    adjusted = change;
    return this;
  }

  /**
   * Told how far the merge is, within the thread that merges or, while images are read, by one of
   * their threads at a time. What it throws ends the merge.
   */
  public NetworkMergeBuilder listener(MergeListener told) {
    listener = told;
    return this;
  }

  /**
   * Asked now and then, from several threads, whether the merge is to end: between batches of
   * images and between layers. Interrupting the thread that merges does the same.
   */
  public NetworkMergeBuilder cancelWhen(BooleanSupplier asked) {
    cancelled = asked;
    return this;
  }

  /**
   * The merge.
   *
   * @throws InvalidInputException if data or labels are missing, or values contradict each other or
   *     are out of range
   */
  public NetworkMerge build() {
    require(samples >= 0, "samples: expected 0 (all) or more, found " + samples);
    require(
        budget.isEmpty() || separate == 0,
        "budget and separate: both say how large the merged network is; give one");
    require(
        fork.isEmpty() || heads.isEmpty() || heads.get().separate(),
        "forkAt: behind a fork there are two networks with outputs of their own; say separateLabels");
    return new NetworkMerge(
        new NetworkMerge.Request(
            a,
            b,
            models.withCheckpoints(new CheckpointOptions(arch, entry)),
            source(),
            adjusted.apply(options()),
            samples,
            precision,
            rules,
            resume,
            listener,
            cancelled));
  }

  private MergeData source() {
    if (!own.isEmpty()) {
      return new MergeData.Own(own);
    }
    require(
        places.size() == 1 || places.size() == 2,
        "data: expected one (for both networks) or two (A's, then B's), found " + places.size());
    normalization.check("");
    return new MergeData.Files(places, new InputSettings(normalization, texts));
  }

  private MergeOptions options() {
    Heads outputs =
        heads.orElseThrow(
            () ->
                new InvalidInputException(
                    "labels: say sharedLabels() if both networks have the same classes, or separateLabels(nameA, nameB)"));
    MergeOptions options =
        method
            .options(fork.map(outputs::forkedAt).orElse(outputs), texts.vocabularies(), seed, "")
            .withSize(size())
            .withLayout(layout)
            .withThreads(threads);
    return memory.isPresent()
        ? options.withMemory(MemoryLimit.ofProcess(memory.getAsLong()))
        : options;
  }

  private BudgetOptions size() {
    BudgetOptions size =
        BudgetOptions.ofFraction(separate)
            .withCost(cost)
            .withAllocation(allocation.orElse(method.matched().allocation()));
    return budget.isPresent() ? size.withBudget(budget.getAsDouble()) : size;
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new InvalidInputException(message);
    }
  }
}
