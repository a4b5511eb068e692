package io.github.pleas.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ZipperTest {
  private static double[] random(int units, long seed) {
    Random random = new Random(seed);
    int n = 2 * units;
    double[] similarity = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double value = i == j ? 1 : 2 * random.nextDouble() - 1;
        similarity[i * n + j] = value;
        similarity[j * n + i] = value;
      }
    }
    return similarity;
  }

  /** The clusters as sets of units, B's after A's. */
  private static List<TreeSet<Integer>> sets(List<Zip.Unit> units, int n) {
    List<TreeSet<Integer>> sets = new ArrayList<>();
    for (Zip.Unit unit : units) {
      TreeSet<Integer> set = new TreeSet<>();
      for (int a : unit.a()) {
        set.add(a);
      }
      for (int b : unit.b()) {
        set.add(n + b);
      }
      sets.add(set);
    }
    sets.sort(Comparator.comparing(TreeSet::first));
    return sets;
  }

  /**
   * The same by looking at all pairs of all sets at each step. Without decay two sets are as alike
   * as the least alike of their units.
   */
  private static List<TreeSet<Integer>> enumerated(int n, double[] similarity, double beta) {
    List<TreeSet<Integer>> sets = new ArrayList<>();
    for (int i = 0; i < 2 * n; i++) {
      sets.add(new TreeSet<>(List.of(i)));
    }
    int[] left = {(int) (beta * (n / 2)), (int) (beta * (n / 2))};
    while (sets.size() > n) {
      int[] pair = {-1, -1};
      double best = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < sets.size(); i++) {
        for (int j = 0; j < i; j++) {
          double alike = 1;
          for (int x : sets.get(i)) {
            for (int y : sets.get(j)) {
              alike = Math.min(alike, similarity[x * 2 * n + y]);
            }
          }
          if (alike > best && isAllowed(sets.get(i), sets.get(j), n, left)) {
            best = alike;
            pair = new int[] {i, j};
          }
        }
      }
      TreeSet<Integer> first = sets.remove(pair[0]);
      TreeSet<Integer> second = sets.remove(pair[1]);
      for (int network = 0; network < 2; network++) {
        left[network] -= has(first, network, n) && has(second, network, n) ? 1 : 0;
      }
      first.addAll(second);
      sets.add(first);
    }
    sets.sort(Comparator.comparing(TreeSet::first));
    return sets;
  }

  private static boolean isAllowed(TreeSet<Integer> x, TreeSet<Integer> y, int n, int[] left) {
    return !(has(x, 0, n) && has(y, 0, n) && left[0] == 0)
        && !(has(x, 1, n) && has(y, 1, n) && left[1] == 0);
  }

  private static boolean has(TreeSet<Integer> units, int network, int n) {
    return units.stream().anyMatch(unit -> unit / n == network);
  }

  @Property(tries = 200)
  void zipsAsByEnumerationOfAllMerges(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 7) int units,
      @ForAll @IntRange(max = 4) int beta) {
    double[] similarity = random(units, seed);
    ZipOptions options = new ZipOptions(1, beta / 4.0);
    assertThat(sets(Zipper.zip(units, similarity, options), units))
        .isEqualTo(enumerated(units, similarity, options.beta()));
  }

  @Property(tries = 200)
  void withBetaZeroNothingIsMergedInsideANetwork(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 12) int units,
      @ForAll @IntRange(max = 2) int alpha) {
    List<Zip.Unit> zipped = Zipper.zip(units, random(units, seed), new ZipOptions(alpha / 2.0, 0));
    assertThat(zipped)
        .hasSize(units)
        .allMatch(unit -> unit.a().length == 1 && unit.b().length == 1);
  }

  @Property(tries = 200)
  void everyUnitIsInOneMergedUnitAndTheRedundancyLimitHolds(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 12) int units,
      @ForAll @IntRange(max = 4) int alpha,
      @ForAll @IntRange(max = 4) int beta) {
    List<Zip.Unit> zipped =
        Zipper.zip(units, random(units, seed), new ZipOptions(alpha / 4.0, beta / 4.0));
    assertThat(zipped).hasSize(units);
    assertThat(zipped.stream().mapToInt(unit -> unit.a().length).sum()).isEqualTo(units);
    assertThat(zipped.stream().mapToInt(unit -> unit.b().length).sum()).isEqualTo(units);
    int most = (int) (beta / 4.0 * (units / 2));
    assertThat(zipped.stream().mapToInt(unit -> Math.max(0, unit.a().length - 1)).sum())
        .isLessThanOrEqualTo(most);
    assertThat(zipped.stream().mapToInt(unit -> Math.max(0, unit.b().length - 1)).sum())
        .isLessThanOrEqualTo(most);
    // Those of one network stand at the ends.
    List<Integer> sides =
        zipped.stream().map(u -> u.b().length == 0 ? 0 : u.a().length > 0 ? 1 : 2).toList();
    assertThat(sides).isSorted();
  }

  /** With alpha 0 no unit is merged twice as long as there are pairs. */
  @Test
  void alphaDecays() {
    // A's first unit is like both of B's; A's second is like neither.
    double[] similarity = {
      1, 0, .9, .8, //
      0, 1, .1, .3, //
      .9, .1, 1, .2, //
      .8, .3, .2, 1
    };
    assertThat(sets(Zipper.zip(2, similarity, new ZipOptions(0, 1)), 2))
        .containsExactly(new TreeSet<>(List.of(0, 2)), new TreeSet<>(List.of(1, 3)));
    double[] like = similarity.clone();
    like[2 * 4 + 3] = .85;
    like[3 * 4 + 2] = .85;
    assertThat(sets(Zipper.zip(2, like, new ZipOptions(1, 1)), 2))
        .containsExactly(new TreeSet<>(List.of(0, 2, 3)), new TreeSet<>(List.of(1)));
  }

  @Test
  void refusesOptionsOutOfRange() {
    assertThatThrownBy(() -> new ZipOptions(1.5, 0))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("from 0 to 1, found 1.5 and 0.0");
  }
}
