package io.github.pleas.onnx;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The way from an ONNX file to a {@link Graph}. What a graph promises is made true here, or the
 * file is refused: nodes are in topological order and have unique names, every value has one
 * producer, {@code Constant} nodes and constants stored in other files have become initializers,
 * and initializers are not repeated among the inputs. Documentation strings, shapes of inner values
 * and metadata of nodes are dropped.
 *
 * <p>The file is not trusted: no length in it is believed beyond the bytes that are there, and
 * external data are read only from the model's own folder.
 */
public final class OnnxReader {
  /** The oldest operator set that is read. */
  public static final int MIN_OPSET = 11;

  /** The newest operator set that is read. */
  public static final int MAX_OPSET = 24;

  /** The most bytes that a Java array, and so a model file, can have. */
  static final int MAX_BYTES = Integer.MAX_VALUE - 8;

  private OnnxReader() {}

  /**
   * Reads a model file, and the files beside it that hold its external data.
   *
   * @throws InvalidInputException if the file is missing, is not an ONNX model, is cut off or
   *     damaged, or holds something that we cannot carry; the message names it
   */
  public static Graph read(Path file) {
    if (!Files.exists(file)) {
      throw new InvalidInputException(file + " does not exist, expected an ONNX model");
    }
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(
          "%s is %s, expected an ONNX model: one file, which mostly ends in .onnx"
              .formatted(file, Files.isDirectory(file) ? "a folder" : "not a file"));
    }
    Optional<Path> folder = Optional.ofNullable(file.toAbsolutePath().getParent());
    return graph(bytes(file), new Source(file.toString(), folder));
  }

  /**
   * All files that a model consists of: itself, and those beside it that hold its external data and
   * are there. Its tensors are not read.
   *
   * @throws InvalidInputException if it cannot be read
   */
  public static List<Path> files(Path file) {
    return Stream.concat(Stream.of(file), DataFiles.of(file).stream()).toList();
  }

  /**
   * Reads a model that is in memory. External data cannot be found without a folder, so a model
   * that has some is refused.
   *
   * @param model the content of an ONNX file; not to be changed while this runs
   * @param nameForMessages what messages call the model
   * @throws InvalidInputException as {@link #read} does
   */
  public static Graph parse(byte[] model, String nameForMessages) {
    return graph(model, new Source(nameForMessages, Optional.empty()));
  }

  private static byte[] bytes(Path file) {
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new InvalidInputException(
            file
                + " has "
                + size
                + " bytes, and a model file ends at 2 GB; save the model with external data"
                + " (onnx.save_model with save_as_external_data=True)");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new InvalidInputException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static Graph graph(byte[] bytes, Source source) {
    ModelProto model = ModelBytes.parse(bytes, source);
    if (model.getFunctionsCount() > 0) {
      throw source.refuse(
          "has local functions ("
              + model.getFunctionsList().stream()
                  .map(FunctionProto::getName)
                  .collect(Collectors.joining(", "))
              + "), which are not supported; export the model with the functions inlined"
              + " (onnx.inliner.inline_local_functions)");
    }
    if (model.getTrainingInfoCount() > 0) {
      throw source.refuse("has training information, expected a model for inference only");
    }
    if (model.getIrVersion() < 1 || model.getIrVersion() > Integer.MAX_VALUE) {
      throw source.refuse("has an invalid format version, " + model.getIrVersion());
    }
    return new GraphReader(source)
        .read(model.getGraph(), opsets(model, source), (int) model.getIrVersion(), metadata(model));
  }

  private static Map<String, Integer> opsets(ModelProto model, Source source) {
    Map<String, Integer> opsets = new LinkedHashMap<>();
    for (OperatorSetIdProto opset : model.getOpsetImportList()) {
      String domain = opset.getDomain().equals("ai.onnx") ? "" : opset.getDomain();
      String shown = domain.isEmpty() ? "ONNX" : "\"" + domain + "\"";
      if (opset.getVersion() < 1 || opset.getVersion() > Integer.MAX_VALUE) {
        throw source.refuse(
            "has an invalid version of the operator set " + shown + ": " + opset.getVersion());
      }
      Integer other = opsets.put(domain, (int) opset.getVersion());
      if (other != null && other != opset.getVersion()) {
        throw source.refuse(
            "declares versions "
                + other
                + " and "
                + opset.getVersion()
                + " of the operator set "
                + shown
                + ", expected one");
      }
    }
    Integer version = opsets.get("");
    if (version == null) {
      throw source.refuse(
          "declares no version of the ONNX operator set; the file is cut off or damaged");
    }
    if (version < MIN_OPSET || version > MAX_OPSET) {
      throw source.refuse(
          "uses version "
              + version
              + " of the ONNX operator set, expected "
              + MIN_OPSET
              + " to "
              + MAX_OPSET
              + "; export it with another opset_version, or use onnx.version_converter");
    }
    return opsets;
  }

  private static Map<String, String> metadata(ModelProto model) {
    Map<String, String> metadata = new LinkedHashMap<>();
    for (StringStringEntryProto property : model.getMetadataPropsList()) {
      metadata.put(property.getKey(), property.getValue());
    }
    return metadata;
  }
}
