package io.github.pleas.network;

import io.github.pleas.InvalidInputException;
import io.github.pleas.architecture.Architectures;
import io.github.pleas.architecture.BuiltNetwork;
import io.github.pleas.checkpoint.Checkpoints;
import io.github.pleas.checkpoint.StateDict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How checkpoints become networks: they hold weights, and not what is computed with them.
 *
 * @param architecture a name that {@link Architectures} knows, or auto
 * @param entry where in a file of {@code torch.save} the state dict is, if it holds several; files
 *     of other kinds, read beside such, have no entries
 */
public record CheckpointOptions(Optional<String> architecture, Optional<String> entry) {
  /** Nothing is known about checkpoints; models that are none need no more. */
  public static final CheckpointOptions NONE =
      new CheckpointOptions(Optional.empty(), Optional.empty());

  /**
   * The network of a checkpoint.
   *
   * @param spatialSize height and width of the input
   * @throws InvalidInputException if the file cannot be read, no architecture is given, or it is of
   *     another one
   */
  BuiltNetwork read(Path file, Optional<int[]> spatialSize) {
    Architectures known = Architectures.standard();
    try (StateDict dict =
        Checkpoints.open(file, entry.filter(any -> Checkpoints.hasEntries(file)))) {
      String name =
          architecture.orElseThrow(
              () ->
                  new InvalidInputException(
                      "%s is a checkpoint: it holds weights, but not what is computed with them; say its architecture by --arch %s"
                          .formatted(file, known.recognise(dict).orElse("NAME"))));
      return known.build(dict, name, spatialSize, file.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be closed", e);
    }
  }
}
