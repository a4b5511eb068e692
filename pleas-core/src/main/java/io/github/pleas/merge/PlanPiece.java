package io.github.pleas.merge;

import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.budget.LeaveOneOut;
import io.github.pleas.journal.Numbers;
import io.github.pleas.layout.Layout;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Plans as a piece of a journal, without what they were asked for. */
final class PlanPiece {
  private PlanPiece() {}

  static void write(DataOutputStream out, List<SizePlan> plans) throws IOException {
    for (SizePlan plan : plans) {
      Numbers.write(out, plan.separate());
      out.writeUTF(plan.layout().name());
      out.writeBoolean(plan.limit().isPresent());
      out.writeLong(plan.limit().orElse(0));
      out.writeLong(plan.cost());
      out.writeDouble(plan.original());
      out.writeBoolean(plan.gap().isPresent());
      out.writeDouble(plan.gap().orElse(0));
      out.writeDouble(plan.residual());
      out.writeBoolean(plan.effects().isPresent());
      if (plan.effects().isPresent()) {
        write(out, plan.effects().get());
      }
    }
  }

  private static void write(DataOutputStream out, LeaveOneOut.Effects effects) throws IOException {
    Numbers.write(out, effects.least());
    Numbers.write(out, effects.most());
    out.writeDouble(effects.merged());
    out.writeDouble(effects.separate());
    Numbers.write(out, effects.effects());
  }

  /**
   * Reads plans.
   *
   * @param sizes what they were asked for, in their order
   */
  static List<SizePlan> read(DataInputStream in, List<BudgetOptions> sizes) throws IOException {
    List<SizePlan> plans = new ArrayList<>();
    for (BudgetOptions size : sizes) {
      plans.add(
          new SizePlan(
              size,
              Numbers.readInts(in),
              Layout.valueOf(in.readUTF()),
              limit(in),
              in.readLong(),
              in.readDouble(),
              gap(in),
              in.readDouble(),
              in.readBoolean() ? Optional.of(effects(in)) : Optional.empty()));
    }
    return plans;
  }

  private static OptionalLong limit(DataInputStream in) throws IOException {
    boolean there = in.readBoolean();
    long value = in.readLong();
    return there ? OptionalLong.of(value) : OptionalLong.empty();
  }

  private static OptionalDouble gap(DataInputStream in) throws IOException {
    boolean there = in.readBoolean();
    double value = in.readDouble();
    return there ? OptionalDouble.of(value) : OptionalDouble.empty();
  }

  private static LeaveOneOut.Effects effects(DataInputStream in) throws IOException {
    return new LeaveOneOut.Effects(
        Numbers.readInts(in),
        Numbers.readInts(in),
        in.readDouble(),
        in.readDouble(),
        Numbers.readDoubles(in));
  }
}
