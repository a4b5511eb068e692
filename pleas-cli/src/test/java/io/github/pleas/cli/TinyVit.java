package io.github.pleas.cli;

import io.github.pleas.checkpoint.CheckpointWriter;
import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.onnx.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Checkpoints of a vision transformer with torchvision's names: two blocks of two heads of eight
 * features, for grey images of 28 x 28 in patches of 7 x 7, and five classes, of random weights.
 */
final class TinyVit implements StateDict {
  static final String ARCHITECTURE = "vit:head_width=8";
  static final int WIDTH = 16;
  static final int HIDDEN = 32;

  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Random random;

  private TinyVit(long seed) {
    this.random = new Random(seed);
    add("class_token", 0.5, 1, 1, WIDTH);
    linear("conv_proj", WIDTH, 1, 7, 7);
    add("encoder.pos_embedding", 0.5, 1, 17, WIDTH);
    for (int layer = 0; layer < 2; layer++) {
      String at = "encoder.layers.encoder_layer_" + layer + ".";
      norm(at + "ln_1");
      add(at + "self_attention.in_proj_weight", Math.sqrt(2.0 / WIDTH), 3 * WIDTH, WIDTH);
      add(at + "self_attention.in_proj_bias", 0.1, 3 * WIDTH);
      linear(at + "self_attention.out_proj", WIDTH, WIDTH);
      norm(at + "ln_2");
      linear(at + "mlp.0", HIDDEN, WIDTH);
      linear(at + "mlp.3", WIDTH, HIDDEN);
    }
    norm("encoder.ln");
    linear("heads.head", 5, WIDTH);
  }

  /** Writes a checkpoint in the format of its name. */
  static Path write(Path file, long seed) {
    CheckpointWriter.of(file).write(new TinyVit(seed), file);
    return file;
  }

  private void linear(String name, int... shape) {
    double inputs = (double) Tensor.count(shape) / shape[0];
    add(name + ".weight", Math.sqrt(1 / inputs), shape);
    add(name + ".bias", 0.1, shape[0]);
  }

  private void norm(String name) {
    float[] ones = new float[WIDTH];
    Arrays.fill(ones, 1);
    tensors.put(name + ".weight", Tensor.ofFloats(new int[] {WIDTH}, ones));
    add(name + ".bias", 0.1, WIDTH);
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
        (name, tensor) ->
            entries.add(
                new Entry(
                    name, tensor.type(), Arrays.stream(tensor.shape()).asLongStream().toArray())));
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
