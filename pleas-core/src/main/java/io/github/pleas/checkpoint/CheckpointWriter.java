package io.github.pleas.checkpoint;

import io.github.pleas.AtomicFile;
import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.ElementType;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Writes state dicts in a format that PyTorch reads. Values are asked for one tensor at a time,
 * when it is their turn, and the file appears whole or not at all ({@link AtomicFile}).
 */
public enum CheckpointWriter {
  /** {@code torch.save}'s format; loads with {@code weights_only=True}. */
  PTH,
  SAFETENSORS;

  /**
   * The format that a name asks for.
   *
   * @throws InvalidInputException if it ends in none of .safetensors, .pth and .pt
   */
  public static CheckpointWriter of(Path target) {
    String name = target.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".safetensors")) {
      return SAFETENSORS;
    }
    if (name.endsWith(".pth") || name.endsWith(".pt")) {
      return PTH;
    }
    throw new InvalidInputException(
        target + ": expected a name that ends in .safetensors, .pth or .pt");
  }

  /**
   * Writes a state dict.
   *
   * @throws InvalidInputException if the target cannot be written, or the format has no such
   *     element type, or another use for a tensor's name
   * @throws io.github.pleas.PleasException if writing fails; the target is then as it was before
   */
  public void write(StateDict dict, Path target) {
    write(dict, target, file -> {});
  }

  /**
   * Writes a state dict, and proves it before it takes its name.
   *
   * @param check reads the file under a temporary name and throws if it is not good; what was there
   *     before is then still there
   * @throws InvalidInputException as {@link #write(StateDict, Path)}
   * @throws io.github.pleas.PleasException if writing fails; what the check throws is passed on
   */
  public void write(StateDict dict, Path target, Consumer<Path> check) {
    for (StateDict.Entry entry : dict.entries()) {
      if (!holds(entry.type())) {
        throw new InvalidInputException(
            target + " cannot hold " + entry + ": its format has no such type");
      }
      if (this == SAFETENSORS && !SafetensorsWriter.holds(entry.name())) {
        throw new InvalidInputException(
            target
                + " cannot hold a tensor named "
                + entry.name()
                + ": the format has that name for what it says of the file; write .pth");
      }
    }
    AtomicFile.replace(
        target,
        out -> {
          switch (this) {
            case PTH -> new TorchWriter(dict).writeTo(out);
            case SAFETENSORS -> new SafetensorsWriter(dict).writeTo(out);
          }
        },
        check);
  }

  private boolean holds(ElementType type) {
    return switch (this) {
      case PTH -> TorchTypes.typeName(type).isPresent();
      case SAFETENSORS -> SafetensorsType.name(type).isPresent();
    };
  }
}
