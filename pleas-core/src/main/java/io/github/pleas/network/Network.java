package io.github.pleas.network;

import io.github.pleas.checkpoint.Precision;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.ModelInput;
import io.github.pleas.runtime.ValueShape;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A network in canonical form.
 *
 * @param source what it was read from, for messages
 * @param graph the canonical graph: no foldable constants, no BatchNormalization behind a linear
 *     layer
 * @param shapes the true shape of every value
 * @param types the element type of every value that is a tensor
 * @param fixedBatch the only batch size that the graph takes, if it takes only one
 * @param layers the layers with weights, in graph order
 * @param stored the precision of its weights in the file that it was read from; here it is single
 * @param tables constants that are the beginning of a table, as long as the texts that the network
 *     is read for: what follows there, for longer texts, along the same axis
 * @param appended the names of the layers that are not its own, see {@link OutputHeads}
 * @param ownRows tables of token embeddings that have rows for the tokens of another vocabulary,
 *     too: which are its own, see {@link JoinedVocabulary}
 */
public record Network(
    String source,
    Graph graph,
    Map<String, ValueShape> shapes,
    Map<String, ElementType> types,
    OptionalInt fixedBatch,
    List<Layer> layers,
    Precision stored,
    Map<String, Tensor> tables,
    Set<String> appended,
    Map<String, OwnRows> ownRows) {
  public Network {
    shapes = Map.copyOf(shapes);
    types = Map.copyOf(types);
    layers = List.copyOf(layers);
    tables = Map.copyOf(tables);
    appended = Set.copyOf(appended);
    ownRows = Map.copyOf(ownRows);
  }

  /** A network whose layers are all its own, without tables that go on. */
  public Network(
      String source,
      Graph graph,
      Map<String, ValueShape> shapes,
      Map<String, ElementType> types,
      OptionalInt fixedBatch,
      List<Layer> layers,
      Precision stored) {
    this(source, graph, shapes, types, fixedBatch, layers, stored, Map.of(), Set.of(), Map.of());
  }

  /** What it takes, in the graph's order: an image, or token ids with their mask and types. */
  public List<ModelInput> inputs() {
    return ModelInput.of(graph, this::shape);
  }

  /** The names of its inputs, in the graph's order. */
  public List<String> inputNames() {
    return graph.inputs().stream().map(ValueInfo::name).toList();
  }

  /** The shape of a value, of a constant too. */
  public ValueShape shape(String value) {
    Tensor constant = graph.initializers().get(value);
    if (constant != null) {
      return new ValueShape(constant.shape(), -1);
    }
    ValueShape shape = shapes.get(value);
    if (shape == null) {
      throw new IllegalArgumentException("no value '" + value + "' in " + source);
    }
    return shape;
  }

  /** Whether a value or constant is a single-precision tensor: no mask, index or sequence. */
  public boolean isFloat(String value) {
    Tensor constant = graph.initializers().get(value);
    return constant != null ? constant.isFloat() : types.get(value) == ElementType.FLOAT;
  }

  /** Whether it computes a value of a name. */
  public boolean hasValue(String name) {
    return shapes.containsKey(name);
  }

  public boolean isConstant(String value) {
    return graph.initializers().containsKey(value);
  }

  /** A constant by name. */
  public Tensor constant(String name) {
    Tensor tensor = graph.initializers().get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no constant '" + name + "' in " + source);
    }
    return tensor;
  }

  /** The nodes that read a value, in graph order. */
  public List<Node> consumers(String value) {
    return graph.nodes().stream().filter(node -> Subgraphs.reads(node).contains(value)).toList();
  }

  /** Multiply-accumulates of all layers, and of products of computed values, for one image. */
  public long macs() {
    return layers.stream().mapToLong(layer -> layer.macs(this)).sum() + macsOfProducts();
  }

  /** Multiply-accumulates of products of computed values, as of attention, for one image. */
  public long macsOfProducts() {
    return Product.of(this).stream().mapToLong(product -> product.macs(this::shape)).sum();
  }

  /**
   * Numbers in floating-point constants, for the longest texts that it takes, its own rows only.
   */
  public long parameters() {
    long others =
        ownRows.entrySet().stream()
            .mapToLong(
                rows -> {
                  Tensor table = constant(rows.getKey());
                  int all = table.dimension(0);
                  return (long) (all - rows.getValue().count()) * (table.size() / all);
                })
            .sum();
    return Stream.concat(graph.initializers().values().stream(), tables.values().stream())
            .filter(Tensor::isFloat)
            .mapToLong(Tensor::size)
            .sum()
        - others;
  }

  /** This network with other constants of the same shapes. */
  public Network withConstants(Map<String, Tensor> changed) {
    Map<String, Tensor> all = new LinkedHashMap<>(graph.initializers());
    all.putAll(changed);
    return new Network(
        source,
        graph.withInitializers(all),
        shapes,
        types,
        fixedBatch,
        layers,
        stored,
        tables,
        appended,
        ownRows);
  }

  /**
   * This network with another graph.
   *
   * @param added the shapes of single-precision values that it has more
   */
  Network withGraph(Graph other, Map<String, ValueShape> added) {
    Map<String, ValueShape> allShapes = new LinkedHashMap<>(shapes);
    Map<String, ElementType> allTypes = new LinkedHashMap<>(types);
    allShapes.putAll(added);
    added.keySet().forEach(value -> allTypes.put(value, ElementType.FLOAT));
    return new Network(
        source,
        other,
        allShapes,
        allTypes,
        fixedBatch,
        new LayerFinder(other, allShapes).find(),
        stored,
        tables,
        appended,
        ownRows);
  }

  /** This network, some of whose tables have rows of another vocabulary, too. */
  Network withOwnRows(Map<String, OwnRows> rows) {
    return new Network(
        source, graph, shapes, types, fixedBatch, layers, stored, tables, appended, rows);
  }

  /** This network with other numbers in what follows in its tables. */
  public Network withTables(Map<String, Tensor> longer) {
    return new Network(
        source, graph, shapes, types, fixedBatch, layers, stored, longer, appended, ownRows);
  }

  /** This network with other shapes, and with tables that go on. */
  Network withTokens(Map<String, ValueShape> other, Map<String, Tensor> longer) {
    return new Network(
        source, graph, other, types, fixedBatch, layers, stored, longer, appended, ownRows);
  }

  /** This network, read from weights of a precision. */
  Network storedIn(Precision precision) {
    return new Network(
        source, graph, shapes, types, fixedBatch, layers, precision, tables, appended, ownRows);
  }

  /** This network, one of whose layers is not its own. */
  Network withAppended(String layer) {
    Set<String> all = new LinkedHashSet<>(appended);
    all.add(layer);
    return new Network(
        source, graph, shapes, types, fixedBatch, layers, stored, tables, all, ownRows);
  }
}
