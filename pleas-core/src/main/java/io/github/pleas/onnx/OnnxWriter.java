package io.github.pleas.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.github.pleas.AtomicFile;
import io.github.pleas.InvalidInputException;
import io.github.pleas.PleasException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The way from a {@link Graph} to an ONNX file. The same graph always gives the same bytes; tensors
 * are written as raw_data. A value without declared dimensions is written without a shape.
 */
public final class OnnxWriter {
  /** A test that a written model must pass before it takes its final name. */
  @FunctionalInterface
  public interface Verification {
    /**
     * Throws if the model is not good, for instance because a runtime cannot load it.
     *
     * @param temporaryFile the whole model, under a temporary name
     */
    void verify(Path temporaryFile);
  }

  // Since this format version initializers need not be repeated as inputs, and we never do.
  private static final int MIN_IR_VERSION = 4;

  private OnnxWriter() {}

  /**
   * The content of the model's file.
   *
   * @throws PleasException if it would have more than 2 GB, where protobuf ends
   */
  public static byte[] toBytes(Graph graph) {
    return model(graph).toByteArray();
  }

  /**
   * Writes a model so that the target is never half written: see {@link AtomicFile}.
   *
   * @param target the file to be made or replaced
   * @param check looks at the temporary file; what it throws is passed on, and the target is left
   *     as it was
   * @throws InvalidInputException as {@link #requireWritable} says
   * @throws PleasException if the model has more than 2 GB, or writing fails
   */
  public static void write(Graph graph, Path target, Verification check) {
    AtomicFile.requireWritable(target);
    ModelProto model = model(graph);
    AtomicFile.replace(target, model::writeTo, check::verify);
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

  private static ModelProto model(Graph graph) {
    requireSize(graph, payload(graph));
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(Math.max(graph.irVersion(), MIN_IR_VERSION))
            .setProducerName("pleas")
            .setGraph(graphProto(graph));
    graph
        .opsets()
        .forEach(
            (domain, version) ->
                model.addOpsetImportBuilder().setDomain(domain).setVersion(version));
    graph
        .metadata()
        .forEach((key, value) -> model.addMetadataPropsBuilder().setKey(key).setValue(value));
    ModelProto built = model.build();
    // Names and shapes come on top of the payload; protobuf adds sizes up in an int, which turns
    // negative between 2 and 4 GB.
    int size = built.getSerializedSize();
    requireSize(graph, size < 0 ? size & 0xFFFFFFFFL : size);
    return built;
  }

  private static void requireSize(Graph graph, long bytes) {
    if (bytes > OnnxReader.MAX_BYTES) {
      throw new PleasException(
          "the model \""
              + graph.name()
              + "\" would have "
              + bytes
              + " bytes, and an ONNX file ends at 2 GB; choose a smaller budget");
    }
  }

  /** The bytes of all tensors and opaque attributes. */
  private static long payload(Graph graph) {
    Stream<Attribute> attributes =
        graph.nodes().stream().flatMap(node -> node.attributes().values().stream());
    return graph.initializers().values().stream().mapToLong(OnnxWriter::bytes).sum()
        + attributes.mapToLong(OnnxWriter::bytes).sum();
  }

  private static long bytes(Tensor tensor) {
    return (long) tensor.size() * tensor.type().bytes();
  }

  private static long bytes(Attribute attribute) {
    if (attribute instanceof Attribute.Value value) {
      return bytes(value.tensor());
    }
    return attribute instanceof Attribute.Opaque opaque ? opaque.proto().size() : 0;
  }

  private static GraphProto graphProto(Graph graph) {
    GraphProto.Builder proto = GraphProto.newBuilder().setName(graph.name());
    graph.nodes().forEach(node -> proto.addNode(nodeProto(node)));
    graph
        .initializers()
        .forEach((name, tensor) -> proto.addInitializer(tensorProto(tensor).setName(name)));
    graph.inputs().forEach(input -> proto.addInput(valueProto(input)));
    graph.outputs().forEach(output -> proto.addOutput(valueProto(output)));
    return proto.build();
  }

  private static NodeProto nodeProto(Node node) {
    NodeProto.Builder proto =
        NodeProto.newBuilder()
            .setName(node.name())
            .setOpType(node.op())
            .addAllInput(node.inputs())
            .addAllOutput(node.outputs());
    if (!node.domain().isEmpty()) {
      proto.setDomain(node.domain());
    }
    for (Map.Entry<String, Attribute> attribute : node.attributes().entrySet()) {
      AttributeProto.Builder value = attributeProto(attribute.getValue());
      if (!value.getName().equals(attribute.getKey())) { // an opaque one has its name already
        value.setName(attribute.getKey());
      }
      proto.addAttribute(value);
    }
    return proto.build();
  }

  private static AttributeProto.Builder attributeProto(Attribute attribute) {
    AttributeProto.Builder proto = AttributeProto.newBuilder();
    if (attribute instanceof Attribute.Int found) {
      return proto.setType(AttributeType.INT).setI(found.value());
    } else if (attribute instanceof Attribute.Float found) {
      return proto.setType(AttributeType.FLOAT).setF(found.value());
    } else if (attribute instanceof Attribute.Text found) {
      return proto.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(found.value()));
    } else if (attribute instanceof Attribute.Ints found) {
      return proto.setType(AttributeType.INTS).addAllInts(found.values());
    } else if (attribute instanceof Attribute.Floats found) {
      return proto.setType(AttributeType.FLOATS).addAllFloats(found.values());
    } else if (attribute instanceof Attribute.Value found) {
      return proto.setType(AttributeType.TENSOR).setT(tensorProto(found.tensor()));
    } else if (attribute instanceof Attribute.Opaque found) {
      return Subgraphs.proto(found).toBuilder();
    }
    throw new IllegalArgumentException("unknown kind of attribute: " + attribute);
  }

  private static TensorProto.Builder tensorProto(Tensor tensor) {
    TensorProto.Builder proto =
        TensorProto.newBuilder()
            .setDataType(tensor.type().code())
            .setRawData(UnsafeByteOperations.unsafeWrap(tensor.bytes())); // bytes() is a copy
    for (int dimension : tensor.shape()) {
      proto.addDims(dimension);
    }
    return proto;
  }

  private static ValueInfoProto valueProto(ValueInfo value) {
    TypeProto.Tensor.Builder tensor =
        TypeProto.Tensor.newBuilder().setElemType(value.type().code());
    if (!value.shape().isEmpty()) {
      TensorShapeProto.Builder shape = tensor.getShapeBuilder();
      for (ValueInfo.Dimension dimension : value.shape()) {
        TensorShapeProto.Dimension.Builder axis = shape.addDimBuilder();
        if (!dimension.isFree()) {
          axis.setDimValue(dimension.size());
        } else if (!dimension.symbol().isEmpty()) {
          axis.setDimParam(dimension.symbol());
        }
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(value.name())
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
