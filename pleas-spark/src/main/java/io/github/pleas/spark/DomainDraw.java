package io.github.pleas.spark;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.Images;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which images of one domain a merge takes, and in what order: the first of a shuffle, as on one
 * machine; an image that cannot be read is left out, and the next of the shuffle comes last.
 */
final class DomainDraw {
  private static final int SKIPS_NAMED = 3;

  private final String name;
  private final int[] order;
  private final int wanted;
  private final int next;
  private final List<Integer> chosen;
  private final List<Unreadable> skipped;

  private DomainDraw(
      String name,
      int[] order,
      int wanted,
      int next,
      List<Integer> chosen,
      List<Unreadable> skipped) {
    this.name = name;
    this.order = order;
    this.wanted = wanted;
    this.next = next;
    this.chosen = List.copyOf(chosen);
    this.skipped = List.copyOf(skipped);
  }

  /**
   * A draw.
   *
   * @param size images of the domain
   * @param samples how many are wanted; all if 0
   * @param domain which, from 0
   * @throws InvalidInputException if there are none
   */
  static DomainDraw of(String name, int size, int samples, long seed, int domain) {
    if (size < 1) {
      throw new InvalidInputException(name + " holds no images");
    }
    int[] order = Images.order(size, seed, domain);
    int wanted = samples <= 0 ? size : Math.min(samples, size);
    List<Integer> first = new ArrayList<>();
    for (int k = 0; k < wanted; k++) {
      first.add(order[k]);
    }
    return new DomainDraw(name, order, wanted, wanted, first, List.of());
  }

  /** The places in the domain of the images, in order. */
  List<Integer> chosen() {
    return chosen;
  }

  /** Those that were left out. */
  List<Unreadable> skipped() {
    return skipped;
  }

  /**
   * The same without images that cannot be read.
   *
   * @param unreadable by their places among {@link #chosen}
   * @throws InvalidInputException if they are too many
   */
  DomainDraw without(List<Unreadable> unreadable) {
    List<Unreadable> all = new ArrayList<>(skipped);
    all.addAll(unreadable);
    Set<Integer> gone = unreadable.stream().map(Unreadable::place).collect(Collectors.toSet());
    List<Integer> left = new ArrayList<>();
    for (int place = 0; place < chosen.size(); place++) {
      if (!gone.contains(place)) {
        left.add(chosen.get(place));
      }
    }
    int from = next;
    while (left.size() < wanted && from < order.length) {
      left.add(order[from++]);
    }
    if (left.isEmpty() || all.size() > Images.skipLimit(wanted)) {
      throw new InvalidInputException(
          "%s: %d of the first %d images chosen cannot be read: %s%s. Repair or remove them"
              .formatted(
                  name,
                  all.size(),
                  from,
                  all.stream()
                      .limit(SKIPS_NAMED)
                      .map(image -> image.name() + " (" + image.reason() + ")")
                      .collect(Collectors.joining("; ")),
                  all.size() > SKIPS_NAMED ? "; and others" : ""));
    }
    return new DomainDraw(name, order, wanted, from, left, all);
  }
}
