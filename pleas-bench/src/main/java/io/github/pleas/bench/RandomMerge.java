package io.github.pleas.bench;

import io.github.pleas.budget.UniformAllocation;
import io.github.pleas.layout.ArchitectureBuilder;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.LayerLayout;
import io.github.pleas.layout.LayoutWriter;
import io.github.pleas.layout.MergedArchitecture;
import io.github.pleas.layout.MergedAxis;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.layout.MergedLayout;
import io.github.pleas.matching.Matching;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.symmetry.OperatorRules;
import io.github.pleas.symmetry.Permutations;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.SymmetryAnalysis;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A network merged with itself without a fit, its weights random: of the size and the zeros that a
 * merge would give, which is all that time depends on.
 *
 * @param architecture the merged architecture
 * @param graph the merged graph with weights, each layer as one operator
 */
record RandomMerge(MergedArchitecture architecture, Graph graph) {

  static RandomMerge of(Network network, double separateFraction) {
    Symmetry symmetry = new SymmetryAnalysis(OperatorRules.standard()).analyse(network);
    double[][] scores = new double[symmetry.groups().size()][];
    symmetry.groups().forEach(group -> scores[group.index()] = new double[group.size()]);
    int[] separate =
        UniformAllocation.allocate(
            symmetry.groups(), MergedLayout.separable(symmetry), separateFraction);
    MergedLayout layout =
        new MergedLayout(symmetry, new Matching(Permutations.identity(symmetry), scores), separate);
    MergedArchitecture merged =
        ArchitectureBuilder.build(network, network, layout, Heads.separate("a", "b"));
    Map<String, Tensor> constants = new LinkedHashMap<>(merged.graph().initializers());
    Random random = new Random(0);
    for (MergedLayer layer : merged.layers()) {
      constants.put(layer.weight(), weight(network, layer, random));
      layer
          .bias()
          .ifPresent(
              name -> {
                int outputs = layer.out().length();
                constants.put(name, Tensor.ofFloats(new int[] {outputs}, new float[outputs]));
              });
    }
    return new RandomMerge(merged, merged.withWeights(constants));
  }

  private static Tensor weight(Network network, MergedLayer merged, Random random) {
    Layer layer = merged.layer();
    int[] shape = network.constant(layer.weight()).shape();
    shape[layer.outputAxis()] = merged.out().length();
    if (layer.kind().isDense()) {
      shape[layer.inputAxis()] = merged.in().length();
    }
    float deviation = (float) Math.sqrt(2.0 / merged.unknowns());
    float[] values = new float[(int) Tensor.count(shape)];
    int inner = layer.kind() == Layer.Kind.MATMUL ? 1 : layer.window().taps();
    for (int i = 0; i < values.length; i++) {
      int first = layer.kind().isDense() ? i / inner / shape[1] : i;
      int second = layer.kind().isDense() ? i / inner % shape[1] : i;
      boolean rowsFirst = layer.outputAxis() == 0;
      boolean zero =
          layer.kind().isDense()
              && !merged.isHead()
              && isZero(merged, rowsFirst ? first : second, rowsFirst ? second : first);
      values[i] = zero ? 0 : deviation * (float) random.nextGaussian();
    }
    return Tensor.ofFloats(shape, values);
  }

  private static boolean isZero(MergedLayer merged, int output, int input) {
    MergedAxis in = merged.in();
    MergedAxis out = merged.out();
    return out.isOnlyA(output) && in.isOnlyB(input) || out.isOnlyB(output) && in.isOnlyA(input);
  }

  /** The graph in a layout. */
  Graph written(List<LayerLayout> plan) {
    return LayoutWriter.write(architecture, graph, plan);
  }
}
