package io.github.pleas.data;

import java.util.ArrayList;
import java.util.List;

/**
 * The datasets of a merge, open together and closed together.
 *
 * @param sets A's and B's, or one for both
 */
public record OpenData(List<SampleSet> sets) implements AutoCloseable {
  /**
   * Opens a split of some data.
   *
   * @throws io.github.pleas.InvalidInputException if one cannot be opened; all are closed then
   */
  public static OpenData of(List<DataLocation> places, Split split, Preparation preparation) {
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

  /**
   * What is drawn of each set.
   *
   * @param samples how many; all of them if 0 or less
   * @param seed of all sets, of which each has its own shuffle ({@link Images#seedOf})
   * @param threads how many read at once, at least 1
   */
  public record Draw(int samples, long seed, int threads) {}

  /**
   * Reads a sample of each set.
   *
   * @param progress told of all sets together
   * @throws io.github.pleas.InvalidInputException if they cannot be read
   */
  public List<Samples> load(Draw draw, Preparation preparation, ImageListener progress) {
    List<Samples> images = new ArrayList<>();
    int total = sets.stream().mapToInt(set -> count(set, draw.samples())).sum();
    for (SampleSet set : sets) {
      int before = images.stream().mapToInt(Samples::size).sum();
      images.add(
          preparation.load(
              set,
              draw.samples(),
              Images.seedOf(draw.seed(), images.size()),
              draw.threads(),
              (done, all) -> progress.loaded(Math.min(total, before + done), total)));
    }
    return preparation.domains(images);
  }

  private static int count(SampleSet set, int samples) {
    return samples <= 0 ? set.size() : Math.min(samples, set.size());
  }

  @Override
  public void close() {
    sets.forEach(SampleSet::close);
  }
}
