package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.architecture.Architectures;
import io.github.pleas.architecture.BuiltNetwork;
import io.github.pleas.checkpoint.Checkpoints;
import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.network.CheckpointOptions;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.runtime.Device;
import io.github.pleas.runtime.OperatorLibraries;
import io.github.pleas.runtime.OrtRuntime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What a network's file does not say; the same options wherever a network is read. */
final class NetworkOptions {
  @Option(
      names = "--input-size",
      paramLabel = "HxW",
      converter = SizeConverter.class,
      description = "Height and width of the input, for networks that leave them free.")
  private @Nullable Size size;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description =
          "For networks that read texts of any length: at how many tokens they are read. Shorter"
              + " texts are filled up, longer ones are cut. Default: "
              + NetworkReader.TOKENS
              + ".")
  private @Nullable Integer maxTokens;

  @Option(
      names = "--arch",
      paramLabel = "NAME",
      description =
          "The architecture of checkpoints (.pth, .pt, .safetensors), in torchvision's or timm's"
              + " words, such as resnet18, or auto for whichever their parameters fit. Widths,"
              + " depths and classes are theirs. Constants that no shape shows may follow:"
              + " vit:head_width=32. Default: none, as ONNX files need none.")
  private @Nullable String architecture;

  @Option(names = "--entry", paramLabel = "KEY", description = CheckpointListing.ENTRY)
  private @Nullable String entry;

  @Option(
      names = "--custom-ops",
      paramLabel = "LIBRARY",
      description =
          "A shared library with operators that ONNX Runtime does not have, as it loads them"
              + " (RegisterCustomOps). May be repeated. Units do not move through such operators."
              + " Default: none.")
  private List<Path> libraries = new ArrayList<>();

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      converter = DeviceName.class,
      description =
          "Where networks run: cpu, cuda, or cuda:N for the GPU with number N. Default:"
              + " ${DEFAULT-VALUE}. docs/gpu.md says what a GPU takes.")
  private Device device = Device.CPU;

  private record Size(int height, int width) {}

  /**
   * Where networks run, with the operators that they may need.
   *
   * @param threads threads that each operator may use
   * @throws InvalidInputException if a library of operators cannot be loaded, or the device cannot
   *     be used
   */
  OrtRuntime runtime(int threads) {
    return new OrtRuntime(threads, OperatorLibraries.load(libraries), device);
  }

  /** The libraries of operators that were given. */
  List<Path> libraries() {
    return List.copyOf(libraries);
  }

  /**
   * A reader of some models.
   *
   * @param models which they are
   * @throws InvalidInputException if options for checkpoints are given, and none of them is one
   */
  NetworkReader reader(OrtRuntime runtime, Path... models) {
    check(models);
    return sized(
        new NetworkReader(
            runtime,
            imageSize(),
            new CheckpointOptions(Optional.ofNullable(architecture), entry())));
  }

  /**
   * A reader of what was written: a network that stands alone in its file.
   *
   * @param runtime where shapes are observed
   */
  NetworkReader outputReader(OrtRuntime runtime) {
    return sized(
        new NetworkReader(
            runtime,
            imageSize(),
            new CheckpointOptions(Optional.ofNullable(architecture), Optional.empty())));
  }

  private NetworkReader sized(NetworkReader reader) {
    return maxTokens == null ? reader : reader.withTokens(maxTokens);
  }

  /**
   * Refuses options for checkpoints where there is none that they can be meant for.
   *
   * @param models those that are read
   */
  void check(Path... models) {
    if (Arrays.stream(models).noneMatch(Checkpoints::isCheckpoint)) {
      requireNone("--arch", architecture, models);
      requireNone("--entry", entry, models);
    } else if (entry != null && Arrays.stream(models).noneMatch(Checkpoints::hasEntries)) {
      throw new InvalidInputException(
          "--entry %s: there are no entries to choose from in the format of %s; leave it out"
              .formatted(entry, names(models)));
    }
  }

  /**
   * The graph of a checkpoint as the original has it, BatchNormalization and all.
   *
   * @param dict the checkpoint, opened
   */
  BuiltNetwork built(StateDict dict, Path model) {
    return Architectures.standard()
        .build(
            dict, Optional.ofNullable(architecture).orElse("auto"), imageSize(), model.toString());
  }

  /** Refuses a length of texts for a network that reads none. */
  void requireNoTokens(Network network) {
    TextOptions.requireUnused("--max-tokens", maxTokens != null, network);
  }

  private Optional<int[]> imageSize() {
    return Optional.ofNullable(size).map(s -> new int[] {s.height(), s.width()});
  }

  private static void requireNone(String option, @Nullable String value, Path... models) {
    if (value != null) {
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

  /** Whether the architecture of checkpoints is given. */
  boolean hasArchitecture() {
    return architecture != null;
  }

  /** Where in a checkpoint the state dict is, if given. */
  Optional<String> entry() {
    return Optional.ofNullable(entry);
  }

  /** The same for one of several models, which may be of a format without entries. */
  Optional<String> entry(Path model) {
    return entry().filter(any -> Checkpoints.hasEntries(model));
  }

  /** What a checkpoint was recognised as, where the user left that to us. */
  Optional<String> recognised(Path model, Network network) {
    boolean auto = architecture != null && architecture.split(":", 2)[0].equals("auto");
    return auto && Checkpoints.isCheckpoint(model)
        ? Optional.of(model + " is taken for a " + network.graph().name())
        : Optional.empty();
  }

  private static final class SizeConverter implements ITypeConverter<Size> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,5})[xX](\\d{1,5})");

    @Override
    public Size convert(String text) {
      Matcher matcher = FORM.matcher(text);
      if (!matcher.matches()) {
        throw new TypeConversionException("'" + text + "' is not HEIGHTxWIDTH, as in 224x224");
      }
      return new Size(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }
  }
}
