package io.github.pleas.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProtoOrBuilder;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.github.pleas.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Skeletons: models whose large weights were left out of the file, their shapes kept, so that many
 * architectures take little room. Filled with random weights they can be read, run and merged like
 * any other.
 */
public final class Skeletons {
  private Skeletons() {}

  /** Whether a model has a FLOAT or INT64 initializer without data. */
  public static boolean isSkeleton(byte[] model) {
    return parse(model).getGraph().getInitializerList().stream().anyMatch(Skeletons::isLeftOut);
  }

  /**
   * A model with every FLOAT and INT64 initializer that has no data filled. Integers, which are
   * indices, become zero; scales and running variances of BatchNormalization numbers from 0.5 to
   * 1.5; vectors small normal numbers; and weights normal numbers of variance 2 / (elements of one
   * row), so that activations keep their size.
   *
   * @param skeleton an ONNX model
   * @param seed the same seed gives the same weights
   * @throws InvalidInputException if it is no ONNX model
   */
  public static byte[] filled(byte[] skeleton, long seed) {
    ModelProto.Builder model = parse(skeleton).toBuilder();
    GraphProto.Builder graph = model.getGraphBuilder();
    Set<String> positive = new HashSet<>();
    for (NodeProto node : graph.getNodeList()) {
      if (node.getOpType().equals("BatchNormalization") && node.getInputCount() == 5) {
        positive.add(node.getInput(1));
        positive.add(node.getInput(4));
      }
    }
    Random random = new Random(seed);
    for (TensorProto.Builder tensor : graph.getInitializerBuilderList()) {
      if (!isLeftOut(tensor)) {
        continue;
      }
      if (tensor.getDataType() == ElementType.FLOAT.code()) {
        tensor.setRawData(random(tensor, positive.contains(tensor.getName()), random));
      } else {
        tensor.setRawData(ByteString.copyFrom(new byte[Math.toIntExact(8 * count(tensor))]));
      }
    }
    return model.build().toByteArray();
  }

  private static ModelProto parse(byte[] model) {
    try {
      return ModelProto.parseFrom(model);
    } catch (InvalidProtocolBufferException e) {
      throw new InvalidInputException("not an ONNX model: " + e.getMessage(), e);
    }
  }

  private static boolean isLeftOut(TensorProtoOrBuilder tensor) {
    boolean fillable =
        tensor.getDataType() == ElementType.FLOAT.code()
            || tensor.getDataType() == ElementType.INT64.code();
    return fillable
        && tensor.getRawData().isEmpty()
        && tensor.getFloatDataCount() == 0
        && tensor.getInt64DataCount() == 0
        && tensor.getDataLocation() != TensorProto.DataLocation.EXTERNAL
        && count(tensor) > 0;
  }

  private static long count(TensorProtoOrBuilder tensor) {
    return tensor.getDimsList().stream().reduce(1L, Math::multiplyExact);
  }

  private static ByteString random(TensorProto.Builder tensor, boolean positive, Random random) {
    long count = count(tensor);
    boolean vector = tensor.getDimsCount() < 2;
    double scale = vector ? 0.1 : Math.sqrt(1.0 * tensor.getDims(0) / count);
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(4 * count)).order(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < count; i++) {
      bytes.putFloat(
          (float) (positive ? 0.5 + random.nextDouble() : scale * random.nextGaussian()));
    }
    return ByteString.copyFrom(bytes.array());
  }
}
