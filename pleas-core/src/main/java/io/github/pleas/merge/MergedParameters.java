package io.github.pleas.merge;

import static java.util.Objects.requireNonNull;

import io.github.pleas.InvalidInputException;
import io.github.pleas.architecture.BuiltNetwork;
import io.github.pleas.layout.LayerLayout;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.matching.Calibration;
import io.github.pleas.network.Layer;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.OrtRuntime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A merged network's parameters in the form and under the names of the original's state dict, so
 * that the same code can load, run and fine-tune it.
 *
 * <p>BatchNormalization, which was folded into the layer W x + b before it, stands as such again:
 * the layer keeps W, and with mean m and variance v of the merged layer's results z = W x + b over
 * the calibration images
 *
 * <pre>{@code
 * running_mean = m - b    running_var = v    weight = sqrt(v + eps)    bias = m
 * }</pre>
 *
 * (with a bias of the layer itself, that is b and running_mean is m). The function is the fitted
 * one, and the statistics are those that training would find. One that was not folded, s x + t,
 * likewise has those of x, weight s sqrt(v + eps) and bias t + s m; see {@link MissingBiases}.
 *
 * <p>Heads of separate labels become one, A's classes first.
 */
public final class MergedParameters {
  private final Graph original;
  private final MergeResult merged;
  private final Map<String, Tensor> constants;
  private final Map<String, Node> producers = new HashMap<>();
  private final Map<String, Node> mergedNodes = new HashMap<>();
  private final Map<String, List<MergedLayer>> layers = new HashMap<>();
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();

  private MergedParameters(Graph original, MergeResult merged) {
    this.original = original;
    this.merged = merged;
    this.constants = merged.graph().initializers();
    original.nodes().forEach(node -> node.outputs().forEach(o -> producers.put(o, node)));
    merged.graph().nodes().forEach(node -> mergedNodes.put(node.name(), node));
    for (MergedLayer layer : merged.architecture().layers()) {
      layers.computeIfAbsent(layer.layer().name(), any -> new ArrayList<>()).add(layer);
    }
    layers.values().forEach(own -> own.sort(Comparator.comparing(MergedLayer::side)));
  }

  /**
   * The parameters by name.
   *
   * @param original A, as built from its state dict
   * @param merged a merged network of it and another, of dense layout
   * @param images the calibration images, for the statistics
   * @throws InvalidInputException if the merged network is not of the original's form: forked, or
   *     with layers in blocks
   */
  public static Map<String, Tensor> of(
      BuiltNetwork original, MergeResult merged, OrtRuntime runtime, Calibration images) {
    requireForm(merged);
    return new MergedParameters(original.graph(), merged).all(runtime, images);
  }

  private static void requireForm(MergeResult merged) {
    if (merged.architecture().heads().fork().isPresent()) {
      throw new InvalidInputException(
          "a network with a fork has no place in the original's state dict; write it as .onnx");
    }
    for (LayerLayout layout : merged.layouts()) {
      if (layout.form() != LayerLayout.Form.DENSE) {
        throw new InvalidInputException(
            "layer '%s' is in blocks, which the original's state dict has no place for; use --layout dense"
                .formatted(layout.layer()));
      }
    }
  }

  private Map<String, Tensor> all(OrtRuntime runtime, Calibration images) {
    List<Node> norms =
        original.nodes().stream().filter(node -> node.is("BatchNormalization")).toList();
    Set<String> measured = norms.stream().map(this::measured).collect(Collectors.toSet());
    Map<String, ChannelMoments> moments =
        ChannelMoments.of(runtime, merged.graph(), measured, merged.architecture()::shape, images);
    MissingBiases missing = missing(norms);
    Set<String> done = new HashSet<>();
    for (Node norm : norms) {
      norm(norm, requireNonNull(moments.get(measured(norm))), missing);
      done.addAll(norm.inputs());
      folded(norm).ifPresent(linear -> done.addAll(linear.inputs()));
    }
    ParameterUse.of(original)
        .forEach(
            (name, use) -> {
              Tensor before = requireNonNull(original.initializers().get(name));
              if (!done.contains(name) && before.isFloat()) {
                parameters.put(name, use.undone(formed(use), before));
              }
            });
    return parameters;
  }

  private MissingBiases missing(List<Node> norms) {
    Set<String> normed =
        norms.stream()
            .flatMap(norm -> folded(norm).stream())
            .map(Node::name)
            .collect(Collectors.toSet());
    MissingBiases missing =
        new MissingBiases(value -> merged.architecture().shape(value).dimension(1));
    for (Node node : original.nodes()) {
      if (node.is("Conv") && !node.hasInput(2) && !normed.contains(node.name())) {
        missing.add(node, tensor(layer(node.name()).bias().orElseThrow()).floats());
      } else if (!normed.contains(node.name())) {
        missing.pass(node);
      }
    }
    return missing;
  }

  /** The layer that a normalisation was folded into. */
  private Optional<Node> folded(Node norm) {
    return layers.containsKey(norm.name())
        ? Optional.empty()
        : Optional.ofNullable(producers.get(norm.input(0)));
  }

  private MergedLayer layer(String name) {
    List<MergedLayer> own = layers.get(name);
    if (own == null || own.size() != 1) {
      throw new IllegalStateException("'" + name + "' is not one layer of the merged network");
    }
    return own.get(0);
  }

  /** The value whose statistics a normalisation keeps. */
  private String measured(Node norm) {
    return folded(norm)
        .map(linear -> layer(linear.name()).layer().output())
        .orElseGet(() -> layer(norm.name()).layer().input());
  }

  private void norm(Node norm, ChannelMoments moments, MissingBiases missing) {
    double epsilon = norm.floatAttribute("epsilon", 1e-5f);
    int channels = moments.mean().length;
    double[] weight = new double[channels];
    double[] bias = new double[channels];
    double[] mean = moments.mean().clone();
    Optional<Node> folded = folded(norm);
    MergedLayer layer = layer(folded.orElse(norm).name());
    float[] offset = tensor(layer.bias().orElseThrow()).floats();
    double[] lacking = missing.absorbedBy(norm, channels);
    boolean ownBias = folded.isPresent() && folded.get().hasInput(2);
    for (int c = 0; c < channels; c++) {
      double deviation = Math.sqrt(moments.variance()[c] + epsilon);
      if (folded.isEmpty()) {
        double factor = tensor(layer.weight()).floats()[c];
        weight[c] = factor * deviation;
        bias[c] = offset[c] + factor * mean[c];
        mean[c] -= lacking[c];
      } else {
        weight[c] = deviation;
        bias[c] = mean[c];
        mean[c] -= ownBias ? 0 : offset[c];
      }
    }
    folded.ifPresent(
        linear -> {
          parameters.put(linear.input(1), tensor(layer.weight()));
          if (ownBias) {
            parameters.put(linear.input(2), tensor(layer.bias().orElseThrow()));
          }
        });
    put(norm.input(1), weight);
    put(norm.input(2), bias);
    put(norm.input(3), mean);
    put(norm.input(4), moments.variance());
  }

  private void put(String name, double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    parameters.put(name, Tensor.ofFloats(new int[] {floats.length}, floats));
  }

  /** What the merged network has where the original reads a parameter. */
  private Tensor formed(ParameterUse use) {
    Node node = use.node();
    List<MergedLayer> own = layers.getOrDefault(node.name(), List.of());
    if (!own.isEmpty()) {
      return use.input() == 1
          ? joined(own, MergedLayer::weight)
          : joined(own, layer -> layer.bias().orElseThrow());
    }
    // The bias of a product stands in an addition behind it.
    Optional<Node> product =
        node.is("Add") ? Optional.ofNullable(producers.get(node.input(0))) : Optional.empty();
    List<MergedLayer> before =
        product.map(made -> layers.getOrDefault(made.name(), List.of())).orElse(List.of());
    if (use.input() == 1
        && !before.isEmpty()
        && before.get(0).layer().kind() == Layer.Kind.MATMUL) {
      return joined(before, layer -> layer.bias().orElseThrow());
    }
    Node found = mergedNodes.get(node.name());
    if (found == null) {
      throw new IllegalStateException("the merged network has no '" + node.name() + "'");
    }
    return tensor(found.input(use.input()));
  }

  private Tensor joined(List<MergedLayer> own, Function<MergedLayer, String> name) {
    Tensor all = tensor(name.apply(own.get(0)));
    for (MergedLayer other : own.subList(1, own.size())) {
      int axis = all.rank() == 1 ? 0 : other.layer().outputAxis();
      all = all.joined(axis, tensor(name.apply(other)));
    }
    return all;
  }

  private Tensor tensor(String name) {
    Tensor tensor = constants.get(name);
    if (tensor == null) {
      throw new IllegalStateException("the merged network has no constant '" + name + "'");
    }
    return tensor;
  }
}
