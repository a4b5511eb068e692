package io.github.pleas.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.github.pleas.AtomicFile;
import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The way from a {@link Graph} to an ONNX file. The same graph always gives the same bytes; tensors
 * are written as raw_data. A value without declared dimensions is written without a shape.
 *
 * <p>A model that would have more than the 2 GB of protobuf becomes two files: the large tensors go
 * into {@code NAME.onnx.DIGEST.data} beside it, as external data (see {@link AtomicFile}).
 */
public final class OnnxWriter {
  /** A test that a written model must pass before it takes its final name. */
  @FunctionalInterface
  public interface Verification {
    /**
     * Throws if the model is not good, for instance because a runtime cannot load it.
     *
     * @param temporary the whole model, under a temporary name; its data, if they are in a file of
     *     their own, under their final one
     */
    void verify(ModelFiles temporary);
  }

  private OnnxWriter() {}

  /**
   * The content of the model's file.
   *
   * @throws PleasException if it would have more than 2 GB, where protobuf ends
   */
  public static byte[] toBytes(Graph graph) {
    return toBytes(graph, DataLayout.NONE);
  }

  /** The same where some tensors are stored elsewhere. */
  static byte[] toBytes(Graph graph, DataLayout data) {
    return model(graph, data, OnnxReader.MAX_BYTES)
        .orElseThrow(
            () ->
                new PleasException(
                    "the model \""
                        + graph.name()
                        + "\" has more than 2 GB, which protobuf cannot hold in one piece"))
        .toByteArray();
  }

  /**
   * Writes a model so that the target is never half written: see {@link AtomicFile}.
   *
   * @param target the file to be made or replaced
   * @param check looks at the temporary file; what it throws is passed on, and the target is left
   *     as it was
   * @return the files that were written
   * @throws InvalidInputException as {@link #requireWritable} says
   * @throws PleasException if the model has more than 2 GB beside its initializers, or writing
   *     fails
   */
  public static ModelFiles write(Graph graph, Path target, Verification check) {
    return write(graph, target, check, OnnxReader.MAX_BYTES);
  }

  /**
   * The same with another limit.
   *
   * @param most how many bytes a model's own file may have
   */
  static ModelFiles write(Graph graph, Path target, Verification check, long most) {
    AtomicFile.requireWritable(target);
    Optional<ModelProto> whole = model(graph, DataLayout.NONE, most);
    ModelFiles[] written = {ModelFiles.of(target)};
    if (whole.isPresent()) {
      AtomicFile.replace(target, whole.get()::writeTo, file -> check.verify(ModelFiles.of(file)));
    } else {
      DataLayout layout = DataLayout.of(graph, "", tensor -> true);
      requireSize(graph, layout, most);
      AtomicFile.replace(
          target,
          out -> layout.write(graph, out),
          (out, data) ->
              ModelEncoder.model(graph, layout.at(data.path().getFileName().toString()))
                  .writeTo(out),
          (file, data) -> {
            check.verify(new ModelFiles(file, Optional.of(data)));
            written[0] = new ModelFiles(target, Optional.of(data));
          });
    }
    return written[0];
  }

  /**
   * Checks early that a model can be written to a path.
   *
   * @throws InvalidInputException if its folder is missing or write-protected, or if the target is
   *     a folder or a write-protected file
   */
  public static void requireWritable(Path target) {
    AtomicFile.requireWritable(target);
  }

  /**
   * Files beside a model that have the names that its data would get, and are not its data: those
   * of models that it has replaced. A copy of such a model may still name them, so nobody but the
   * user can say whether they are of use.
   *
   * @param written the model as it is now
   */
  public static List<Path> olderData(ModelFiles written) {
    Path absolute = written.model().toAbsolutePath();
    Path folder = absolute.getParent();
    if (folder == null) {
      return List.of();
    }
    Optional<Path> current = written.data().map(data -> data.path().getFileName());
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> AtomicFile.isBeside(absolute, file))
          .filter(file -> !current.equals(Optional.of(file.getFileName())))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new PleasException("the folder " + folder + " cannot be listed", e);
    }
  }

  /** A model; none if it would have more bytes than it may. */
  private static Optional<ModelProto> model(Graph graph, DataLayout data, long most) {
    long elsewhere = data.places().values().stream().mapToLong(DataLayout.Place::bytes).sum();
    if (payload(graph) - elsewhere > most) {
      return Optional.empty();
    }
    ModelProto built = ModelEncoder.model(graph, data);
    // Names and shapes come on top of the payload; protobuf adds sizes up in an int, which turns
    // negative between 2 and 4 GB.
    int size = built.getSerializedSize();
    return (size < 0 ? size & 0xFFFFFFFFL : size) > most ? Optional.empty() : Optional.of(built);
  }

  private static void requireSize(Graph graph, DataLayout layout, long most) {
    if (model(graph, layout, most).isEmpty()) {
      throw new PleasException(
          "the model \""
              + graph.name()
              + "\" would have more than "
              + most
              + " bytes beside its initializers, and an ONNX file ends at 2 GB");
    }
  }

  /** The bytes of all tensors and opaque attributes. */
  static long payload(Graph graph) {
    Stream<Attribute> attributes =
        graph.nodes().stream().flatMap(node -> node.attributes().values().stream());
    return graph.initializers().values().stream().mapToLong(DataLayout::bytes).sum()
        + attributes.mapToLong(OnnxWriter::bytes).sum();
  }

  private static long bytes(Attribute attribute) {
    if (attribute instanceof Attribute.Value value) {
      return DataLayout.bytes(value.tensor());
    }
    return attribute instanceof Attribute.Opaque opaque ? opaque.proto().size() : 0;
  }
}
