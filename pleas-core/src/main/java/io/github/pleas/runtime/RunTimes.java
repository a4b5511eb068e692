package io.github.pleas.runtime;

import static java.util.Objects.requireNonNull;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * How long networks take in ONNX Runtime on this machine, for each image of a batch. They run in
 * turns, a run of each in every round, so that what else the machine does meets all alike; what
 * they are compared by is the median over the rounds. The input is random.
 */
public final class RunTimes implements AutoCloseable {
  private static final double NANOS_PER_MILLISECOND = 1e6;

  private final OrtRuntime runtime;
  private final int batch;
  private final LongSupplier nanoTime;
  private final Map<String, Timed> networks = new LinkedHashMap<>();

  /**
   * Networks to come.
   *
   * @param runtime where to run, on as many threads as it has
   * @param batch images in each run
   */
  public RunTimes(OrtRuntime runtime, int batch) {
    this(runtime, batch, System::nanoTime);
  }

  RunTimes(OrtRuntime runtime, int batch, LongSupplier nanoTime) {
    if (batch < 1) {
      throw new IllegalArgumentException("expected a batch of 1 or more, found " + batch);
    }
    this.runtime = runtime.asDeployed();
    this.batch = batch;
    this.nanoTime = nanoTime;
  }

  /**
   * How long to measure.
   *
   * @param warmUps rounds before those that count
   * @param least rounds at least
   * @param most rounds at most
   * @param seconds after which no round begins that need not be
   */
  public record Effort(int warmUps, int least, int most, double seconds) {
    public Effort {
      if (warmUps < 0 || least < 1 || most < least) {
        throw new IllegalArgumentException(
            "expected 0 <= warm-ups, 1 <= least <= most, found %d, %d, %d"
                .formatted(warmUps, least, most));
      }
    }
  }

  /**
   * What was measured.
   *
   * @param milliseconds by name, for an image in each round
   */
  public record Measured(Map<String, double[]> milliseconds) {
    public Measured {
      milliseconds = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(milliseconds));
    }

    /** How many rounds were run. */
    public int rounds() {
      return milliseconds.values().stream().mapToInt(times -> times.length).max().orElse(0);
    }

    /**
     * The median of a network's times, in milliseconds for an image.
     *
     * @throws IllegalArgumentException if there is no such network
     */
    public double median(String name) {
      return median(of(name));
    }

    /**
     * How many times as long as others one after the other a network takes: the median of the
     * rounds' ratios, which what slows down a whole round leaves alone.
     *
     * @throws IllegalArgumentException if there is no such network
     */
    public double ratio(String name, List<String> others) {
      double[] own = of(name);
      double[] ratios = new double[own.length];
      for (int round = 0; round < ratios.length; round++) {
        double sum = 0;
        for (String other : others) {
          sum += of(other)[round];
        }
        ratios[round] = own[round] / sum;
      }
      return median(ratios);
    }

    private double[] of(String name) {
      double[] times = milliseconds.get(name);
      if (times == null) {
        throw new IllegalArgumentException(
            "no times of '%s', only of %s".formatted(name, milliseconds.keySet()));
      }
      return times;
    }

    private static double median(double[] values) {
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      int middle = sorted.length / 2;
      return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
  }

  /**
   * Adds a network.
   *
   * @param name what its times are called
   * @param shapes the shape of its inputs and outputs
   * @throws io.github.pleas.PleasException if ONNX Runtime refuses it
   */
  public void add(String name, Graph graph, Function<String, ValueShape> shapes) {
    add(name, runtime.open(graph), ModelInput.of(graph, shapes), shapes);
  }

  /**
   * Adds the network of a file.
   *
   * @param inputs what it takes
   */
  public void add(
      String name, Path file, List<ModelInput> inputs, Function<String, ValueShape> shapes) {
    add(name, runtime.open(file), inputs, shapes);
  }

  private void add(
      String name, Session session, List<ModelInput> inputs, Function<String, ValueShape> shapes) {
    Timed timed = new Timed(session);
    Timed before = networks.put(name, timed);
    if (before != null) {
      before.close();
      throw new IllegalArgumentException("two networks are called '" + name + "'");
    }
    timed.allocate(inputs, shapes);
  }

  /** A network with the memory that it reads from and writes into. */
  private final class Timed implements AutoCloseable {
    private final Session session;
    private final List<NativeBuffer> memory = new ArrayList<>();
    private final Map<String, Session.FloatArray> inputs = new LinkedHashMap<>();
    private final Map<String, Session.FloatArray> outputs = new LinkedHashMap<>();

    Timed(Session session) {
      this.session = session;
    }

    void allocate(List<ModelInput> known, Function<String, ValueShape> shapes) {
      Random random = new Random(2);
      for (ModelInput input : known) {
        if (session.inputs().contains(input.name())) {
          Session.FloatArray array = array(input.shape());
          inputs.put(input.name(), array);
          input.fill(array.data().duplicate(), random);
        }
      }
      for (String output : session.outputs()) {
        outputs.put(output, array(shapes.apply(output)));
      }
    }

    private Session.FloatArray array(ValueShape shape) {
      int[] dimensions = shape.forBatch(batch);
      NativeBuffer buffer = NativeBuffer.ofFloats(Tensor.count(dimensions));
      memory.add(buffer);
      return new Session.FloatArray(buffer.floats(), dimensions);
    }

    double milliseconds() {
      long start = nanoTime.getAsLong();
      session.run(inputs, outputs);
      return (nanoTime.getAsLong() - start) / (NANOS_PER_MILLISECOND * batch);
    }

    @Override
    public void close() {
      session.close();
      memory.forEach(NativeBuffer::close);
    }
  }

  /** Runs all in turns; the network that begins a round is another one each time. */
  public Measured measure(Effort effort) {
    List<String> names = List.copyOf(networks.keySet());
    Map<String, List<Double>> times = new LinkedHashMap<>();
    names.forEach(name -> times.put(name, new ArrayList<>()));
    for (int round = 0; round < effort.warmUps(); round++) {
      networks.values().forEach(Timed::milliseconds);
    }
    long end = nanoTime.getAsLong() + (long) (1e9 * effort.seconds());
    int round = 0;
    while (round < effort.least() || round < effort.most() && nanoTime.getAsLong() < end) {
      for (int turn = 0; turn < names.size(); turn++) {
        String name = names.get((round + turn) % names.size());
        requireNonNull(times.get(name)).add(requireNonNull(networks.get(name)).milliseconds());
      }
      round++;
    }
    Map<String, double[]> measured = new LinkedHashMap<>();
    times.forEach(
        (name, all) -> measured.put(name, all.stream().mapToDouble(Double::doubleValue).toArray()));
    return new Measured(measured);
  }

  @Override
  public void close() {
    networks.values().forEach(Timed::close);
    networks.clear();
  }
}
