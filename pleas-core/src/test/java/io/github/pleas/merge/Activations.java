package io.github.pleas.merge;

import io.github.pleas.data.Samples;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.BatchInputs;
import io.github.pleas.runtime.FullPass;
import java.nio.FloatBuffer;
import java.util.Objects;
import java.util.Set;

/**
 * A value of a network on some images, units on the second axis.
 *
 * @param values [images, units, positions]
 */
public record Activations(float[] values, int images, int units, int positions) {

  /** Runs a network on images. */
  public static Activations of(Network network, String value, Samples images) {
    int n = images.size();
    try (FullPass pass =
            new FullPass(Merging.runtime(), network.graph(), Set.of(value), network::shape, n);
        BatchInputs inputs = new BatchInputs(network.inputNames(), network::shape, n)) {
      FloatBuffer found =
          Objects.requireNonNull(pass.run(inputs.fill(images, 0, n, n), n).get(value));
      float[] values = new float[found.limit()];
      found.get(0, values);
      int units = network.shape(value).dimension(1);
      return new Activations(values, n, units, values.length / n / units);
    }
  }

  public double at(int image, int unit, int position) {
    return values[(image * units + unit) * positions + position];
  }

  public double mean(int unit) {
    double sum = 0;
    for (int image = 0; image < images; image++) {
      for (int position = 0; position < positions; position++) {
        sum += at(image, unit, position);
      }
    }
    return sum / images / positions;
  }

  /** The mean of (this unit - its mean) times (the other's unit - its mean). */
  public double covariance(int unit, Activations other, int otherUnit) {
    double mean = mean(unit);
    double otherMean = other.mean(otherUnit);
    double sum = 0;
    for (int image = 0; image < images; image++) {
      for (int position = 0; position < positions; position++) {
        sum +=
            (at(image, unit, position) - mean) * (other.at(image, otherUnit, position) - otherMean);
      }
    }
    return sum / images / positions;
  }

  public double deviation(int unit) {
    return Math.sqrt(covariance(unit, this, unit));
  }

  public double correlation(int unit, Activations other, int otherUnit) {
    double both = deviation(unit) * other.deviation(otherUnit);
    return both == 0 ? 0 : covariance(unit, other, otherUnit) / both;
  }
}
