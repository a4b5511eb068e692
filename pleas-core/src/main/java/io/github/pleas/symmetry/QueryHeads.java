package io.github.pleas.symmetry;

import io.github.pleas.network.Network;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.OrtRuntime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Grouped-query attention: several heads of queries share one of keys and values. The unit groups
 * have the shared heads as blocks, with the features in them; a unit then stands in one place for
 * each query head of its block. Which of them stands first is free, too: query heads of one shared
 * head may take each other's places, wherever they stand, by themselves. This is no reordering of
 * units but of the places of each, and so beside the groups.
 *
 * <p>It is found by its looks: on some constants what stands in a block is the same several times
 * over, as often on all of them, and on others once; and then proven. Where a constant that must
 * stay as it is tells query heads of a shared head apart, as slopes do, they keep their places.
 *
 * @param group the shared heads
 * @param each query heads of one shared head
 * @param places where query heads stand, on values and constants
 */
public record QueryHeads(UnitGroup group, int each, List<Place> places) {
  /**
   * A row of all query heads, those of a shared head one after another.
   *
   * @param tensor a value or a constant
   * @param axis its axis
   * @param start the first place
   * @param size places of one query head
   */
  public record Place(String tensor, int axis, int start, int size) {}

  public QueryHeads {
    places = List.copyOf(places);
  }

  /** All query heads. */
  public int count() {
    return group.size() * each;
  }

  /**
   * The grouped-query attentions of a network.
   *
   * @param runnable the same network with outputs that stay when its units are reordered
   * @param network the network that was analysed
   * @param kept constants that must stay as they are
   * @param seed for the orders and the input
   * @return those whose query heads, in random order, leave the outputs as they are
   */
  public static List<QueryHeads> find(
      OrtRuntime runtime,
      Network runnable,
      Network network,
      Symmetry symmetry,
      Set<String> kept,
      long seed) {
    List<QueryHeads> found = new ArrayList<>();
    for (UnitGroup group : symmetry.groups()) {
      if (group.blocks().isEmpty() && !symmetry.inside(group).isEmpty()) {
        candidate(network, symmetry, group)
            .filter(heads -> heads.keeps(network, kept))
            .ifPresent(found::add);
      }
    }
    if (found.isEmpty()) {
      return found;
    }
    Trial trial = new Trial(runtime, runnable, seed);
    return found.stream()
        .filter(
            heads ->
                trial.errorOf(heads.reordered(runnable, heads.random(seed))) <= SelfCheck.TOLERANCE)
        .toList();
  }

  /** Nothing where nothing stands several times, or not everywhere as often. */
  private static Optional<QueryHeads> candidate(
      Network network, Symmetry symmetry, UnitGroup group) {
    Set<Place> places = new LinkedHashSet<>();
    Set<Integer> counts = new HashSet<>();
    for (UnitGroup kind : symmetry.family(group)) {
      for (UnitGroup.Member member : kind.members()) {
        for (Symmetry.Standing standing : symmetry.standings(member.tensor())) {
          if (member.isOnOneAxis() && standing.isOn(member.axis())) {
            int[] shape = network.shape(member.tensor()).dimensions();
            Optional<UnitRow> row = UnitRow.of(symmetry, standing, member.axis(), shape);
            for (UnitRow.Segment segment : row.map(UnitRow::segments).orElse(List.of())) {
              int copies = segment.group() == group.index() ? copies(standing.units(), segment) : 1;
              if (copies > 1) {
                counts.add(copies);
                int size = segment.run() / copies;
                places.add(new Place(member.tensor(), member.axis(), segment.start(), size));
              }
            }
          }
        }
      }
    }
    boolean one =
        counts.size() == 1 && places.stream().anyMatch(p -> network.isConstant(p.tensor()));
    return one
        ? Optional.of(new QueryHeads(group, counts.iterator().next(), List.copyOf(places)))
        : Optional.empty();
  }

  /** Whether, of constants that must stay, all query heads of a shared head have the same. */
  private boolean keeps(Network network, Set<String> kept) {
    int[] next = IntStream.range(0, count()).map(h -> h / each * each + (h + 1) % each).toArray();
    Network turned = reordered(network, next);
    return places.stream()
        .map(Place::tensor)
        .filter(tensor -> kept.contains(tensor) && network.isConstant(tensor))
        .allMatch(tensor -> turned.constant(tensor).equals(network.constant(tensor)));
  }

  /** How often the same stands one after another in the run of a block. */
  private static int copies(AxisUnits units, UnitRow.Segment segment) {
    for (int copies = segment.run(); copies > 1; copies--) {
      int size = segment.run() / copies;
      if (segment.run() % copies == 0
          && IntStream.range(segment.start() + size, segment.start() + segment.run())
              .allMatch(
                  e ->
                      units.group()[e] == units.group()[e - size]
                          && units.unit()[e] == units.unit()[e - size]
                          && units.part()[e] == units.part()[e - size])) {
        return copies;
      }
    }
    return 1;
  }

  /** A random order of the query heads of each shared head. */
  public int[] random(long seed) {
    Random random = new Random(seed);
    int[] order = IntStream.range(0, count()).toArray();
    for (int block = 0; block < group.size(); block++) {
      for (int k = each - 1; k > 0; k--) {
        // Never with itself, so that no order of two stays.
        int other = block * each + random.nextInt(k);
        int swap = order[block * each + k];
        order[block * each + k] = order[other];
        order[other] = swap;
      }
    }
    return order;
  }

  /**
   * The same function with query heads in another order.
   *
   * @param order for each query head the one that takes its place, of the same shared head
   */
  public Network reordered(Network network, int[] order) {
    Map<String, Tensor> changed = new LinkedHashMap<>();
    for (Place place : places) {
      if (network.isConstant(place.tensor())) {
        Tensor tensor = changed.getOrDefault(place.tensor(), network.constant(place.tensor()));
        int[] from = IntStream.range(0, tensor.dimension(place.axis())).toArray();
        for (int head = 0; head < order.length; head++) {
          for (int e = 0; e < place.size(); e++) {
            from[place.start() + head * place.size() + e] =
                place.start() + order[head] * place.size() + e;
          }
        }
        changed.put(place.tensor(), tensor.gather(place.axis(), from));
      }
    }
    return network.withConstants(changed);
  }
}
