package io.github.pleas.merge;

import io.github.pleas.Digest;
import io.github.pleas.Version;
import io.github.pleas.budget.CostKind;
import io.github.pleas.matching.Calibration;
import io.github.pleas.network.ModelOptions;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.ModelInput;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * All that a merge's result depends on, by the names that users know: where it is the same, an
 * unfinished merge goes on. Threads, memory and the device are not in it, which change results by
 * rounding at most; but threads are where a budget is in time.
 */
public final class ResumeKey {
  /** Options by the names of their records' fields, where users know them by another one. */
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("heads.separate", "separate labels"),
          Map.entry("heads.nameA", "name-a"),
          Map.entry("heads.nameB", "name-b"),
          Map.entry("heads.fork", "fork-at"),
          Map.entry("size.budget", "budget"),
          Map.entry("size.fraction", "separate"),
          Map.entry("size.cost", "cost"),
          Map.entry("size.allocation", "allocation"),
          Map.entry("size.widthMultiple", "width-multiple"),
          Map.entry("size.keepSeparate", "keep-separate"),
          Map.entry("size.merge", "merge"),
          Map.entry("fit.method", "fit"),
          Map.entry("fit.heads", "heads of separate labels"),
          Map.entry("checkpoints.architecture", "arch"),
          Map.entry("checkpoints.entry", "entry"),
          Map.entry("tokens", "max-tokens"),
          Map.entry("libraries", "custom-ops"),
          Map.entry("fit.published.targets", "targets"),
          Map.entry("vocabularies.a", "tokenizer of A"),
          Map.entry("vocabularies.b", "tokenizer of B"),
          Map.entry("zip.alpha", "zip-alpha"),
          Map.entry("zip.beta", "zip-beta"),
          Map.entry("size.height", "input height"),
          Map.entry("size.width", "input width"));

  /** To be another one whenever what is kept would mean something else, with the same options. */
  private static final String FORM = "2";

  private static final Set<String> LEFT_OUT = Set.of("threads", "memory", "device");

  private ResumeKey() {}

  /**
   * The key of a merge.
   *
   * @param inputs what goes into it; of these the networks' digests are taken
   * @param models how networks are read
   * @param options how they are merged
   * @param network one of them, for what a sample is
   * @param images the calibration data, which are digested as the networks read them, so that draws
   *     and preprocessing are in it, too
   */
  public static Map<String, String> of(
      Map<String, Provenance.Input> inputs,
      ModelOptions models,
      MergeOptions options,
      Network network,
      Calibration images) {
    Map<String, String> key = new LinkedHashMap<>();
    key.put("the version of pleas", Version.current());
    key.put("the form of what is kept", FORM);
    inputs.forEach(
        (role, input) -> {
          if (!role.startsWith("data")) {
            key.put("network " + role, input.digest());
          }
        });
    add(key, RecordTexts.of(models));
    add(key, RecordTexts.of(options));
    if (options.size().cost() == CostKind.LATENCY) {
      key.put("threads", Integer.toString(options.threads()));
    }
    key.put(
        "the number of calibration samples",
        images.sizeA() + " and " + (images.size() - images.sizeA()));
    String read = ", as drawn and preprocessed,";
    key.put("calibration data of A" + read, digest(network, images, 0, images.sizeA()));
    key.put("calibration data of B" + read, digest(network, images, images.sizeA(), images.size()));
    return key;
  }

  private static void add(Map<String, String> key, Map<String, String> options) {
    options.forEach(
        (name, value) -> {
          if (!LEFT_OUT.contains(name.split("\\.", 2)[0])) {
            key.put(NAMES.getOrDefault(name, name), value);
          }
        });
  }

  private static String digest(Network network, Calibration images, int from, int to) {
    Digest digest = new Digest();
    for (ModelInput input : network.inputs()) {
      FloatBuffer sample = FloatBuffer.allocate(Math.toIntExact(input.length()));
      digest.add(input.name());
      for (int image = from; image < to; image++) {
        images.copyTo(input.name(), image, 1, sample.clear());
        digest.add(sample.array());
      }
    }
    return digest.hex();
  }
}
