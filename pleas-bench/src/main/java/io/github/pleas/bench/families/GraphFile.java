package io.github.pleas.bench.families;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.OnnxReader;
import io.github.pleas.onnx.Skeletons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that holds a whole model, or the skeleton of one. */
public record GraphFile(Path path) {
  /** Its graph, what weights it lacks drawn from a seed. */
  public Graph read(long seed) {
    byte[] bytes = bytes();
    return Skeletons.isSkeleton(bytes)
        ? OnnxReader.parse(Skeletons.filled(bytes, seed), path.getFileName().toString())
        : OnnxReader.read(path);
  }

  private byte[] bytes() {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new InvalidInputException(path + " cannot be read: " + e.getMessage(), e);
    }
  }
}
