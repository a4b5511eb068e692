package io.github.pleas.matching;

import io.github.pleas.linalg.SingularValues;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.symmetry.AxisUnits;
import io.github.pleas.symmetry.QueryHeads;
import io.github.pleas.symmetry.Separability;
import io.github.pleas.symmetry.UnitRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Which query head of B goes with which of A, where several share a head of keys and values, by
 * their weights alone: by the singular values of W_q W_k' and W_v W_o, with what is the query
 * head's own of each product and what it shares. They stay in whatever order everything else is, as
 * those of {@link BlockSpectra} do.
 */
public final class QueryHeadSpectra {
  /** What a unit is in the first of all blocks. */
  private record Unit(int group, int number, int part) {}

  /**
   * Heads one after another on an axis of a layer's weight.
   *
   * @param start the first place
   * @param units of a head, in order
   * @param order for each of these its place in the head
   */
  private record Row(Layer layer, int axis, int start, List<Unit> units, int[] order) {}

  /** The query heads' part of a product, and the shared heads'. */
  private record Product(Row queries, Row shared) {}

  private final Separability rows;
  private final Network network;

  /**
   * Spectra of networks of one architecture.
   *
   * @param network one of them
   */
  public QueryHeadSpectra(Network network, Separability rows) {
    this.network = network;
    this.rows = rows;
  }

  /**
   * The order of B's query heads, within their shared heads, that goes best with A's.
   *
   * @return nothing where no layers' weights tell them apart
   */
  public Optional<int[]> order(QueryHeads heads, Network a, Network b) {
    int n = heads.count();
    double[] similarity = new double[n * n];
    List<Product> products = products(heads);
    for (Product product : products) {
      double[][] left = spectra(product, heads, a);
      double[][] right = spectra(product, heads, b);
      for (int e = 0; e < similarity.length; e++) {
        similarity[e] += BlockSpectra.alike(left[e / n], right[e % n]);
      }
    }
    return products.isEmpty()
        ? Optional.empty()
        : Optional.of(QueryHeadOrder.of(heads, similarity));
  }

  /** Rows of query heads, each with that of shared heads whose units it has. */
  private List<Product> products(QueryHeads heads) {
    List<Row> queries = new ArrayList<>();
    List<Row> shared = new ArrayList<>();
    for (Layer layer : network.layers()) {
      if (layer.kind().isDense()) {
        for (int axis : new int[] {layer.outputAxis(), layer.inputAxis()}) {
          find(heads, layer, axis, queries, shared);
        }
      }
    }
    return queries.stream()
        .flatMap(
            own ->
                shared.stream()
                    .filter(other -> other.units().equals(own.units()))
                    .limit(1)
                    .map(other -> new Product(own, other)))
        .toList();
  }

  private void find(QueryHeads heads, Layer layer, int axis, List<Row> queries, List<Row> shared) {
    Optional<AxisUnits> units = rows.symmetry().axis(layer.weight(), axis);
    Optional<UnitRow> row = rows.row(layer.weight(), axis).filter(any -> units.isPresent());
    for (UnitRow.Segment segment : row.map(UnitRow::segments).orElse(List.of())) {
      if (segment.group() == heads.group().index()) {
        Optional<QueryHeads.Place> place =
            heads.places().stream()
                .filter(p -> p.tensor().equals(layer.weight()) && p.axis() == axis)
                .filter(p -> p.start() == segment.start())
                .findFirst();
        int size = place.map(QueryHeads.Place::size).orElse(segment.run());
        row(layer, axis, segment.start(), size, units.orElseThrow())
            .ifPresent((place.isPresent() ? queries : shared)::add);
      }
    }
  }

  /** Nothing where a head has one unit in several places. */
  private static Optional<Row> row(Layer layer, int axis, int start, int size, AxisUnits units) {
    List<Unit> own =
        IntStream.range(start, start + size)
            .mapToObj(e -> new Unit(units.group()[e], units.unit()[e], units.part()[e]))
            .toList();
    int[] order =
        IntStream.range(0, size)
            .boxed()
            .sorted(
                Comparator.comparing(
                    own::get,
                    Comparator.comparingInt(Unit::group)
                        .thenComparingInt(Unit::number)
                        .thenComparingInt(Unit::part)))
            .mapToInt(Integer::intValue)
            .toArray();
    return own.stream().distinct().count() < size
        ? Optional.empty()
        : Optional.of(
            new Row(layer, axis, start, Arrays.stream(order).mapToObj(own::get).toList(), order));
  }

  /** For each query head the singular values of its product. */
  private static double[][] spectra(Product product, QueryHeads heads, Network of) {
    int d = product.queries().order().length;
    return IntStream.range(0, heads.count())
        .mapToObj(
            head ->
                SingularValues.ofProduct(
                    matrix(product.queries(), head, of),
                    matrix(product.shared(), head / heads.each(), of),
                    d))
        .toArray(double[][]::new);
  }

  /** The weights of a head, [units, weights] row-major, the bias with them. */
  private static double[] matrix(Row row, int head, Network of) {
    Tensor weight = of.constant(row.layer().weight());
    Optional<Tensor> bias =
        row.axis() == row.layer().outputAxis()
            ? row.layer().bias().map(of::constant)
            : Optional.empty();
    List<Double> numbers = new ArrayList<>();
    for (int e : row.order()) {
      int place = row.start() + head * row.order().length + e;
      BlockSpectra.read(weight, row.axis(), place, numbers);
      bias.ifPresent(b -> numbers.add((double) b.floats()[place]));
    }
    return numbers.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
