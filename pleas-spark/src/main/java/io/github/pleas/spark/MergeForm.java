package io.github.pleas.spark;

import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.FitOptions;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.fit.PublishedOptions;
import io.github.pleas.layout.Heads;
import io.github.pleas.merge.MemoryLimit;
import io.github.pleas.merge.MergeMethod;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.network.CheckpointOptions;
import io.github.pleas.network.ModelOptions;
import java.io.Serializable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What executors need to know of how two networks are read and merged, in a form that travels. How
 * large the merged network is to be, they are told when it is known.
 */
final class MergeForm implements Serializable {
  private static final long serialVersionUID = 1;

  private final int[] imageSize;
  private final @Nullable String architecture;
  private final @Nullable String entry;
  private final boolean separate;
  private final String nameA;
  private final String nameB;
  private final @Nullable String fork;
  private final MergeOptions.MatchOn match;
  private final FitMethod method;
  private final HeadFit heads;
  private final double[] constants;
  private final PublishedOptions.Targets targets;
  private final int rowsPerUnknown;
  private final long seed;

  MergeForm(ModelOptions models, MergeOptions options) {
    this.imageSize =
        models.size().map(size -> new int[] {size.height(), size.width()}).orElse(new int[0]);
    this.architecture = models.checkpoints().architecture().orElse(null);
    this.entry = models.checkpoints().entry().orElse(null);
    this.separate = options.heads().separate();
    this.nameA = options.heads().nameA();
    this.nameB = options.heads().nameB();
    this.fork = options.heads().fork().orElse(null);
    this.match = options.match();
    FitOptions fit = options.fit();
    this.method = fit.method();
    this.heads = fit.heads();
    this.constants =
        new double[] {
          fit.alpha(),
          fit.shrinkage(),
          fit.smallestRidge(),
          fit.largestRidge(),
          fit.channelRidge(),
          fit.headRidge(),
          fit.published().ridge()
        };
    this.targets = fit.published().targets();
    this.rowsPerUnknown = fit.rowsPerUnknown();
    this.seed = options.seed();
  }

  ModelOptions models() {
    ModelOptions models =
        ModelOptions.DEFAULT.withCheckpoints(
            new CheckpointOptions(Optional.ofNullable(architecture), Optional.ofNullable(entry)));
    return imageSize.length == 0 ? models : models.withSize(imageSize[0], imageSize[1]);
  }

  /**
   * How they are merged.
   *
   * @param threads of one part
   * @param memory of one part's kept tensors, in bytes
   */
  MergeOptions options(int threads, long memory) {
    Heads outputs = new Heads(separate, nameA, nameB, Optional.ofNullable(fork));
    FitOptions fit =
        new FitOptions(
            method,
            heads,
            constants[0],
            constants[1],
            constants[2],
            constants[3],
            constants[4],
            constants[5],
            new PublishedOptions(targets, constants[6], Optional.empty()),
            rowsPerUnknown);
    return MergeOptions.of(MergeMethod.PLEAS, outputs)
        .withMatch(match)
        .withFit(fit)
        .withThreads(threads)
        .withMemory(MemoryLimit.ofTensors(memory))
        .withSeed(seed);
  }
}
