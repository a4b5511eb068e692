package io.github.pleas.layout;

import io.github.pleas.layout.LayerLayout.Form;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Chooses the layout of each layer. Blocks never cost more multiply-accumulates than dense does,
 * but an operator computes its outputs {@value #VECTOR} at a time, so that three of few outputs may
 * be slower than one; each operator takes time to start; and what several parts see is copied for
 * each. So a layer is in blocks where they save, outputs counted in whole vectors, at least one in
 * {@value #LEAST_SHARE} of its multiply-accumulates, and at least {@value #MACS_PER_ELEMENT} for
 * each element copied. {@code pleas-bench layouts} measures what the numbers are good for.
 */
public final class LayoutPlan {
  /** Outputs that the kernels of ONNX Runtime compute together on processors with AVX-512. */
  static final int VECTOR = 16;

  /** Multiply-accumulates that pay for copying an element. */
  static final int MACS_PER_ELEMENT = 64;

  /** One in so many multiply-accumulates pays for more operators and smaller ones. */
  static final int LEAST_SHARE = 6;

  /** More parts than three groups one after another have are not worth their operators. */
  private static final int MOST_PARTS = 9;

  private final MergedArchitecture merged;
  private final Layout layout;
  private final double macsPerElement;
  private final Set<List<UnitRun>> cut = new HashSet<>();

  private LayoutPlan(MergedArchitecture merged, Layout layout, double macsPerElement) {
    this.merged = merged;
    this.layout = layout;
    this.macsPerElement = macsPerElement;
  }

  /** The layout of each layer, in the architecture's order. */
  public static List<LayerLayout> of(MergedArchitecture merged, Layout layout) {
    return new LayoutPlan(merged, layout, MACS_PER_ELEMENT).layers();
  }

  /**
   * The layout that {@link Layout#AUTO} would give with another number, for measurements.
   *
   * @param macsPerElement multiply-accumulates that must be saved for each element copied
   */
  public static List<LayerLayout> auto(MergedArchitecture merged, double macsPerElement) {
    return new LayoutPlan(merged, Layout.AUTO, macsPerElement).layers();
  }

  private List<LayerLayout> layers() {
    List<String> reasons = merged.layers().stream().map(this::whyDense).toList();
    List<LayerLayout> layers = new ArrayList<>();
    for (int i = 0; i < reasons.size(); i++) {
      if (reasons.get(i).isEmpty()) {
        cut.add(UnitRun.of(merged.layers().get(i).in()));
        cut.add(UnitRun.of(merged.layers().get(i).out()));
      }
    }
    for (int i = 0; i < reasons.size(); i++) {
      MergedLayer layer = merged.layers().get(i);
      boolean blocks = reasons.get(i).isEmpty();
      Form form = blocks ? Form.BLOCKS : isApart(layer) ? Form.APART : Form.DENSE;
      layers.add(
          new LayerLayout(
              layer.name(),
              layer.weight(),
              form,
              form == Form.DENSE ? reasons.get(i) : "",
              layer.denseMacs(),
              layer.blockMacs()));
    }
    return layers;
  }

  /** Empty where a layer is to be in blocks. */
  private String whyDense(MergedLayer layer) {
    if (layout == Layout.DENSE) {
      return "asked for";
    }
    if (layer.role() == MergedLayer.Role.KEPT) {
      return "kept as it was";
    }
    if (layer.isHead()) {
      return "a head sees all units";
    }
    if (layer.blockMacs() == layer.denseMacs()) {
      return "no A-only unit could see a B-only one";
    }
    if (UnitRun.of(layer.out()).size() > MOST_PARTS) {
      return "its outputs stand in more than " + MOST_PARTS + " parts";
    }
    return layout == Layout.AUTO && !pays(layer) ? "blocks save too little" : "";
  }

  private boolean pays(MergedLayer layer) {
    long dense =
        layer.positions()
            * layer.layer().window().taps()
            * layer.in().length()
            * inVectors(layer.out().length());
    long saved = saved(layer);
    return LEAST_SHARE * saved >= dense && saved >= macsPerElement * copied(layer);
  }

  /** A layer that only writes the units which others read or write in blocks. */
  private boolean isApart(MergedLayer layer) {
    return layer.layer().kind().isDense()
        && !layer.isHead()
        && !layer.in().hasSeparate()
        && layer.out().hasSeparate()
        && cut.contains(UnitRun.of(layer.out()));
  }

  /**
   * Multiply-accumulates for one image that blocks leave out, outputs counted in whole vectors.
   * Less than none where the parts fill their vectors badly.
   */
  static long saved(MergedLayer layer) {
    long dense = inVectors(layer.out().length()) * (long) layer.in().length();
    long blocks = 0;
    for (UnitRun run : UnitRun.of(layer.out())) {
      blocks += inVectors(run.length()) * (long) run.seen(layer.in()).length;
    }
    return layer.positions() * layer.layer().window().taps() * (dense - blocks);
  }

  private static int inVectors(int outputs) {
    return (outputs + VECTOR - 1) / VECTOR * VECTOR;
  }

  /** Elements of the input that a second or third part sees, for one image. */
  private long copied(MergedLayer layer) {
    long positions = merged.shape(layer.layer().input()).elementsPerImage() / layer.in().length();
    long seen =
        UnitRun.of(layer.out()).stream()
            .collect(Collectors.toMap(UnitRun::side, run -> run.seen(layer.in()), (x, y) -> x))
            .values()
            .stream()
            .mapToLong(part -> part.length)
            .sum();
    return positions * (seen - layer.in().length());
  }
}
