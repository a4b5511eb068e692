package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.architecture.BuiltNetwork;
import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.network.CheckpointOptions;
import io.github.pleas.network.ModelOptions;
import io.github.pleas.network.ModelOptions.Size;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.runtime.Device;
import io.github.pleas.runtime.OrtRuntime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  /**
   * Where networks run, with the operators that they may need.
   *
   * @param threads threads that each operator may use
   * @throws InvalidInputException if a library of operators cannot be loaded, or the device cannot
   *     be used
   */
  OrtRuntime runtime(int threads) {
    return models().runtime(threads);
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
    return models().reader(runtime);
  }

  /** All of it. */
  ModelOptions models() {
    return new ModelOptions(
        Optional.ofNullable(size),
        maxTokens == null ? OptionalInt.empty() : OptionalInt.of(maxTokens),
        new CheckpointOptions(Optional.ofNullable(architecture), entry()),
        libraries,
        device);
  }

  /**
   * Refuses options for checkpoints where there is none that they can be meant for.
   *
   * @param models those that are read
   */
  void check(Path... models) {
    models().check("--", models);
  }

  /**
   * The graph of a checkpoint as the original has it, BatchNormalization and all.
   *
   * @param dict the checkpoint, opened
   */
  BuiltNetwork built(StateDict dict, Path model) {
    return models().built(dict, model);
  }

  /** Refuses a length of texts for a network that reads none. */
  void requireNoTokens(Network network) {
    TextOptions.requireUnused("--max-tokens", maxTokens != null, network);
  }

  /** Whether the architecture of checkpoints is given. */
  boolean hasArchitecture() {
    return architecture != null;
  }

  /** Where in a checkpoint the state dict is, if given. */
  Optional<String> entry() {
    return Optional.ofNullable(entry);
  }

  /** What a checkpoint was recognised as, where the user left that to us. */
  Optional<String> recognised(Path model, Network network) {
    return models().recognised(model, network);
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
