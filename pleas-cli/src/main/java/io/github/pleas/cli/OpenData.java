package io.github.pleas.cli;

import io.github.pleas.data.DataLocation;
import io.github.pleas.data.Images;
import io.github.pleas.data.Preparation;
import io.github.pleas.data.SampleSet;
import io.github.pleas.data.Samples;
import io.github.pleas.data.Split;
import java.util.ArrayList;
import java.util.List;

/**
 * The datasets of a merge, open together and closed together.
 *
 * @param sets A's and B's, or one for both
 */
record OpenData(List<SampleSet> sets) implements AutoCloseable {
  static OpenData of(List<DataLocation> places, Split split, Preparation preparation) {
    OpenData open = new OpenData(new ArrayList<>());
    try {
      for (DataLocation place : places) {
        open.sets.add(preparation.open(place, split));
      }
      return open;
    } catch (RuntimeException e) {
      open.close();
      throw e;
    }
  }

  /** Decodes a sample of each set. */
  List<Samples> load(
      MergeRequest request, Preparation preparation, Progress progress, String label) {
    List<Samples> images = new ArrayList<>();
    int total = sets.stream().mapToInt(set -> count(set, request.samples())).sum();
    for (SampleSet set : sets) {
      int before = images.stream().mapToInt(Samples::size).sum();
      images.add(
          preparation.load(
              set,
              request.samples(),
              Images.seedOf(request.options().seed(), images.size()),
              request.options().threads(),
              (done, all) -> progress.update(label, Math.min(total, before + done), total)));
    }
    return images;
  }

  private static int count(SampleSet set, int samples) {
    return samples <= 0 ? set.size() : Math.min(samples, set.size());
  }

  @Override
  public void close() {
    sets.forEach(SampleSet::close);
  }
}
