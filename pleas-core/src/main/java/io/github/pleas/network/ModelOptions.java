package io.github.pleas.network;

import io.github.pleas.InvalidInputException;
import io.github.pleas.architecture.Architectures;
import io.github.pleas.architecture.BuiltNetwork;
import io.github.pleas.checkpoint.Checkpoints;
import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.runtime.Device;
import io.github.pleas.runtime.OperatorLibraries;
import io.github.pleas.runtime.OrtRuntime;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * What model files do not say, and where models run.
 *
 * @param size of images, for networks that leave it free
 * @param tokens of a text, for networks that leave that free
 * @param checkpoints what checkpoints do not say
 * @param libraries with operators that ONNX Runtime does not have
 * @param device where networks run
 */
public record ModelOptions(
    Optional<Size> size,
    OptionalInt tokens,
    CheckpointOptions checkpoints,
    List<Path> libraries,
    Device device) {
  /** The files say everything, and models run on this machine's processor. */
  public static final ModelOptions DEFAULT =
      new ModelOptions(
          Optional.empty(), OptionalInt.empty(), CheckpointOptions.NONE, List.of(), Device.CPU);

  /** An image's height and width in pixels. */
  public record Size(int height, int width) {}

  public ModelOptions {
    libraries = List.copyOf(libraries);
  }

  public ModelOptions withSize(int height, int width) {
    return new ModelOptions(
        Optional.of(new Size(height, width)), tokens, checkpoints, libraries, device);
  }

  public ModelOptions withTokens(int count) {
    return new ModelOptions(size, OptionalInt.of(count), checkpoints, libraries, device);
  }

  public ModelOptions withCheckpoints(CheckpointOptions options) {
    return new ModelOptions(size, tokens, options, libraries, device);
  }

  public ModelOptions withLibraries(List<Path> files) {
    return new ModelOptions(size, tokens, checkpoints, files, device);
  }

  public ModelOptions withDevice(Device where) {
    return new ModelOptions(size, tokens, checkpoints, libraries, where);
  }

  /**
   * Where networks run, with the operators that they may need.
   *
   * @param threads threads that each operator may use
   * @throws InvalidInputException if a library of operators cannot be loaded, or the device cannot
   *     be used
   */
  public OrtRuntime runtime(int threads) {
    return new OrtRuntime(threads, OperatorLibraries.load(libraries), device);
  }

  /** A reader of the originals' files. */
  public NetworkReader reader(OrtRuntime runtime) {
    return reader(runtime, checkpoints);
  }

  /** A reader of what was written: a network that stands alone in its file. */
  public NetworkReader outputReader(OrtRuntime runtime) {
    return reader(runtime, new CheckpointOptions(checkpoints.architecture(), Optional.empty()));
  }

  private NetworkReader reader(OrtRuntime runtime, CheckpointOptions of) {
    NetworkReader reader = new NetworkReader(runtime.forLooking(), imageSize(), of);
    return tokens.isPresent() ? reader.withTokens(tokens.getAsInt()) : reader;
  }

  private Optional<int[]> imageSize() {
    return size.map(s -> new int[] {s.height(), s.width()});
  }

  /**
   * Refuses what is said of checkpoints where there is none that it can be meant for.
   *
   * @param prefix what stands before {@code arch} and {@code entry} where the user writes them
   * @param models those that are read
   * @throws InvalidInputException if it is
   */
  public void check(String prefix, Path... models) {
    if (Arrays.stream(models).noneMatch(Checkpoints::isCheckpoint)) {
      requireNone(prefix + "arch", checkpoints.architecture(), models);
      requireNone(prefix + "entry", checkpoints.entry(), models);
    } else if (checkpoints.entry().isPresent()
        && Arrays.stream(models).noneMatch(Checkpoints::hasEntries)) {
      throw new InvalidInputException(
          "%sentry %s: there are no entries to choose from in the format of %s; leave it out"
              .formatted(prefix, checkpoints.entry().get(), names(models)));
    }
  }

  private static void requireNone(String option, Optional<String> value, Path... models) {
    if (value.isPresent()) {
      throw new InvalidInputException(
          option
              + " is for checkpoints, and there is none among "
              + names(models)
              + "; leave it out");
    }
  }

  private static String names(Path... models) {
    return Arrays.stream(models).map(Path::toString).collect(Collectors.joining(", "));
  }

  /**
   * The graph of a checkpoint as the original has it, BatchNormalization and all.
   *
   * @param dict the checkpoint, opened
   */
  public BuiltNetwork built(StateDict dict, Path model) {
    return Architectures.standard()
        .build(dict, checkpoints.architecture().orElse("auto"), imageSize(), model.toString());
  }

  /** Where in a model's file the state dict is, if that is said and the format has such. */
  public Optional<String> entry(Path model) {
    return checkpoints.entry().filter(any -> Checkpoints.hasEntries(model));
  }

  /** What a checkpoint was recognised as, where that was left to us. */
  public Optional<String> recognised(Path model, Network network) {
    boolean auto =
        checkpoints.architecture().filter(name -> name.split(":", 2)[0].equals("auto")).isPresent();
    return auto && Checkpoints.isCheckpoint(model)
        ? Optional.of(model + " is taken for a " + network.graph().name())
        : Optional.empty();
  }
}
