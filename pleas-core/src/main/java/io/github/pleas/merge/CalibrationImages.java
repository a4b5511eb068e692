package io.github.pleas.merge;

import io.github.pleas.data.Samples;
import io.github.pleas.matching.Calibration;
import io.github.pleas.network.OriginalFeeds;
import io.github.pleas.network.TokenMask;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Calibration images or texts in memory.
 *
 * @param a those of A's domain, or of the one domain that serves both
 * @param b those of B's domain, if there are two
 */
public record CalibrationImages(Samples a, Optional<? extends Samples> b) implements Calibration {
  /** Of one domain that serves both. */
  public static CalibrationImages of(Samples both) {
    return new CalibrationImages(both, Optional.empty());
  }

  /** Of A's domain and of B's. */
  public static CalibrationImages of(Samples a, Samples b) {
    return new CalibrationImages(a, Optional.of(b));
  }

  /** Of A's domain and of B's, or of one that serves both. */
  public static CalibrationImages of(List<? extends Samples> domains) {
    return new CalibrationImages(
        domains.get(0), domains.size() > 1 ? Optional.of(domains.get(1)) : Optional.empty());
  }

  @Override
  public int size() {
    return a.size() + b.map(Samples::size).orElse(0);
  }

  @Override
  public int sizeA() {
    return a.size();
  }

  @Override
  public boolean hasTwoDomains() {
    return b.isPresent();
  }

  @Override
  public Optional<OriginalFeeds> originals() {
    return a.originals()
        .map(
            own ->
                b.flatMap(Samples::originals)
                    .map(others -> own.followedBy(others, a.size()))
                    .orElse(own));
  }

  @Override
  public TokenMask tokens() {
    return (sample, token) ->
        sample < a.size()
            ? a.tokens().isReal(sample, token)
            : b.orElseThrow().tokens().isReal(sample - a.size(), token);
  }

  @Override
  public void copyTo(String input, int first, int count, FloatBuffer target) {
    int ofA = Math.max(0, Math.min(count, a.size() - first));
    if (ofA > 0) {
      a.copyTo(input, first, ofA, target);
    }
    if (ofA < count) {
      b.orElseThrow().copyTo(input, Math.max(first, a.size()) - a.size(), count - ofA, target);
    }
  }
}
