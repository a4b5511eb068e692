package io.github.pleas.budget;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.merge.Merging;
import io.github.pleas.network.AttentionForms;
import io.github.pleas.network.Network;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.UnitGroup;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** How many pairs of attention heads may stay separate: three heads of four and two features. */
class HeadCountsTest {
  private final Network network = AttentionForms.PROJECTIONS.network(1, true);
  private final Separability separability = Merging.separability(network);
  private final UnitGroup heads =
      separability.symmetry().groups().stream()
          .filter(g -> !separability.symmetry().inside(g).isEmpty())
          .findFirst()
          .orElseThrow();

  private int[][] counts(BudgetOptions options) {
    return new GroupCounts(network, separability, options).all();
  }

  @Test
  void unitsInHeadsDecideNothing() {
    int[][] counts = counts(BudgetOptions.ofBudget(1.5));
    assertThat(counts[heads.index()]).containsExactly(0, 1, 2, 3);
    for (UnitGroup units : separability.symmetry().inside(heads)) {
      assertThat(counts[units.index()]).containsExactly(0);
    }
  }

  /** Four heads have 16 and 8 features; five have 20 and 10. All of both may always stay. */
  @Test
  void widthsAreThoseOfTheHeadsFeatures() {
    assertThat(counts(BudgetOptions.ofBudget(1.5).withWidthMultiple(8))[heads.index()])
        .containsExactly(0, 1, 3);
  }

  /** The name of a projection binds the heads that it writes. */
  @Test
  void layersBindHeads() {
    String projection = network.layers().get(1).name();
    List<Pattern> named = List.of(Pattern.compile("^" + projection + "$"));
    BudgetOptions size = BudgetOptions.ofBudget(1.5);
    assertThat(counts(size.withBounds(named, List.of()))[heads.index()]).containsExactly(3);
    assertThat(counts(size.withBounds(List.of(), named))[heads.index()]).containsExactly(0);
  }
}
