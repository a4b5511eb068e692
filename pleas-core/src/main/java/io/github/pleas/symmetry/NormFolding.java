package io.github.pleas.symmetry;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The scale g and offset o of a normalisation go into the layers that read it, so that what it
 * writes is a normalised stream and no more: with W [inputs, outputs], W' = diag(g) W and b' = b +
 * W'o. The function stays as it is, the names too.
 */
final class NormFolding {
  /** Operators that take a mean of positions, or move these, so that scale and offset pass them. */
  private static final Set<String> PASSING =
      Set.of(
          "Expand",
          "Gather",
          "GlobalAveragePool",
          "Identity",
          "ReduceMean",
          "Reshape",
          "Slice",
          "Split",
          "Transpose");

  private final Network network;
  private final ResidualStream stream;
  private final Map<Node, Layer> layers = new HashMap<>();
  private final Map<String, Tensor> changed = new LinkedHashMap<>();

  private NormFolding(Network network, ResidualStream stream) {
    this.network = network;
    this.stream = stream;
    network.layers().forEach(layer -> layers.put(layer.node(), layer));
  }

  /**
   * A network whose normalisations of a stream have the scale one and no offset.
   *
   * @throws io.github.pleas.InvalidInputException if something else than layers reads one of them,
   *     as the stream itself does behind a normalisation of sums (post-norm): which
   */
  static Network fold(Network network, ResidualStream stream) {
    NormFolding folding = new NormFolding(network, stream);
    stream.norms().forEach(folding::fold);
    return network.withConstants(folding.changed);
  }

  private void fold(Node norm) {
    float[] scale = factors(norm, 1, 1);
    float[] offset = factors(norm, 2, 0);
    if (!isAll(scale, 1) || !isAll(offset, 0)) {
      readers(norm).forEach(layer -> fold(norm, layer, scale, offset));
      set(norm, 1, 1);
      set(norm, 2, 0);
    }
  }

  private float[] factors(Node norm, int input, float otherwise) {
    float[] all = new float[stream.width()];
    Arrays.fill(all, otherwise);
    if (norm.hasInput(input)) {
      Tensor tensor =
          network.isConstant(norm.input(input)) ? network.constant(norm.input(input)) : null;
      if (tensor == null || tensor.size() != all.length) {
        throw ResidualStream.refused(
            network, Ties.name(norm) + " has a scale or offset that is no constant for each unit");
      }
      requireOwn(norm.input(input), norm);
      return tensor.floats();
    }
    return all;
  }

  static boolean isAll(float[] numbers, float value) {
    for (float number : numbers) {
      if (number != value) {
        return false;
      }
    }
    return true;
  }

  private void set(Node norm, int input, float value) {
    if (norm.hasInput(input)) {
      float[] all = new float[stream.width()];
      Arrays.fill(all, value);
      changed.put(
          norm.input(input), Tensor.ofFloats(network.constant(norm.input(input)).shape(), all));
    }
  }

  /** The layers that read what a normalisation writes, past operators that pass it on. */
  private List<Layer> readers(Node norm) {
    Set<Layer> found = new LinkedHashSet<>();
    Set<String> seen = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(norm.output()));
    while (!open.isEmpty()) {
      String value = open.poll();
      for (Node node : network.consumers(value)) {
        Layer layer = layers.get(node);
        if (layer != null && layer.kind().isDense() && layer.input().equals(value)) {
          found.add(layer);
        } else if (node.isStandard()
            && PASSING.contains(node.op())
            && node.input(0).equals(value)
            && node.outputs().stream().allMatch(stream::has)) {
          node.outputs().stream().filter(seen::add).forEach(open::add);
        } else if (!node.is("Shape")) {
          throw ResidualStream.refused(
              network,
              "%s has a scale or an offset, and %s, which reads what it writes, is no layer that these could go into"
                  .formatted(Ties.name(norm), Ties.name(node)));
        }
      }
    }
    return new ArrayList<>(found);
  }

  private void fold(Node norm, Layer layer, float[] scale, float[] offset) {
    requireOwn(layer.weight(), layer.node());
    Tensor weight = changed.getOrDefault(layer.weight(), network.constant(layer.weight()));
    int inputs = weight.dimension(layer.inputAxis());
    int outputs = weight.dimension(layer.outputAxis());
    int taps = weight.size() / inputs / outputs;
    boolean inputsFirst = layer.inputAxis() == 0;
    float[] w = weight.floats().clone();
    double[] added = new double[outputs];
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < inputs; i++) {
        int first = (inputsFirst ? i * outputs + o : o * inputs + i) * taps;
        for (int e = first; e < first + taps; e++) {
          added[o] += (double) w[e] * offset[i];
          w[e] *= scale[i];
        }
      }
    }
    changed.put(layer.weight(), Tensor.ofFloats(weight.shape(), w));
    if (!isAll(offset, 0)) {
      addBias(norm, layer, added);
    }
  }

  private void addBias(Node norm, Layer layer, double[] added) {
    boolean padded = layer.kind() == Layer.Kind.CONVOLUTION && !areZero(layer.window().pads());
    if (layer.bias().isEmpty() || padded) {
      throw ResidualStream.refused(
          network,
          "%s has an offset, and %s, which reads it, %s"
              .formatted(
                  Ties.name(norm),
                  Ties.name(layer.node()),
                  padded ? "fills up with zeros" : "has no bias that it could go into"));
    }
    String name = layer.bias().get();
    // The one that adds it: the node itself, or the Add behind a MatMul.
    network.consumers(name).forEach(node -> requireOwn(name, node));
    Tensor bias = changed.getOrDefault(name, network.constant(name));
    float[] b = bias.floats().clone();
    for (int o = 0; o < b.length; o++) {
      b[o] = (float) (b[o] + added[o]);
    }
    changed.put(name, Tensor.ofFloats(bias.shape(), b));
  }

  private static boolean areZero(int[] pads) {
    return Arrays.stream(pads).allMatch(pad -> pad == 0);
  }

  private void requireOwn(String constant, Node node) {
    List<Node> readers = network.consumers(constant);
    long times = node.inputs().stream().filter(constant::equals).count();
    if (readers.size() != 1 || times > 1) {
      throw ResidualStream.refused(
          network,
          "'%s', which %s reads, is read in %d places; its scale can go into one only"
              .formatted(constant, Ties.name(node), Math.max(readers.size(), (int) times)));
    }
  }
}
