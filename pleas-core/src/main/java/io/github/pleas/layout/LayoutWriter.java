package io.github.pleas.layout;

import static java.util.Objects.requireNonNull;

import io.github.pleas.layout.LayerLayout.Form;
import io.github.pleas.network.Layer;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rewrites the merged graph with its weights into the layout that a plan asks for. With A-only
 * inputs a, merged m and B-only b, the layer [y_a; y_m; y_b] = W [a; m; b], of which W_ab = W_ba =
 * 0, becomes y_a = W_a [a; m], y_m = W_m [a; m; b], y_b = W_b [m; b]: three operators, each over
 * what it sees. The results stay apart as long as their readers can do with that; where nothing is
 * merged, the originals run side by side.
 */
public final class LayoutWriter {
  private final MergedArchitecture merged;
  private final Graph from;
  private final Map<String, Form> forms = new HashMap<>();
  private final Map<String, MergedLayer> layers = new HashMap<>();
  private final PieceGraph graph;
  private final PieceRules rules;

  private LayoutWriter(MergedArchitecture merged, Graph from, List<LayerLayout> plan) {
    this.merged = merged;
    this.from = from;
    this.graph = new PieceGraph(from);
    this.rules = new PieceRules(graph, merged);
    plan.forEach(layer -> forms.put(layer.weight(), layer.form()));
    merged.layers().forEach(layer -> layers.put(layer.weight(), layer));
  }

  /**
   * The graph in a layout; where every layer is dense, the graph itself.
   *
   * @param weighted the merged graph with all its constants
   * @param plan the layout of each layer
   * @throws IllegalStateException if a layer that is to be in blocks has weights between A-only and
   *     B-only units
   */
  public static Graph write(MergedArchitecture merged, Graph weighted, List<LayerLayout> plan) {
    return new LayoutWriter(merged, weighted, plan).write();
  }

  private Graph write() {
    if (forms.values().stream().allMatch(form -> form == Form.DENSE)) {
      return from;
    }
    for (Node node : from.nodes()) {
      MergedLayer layer = layers.get(node.input(1));
      if (layer != null && requireNonNull(forms.get(layer.weight())) != Form.DENSE) {
        writeParts(node, layer);
      } else if (!rules.carry(node)) {
        Subgraphs.reads(node).forEach(graph::whole);
        graph.add(node);
      }
    }
    return graph.build();
  }

  private void writeParts(Node node, MergedLayer merging) {
    Layer layer = merging.layer();
    Tensor weight = graph.constant(merging.weight()).orElseThrow();
    int rank = merged.shape(node.input(0)).rank();
    int axis = layer.unitAxis(rank);
    List<Pieces.Piece> parts = new ArrayList<>();
    for (UnitRun run : UnitRun.of(merging.out())) {
      int[] seen = run.seen(merging.in());
      Tensor rows = weight.gather(layer.outputAxis(), run.elements());
      requireNothingLeftOut(merging, rows, seen);
      List<String> inputs = new ArrayList<>();
      inputs.add(graph.select(node.input(0), axis, merging.in().length(), seen));
      inputs.add(graph.addConstant(merging.weight(), rows.gather(layer.inputAxis(), seen)));
      if (node.hasInput(2)) {
        Tensor bias = graph.constant(node.input(2)).orElseThrow();
        inputs.add(graph.addConstant(node.input(2), bias.gather(0, run.elements())));
      }
      parts.add(new Pieces.Piece(graph.addPart(node, inputs, node.attributes()), run.length()));
    }
    graph.setPieces(node.output(), new Pieces(axis, parts));
  }

  /** What is left out must be zero, or the written network would be another one. */
  private static void requireNothingLeftOut(MergedLayer layer, Tensor rows, int[] seen) {
    Set<Integer> kept = new HashSet<>();
    for (int input : seen) {
      kept.add(input);
    }
    int axis = layer.layer().inputAxis();
    int inputs = rows.dimension(axis);
    int inner = 1;
    for (int a = axis + 1; a < rows.rank(); a++) {
      inner *= rows.dimension(a);
    }
    float[] values = rows.floats();
    for (int i = 0; i < values.length; i++) {
      if (values[i] != 0 && !kept.contains(i / inner % inputs)) {
        throw new IllegalStateException(
            "layer '%s' has weights between A-only and B-only units".formatted(layer.name()));
      }
    }
  }
}
