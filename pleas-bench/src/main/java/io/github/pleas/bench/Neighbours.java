package io.github.pleas.bench;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The nearest neighbours of each of some embeddings among the others, by cosine.
 *
 * @param of for each embedding the indices of its neighbours, nearest first
 */
record Neighbours(List<List<Integer>> of) {
  /**
   * Finds them.
   *
   * @param embeddings [count, width]
   * @param nearest how many neighbours of each
   */
  static Neighbours of(float[] embeddings, int width, int nearest) {
    int count = embeddings.length / width;
    float[] units = embeddings.clone();
    for (int i = 0; i < count; i++) {
      double square = 0;
      for (int k = 0; k < width; k++) {
        square += (double) units[i * width + k] * units[i * width + k];
      }
      float scale = (float) (square > 0 ? 1 / Math.sqrt(square) : 0);
      for (int k = 0; k < width; k++) {
        units[i * width + k] *= scale;
      }
    }
    return new Neighbours(
        IntStream.range(0, count)
            .mapToObj(i -> nearest(units, width, i, nearest))
            .collect(Collectors.toList()));
  }

  private static List<Integer> nearest(float[] units, int width, int own, int nearest) {
    int count = units.length / width;
    float[] cosines = new float[count];
    for (int i = 0; i < count; i++) {
      float sum = 0;
      for (int k = 0; k < width; k++) {
        sum += units[own * width + k] * units[i * width + k];
      }
      cosines[i] = sum;
    }
    return IntStream.range(0, count)
        .filter(i -> i != own)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -cosines[i]))
        .limit(nearest)
        .toList();
  }

  /** The share of these neighbours that others find, too. */
  double keptBy(Neighbours others) {
    long kept = 0;
    long all = 0;
    for (int i = 0; i < of.size(); i++) {
      Set<Integer> found = new HashSet<>(others.of.get(i));
      kept += of.get(i).stream().filter(found::contains).count();
      all += of.get(i).size();
    }
    return (double) kept / all;
  }

  /** The mean cosine between embeddings of the same samples. */
  static double cosine(float[] one, float[] other, int width) {
    double[] cosines = new double[one.length / width];
    for (int i = 0; i < cosines.length; i++) {
      double inner = 0;
      double ofOne = 0;
      double ofOther = 0;
      for (int k = i * width; k < (i + 1) * width; k++) {
        inner += (double) one[k] * other[k];
        ofOne += (double) one[k] * one[k];
        ofOther += (double) other[k] * other[k];
      }
      cosines[i] = inner / Math.sqrt(ofOne * ofOther);
    }
    return Arrays.stream(cosines).average().orElseThrow();
  }
}
