package io.github.pleas.bench;

import static java.util.Objects.requireNonNull;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.FullPass;
import io.github.pleas.runtime.ModelInput;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.RandomBatch;
import io.github.pleas.runtime.Session;
import io.github.pleas.runtime.ValueShape;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How long networks run in ONNX Runtime, in turns, so that what else the machine does meets them
 * alike; the least time of each is its own.
 */
final class RunTimes implements AutoCloseable {
  /**
   * The time of a run.
   *
   * @param seconds for an image
   * @param processor seconds of processor time for an image, of the calling thread: all of them
   *     where it is the only one
   */
  record Time(double seconds, double processor) {}

  private final OrtRuntime runtime;
  private final int batch;
  private final Map<String, FullPass> passes = new LinkedHashMap<>();
  private final Map<String, RandomBatch> inputs = new LinkedHashMap<>();

  /**
   * Networks to come.
   *
   * @param batch images in each run
   */
  RunTimes(OrtRuntime runtime, int batch) {
    this.runtime = runtime;
    this.batch = batch;
  }

  /** Adds a network. */
  void add(String name, Graph graph, Function<String, ValueShape> shapes) {
    Set<String> outputs = graph.outputs().stream().map(ValueInfo::name).collect(Collectors.toSet());
    inputs.put(name, new RandomBatch(ModelInput.of(graph, shapes), batch, 2));
    passes.put(name, new FullPass(runtime, graph, outputs, shapes, batch));
  }

  /** Runs all in turns, for some seconds. */
  Map<String, Time> measure(double seconds) {
    Map<String, Time> best = new LinkedHashMap<>();
    passes.keySet().forEach(this::run);
    long end = System.nanoTime() + (long) (1e9 * seconds);
    do {
      for (String name : passes.keySet()) {
        Time time = run(name);
        best.merge(
            name,
            time,
            (x, y) ->
                new Time(
                    Math.min(x.seconds(), y.seconds()), Math.min(x.processor(), y.processor())));
      }
    } while (System.nanoTime() < end);
    return best;
  }

  private Time run(String name) {
    FullPass pass = requireNonNull(passes.get(name));
    Map<String, Session.FloatArray> input = requireNonNull(inputs.get(name)).arrays();
    double processor = threadSeconds();
    long start = System.nanoTime();
    pass.run(input, batch);
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Time(seconds / batch, (threadSeconds() - processor) / batch);
  }

  private static double threadSeconds() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
  }

  @Override
  public void close() {
    passes.values().forEach(FullPass::close);
    inputs.values().forEach(RandomBatch::close);
  }
}
