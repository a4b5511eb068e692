package io.github.pleas.cli;

import io.github.pleas.data.DataLocation;
import io.github.pleas.data.Dataset;
import io.github.pleas.data.Datasets;
import io.github.pleas.data.Images;
import io.github.pleas.data.Preprocessing;
import io.github.pleas.data.Split;
import java.util.ArrayList;
import java.util.List;

/**
 * The datasets of a merge, open together and closed together.
 *
 * @param sets A's and B's, or one for both
 */
record OpenData(List<Dataset> sets) implements AutoCloseable {
  static OpenData of(List<DataLocation> places, Split split) {
    OpenData open = new OpenData(new ArrayList<>());
    try {
      for (DataLocation place : places) {
        open.sets.add(Datasets.open(place, split));
      }
      return open;
    } catch (RuntimeException e) {
      open.close();
      throw e;
    }
  }

  /** Decodes a sample of each set. */
  List<Images> load(
      MergeRequest request, Preprocessing preprocessing, Progress progress, String label) {
    List<Images> images = new ArrayList<>();
    int total = sets.stream().mapToInt(set -> count(set, request.samples())).sum();
    for (Dataset set : sets) {
      int before = images.stream().mapToInt(Images::size).sum();
      images.add(
          Images.load(
              set,
              request.samples(),
              Images.seedOf(request.options().seed(), images.size()),
              preprocessing,
              request.options().threads(),
              (done, all) -> progress.update(label, Math.min(total, before + done), total)));
    }
    return images;
  }

  private static int count(Dataset set, int samples) {
    return samples <= 0 ? set.size() : Math.min(samples, set.size());
  }

  @Override
  public void close() {
    sets.forEach(Dataset::close);
  }
}
