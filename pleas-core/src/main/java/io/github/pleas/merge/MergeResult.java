package io.github.pleas.merge;

import io.github.pleas.eval.Evaluator;
import io.github.pleas.eval.Predictor;
import io.github.pleas.fit.LayerFit;
import io.github.pleas.layout.LayerLayout;
import io.github.pleas.layout.MergedArchitecture;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.layout.MergedLayout;
import io.github.pleas.matching.Zip;
import io.github.pleas.network.Network;
import io.github.pleas.network.OutputHeads;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.symmetry.UnitGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A merged network and what is to be known about it.
 *
 * @param graph the network
 * @param architecture its widths, the shape of each value, and whose outputs it has
 * @param plan how large it was to be
 * @param groups widths and scores of each unit group
 * @param layers what each layer's fit gave
 * @param layouts how each layer is written
 * @param cost what it costs
 * @param seconds time of each stage
 * @param warnings what the user should know
 * @param peakTensorBytes the most native memory that kept tensors took
 */
public record MergeResult(
    Graph graph,
    MergedArchitecture architecture,
    SizePlan plan,
    List<Group> groups,
    List<LayerFit> layers,
    List<LayerLayout> layouts,
    Cost cost,
    Map<Stage, Double> seconds,
    List<String> warnings,
    long peakTensorBytes) {

  /**
   * A unit group after the merge.
   *
   * @param name the group
   * @param units its units in each original
   * @param width its units in the merged network
   * @param separate pairs kept separate
   * @param whyRigid why it cannot keep pairs separate, "" where it can
   * @param partners for each unit of A the unit of B that it was matched with
   * @param scores similarity of each pair, in the order of A's units
   * @param zipped its merged units, where they are no pairs
   * @param layers the layers that write its units
   */
  public record Group(
      String name,
      int units,
      int width,
      int separate,
      String whyRigid,
      int[] partners,
      double[] scores,
      List<Zip.Unit> zipped,
      List<String> layers) {
    /** The mean similarity of its pairs. */
    public double meanScore() {
      double sum = 0;
      for (double score : scores) {
        sum += score;
      }
      return sum / scores.length;
    }
  }

  /** The same network in another form, such as with its weights in another precision. */
  public MergeResult withGraph(Graph other) {
    return new MergeResult(
        other,
        architecture,
        plan,
        groups,
        layers,
        layouts,
        cost,
        seconds,
        warnings,
        peakTensorBytes);
  }

  /**
   * The network as it is run on images.
   *
   * @param a the first original: its outputs come first, then the second one's
   */
  public Evaluator.Merged measurable(Network a) {
    List<String> outputs = graph.outputs().stream().map(ValueInfo::name).toList();
    String ofA = outputs.get(0);
    String ofB = architecture.heads().separate() ? outputs.get(a.graph().outputs().size()) : ofA;
    return new Evaluator.Merged(
        graph,
        new Predictor.Signature(
            graph.inputs().stream().map(ValueInfo::name).toList(),
            outputs,
            architecture::shape,
            a.fixedBatch()),
        ofA,
        ofB);
  }

  static List<Group> groups(MergedLayout layout, List<MergedLayer> layers) {
    List<Group> groups = new ArrayList<>();
    for (UnitGroup group : layout.symmetry().groups()) {
      int g = group.index();
      String rigid = layout.separability().whyNot(g).orElse("");
      groups.add(
          new Group(
              group.name(),
              group.size(),
              layout.group(g).length(),
              layout.separate(g),
              rigid,
              layout.matching().permutations().of(g),
              layout.matching().scores()[g],
              layout.separate(g) > 0
                  ? List.of()
                  : layout.matching().zip().map(zip -> zip.units(g)).orElse(List.of()),
              writers(group, layers)));
    }
    return groups;
  }

  private static List<String> writers(UnitGroup group, List<MergedLayer> layers) {
    Set<String> places =
        group.members().stream().map(UnitGroup.Member::tensor).collect(Collectors.toSet());
    return layers.stream()
        .filter(layer -> places.contains(layer.layer().output()))
        .map(MergedLayer::name)
        .toList();
  }

  /**
   * Multiply-accumulates of layers and of products of computed values for one image, and numbers in
   * parameters.
   *
   * @param macsA of A
   * @param macsB of B
   * @param macs of the merged network as written, as planned from the layouts of its layers
   * @param macsDense with every layer as one operator, every output unit seeing every input unit
   * @param macsBlocks as the paper counts, without the blocks between A-only and B-only units
   * @param parametersA of A
   * @param parametersB of B
   * @param parameters of the merged network as written
   */
  public record Cost(
      long macsA,
      long macsB,
      long macs,
      long macsDense,
      long macsBlocks,
      long parametersA,
      long parametersB,
      long parameters) {
    static Cost of(Network a, Network b, List<LayerLayout> layouts, long products, Graph graph) {
      return new Cost(
          a.macs() - OutputHeads.macs(a),
          b.macs() - OutputHeads.macs(b),
          products + layouts.stream().mapToLong(LayerLayout::macs).sum(),
          products + layouts.stream().mapToLong(LayerLayout::denseMacs).sum(),
          products + layouts.stream().mapToLong(LayerLayout::blockMacs).sum(),
          a.parameters() - OutputHeads.parameters(a),
          b.parameters() - OutputHeads.parameters(b),
          graph.initializers().values().stream()
              .filter(Tensor::isFloat)
              .mapToLong(Tensor::size)
              .sum());
    }

    /** Parameters in originals, the mean of both. */
    public double relativeParameters() {
      return 2.0 * parameters / (parametersA + parametersB);
    }

    /** Multiply-accumulates in originals, the mean of both. */
    public double relative(long count) {
      return 2.0 * count / (macsA + macsB);
    }
  }
}
