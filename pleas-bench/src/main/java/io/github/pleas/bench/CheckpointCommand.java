package io.github.pleas.bench;

import io.github.pleas.checkpoint.CheckpointWriter;
import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Tensor;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a large checkpoint of random weights, to list and convert. */
@Command(
    name = "checkpoint",
    description =
        "Writes a checkpoint of random single-precision weights: an embedding of two fifths of the"
            + " size, and layers of 16 MB each with their biases. It is never in memory.",
    mixinStandardHelpOptions = true)
public final class CheckpointCommand implements Callable<Integer> {
  private static final int WIDTH = 2048;
  private static final long LAYER_BYTES = (long) Float.BYTES * WIDTH * (WIDTH + 1);

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "OUT", description = "A file .pth or .safetensors.")
  private Path out;

  @Option(
      names = "--gigabytes",
      paramLabel = "N",
      defaultValue = "3",
      description = "Its size. Default: ${DEFAULT-VALUE}.")
  private double gigabytes;

  @Override
  public Integer call() {
    long rows = (long) (0.4e9 * gigabytes / Float.BYTES / WIDTH);
    long layers = (long) (0.6e9 * gigabytes / LAYER_BYTES);
    List<StateDict.Entry> entries = new ArrayList<>();
    entries.add(entry("embedding.weight", rows, WIDTH));
    for (long layer = 0; layer < layers; layer++) {
      entries.add(entry("layers." + layer + ".weight", WIDTH, WIDTH));
      entries.add(entry("layers." + layer + ".bias", WIDTH));
    }
    CheckpointWriter.of(out).write(new RandomWeights(entries), out);
    spec.commandLine()
        .getOut()
        .printf(Locale.ROOT, "%s: %d tensors, %.1f GB%n", out, entries.size(), gigabytes);
    return 0;
  }

  private static StateDict.Entry entry(String name, long... shape) {
    return new StateDict.Entry(name, ElementType.FLOAT, shape);
  }

  /** Weights from -1 to 1, made when they are asked for. */
  private record RandomWeights(List<StateDict.Entry> entries) implements StateDict {
    @Override
    public Tensor read(String name) {
      throw new UnsupportedOperationException("the weights are only streamed");
    }

    @Override
    public InputStream open(String name) {
      return new Weights(name.hashCode());
    }

    @Override
    public void close() {}
  }

  private static final class Weights extends InputStream {
    private final SplittableRandom random;
    private final ByteBuffer made = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

    Weights(long seed) {
      random = new SplittableRandom(seed);
      made.limit(0);
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      read(one, 0, 1);
      return one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int at, int length) {
      if (!made.hasRemaining()) {
        made.clear();
        while (made.hasRemaining()) {
          made.putFloat(random.nextInt() * 0x1p-31f);
        }
        made.flip();
      }
      int count = Math.min(length, made.remaining());
      made.get(into, at, count);
      return count;
    }
  }
}
