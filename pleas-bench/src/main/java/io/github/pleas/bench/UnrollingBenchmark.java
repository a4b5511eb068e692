package io.github.pleas.bench;

import io.github.pleas.fit.PatchRows;
import io.github.pleas.network.PositionSample;
import io.github.pleas.network.Window;
import io.github.pleas.runtime.NativeBuffer;
import io.github.pleas.runtime.ValueShape;
import java.nio.FloatBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** A 3x3 convolution's input unrolled at sampled positions, against a copy of as many numbers. */
public class UnrollingBenchmark extends KernelBenchmark {
  private static final int IMAGES = 64;

  @Param({"32", "128"})
  public int channels;

  @Param({"6", "64"})
  public int positions;

  private static final int SIDE = 16;

  private NativeBuffer memory;
  private FloatBuffer batch;
  private PatchRows reader;
  private PositionSample sample;
  private float[] rows;

  @Setup
  public void open() {
    ValueShape shape = new ValueShape(new int[] {1, channels, SIDE, SIDE}, 0);
    memory = NativeBuffer.ofFloats(IMAGES * shape.elementsPerImage());
    batch = memory.floats();
    reader =
        new PatchRows(
            new Window(new int[] {3, 3}, new int[] {1, 1}, new int[] {1, 1}, new int[] {1, 1}),
            shape,
            shape);
    sample = new PositionSample(SIDE * SIDE, positions, 1);
    rows = new float[positions * reader.columns()];
  }

  @Benchmark
  public float[] unroll() {
    for (int image = 0; image < IMAGES; image++) {
      reader.read(batch, image, sample.of(image), rows, reader.columns());
    }
    return rows;
  }

  @Benchmark
  public float[] copy() {
    for (int image = 0; image < IMAGES; image++) {
      batch.get(0, rows, 0, Math.min(rows.length, batch.capacity()));
    }
    return rows;
  }

  @TearDown
  public void close() {
    memory.close();
  }
}
