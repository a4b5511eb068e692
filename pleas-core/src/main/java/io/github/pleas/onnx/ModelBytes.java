package io.github.pleas.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The bytes of a model file, parsed as protobuf. What does not parse is looked at once more to say
 * why: another kind of file, a file that is cut off, or a damaged one.
 */
final class ModelBytes {
  // Wire types of the fields of ModelProto (onnx.proto): 0 is a number, 2 is bytes with a length.
  private static final Map<Integer, Integer> FIELDS =
      Map.ofEntries(
          Map.entry(1, 0),
          Map.entry(2, 2),
          Map.entry(3, 2),
          Map.entry(4, 2),
          Map.entry(5, 0),
          Map.entry(6, 2),
          Map.entry(7, 2),
          Map.entry(8, 2),
          Map.entry(14, 2),
          Map.entry(20, 2),
          Map.entry(25, 2),
          Map.entry(26, 2));

  // Every writer starts a file with the format version: field 1, a number.
  private static final int FIRST_BYTE = 0x08;

  // A field's number and a number or length: two varints of at most ten bytes.
  private static final int LONGEST_HEADER = 20;

  private ModelBytes() {}

  /**
   * Parses a model. Its byte strings share the array.
   *
   * @throws InvalidInputException if the bytes are not a whole ONNX model with a graph
   */
  static ModelProto parse(byte[] bytes, Source source) {
    if (bytes.length == 0) {
      throw source.refuse("is empty, expected an ONNX model");
    }
    if (bytes[0] != FIRST_BYTE && !parses(bytes)) {
      throw source.refuse("is not an ONNX model" + hint(bytes));
    }
    ModelProto model;
    try {
      model = decode(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw source.refuse(fault(bytes), e);
    } catch (IOException e) {
      throw source.refuse("cannot be parsed: " + e.getMessage(), e);
    }
    if (!model.hasIrVersion()) {
      throw source.refuse("is not an ONNX model" + hint(bytes));
    }
    if (!model.hasGraph()) {
      throw source.refuse("has no graph: the file is cut off or is not an ONNX model");
    }
    return model;
  }

  private static boolean parses(byte[] bytes) {
    try {
      return decode(bytes).hasGraph();
    } catch (IOException e) {
      return false;
    }
  }

  private static ModelProto decode(byte[] bytes) throws IOException {
    CodedInputStream in = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
    in.enableAliasing(true); // or every weight would be copied once more
    ModelProto model = ModelProto.parseFrom(in);
    in.checkLastTagWas(0);
    return model;
  }

  /** What is wrong with bytes that start like a model. */
  private static String fault(byte[] bytes) {
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    int start = 0;
    try {
      while (!in.isAtEnd()) {
        start = in.getTotalBytesRead();
        int tag = in.readTag();
        int wire = WireFormat.getTagWireType(tag);
        if (FIELDS.getOrDefault(WireFormat.getTagFieldNumber(tag), -1) != wire) {
          return unknown(bytes, start);
        }
        if (wire == 0) {
          in.readRawVarint64();
          continue;
        }
        long length = in.readRawVarint32() & 0xFFFFFFFFL;
        long left = (long) bytes.length - in.getTotalBytesRead();
        if (length > left) {
          return "is cut off: "
              + length
              + " bytes should follow byte "
              + in.getTotalBytesRead()
              + ", but only "
              + left
              + " do; get the file again";
        }
        in.skipRawBytes((int) length);
      }
    } catch (IOException e) {
      return bytes.length - start <= LONGEST_HEADER
          ? "is cut off: it ends inside a number, at byte " + bytes.length
          : unknown(bytes, start);
    }
    return "is damaged: its parts do not have the lengths that they state; get the file again";
  }

  private static String unknown(byte[] bytes, int start) {
    return start < 16
        ? "is not an ONNX model" + hint(bytes)
        : "is damaged: unknown content at byte " + start + "; get the file again";
  }

  private static String hint(byte[] bytes) {
    String head = new String(bytes, 0, Math.min(bytes.length, 64), StandardCharsets.ISO_8859_1);
    if (head.startsWith("PK\003\004")) {
      return " (it is a zip archive, as PyTorch's checkpoints are; export the network with"
          + " torch.onnx.export)";
    }
    if (head.startsWith("version https://git-lfs")) {
      return " (it is a pointer of Git LFS; get the file itself with git lfs pull)";
    }
    if (head.startsWith("\u0089PNG") || head.startsWith("\u00ff\u00d8\u00ff")) {
      return " (it is an image); expected a file that mostly ends in .onnx";
    }
    if (head.chars().allMatch(c -> c >= ' ' && c < 127 || c == '\n' || c == '\r' || c == '\t')) {
      return " (it is a text); expected a file that mostly ends in .onnx";
    }
    return "; expected the protobuf format, with a name that mostly ends in .onnx";
  }
}
