package io.github.pleas.experiment;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.DataLocation;
import io.github.pleas.data.Dataset;
import io.github.pleas.data.Datasets;
import io.github.pleas.data.ImageListener;
import io.github.pleas.data.Images;
import io.github.pleas.data.Preprocessing;
import io.github.pleas.data.Split;
import io.github.pleas.eval.Evaluator;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** The test images of domains, kept for all pairs whose networks take images of one size. */
final class TestImages {
  private static final long SEED = 0;

  private final int samples;
  private final int threads;
  private final Map<Domain, Evaluator.Domain> known = new HashMap<>();

  /**
   * No images yet.
   *
   * @param samples how many of a domain; 0 for all. The same ones for all seeds
   */
  TestImages(int samples, int threads) {
    this.samples = samples;
    this.threads = threads;
  }

  /** Lets go of the images of all other domains. */
  void keepOnly(Collection<Domain> domains) {
    known.keySet().retainAll(domains);
  }

  /** How many domains' images are in memory. */
  int size() {
    return known.size();
  }

  /** The test images of a domain. */
  Evaluator.Domain of(Domain domain, Preprocessing preprocessing) {
    Evaluator.Domain kept = known.get(domain);
    if (kept != null
        && kept.images() instanceof Images images
        && images.preprocessing().equals(preprocessing)) {
      return kept;
    }
    if (kept != null) {
      known.clear(); // all are of another size
    }
    Evaluator.Domain loaded =
        new Evaluator.Domain(
            domain.name(), load(domain.test(), Split.TEST, samples, SEED, preprocessing, threads));
    known.put(domain, loaded);
    return loaded;
  }

  /** Some images of a place. */
  static Images load(
      DataLocation location,
      Split split,
      int samples,
      long seed,
      Preprocessing preprocessing,
      int threads) {
    try (Dataset dataset = Datasets.open(location, split)) {
      return Images.load(dataset, samples, seed, preprocessing, threads, ImageListener.NONE);
    }
  }

  /**
   * Refuses images of other classes than a network's.
   *
   * @param classes what its outputs can tell apart
   */
  static void requireClasses(Domain domain, long classes, String whose) {
    try (Dataset dataset = Datasets.open(domain.test(), Split.TEST)) {
      if (dataset.classCount() != classes) {
        throw new InvalidInputException(
            "the domain %s has %d classes (%s), the output of %s has %d"
                .formatted(domain.name(), dataset.classCount(), dataset.name(), whose, classes));
      }
    }
  }
}
