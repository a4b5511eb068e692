package io.github.pleas.merge;

import io.github.pleas.budget.CostKind;
import io.github.pleas.budget.CostModel;
import io.github.pleas.budget.QuadraticCost;
import io.github.pleas.network.Network;

/** What is counted where a budget is, but for time: of merged networks, and of originals. */
interface SizeCosts {
  /** What merged networks cost. */
  QuadraticCost of(CostModel model);

  /** What their heads alone cost, or their tails. */
  QuadraticCost heads(CostModel model);

  /** What one original costs, the mean of both. */
  double original();

  /** What is counted, as users read it. */
  String unit();

  /**
   * The costs of a kind.
   *
   * @throws IllegalArgumentException for time, which is measured
   */
  static SizeCosts of(CostKind kind, Network a, Network b) {
    return switch (kind) {
      case MACS -> new Macs(a, b);
      case PARAMS -> new Parameters(a, b);
      case LATENCY -> throw new IllegalArgumentException("time is not counted but measured");
    };
  }

  /** Multiply-accumulates for one image. */
  record Macs(Network a, Network b) implements SizeCosts {
    @Override
    public QuadraticCost of(CostModel model) {
      return model.macs();
    }

    @Override
    public QuadraticCost heads(CostModel model) {
      return model.macsOfHeads();
    }

    @Override
    public double original() {
      return (a.macs() + b.macs()) / 2.0;
    }

    @Override
    public String unit() {
      return "multiply-accumulates";
    }
  }

  /** Numbers in floating-point constants. */
  record Parameters(Network a, Network b) implements SizeCosts {
    @Override
    public QuadraticCost of(CostModel model) {
      return model.parameters();
    }

    @Override
    public QuadraticCost heads(CostModel model) {
      return model.parametersOfHeads();
    }

    @Override
    public double original() {
      return (a.parameters() + b.parameters()) / 2.0;
    }

    @Override
    public String unit() {
      return "parameters";
    }
  }
}
