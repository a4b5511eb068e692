package io.github.pleas.network;

import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Gives a head to outputs that have none. An encoder's output is its residual stream itself: its
 * numbers stand in the order of the network's own units, which two networks do not share, and no
 * layer comes behind that could turn merged units into either's. So a linear layer is put at the
 * last value that something learned makes, before poolings and the like: the identity, which leaves
 * the function as it is. From there on it is a head as any other, and the units before it are free.
 */
public final class OutputHeads {
  private static final String NAME = "output_head";

  private final Network network;
  private final Map<String, Node> producers = new HashMap<>();
  private final Set<String> learned = new HashSet<>();

  private OutputHeads(Network network) {
    this.network = network;
    for (Node node : network.graph().nodes()) {
      node.outputs().forEach(output -> producers.put(output, node));
      if (isLearned(node) || Subgraphs.reads(node).stream().anyMatch(learned::contains)) {
        learned.addAll(node.outputs());
      }
    }
  }

  /**
   * A network that has a head at each output.
   *
   * @param network the same function
   * @param outputs those that had none
   */
  public record Appended(Network network, List<String> outputs) {}

  /**
   * Gives a head to each output that has none: where what comes behind the last layers reads other
   * units, too, as it does where a residual stream ends in a normalization.
   *
   * @param network in canonical form
   */
  public static Appended append(Network network) {
    Network all = network;
    List<String> outputs = new ArrayList<>();
    for (ValueInfo output : network.graph().outputs()) {
      OutputHeads heads = new OutputHeads(all);
      Optional<String> place =
          heads.isHeadless(output.name()) ? heads.place(output.name()) : Optional.empty();
      if (place.isPresent()) {
        all = heads.with(place.get(), output.name());
        outputs.add(output.name());
      }
    }
    return new Appended(all, outputs);
  }

  /** Whether a layer was put there by {@link #append}. */
  public static boolean isAppended(Network network, Layer layer) {
    return network.appended().contains(layer.name());
  }

  /** Multiply-accumulates of what was appended, for one sample. */
  public static long macs(Network network) {
    return network.layers().stream()
        .filter(layer -> isAppended(network, layer))
        .mapToLong(layer -> layer.macs(network))
        .sum();
  }

  /** Numbers in the parameters of what was appended. */
  public static long parameters(Network network) {
    return network.layers().stream()
        .filter(layer -> isAppended(network, layer))
        .mapToLong(layer -> layer.parameters(network))
        .sum();
  }

  private boolean isLearned(Node node) {
    return node.inputs().stream()
        .anyMatch(
            input ->
                network.isConstant(input)
                    && network.constant(input).isFloat()
                    && network.constant(input).size() > 1);
  }

  /** Whether the nodes behind the last layers, on the way to an output, read units past these. */
  private boolean isHeadless(String output) {
    Tails tails = Tails.of(network);
    Set<Node> heads = new HashSet<>();
    tails.heads().forEach(head -> heads.add(head.node()));
    Set<String> made = new HashSet<>();
    network.graph().nodes().stream()
        .filter(tails::isTail)
        .forEach(node -> made.addAll(node.outputs()));
    return upstream(output).stream()
        .filter(node -> tails.isTail(node) && !heads.contains(node))
        .flatMap(node -> Subgraphs.reads(node).stream())
        .anyMatch(read -> learned.contains(read) && !made.contains(read));
  }

  private Set<Node> upstream(String output) {
    Set<Node> found = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(output));
    while (!open.isEmpty()) {
      Node node = producers.get(open.poll());
      if (node != null && found.add(node)) {
        open.addAll(Subgraphs.reads(node));
      }
    }
    return found;
  }

  /**
   * The value to put the head at: going back from the output, the last one that something learned
   * makes, as far as its rows are units.
   */
  private Optional<String> place(String output) {
    Optional<String> place = Optional.empty();
    String value = output;
    while (true) {
      if (hasRows(value)) {
        place = Optional.of(value);
      }
      Node node = producers.get(value);
      if (node == null || isLearned(node)) {
        return place;
      }
      List<String> from =
          Subgraphs.reads(node).stream().filter(learned::contains).distinct().toList();
      if (from.size() != 1) {
        return place;
      }
      value = from.get(0);
    }
  }

  private boolean hasRows(String value) {
    ValueShape shape = network.shape(value);
    int rank = shape.rank();
    return network.isFloat(value)
        && shape.batchAxis() == 0
        && (rank == 2 || rank == 3)
        && shape.dimension(rank - 1) > 1;
  }

  /** This network with a head at a value, for what reads it on the way to an output. */
  private Network with(String value, String output) {
    Set<Node> way = upstream(output);
    boolean last = value.equals(output);
    String before = last ? free(value + "_hidden") : value;
    String product = free(value + "_" + NAME + "_product");
    String after = last ? value : free(value + "_" + NAME);
    String weight = free(value + "_" + NAME + "_weight");
    String bias = free(value + "_" + NAME + "_bias");
    String layer = free(value + "/" + NAME, nodeNames());
    ValueShape shape = network.shape(value);
    int units = shape.dimension(shape.rank() - 1);
    List<Node> nodes = new ArrayList<>();
    for (Node node : network.graph().nodes()) {
      boolean makes = node.outputs().contains(value);
      boolean behind = !last && way.contains(node);
      nodes.add(
          node.withInputs(replaced(node.inputs(), value, behind ? after : before))
              .withOutputs(replaced(node.outputs(), value, before)));
      if (makes) {
        nodes.add(node("MatMul", layer, product, before, weight));
        nodes.add(
            node("Add", free(value + "/" + NAME + "/bias", nodeNames()), after, product, bias));
      }
    }
    Map<String, Tensor> constants = new LinkedHashMap<>(network.graph().initializers());
    constants.put(weight, identity(units));
    constants.put(bias, Tensor.ofFloats(new int[] {units}, new float[units]));
    Graph graph = network.graph().withNodes(nodes).withInitializers(constants);
    return network
        .withGraph(graph, Map.of(before, shape, product, shape, after, shape))
        .withAppended(layer);
  }

  private static Node node(String op, String name, String output, String... inputs) {
    return new Node(name, op, "", List.of(inputs), List.of(output), Map.of());
  }

  private static List<String> replaced(List<String> names, String from, String to) {
    return names.stream().map(name -> name.equals(from) ? to : name).toList();
  }

  private static Tensor identity(int units) {
    float[] numbers = new float[units * units];
    for (int u = 0; u < units; u++) {
      numbers[u * units + u] = 1;
    }
    return Tensor.ofFloats(new int[] {units, units}, numbers);
  }

  private Set<String> nodeNames() {
    Set<String> names = new HashSet<>();
    network.graph().nodes().forEach(node -> names.add(node.name()));
    return names;
  }

  private String free(String near) {
    Set<String> taken = new HashSet<>(network.graph().initializers().keySet());
    taken.addAll(network.inputNames());
    network.graph().nodes().forEach(node -> taken.addAll(node.outputs()));
    return free(near, taken);
  }

  private static String free(String near, Set<String> taken) {
    String name = near;
    for (int i = 2; taken.contains(name); i++) {
      name = near + "_" + i;
    }
    return name;
  }
}
