package io.github.pleas.checkpoint;

import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Tensor;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.Iterator;
import java.util.stream.LongStream;

/**
 * A tensor that is still in its file: what it is, and where. Nothing is read before it is asked
 * for.
 *
 * @param type its element type
 * @param view how it lies in the storage; the storage holds all of it
 * @param storage where its elements are
 */
record StoredTensor(ElementType type, View view, Storage storage) {
  private static final int MOST_BYTES = Integer.MAX_VALUE - 8; // of a Java array
  private static final int PIECE_BYTES = 1 << 20;

  // A view with strides of 0 can be of any size, whatever its storage: four bytes must not fill the
  // memory.
  private static final long MOST_REPEATED = 1 << 26;

  /** The shape and the elements, in memory; {@code what} is the tensor as messages call it. */
  Tensor read(String what) {
    int[] shape = new int[view.shape().length];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = (int) Math.min(view.shape()[axis], Integer.MAX_VALUE);
    }
    long bytes = byteCount(what);
    if (bytes > MOST_BYTES
        || !Arrays.equals(view.shape(), Arrays.stream(shape).asLongStream().toArray())) {
      throw storage
          .file()
          .refuse(what + " " + this + " has more than the 2 GB that an array in memory can have");
    }
    if (type != ElementType.FLOAT || !isPlain()) {
      return Tensor.ofBytes(type, shape, bytes(what));
    }
    // By pieces, or the largest tensors would be in memory twice.
    float[] floats = new float[(int) view.count()];
    long start = start();
    for (int done = 0; done < floats.length; ) {
      int count = Math.min(PIECE_BYTES / Float.BYTES, floats.length - done);
      ByteBuffer piece =
          storage.file().bytes(start + (long) Float.BYTES * done, count * Float.BYTES);
      piece.asFloatBuffer().get(floats, done, count);
      done += count;
    }
    return Tensor.ofFloats(shape, floats);
  }

  /** The elements, row-major and little-endian. */
  InputStream open(String what) {
    long bytes = byteCount(what);
    if (isPlain()) {
      return storage.file().stream(bytes == 0 ? 0 : start(), bytes);
    }
    boolean sliced = view.shape().length > 1 && bytes > PIECE_BYTES && slicesAreApart();
    return sliced ? new SequenceInputStream(slices(what)) : new ByteArrayInputStream(bytes(what));
  }

  /** Whether the bytes in the file are those of the tensor, one after the other. */
  private boolean isPlain() {
    boolean ordered = storage.order() == ByteOrder.LITTLE_ENDIAN || type.bytes() == 1;
    return view.isContiguous() && ordered;
  }

  private long start() {
    return storage.start() + view.offset() * type.bytes();
  }

  private long byteCount(String what) {
    long count = view.count();
    long most = Math.max(MOST_REPEATED, storage.length());
    if (count > most / type.bytes()) {
      throw storage
          .file()
          .refuse(
              what
                  + " "
                  + this
                  + " repeats its elements beyond the "
                  + storage.length()
                  + " bytes that are stored; save it with .contiguous()");
    }
    return count * type.bytes();
  }

  private byte[] bytes(String what) {
    if (view.count() == 0) {
      return new byte[0];
    }
    long span = view.span() * type.bytes();
    if (span > MOST_BYTES) {
      throw storage
          .file()
          .refuse(
              what
                  + " is spread over "
                  + span
                  + " bytes, more than 2 GB; save it with .contiguous()");
    }
    if (byteCount(what) > MOST_BYTES) {
      throw storage
          .file()
          .refuse(
              what
                  + " "
                  + this
                  + " repeats its elements to more than 2 GB; save it with .contiguous()");
    }
    byte[] spread = storage.file().bytes(start(), (int) span).array();
    if (storage.order() == ByteOrder.BIG_ENDIAN) {
      reverse(spread, unit());
    }
    return view.isContiguous() ? spread : gather(spread);
  }

  /** The bytes that an order concerns: a complex number is two numbers. */
  private int unit() {
    return switch (type) {
      case COMPLEX64, COMPLEX128 -> type.bytes() / 2;
      default -> type.bytes();
    };
  }

  private static void reverse(byte[] bytes, int unit) {
    for (int start = 0; start < bytes.length; start += unit) {
      for (int low = start, high = start + unit - 1; low < high; low++, high--) {
        byte kept = bytes[low];
        bytes[low] = bytes[high];
        bytes[high] = kept;
      }
    }
  }

  private byte[] gather(byte[] spread) {
    int width = type.bytes();
    byte[] row = new byte[(int) (view.count() * width)];
    long[] index = new long[view.shape().length];
    int inner = index.length - 1;
    int length = (int) view.shape()[inner];
    long step = view.strides()[inner] * width;
    long from = 0;
    for (int to = 0; to < row.length; ) {
      for (int i = 0; i < length; i++, to += width) {
        System.arraycopy(spread, (int) (from + i * step), row, to, width);
      }
      int axis = inner - 1;
      for (; axis >= 0; axis--) {
        from += view.strides()[axis] * width;
        if (++index[axis] < view.shape()[axis]) {
          break;
        }
        from -= view.strides()[axis] * width * view.shape()[axis];
        index[axis] = 0;
      }
    }
    return row;
  }

  /** Whether slices along the first axis are read once each, not the whole storage for each. */
  private boolean slicesAreApart() {
    View slice = view.slice(0);
    return slice.span() <= 2 * slice.count();
  }

  private Enumeration<InputStream> slices(String what) {
    Iterator<InputStream> each =
        LongStream.range(0, view.shape()[0])
            .mapToObj(i -> new StoredTensor(type, view.slice(i), storage).open(what))
            .iterator();
    return new Enumeration<>() {
      @Override
      public boolean hasMoreElements() {
        return each.hasNext();
      }

      @Override
      public InputStream nextElement() {
        return each.next();
      }
    };
  }

  @Override
  public String toString() {
    return type + Arrays.toString(view.shape());
  }
}
