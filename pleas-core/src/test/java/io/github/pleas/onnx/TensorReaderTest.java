package io.github.pleas.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.github.pleas.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorReaderTest {
  private static final int COUNT = 6;

  @ParameterizedTest
  @EnumSource(names = "STRING", mode = EnumSource.Mode.EXCLUDE)
  void everyEncodingGivesTheSameTensor(ElementType type) {
    byte[] bytes = new byte[COUNT * type.bytes()];
    new Random(type.code()).nextBytes(bytes);
    if (type == ElementType.BOOL) {
      bytes = new byte[] {0, 1, 1, 0, 0, 1};
    }
    Tensor expected = Tensor.ofBytes(type, new int[] {2, 3}, bytes);
    TensorProto raw = Models.tensor("t", type, 2, 3).setRawData(ByteString.copyFrom(bytes)).build();
    assertThat(read(raw)).isEqualTo(expected);
    assertThat(read(typed(type, bytes))).isEqualTo(expected);
  }

  /** The table in the comments of onnx.proto: which field holds which types. */
  private static TensorProto typed(ElementType type, byte[] data) {
    TensorProto.Builder tensor = Models.tensor("t", type, 2, 3);
    ByteBuffer bytes = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      switch (type) {
        case FLOAT, COMPLEX64 -> tensor.addFloatData(bytes.getFloat());
        case DOUBLE, COMPLEX128 -> tensor.addDoubleData(bytes.getDouble());
        case INT64 -> tensor.addInt64Data(bytes.getLong());
        case UINT64 -> tensor.addUint64Data(bytes.getLong());
        case UINT32 -> tensor.addUint64Data(Integer.toUnsignedLong(bytes.getInt()));
        case INT32 -> tensor.addInt32Data(bytes.getInt());
        case INT16 -> tensor.addInt32Data(bytes.getShort());
        case UINT16, FLOAT16, BFLOAT16 ->
            tensor.addInt32Data(Short.toUnsignedInt(bytes.getShort()));
        case INT8 -> tensor.addInt32Data(bytes.get());
        default -> tensor.addInt32Data(Byte.toUnsignedInt(bytes.get()));
      }
    }
    return tensor.build();
  }

  @ParameterizedTest
  @EnumSource(names = "STRING", mode = EnumSource.Mode.EXCLUDE)
  void lengthsThatDoNotFitAreRefused(ElementType type) {
    byte[] bytes = new byte[(COUNT - 1) * type.bytes()];
    assertRefused(
        Models.tensor("t", type, 2, 3).setRawData(ByteString.copyFrom(bytes)).build(), "found");
    boolean complex = type == ElementType.COMPLEX64 || type == ElementType.COMPLEX128;
    assertRefused(typed(type, bytes), complex ? "found 10" : "found 5");
    assertRefused(Models.tensor("t", type, 2, 3).build(), "has no data");
  }

  @Test
  void hugeShapesAreRefusedWithoutAllocation() {
    assertRefused(Models.tensor("t", ElementType.FLOAT, 1 << 28).build(), "has no data");
    assertRefused(Models.tensor("t", ElementType.DOUBLE, 1 << 30).build(), "more than 2 GB");
    int most = Integer.MAX_VALUE;
    assertRefused(Models.tensor("t", ElementType.FLOAT, most, most, most).build(), "too large");
    assertRefused(Models.tensor("t", ElementType.FLOAT, 1L << 40, 0).build(), "1099511627776");
    assertRefused(Models.tensor("t", ElementType.FLOAT, -1).build(), "-1");
  }

  @Test
  void aTensorWithoutElementsNeedsNoData() {
    assertThat(read(Models.tensor("t", ElementType.FLOAT, 3, 0).build()))
        .isEqualTo(Tensor.ofFloats(new int[] {3, 0}, new float[0]));
  }

  @Test
  void entriesThatANarrowTypeCannotHoldAreRefused() {
    assertRefused(Models.tensor("t", ElementType.UINT8, 1).addInt32Data(256).build(), "256");
    assertRefused(Models.tensor("t", ElementType.UINT8, 1).addInt32Data(-1).build(), "-1");
    assertRefused(Models.tensor("t", ElementType.INT8, 1).addInt32Data(128).build(), "128");
    assertRefused(Models.tensor("t", ElementType.BOOL, 1).addInt32Data(2).build(), "2");
    assertRefused(Models.tensor("t", ElementType.FLOAT16, 1).addInt32Data(65536).build(), "65536");
    assertRefused(Models.tensor("t", ElementType.UINT32, 1).addUint64Data(-1).build(), "UINT32");
  }

  @Test
  void doubtfulStorageIsRefused() {
    ByteString four = ByteString.copyFrom(new byte[4]);
    assertRefused(
        Models.tensor("t", ElementType.FLOAT, 1).setRawData(four).addFloatData(1).build(),
        "stored twice");
    assertRefused(
        Models.tensor("t", ElementType.FLOAT, 1).addFloatData(1).addInt64Data(1).build(),
        "another type");
    TensorProto.Builder segmented = Models.tensor("t", ElementType.FLOAT, 1);
    segmented.getSegmentBuilder().setBegin(0).setEnd(1);
    assertRefused(segmented.build(), "segments");
  }

  @Test
  void typesThatWeCannotHoldAreNamed() {
    assertRefused(
        Models.tensor("t", ElementType.STRING, 1).addStringData(ByteString.EMPTY).build(),
        "strings");
    assertRefused(TensorProto.newBuilder().setName("t").setDataType(17).build(), "FLOAT8E4M3FN");
    assertRefused(TensorProto.newBuilder().setName("t").setDataType(99).build(), "99");
    assertRefused(TensorProto.newBuilder().setName("t").build(), "UNDEFINED");
  }

  private static Tensor read(TensorProto proto) {
    Source source = new Source("test.onnx", Optional.empty());
    return new TensorReader(source).read(proto, "initializer \"t\"");
  }

  private static void assertRefused(TensorProto proto, String why) {
    assertThatThrownBy(() -> read(proto))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("test.onnx: initializer \"t\"")
        .hasMessageContaining(why);
  }
}
