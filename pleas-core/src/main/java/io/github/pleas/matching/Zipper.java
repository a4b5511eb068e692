package io.github.pleas.matching;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Zips the units of one group: of all units of both networks, the two that are most alike are
 * merged into one, until as many are left as one network has (ZipIt!, section 4.3). A merged unit
 * is as alike to another as the less alike of its two parts, times alpha.
 */
final class Zipper {
  /** Less than any correlation, and more than what is not allowed. */
  private static final double LAST = -2;

  private static final double NEVER = Double.NEGATIVE_INFINITY;

  private final int units;
  private final ZipOptions options;
  private final double[] similarity;
  private final List<List<Integer>> members = new ArrayList<>();
  private final boolean[] gone;

  /** For each network and merged unit, whether it has units of that network. */
  private final boolean[][] has;

  private final int[] best;
  private final int[] left = new int[2];

  /**
   * A group.
   *
   * @param units n of each network
   * @param similarity of all units of both, A's first, symmetric, [2n, 2n]
   */
  private Zipper(int units, double[] similarity, ZipOptions options) {
    this.units = units;
    this.options = options;
    this.similarity = similarity.clone();
    this.gone = new boolean[2 * units];
    this.has = new boolean[2][2 * units];
    this.best = new int[2 * units];
    Arrays.fill(left, (int) (options.beta() * (units / 2) + 1e-9));
    for (int i = 0; i < 2 * units; i++) {
      members.add(new ArrayList<>(List.of(i)));
      has[i / units][i] = true;
      set(i, i, NEVER);
    }
  }

  /** The merged units: as many as each network has. */
  static List<Zip.Unit> zip(int units, double[] similarity, ZipOptions options) {
    return new Zipper(units, similarity, options).zip();
  }

  private List<Zip.Unit> zip() {
    forbid();
    for (int i = 0; i < 2 * units; i++) {
      best[i] = bestOf(i);
    }
    for (int merge = 0; merge < units; merge++) {
      int first = next();
      join(Math.min(first, best[first]), Math.max(first, best[first]));
    }
    return result();
  }

  private int next() {
    int found = -1;
    for (int i = 0; i < 2 * units; i++) {
      if (!gone[i] && (found < 0 || at(i, best[i]) > at(found, best[found]))) {
        found = i;
      }
    }
    return found;
  }

  private void join(int i, int j) {
    int[] before = left.clone();
    for (int network = 0; network < 2; network++) {
      left[network] -= has[network][i] && has[network][j] ? 1 : 0;
    }
    gone[j] = true;
    members.get(i).addAll(members.get(j));
    has[0][i] |= has[0][j];
    has[1][i] |= has[1][j];
    for (int k = 0; k < 2 * units; k++) {
      if (k != i && !gone[k]) {
        double alike = Math.min(at(i, k), at(j, k));
        double decayed = options.alpha() == 0 ? Math.min(alike, LAST) : options.alpha() * alike;
        set(i, k, isAllowed(i, k) ? decayed : NEVER);
      }
    }
    boolean fewer = left[0] == 0 && before[0] > 0 || left[1] == 0 && before[1] > 0;
    if (fewer) {
      forbid();
    }
    best[i] = bestOf(i);
    for (int k = 0; k < 2 * units; k++) {
      if (gone[k] || k == i) {
        continue;
      }
      if (fewer || best[k] == i || best[k] == j) {
        best[k] = bestOf(k);
      } else if (at(k, i) > at(k, best[k])) {
        best[k] = i; // a negative similarity grows where it is decayed
      }
    }
  }

  /** Strikes the pairs that would put units of one network together where no more may be. */
  private void forbid() {
    for (int i = 0; i < 2 * units; i++) {
      for (int k = 0; k < i && !gone[i]; k++) {
        if (!gone[k] && !isAllowed(i, k)) {
          set(i, k, NEVER);
        }
      }
    }
  }

  private boolean isAllowed(int i, int j) {
    return !(has[0][i] && has[0][j] && left[0] <= 0) && !(has[1][i] && has[1][j] && left[1] <= 0);
  }

  private int bestOf(int i) {
    int found = i;
    for (int k = 0; k < 2 * units; k++) {
      if (!gone[k] && k != i && (found == i || at(i, k) > at(i, found))) {
        found = k;
      }
    }
    return found;
  }

  private double at(int i, int j) {
    return similarity[i * 2 * units + j];
  }

  private void set(int i, int j, double value) {
    similarity[i * 2 * units + j] = value;
    similarity[j * 2 * units + i] = value;
  }

  private List<Zip.Unit> result() {
    List<Zip.Unit> zipped = new ArrayList<>();
    for (int i = 0; i < 2 * units; i++) {
      if (!gone[i]) {
        int[] all = members.get(i).stream().mapToInt(Integer::intValue).sorted().toArray();
        zipped.add(
            new Zip.Unit(
                Arrays.stream(all).filter(unit -> unit < units).toArray(),
                Arrays.stream(all)
                    .filter(unit -> unit >= units)
                    .map(unit -> unit - units)
                    .toArray()));
      }
    }
    zipped.sort(Comparator.comparingInt(u -> u.b().length == 0 ? 0 : u.a().length > 0 ? 1 : 2));
    return zipped;
  }
}
