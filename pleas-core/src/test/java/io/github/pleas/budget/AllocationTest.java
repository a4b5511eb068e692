package io.github.pleas.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.budget.Coupling.Form;
import io.github.pleas.budget.Coupling.Shape;
import io.github.pleas.merge.Merging;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.symmetry.UnitGroup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AllocationTest {
  private static final double[] SHARES = {0, 0.05, 0.2, 0.5, 0.9, 1};

  /**
   * Every group has the count of the common fraction, rounded down or up, and no group's next count
   * still fits at the next fraction.
   */
  @ParameterizedTest
  @CsvSource({"CHAIN, 8", "CHAIN, 1000", "RESIDUAL, 16", "BOTTLENECK, 1000", "DENSE, 12"})
  void uniformIsTheLargestCommonFractionThatFitsRoundedUpWhereThatFits(Form form, int levels) {
    for (boolean blocks : new boolean[] {false, true}) {
      Coupling coupling = Coupling.of(form, 14, 1);
      for (double share : SHARES) {
        BudgetProblem problem = coupling.problem(blocks, levels, Shape.CONCAVE, share);
        int[] separate = new UniformAllocation().allocate(problem);
        assertThat(problem.allows(separate)).isTrue();
        // The fraction is the least to which a group was rounded down, or up from below.
        double fraction = 1;
        for (int g = 0; g < separate.length; g++) {
          if (separate[g] < problem.most(g)) {
            fraction = Math.min(fraction, (double) next(problem, separate, g) / problem.most(g));
          }
        }
        int[] higher = new int[separate.length];
        for (int g = 0; g < separate.length; g++) {
          higher[g] = rounded(problem, g, fraction);
          assertThat(separate[g]).isBetween(before(problem, higher, g), up(problem, higher, g));
        }
        if (fraction < 1 || problem.cost().at(separate) < problem.cost().at(higher)) {
          assertThat(problem.cost().at(higher)).isGreaterThan(problem.limit());
        }
      }
    }
  }

  private static int next(BudgetProblem problem, int[] separate, int group) {
    return problem.counts()[group][problem.index(group, separate[group]) + 1];
  }

  private static int before(BudgetProblem problem, int[] separate, int group) {
    return problem.counts()[group][Math.max(0, problem.index(group, separate[group]) - 1)];
  }

  private static int up(BudgetProblem problem, int[] separate, int group) {
    int last = problem.counts()[group].length - 1;
    return problem.counts()[group][Math.min(last, problem.index(group, separate[group]) + 1)];
  }

  private static int rounded(BudgetProblem problem, int group, double fraction) {
    int count = 0;
    for (int allowed : problem.counts()[group]) {
      count = (double) allowed / problem.most(group) <= fraction ? allowed : count;
    }
    return count;
  }

  @ParameterizedTest
  @CsvSource({"CHAIN, 8", "CHAIN, 1000", "RESIDUAL, 16", "BOTTLENECK, 1000", "DENSE, 12"})
  void stagesMergeUpToACutAndAreSeparateBehindIt(Form form, int levels) {
    for (boolean blocks : new boolean[] {false, true}) {
      Coupling coupling = Coupling.of(form, 14, 1);
      for (double share : SHARES) {
        BudgetProblem problem = coupling.problem(blocks, levels, Shape.CONCAVE, share);
        int[] separate = new StageAllocation().allocate(problem);
        assertThat(problem.allows(separate)).isTrue();
        int cut = 0;
        while (cut < separate.length && separate[cut] == 0) {
          cut++;
        }
        for (int g = cut + 1; g < separate.length; g++) {
          assertThat(separate[g]).isEqualTo(problem.most(g));
        }
        // One pair more at the cut, or before it, is too much.
        int g = cut < separate.length && separate[cut] < problem.most(cut) ? cut : cut - 1;
        if (g >= 0) {
          separate[g] = next(problem, separate, g);
          assertThat(problem.cost().at(separate)).isGreaterThan(problem.limit());
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"CHAIN, CONCAVE", "RESIDUAL, RUGGED", "DENSE, LINEAR"})
  void theEndsAreEverythingMergedAndEverythingSeparate(Form form, Shape shape) {
    for (boolean blocks : new boolean[] {false, true}) {
      BudgetProblem full = Coupling.of(form, 12, 2).problem(blocks, 20, shape, 1);
      int[] merged = new int[full.groups()];
      int[] apart = new int[full.groups()];
      for (int g = 0; g < apart.length; g++) {
        apart[g] = full.most(g);
      }
      BudgetProblem least = full.withLimit(full.cost().constant());
      for (Allocation allocation :
          new Allocation[] {new UniformAllocation(), new StageAllocation(), new BudgetSolver()}) {
        assertThat(allocation.allocate(full)).isEqualTo(apart);
        assertThat(full.cost().at(allocation.allocate(least))).isEqualTo(full.cost().at(merged));
      }
    }
  }

  /**
   * What {@link StageAllocation} rests on: the first layer that writes a group comes ever later.
   */
  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void groupsAreInGraphOrder(SmallNetworks architecture) {
    Network network = architecture.network(1);
    int last = -1;
    for (UnitGroup group : Merging.symmetry(network).groups()) {
      int first = 0;
      while (!writes(network.layers().get(first), group)) {
        first++;
      }
      assertThat(first).isGreaterThan(last);
      last = first;
    }
  }

  private static boolean writes(Layer layer, UnitGroup group) {
    return group.members().stream()
        .anyMatch(m -> m.tensor().equals(layer.weight()) && m.axes().contains(layer.outputAxis()));
  }

  @Test
  void widthsAreMultiplesButForTheOriginals() {
    assertThat(UnitCounts.all(3)).containsExactly(0, 1, 2, 3);
    assertThat(UnitCounts.ofWidth(16, 8)).containsExactly(0, 8, 16);
    assertThat(UnitCounts.ofWidth(13, 8)).containsExactly(0, 3, 11, 13);
    assertThat(UnitCounts.ofWidth(2, 8)).containsExactly(0, 2);
    assertThat(UnitCounts.ofWidth(4, 1)).isEqualTo(UnitCounts.all(4));
    assertThatThrownBy(() -> UnitCounts.ofWidth(4, 0)).hasMessageContaining("found 0");
  }
}
