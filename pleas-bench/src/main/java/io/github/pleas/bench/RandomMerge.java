package io.github.pleas.bench;

import io.github.pleas.budget.UniformAllocation;
import io.github.pleas.layout.ArchitectureBuilder;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.LayerLayout;
import io.github.pleas.layout.LayoutWriter;
import io.github.pleas.layout.MergedArchitecture;
import io.github.pleas.layout.MergedLayout;
import io.github.pleas.layout.RandomWeights;
import io.github.pleas.matching.Matching;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Graph;
import io.github.pleas.symmetry.OperatorRules;
import io.github.pleas.symmetry.Permutations;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.SymmetryAnalysis;
import java.util.List;

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
    Separability separability = Separability.of(network, symmetry);
    int[] separate =
        UniformAllocation.allocate(symmetry.groups(), separability.separable(), separateFraction);
    MergedLayout layout =
        new MergedLayout(
            separability, new Matching(Permutations.identity(symmetry), scores), separate);
    MergedArchitecture merged =
        ArchitectureBuilder.build(network, network, layout, Heads.separate("a", "b"));
    return new RandomMerge(merged, RandomWeights.of(merged));
  }

  /** The graph in a layout. */
  Graph written(List<LayerLayout> plan) {
    return LayoutWriter.write(architecture, graph, plan);
  }
}
