package io.github.pleas.cli;

import io.github.pleas.checkpoint.Precision;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What merges of some sizes will take, of the same two networks and one after another: what does
 * not depend on the size is done once, as the largest needs it.
 *
 * @param sizes one for each, ascending
 */
record SizesEstimate(List<MergeEstimate> sizes) {
  SizesEstimate {
    sizes = List.copyOf(sizes);
  }

  private MergeEstimate largest() {
    return sizes.get(sizes.size() - 1);
  }

  /** Seconds of each stage, in order. */
  Map<String, Double> seconds() {
    Map<String, Double> all = new LinkedHashMap<>(largest().seconds());
    for (MergeEstimate smaller : sizes.subList(0, sizes.size() - 1)) {
      Map<String, Double> own = smaller.seconds();
      for (String each : List.of("fit", "accuracy", "write")) {
        all.computeIfPresent(each, (stage, time) -> time + own.getOrDefault(stage, 0.0));
      }
      all.computeIfPresent("accuracy", (stage, time) -> time - smaller.originalsAccuracy());
    }
    return all;
  }

  /** How many times as long all took by the clock while it was measured. */
  double slowdown() {
    return largest().slowdown();
  }

  /** Bytes of memory that kept tensors need. */
  long tensorBytes() {
    return largest().tensorBytes();
  }

  /** Bytes in a folder to go on from: the rows of targets, and the layers of all sizes. */
  long keptBytes() {
    return (long) largest().targetBytes() + fileBytes(Precision.FLOAT32);
  }

  /** Bytes that go to temporary files, since memory is not to hold them. */
  long spilledBytes() {
    return largest().spilledBytes();
  }

  /** Bytes of the whole process, at the most. */
  long processBytes() {
    return largest().processBytes();
  }

  /** Bytes of the merged networks' files, about. */
  long fileBytes(Precision precision) {
    return sizes.stream().mapToLong(size -> size.fileBytes(precision)).sum();
  }
}
