package io.github.pleas.runtime;

import io.github.pleas.network.SmallNetworks;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;

/**
 * A machine that takes exactly so long: for each multiply-accumulate, and for each operator. It
 * remembers what it was asked.
 */
public final class MadeUpTimes implements GraphTimer {
  private final double perMac;
  private final double perNode;
  private final DoubleUnaryOperator noise;
  private final Set<String> timedTwice = new HashSet<>();
  private final Set<String> timed = new HashSet<>();
  private int layers;
  private int networks;

  /**
   * A machine.
   *
   * @param perMac milliseconds for each multiply-accumulate
   * @param perNode milliseconds for each operator
   */
  public MadeUpTimes(double perMac, double perNode) {
    this(perMac, perNode, time -> time);
  }

  /**
   * A machine that does not keep its word.
   *
   * @param noise what it takes, given what it should
   */
  public MadeUpTimes(double perMac, double perNode, DoubleUnaryOperator noise) {
    this.perMac = perMac;
    this.perNode = perNode;
    this.noise = noise;
  }

  @Override
  public RunTimes.Measured time(Map<String, Candidate> graphs, int batch, RunTimes.Effort effort) {
    if (graphs.containsKey("merged")) {
      networks++;
    } else {
      layers++;
      Candidate narrow = graphs.values().iterator().next();
      String what =
          narrow.graph().nodes()
              + " "
              + narrow.shapes().apply("x")
              + narrow.shapes().apply("y")
              + graphs.keySet();
      if (!timed.add(what)) {
        timedTwice.add(what);
      }
    }
    Map<String, double[]> times = new LinkedHashMap<>();
    graphs.forEach(
        (name, candidate) ->
            times.put(name, new double[] {noise.applyAsDouble(milliseconds(candidate))}));
    return new RunTimes.Measured(times);
  }

  private double milliseconds(Candidate candidate) {
    return perMac * SmallNetworks.read(candidate.graph()).macs()
        + perNode * candidate.graph().nodes().size();
  }

  /** How many layers were timed. */
  public int layers() {
    return layers;
  }

  /** How many merged networks were timed. */
  public int networks() {
    return networks;
  }

  /** Layers of one shape that were timed more than once. */
  public Set<String> timedTwice() {
    return timedTwice;
  }
}
