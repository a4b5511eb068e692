package io.github.pleas.cli;

import io.github.pleas.checkpoint.CheckpointWriter;
import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Checkpoints of resnet18 with few channels, for grey images and five classes, of random weights.
 */
final class TinyResNet implements StateDict {
  private static final int WIDTH = 4;
  private static final int CLASSES = 5;

  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Random random;

  private TinyResNet(long seed) {
    this.random = new Random(seed);
    convolution("conv1", WIDTH, 1, 7);
    norm("bn1", WIDTH);
    int inputs = WIDTH;
    for (int stage = 1; stage <= 4; stage++) {
      int width = WIDTH << (stage - 1);
      for (int block = 0; block < 2; block++) {
        String at = "layer" + stage + "." + block + ".";
        convolution(at + "conv1", width, inputs, 3);
        norm(at + "bn1", width);
        convolution(at + "conv2", width, width, 3);
        norm(at + "bn2", width);
        if (inputs != width) {
          convolution(at + "downsample.0", width, inputs, 1);
          norm(at + "downsample.1", width);
        }
        inputs = width;
      }
    }
    add("fc.weight", 0.3, CLASSES, inputs);
    add("fc.bias", 0.1, CLASSES);
  }

  /** Writes a checkpoint in the format of its name. */
  static Path write(Path file, long seed) {
    CheckpointWriter.of(file).write(new TinyResNet(seed), file);
    return file;
  }

  private void convolution(String name, int outputs, int inputs, int kernel) {
    double deviation = Math.sqrt(2.0 / (inputs * kernel * kernel));
    add(name + ".weight", deviation, outputs, inputs, kernel, kernel);
  }

  private void norm(String name, int width) {
    float[] ones = new float[width];
    Arrays.fill(ones, 1);
    tensors.put(name + ".weight", Tensor.ofFloats(new int[] {width}, ones));
    add(name + ".bias", 0.1, width);
    add(name + ".running_mean", 0.1, width);
    tensors.put(name + ".running_var", Tensor.ofFloats(new int[] {width}, ones.clone()));
    tensors.put(name + ".num_batches_tracked", Tensor.ofLongs(new int[0], new long[] {3}));
  }

  private void add(String name, double deviation, int... shape) {
    float[] values = new float[(int) Tensor.count(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    tensors.put(name, Tensor.ofFloats(shape, values));
  }

  @Override
  public List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    tensors.forEach(
        (name, tensor) -> {
          ElementType type = tensor.type();
          entries.add(
              new Entry(name, type, Arrays.stream(tensor.shape()).asLongStream().toArray()));
        });
    return entries;
  }

  @Override
  public Tensor read(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("there is no " + name);
    }
    return tensor;
  }

  @Override
  public void close() {}
}
