package io.github.pleas.matching;

import static java.util.Objects.requireNonNull;

import io.github.pleas.network.Network;
import io.github.pleas.runtime.HostMemory;
import io.github.pleas.runtime.Workers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The rows that all observers of a pass read, value by value, and the values that are read whole.
 */
final class RowSamples {
  private final Map<String, List<RowSample>> byValue = new LinkedHashMap<>();
  private final Set<String> whole = new HashSet<>();
  private final Map<String, int[][]> chosen = new LinkedHashMap<>();

  private RowSamples() {}

  /** What some observers read. */
  static RowSamples of(List<PairedPass.Observer> observers) {
    RowSamples samples = new RowSamples();
    observers.forEach(observer -> observer.rows().forEach(samples::add));
    // Whoever reads a value through another view than the others reads it whole.
    samples.byValue.forEach(
        (value, own) -> {
          if (own.stream().map(RowSample::view).distinct().count() > 1) {
            samples.whole.add(value);
          }
        });
    observers.forEach(observer -> samples.whole.addAll(observer.wholeValues()));
    samples.byValue.keySet().removeAll(samples.whole);
    return samples;
  }

  /** Everything as a whole. */
  static RowSamples none(Set<String> wanted) {
    RowSamples samples = new RowSamples();
    samples.whole.addAll(wanted);
    return samples;
  }

  private void add(RowSample sample) {
    List<RowSample> own = byValue.computeIfAbsent(sample.value(), value -> new ArrayList<>());
    own.add(sample);
  }

  /** The values that are handed out whole. */
  Set<String> whole() {
    return whole;
  }

  /**
   * A gathering of each value of a network that is read by rows.
   *
   * @param kept of how many batches the rows stay where they are
   * @param memory where that is
   */
  Map<String, RowGather> gathers(Network network, int kept, HostMemory memory) {
    Map<String, RowGather> gathers = new LinkedHashMap<>();
    byValue.forEach(
        (value, samples) -> {
          if (network.hasValue(value)) {
            gathers.put(value, new RowGather(value, samples.get(0).view(), kept, memory));
          }
        });
    return gathers;
  }

  /** Finds the positions of a batch's images that anybody reads. */
  void choose(int first, int count, Workers workers) {
    List<String> values = List.copyOf(byValue.keySet());
    values.forEach(value -> chosen.put(value, new int[count][]));
    workers.forEach(
        values.size() * count,
        k -> {
          String value = values.get(k / count);
          int image = k % count;
          requireNonNull(chosen.get(value))[image] = union(value, first + image);
        });
  }

  private int[] union(String value, int image) {
    return requireNonNull(byValue.get(value)).stream()
        .flatMapToInt(sample -> IntStream.of(sample.positions().apply(image)))
        .sorted()
        .distinct()
        .toArray();
  }

  int[][] chosen(String value) {
    return requireNonNull(chosen.get(value), value);
  }
}
