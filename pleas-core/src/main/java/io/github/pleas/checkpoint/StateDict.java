package io.github.pleas.checkpoint;

import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Tensor;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;

/**
 * A network's parameters by name, as PyTorch keeps them. Only names, types and shapes are in
 * memory; values are read from the file when asked for, one tensor at a time.
 */
public interface StateDict extends Closeable {
  /**
   * How many networks an average of their weights is of: beside the network's own names in the
   * state dict of PyTorch's {@code AveragedModel}.
   */
  String AVERAGED = "n_averaged";

  /**
   * One tensor's description.
   *
   * @param name its name in the state dict, such as {@code layer1.0.conv1.weight}
   * @param type its element type in the file
   * @param shape its dimensions; a scalar has none
   */
  record Entry(String name, ElementType type, long[] shape) {
    public Entry {
      shape = shape.clone();
    }

    @Override
    public long[] shape() {
      return shape.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Entry that
          && name.equals(that.name)
          && type == that.type
          && Arrays.equals(shape, that.shape);
    }

    @Override
    public int hashCode() {
      return 31 * name.hashCode() + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
      return name + " " + type + Arrays.toString(shape);
    }
  }

  /** All tensors, in the order of the file. */
  List<Entry> entries();

  /**
   * The values of one tensor, in the file's own element type.
   *
   * @throws IllegalArgumentException if there is no tensor of this name
   * @throws io.github.pleas.InvalidInputException if it cannot be read, or is larger than an array
   *     can be
   */
  Tensor read(String name);

  /**
   * The elements of one tensor one after the other, row-major and little-endian, in the file's own
   * element type. For what is passed on: it need not fit into memory. The stream lives as long as
   * this state dict and need not be closed.
   *
   * @throws IllegalArgumentException if there is no tensor of this name
   * @throws io.github.pleas.InvalidInputException if it cannot be read
   */
  default InputStream open(String name) {
    return new ByteArrayInputStream(read(name).bytes());
  }

  /**
   * Names that stand for one and the same tensor (tied weights): lists of two or more, in the order
   * of the file.
   */
  default List<List<String>> aliases() {
    return List.of();
  }
}
