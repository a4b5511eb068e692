package io.github.pleas.linalg;

import java.util.Arrays;

/**
 * Solves one linear assignment problem, min of the sum of c = -similarity, after Jonker and
 * Volgenant ("A shortest augmenting path algorithm for dense and sparse linear assignment
 * problems", Computing 38, 1987): most rows get their column by cheap reductions of the matrix,
 * each remaining one by a shortest path in reduced costs. Keeps prices v of columns such that every
 * assigned row has its column at the least c - v; they prove that the result is optimal.
 *
 * <p>Where the paths turn out to be long, as in wide groups of networks that were trained apart, or
 * with many units that are zero on nearly all images, it starts again from the prices of a {@link
 * ScaledAuction}.
 */
final class AugmentingPaths {
  private static final int FREE = -1;

  /**
   * Columns scanned by the searches, for each row of the matrix, before they count as long: of
   * networks that were trained apart they are, so that it is best known soon.
   */
  private static final long PATIENCE = 4;

  /** The same in all; fewer cost less than an auction. */
  private static final long LEAST_PATIENCE = 2048;

  private final double[] similarity;
  private final int n;
  private final int[] columnOf;
  private final int[] rowOf;
  private final double[] price;

  /** The first {@code freeCount} entries are the rows without a column. */
  private final int[] free;

  private int freeCount;

  // Of one shortest-path search: columns in the order [done | to scan | not reached].
  private final int[] columns;
  private final int[] previous;
  private final double[] distance;

  AugmentingPaths(double[] similarity, int n) {
    this.similarity = similarity;
    this.n = n;
    this.columnOf = new int[n];
    this.rowOf = new int[n];
    this.price = new double[n];
    this.free = new int[n];
    this.columns = new int[n];
    this.previous = new int[n];
    this.distance = new double[n];
    Arrays.fill(columnOf, FREE);
    Arrays.fill(rowOf, FREE);
  }

  /** The column of each row. */
  int[] solve() {
    if (n > 0) {
      reduceColumns();
      reduceRows();
      reduceRows();
      if (!augmentAll(Math.max(LEAST_PATIENCE, PATIENCE * n))) {
        new ScaledAuction(similarity, n, price).settle();
        freeAll();
        reduceRows();
        reduceRows();
        augmentAll(Long.MAX_VALUE);
      }
    }
    return columnOf;
  }

  /** Gives each free row a column, unless the searches scan more columns than that. */
  private boolean augmentAll(long patience) {
    long scanned = 0;
    for (int k = 0; k < freeCount; k++) {
      if (scanned > patience) {
        return false;
      }
      scanned += augment(free[k]);
    }
    return true;
  }

  private void freeAll() {
    Arrays.fill(columnOf, FREE);
    Arrays.fill(rowOf, FREE);
    Arrays.setAll(free, row -> row);
    freeCount = n;
  }

  /** The price v of a column in the optimal dual solution. */
  double price(int column) {
    return price[column];
  }

  private double cost(int row, int column) {
    return -similarity[row * n + column] - price[column];
  }

  /**
   * Lowers each column by its least entry, gives each row that has one of these one such column,
   * and moves what is left of the reduction over to the row's next best column.
   */
  private void reduceColumns() {
    int[] best = new int[n];
    Arrays.fill(price, Double.POSITIVE_INFINITY);
    for (int row = 0; row < n; row++) {
      for (int column = 0, at = row * n; column < n; column++, at++) {
        if (-similarity[at] < price[column]) {
          price[column] = -similarity[at];
          best[column] = row;
        }
      }
    }
    int[] minima = new int[n];
    for (int column = n - 1; column >= 0; column--) {
      int row = best[column];
      if (minima[row]++ == 0) {
        columnOf[row] = column;
        rowOf[column] = row;
      }
    }
    for (int row = 0; row < n; row++) {
      if (minima[row] == 0) {
        free[freeCount++] = row;
      } else if (minima[row] == 1 && n > 1) {
        double second = Double.POSITIVE_INFINITY;
        for (int column = 0; column < n; column++) {
          if (column != columnOf[row]) {
            second = Math.min(second, cost(row, column));
          }
        }
        price[columnOf[row]] -= second;
      }
    }
  }

  /**
   * Gives each free row its best column, at a price that makes the second best as good, and frees
   * the row that had it. Rows that were freed while their rival still gained are tried again at
   * once; a limit ends the bidding of rows for nearly equal columns, which the searches settle in
   * one go.
   */
  private void reduceRows() {
    int[] candidates = Arrays.copyOf(free, freeCount);
    int count = freeCount;
    freeCount = 0;
    long limit = 8L * n;
    for (int k = 0; k < count; ) {
      int row = candidates[k++];
      int first = 0;
      int second = FREE;
      double least = cost(row, 0);
      double next = Double.POSITIVE_INFINITY;
      for (int column = 1, at = row * n + 1; column < n; column++, at++) {
        double cost = -similarity[at] - price[column];
        if (cost < next) {
          if (cost < least) {
            next = least;
            second = first;
            least = cost;
            first = column;
          } else {
            next = cost;
            second = column;
          }
        }
      }
      double lowered = price[first] - (next - least);
      // A difference may be too small to change the price: then it is a tie, or rows would take the
      // column from each other for ever.
      boolean gains = second != FREE && lowered < price[first];
      int column = first;
      if (gains) {
        price[first] = lowered;
      } else if (second != FREE && rowOf[first] != FREE) {
        column = second;
      }
      int rival = rowOf[column];
      rowOf[column] = row;
      columnOf[row] = column;
      if (rival != FREE) {
        columnOf[rival] = FREE;
        if (gains && limit-- > 0) {
          candidates[--k] = rival;
        } else {
          free[freeCount++] = rival;
        }
      }
    }
  }

  /**
   * Finds the shortest path from a free row to a free column (Dijkstra) and assigns along it.
   *
   * @return how many columns it scanned
   */
  private int augment(int start) {
    for (int column = 0; column < n; column++) {
      columns[column] = column;
      previous[column] = start;
      distance[column] = cost(start, column);
    }
    int done = 0;
    int reached = 0;
    double least = 0;
    int end = FREE;
    while (end == FREE) {
      if (done == reached) {
        reached = gatherNearest(done);
        least = distance[columns[done]];
        end = freeAmong(done, reached);
        if (end != FREE) {
          break;
        }
      }
      int scanned = columns[done++];
      int row = rowOf[scanned];
      double offset = cost(row, scanned) - least;
      for (int k = reached; k < n; k++) {
        int column = columns[k];
        double through = cost(row, column) - offset;
        if (through < distance[column]) {
          distance[column] = through;
          previous[column] = row;
          // Rounding may put it below, where it is no nearer than the columns being scanned.
          if (through <= least) {
            if (rowOf[column] == FREE) {
              end = column;
              break;
            }
            columns[k] = columns[reached];
            columns[reached++] = column;
          }
        }
      }
    }
    for (int k = 0; k < done; k++) {
      price[columns[k]] += distance[columns[k]] - least;
    }
    int column = end;
    int row;
    do {
      row = previous[column];
      rowOf[column] = row;
      int before = columnOf[row];
      columnOf[row] = column;
      column = before;
    } while (row != start);
    return done;
  }

  /** Moves the columns at the least distance to the front of those not reached. */
  private int gatherNearest(int from) {
    int reached = from;
    double least = Double.POSITIVE_INFINITY;
    for (int k = from; k < n; k++) {
      int column = columns[k];
      if (distance[column] <= least) {
        if (distance[column] < least) {
          least = distance[column];
          reached = from;
        }
        columns[k] = columns[reached];
        columns[reached++] = column;
      }
    }
    return reached;
  }

  private int freeAmong(int from, int to) {
    for (int k = from; k < to; k++) {
      if (rowOf[columns[k]] == FREE) {
        return columns[k];
      }
    }
    return FREE;
  }
}
