package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.data.RandomImages;
import io.github.pleas.data.Samples;
import io.github.pleas.eval.Logits;
import io.github.pleas.eval.Predictor;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.FitOptions;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.symmetry.OperatorRules;
import io.github.pleas.symmetry.Permutations;
import io.github.pleas.symmetry.Permuter;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.SymmetryAnalysis;
import java.util.Map;
import java.util.Optional;

/** What tests of whole merges share. */
public final class Merging {
  public static final Heads SEPARATE = Heads.separate("left", "right");

  private Merging() {}

  public static OrtRuntime runtime() {
    return new OrtRuntime(2);
  }

  /** Options with two threads, every layer one operator. */
  public static MergeOptions options(Heads heads, FitMethod method, HeadFit fit, double fraction) {
    return MergeOptions.defaults(heads)
        .withFit(FitOptions.of(method, fit, !heads.separate()))
        .withSeparateFraction(fraction)
        .withLayout(Layout.DENSE)
        .withThreads(2);
  }

  public static MergeResult merge(
      Network a, Network b, CalibrationImages images, MergeOptions options) {
    Merger merger = new Merger(runtime(), options);
    return merger.merge(merger.align(a, b), images, MergeListener.NONE);
  }

  /** Random images of the small networks' size, of two domains. */
  public static CalibrationImages twoDomains(int each) {
    return new CalibrationImages(
        RandomImages.normal(each, 3, 8, 8, 1), Optional.of(RandomImages.normal(each, 3, 8, 8, 2)));
  }

  /** Random images of the small networks' size, which serve both. */
  public static CalibrationImages oneDomain(int count) {
    return new CalibrationImages(RandomImages.normal(count, 3, 8, 8, 1), Optional.empty());
  }

  public static Symmetry symmetry(Network network) {
    return new SymmetryAnalysis(OperatorRules.standard()).analyse(network);
  }

  public static Separability separability(Network network) {
    return Separability.of(network, symmetry(network));
  }

  /** The same function with its units in another order. */
  public static Network permuted(Network network, long seed) {
    Symmetry symmetry = symmetry(network);
    return new Permuter(symmetry).permute(network, Permutations.random(symmetry, seed));
  }

  public static Map<String, Logits> outputs(Network network, Samples images) {
    return new Predictor(runtime()).predict(network, images);
  }

  public static Map<String, Logits> outputs(MergeResult result, Samples images) {
    return outputs(SmallNetworks.read(result.graph()), images);
  }

  public static Logits only(Map<String, Logits> outputs) {
    assertThat(outputs).hasSize(1);
    return outputs.values().iterator().next();
  }

  /** The largest difference, relative to the largest expected number. */
  public static double error(Logits expected, Logits found) {
    assertThat(found.values()).hasSameSizeAs(expected.values());
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.values().length; i++) {
      largest = Math.max(largest, Math.abs(expected.values()[i]));
      difference =
          Math.max(difference, Math.abs((double) expected.values()[i] - found.values()[i]));
    }
    return difference / largest;
  }
}
