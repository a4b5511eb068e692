package io.github.pleas.merge;

import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.fit.LayerFit;
import io.github.pleas.matching.Calibration;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.network.Tails;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.symmetry.Defect;
import io.github.pleas.symmetry.Proof;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.Symmetry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What went well enough to go on, but not well enough to keep quiet about. */
final class Warnings {
  /** Below this many rows for each unknown the ridge decides more than the data. */
  private static final double FEW_ROWS = 1;

  /** With fewer images of a domain than this, another draw of them gives another accuracy. */
  private static final int FEW_IMAGES = 64;

  private static final int LAYERS_SHOWN = 3;

  private final Network network;
  private final Network other;
  private final Tails tails;
  private final Symmetry symmetry;
  private final Proof proof;
  private final Separability separability;
  private final SizePlan plan;
  private final MergeOptions options;
  private final List<String> headless;

  Warnings(Merger.Prepared networks, SizePlan plan, MergeOptions options) {
    this.network = networks.a();
    this.other = networks.b();
    this.tails = networks.tails();
    this.symmetry = networks.checked().symmetry();
    this.proof = networks.checked().proof();
    this.separability = networks.separability();
    this.plan = plan;
    this.options = options;
    this.headless = networks.headless();
  }

  List<String> of(Calibration images, List<LayerFit> fits, Graph merged) {
    List<String> warnings = new ArrayList<>();
    unproven().ifPresent(warnings::add);
    boolean shrunk =
        options.fit().method() == FitMethod.PROGRESSIVE
            || options.fit().method() == FitMethod.PUBLISHED
                && options.fit().published().adam().isEmpty();
    if (shrunk) {
      long few = fits.stream().filter(f -> f.availableRows() < FEW_ROWS * f.unknowns()).count();
      if (few > 0) {
        warnings.add(
            "%d of %d layers have fewer samples than unknowns on %d %s; they are shrunk towards the originals' weights. More %s would help"
                .formatted(few, fits.size(), images.size(), samples(), samples()));
      }
    }
    headless().ifPresent(warnings::add);
    vocabularies().ifPresent(warnings::add);
    oneLength(merged).ifPresent(warnings::add);
    fewImages(images).ifPresent(warnings::add);
    averaged().ifPresent(warnings::add);
    if (plan.asked().mayKeepSeparate()) {
      fixedUnits().ifPresent(warnings::add);
      warnings.addAll(FullyMerged.of(separability));
    }
    if (!symmetry.unknownOperators().isEmpty()) {
      warnings.add(
          "units do not move through %s in %s"
              .formatted(String.join(", ", symmetry.unknownOperators()), network.source()));
    }
    return warnings;
  }

  private Optional<String> oneLength(Graph merged) {
    boolean free = network.inputs().stream().anyMatch(i -> i.shape().tokenAxes().length > 0);
    ValueInfo input = merged.inputs().get(0);
    return free && !input.shape().get(1).isFree()
        ? Optional.of(
            "the merged network takes texts of exactly %s tokens: its length could not be taken out of it"
                .formatted(input.shape().get(1)))
        : Optional.empty();
  }

  /** How the merged network is told apart what its tokens are. */
  private Optional<String> vocabularies() {
    return other.ownRows().values().stream()
        .findFirst()
        .map(
            own ->
                String.format(
                    Locale.ROOT,
                    "the merged network reads two vocabularies: token ids of %s as they are, those of %s plus %d; pleas eval adds it by itself",
                    network.source(),
                    other.source(),
                    own.first()));
  }

  /** What was added to the architecture, for it is not what users have. */
  private Optional<String> headless() {
    return headless.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "no layer of its own leads to '%s': a linear layer for each original was appended, %s"
                .formatted(
                    String.join("', '", headless),
                    options.fit().heads() == HeadFit.ORIGINAL
                        ? "which puts its own units in their order"
                        : "fitted to what the original gives there"));
  }

  /**
   * Numbers that are there once for all units, an exponent or a factor: the merged network has one
   * of each, so that separate units too go without their original's.
   */
  private Optional<String> averaged() {
    Set<String> parameters = new HashSet<>();
    for (Layer layer : network.layers()) {
      parameters.add(layer.weight());
      layer.bias().ifPresent(parameters::add);
    }
    Map<String, String> differing = new LinkedHashMap<>();
    for (Node node : network.graph().nodes()) {
      for (String input : node.inputs()) {
        if (!(options.heads().separate() && tails.isTail(node))
            && network.isConstant(input)
            && !parameters.contains(input)
            && isOneNumber(network.constant(input))
            && !network.constant(input).equals(other.constant(input))) {
          float x = network.constant(input).floats()[0];
          float y = other.constant(input).floats()[0];
          differing.putIfAbsent(
              input, "'%s' of %s '%s' (%s and %s)".formatted(input, node.op(), node.name(), x, y));
        }
      }
    }
    if (differing.isEmpty()) {
      return Optional.empty();
    }
    int more = differing.size() - LAYERS_SHOWN;
    return Optional.of(
        "numbers that differ and of which a network has one for all units are merged to their mean, for separate units too: %s%s"
            .formatted(
                differing.values().stream().limit(LAYERS_SHOWN).collect(Collectors.joining(", ")),
                more > 0 ? " and " + more + " more" : ""));
  }

  /** What the network is calibrated on, in a word. */
  private String samples() {
    return network.inputs().stream().anyMatch(input -> input.type().isInteger())
        ? "texts"
        : "images";
  }

  private static boolean isOneNumber(Tensor constant) {
    return constant.isFloat() && constant.size() == 1;
  }

  private Optional<String> unproven() {
    return switch (proof.verdict()) {
      case PASSED -> Optional.empty();
      case UNPROVEN -> Optional.of("the symmetry of %s is %s".formatted(network.source(), proof));
      case DEFECT ->
          Optional.of(
              "units that are not interchangeable, against the rules, are merged as they stand in %s: %s. This is a defect of the symmetry analysis, please report it"
                  .formatted(
                      network.source(),
                      proof.defects().stream()
                          .map(Defect::toString)
                          .collect(Collectors.joining("; "))));
    };
  }

  private Optional<String> fewImages(Calibration images) {
    boolean used =
        options.match() == MergeOptions.MatchOn.ACTIVATIONS
            || options.match() == MergeOptions.MatchOn.ZIP
            || options.fit().method() != FitMethod.NONE;
    int fewest =
        images.hasTwoDomains()
            ? Math.min(images.sizeA(), images.size() - images.sizeA())
            : images.size();
    return used && fewest < FEW_IMAGES
        ? Optional.of(
            "only %d calibration %s%s: results with so few %s vary; some hundred are better"
                .formatted(
                    fewest, samples(), images.hasTwoDomains() ? " of a domain" : "", samples()))
        : Optional.empty();
  }

  /** Those that do not move have no pairs, so that none can stay separate. */
  private Optional<String> fixedUnits() {
    Set<String> heads = tails.heads().stream().map(Layer::name).collect(Collectors.toSet());
    Map<String, List<Symmetry.Fixed>> byLayer = new LinkedHashMap<>();
    for (Symmetry.Fixed fixed : symmetry.fixed()) {
      if (!heads.contains(fixed.layer())) {
        byLayer.computeIfAbsent(fixed.layer(), any -> new ArrayList<>()).add(fixed);
      }
    }
    if (byLayer.isEmpty()) {
      return Optional.empty();
    }
    String shown =
        byLayer.values().stream()
            .limit(LAYERS_SHOWN)
            .map(
                fixed ->
                    "%d of '%s' (%s)"
                        .formatted(
                            fixed.stream().mapToInt(Symmetry.Fixed::units).sum(),
                            fixed.get(0).layer(),
                            fixed.get(0).reason()))
            .collect(Collectors.joining(", "));
    int more = byLayer.size() - LAYERS_SHOWN;
    return Optional.of(
        "units that do not move are merged fully: %s%s"
            .formatted(shown, more > 0 ? " and those of %d more layers".formatted(more) : ""));
  }
}
