package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Images become input by resizing and normalising.
 *
 * @param preprocessing to what size, and with which numbers
 */
public record ImagePreparation(Preprocessing preprocessing) implements Preparation {
  @Override
  public Dataset open(DataLocation location, Split split) {
    String name = location.path().toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".txt") || name.endsWith(".jsonl")) {
      throw new InvalidInputException(
          location
              + " holds texts, and the network takes images; expected a folder of images, a zip of one, or an .npz file");
    }
    return Datasets.open(location, split);
  }

  @Override
  public Images load(SampleSet set, int samples, long seed, int threads, ImageListener progress) {
    return Images.load((Dataset) set, samples, seed, preprocessing, threads, progress);
  }

  @Override
  public String unit() {
    return "image";
  }

  @Override
  public void close() {
    // Numbers only.
  }

  /** The preprocessing. */
  @Override
  public String toString() {
    return preprocessing.toString();
  }

  @Override
  public Map<String, Object> described() {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("channels", preprocessing.channels());
    described.put("height", preprocessing.height());
    described.put("width", preprocessing.width());
    described.put("mean", preprocessing.mean());
    described.put("std", preprocessing.std());
    if (preprocessing.shorter() > 0) {
      described.put("resize", preprocessing.shorter());
    }
    return described;
  }
}
