package io.github.pleas.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Graph;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An Einsum with a weight is a linear layer, or stays what it is; the outputs are the same.
 * Letters: b images, c three channels, h and w eight places, d and e made, four and two of them.
 */
class EinsumFormTest {
  private final GraphBuilder g = new GraphBuilder(2);
  private final String x = g.input("x", 3, 8, 8);

  private static int length(char letter) {
    return switch (letter) {
      case 'c' -> 3;
      case 'd' -> 4;
      case 'e' -> 2;
      default -> 8;
    };
  }

  private String weight(String letters) {
    return g.weight(0.5, letters.chars().map(letter -> length((char) letter)).toArray());
  }

  private String einsum(String equation, String... in) {
    return g.node("Einsum", Map.of("equation", new Attribute.Text(equation)), in);
  }

  private static Network canonical(Graph graph) {
    Network network = Runs.read(graph);
    for (int batch : new int[] {1, 5}) {
      Runs.assertSameOutputs(graph, network.graph(), 1e-5, batch, 3, 8, 8);
    }
    return network;
  }

  private static long count(Network network, String op) {
    return network.graph().nodes().stream().filter(node -> node.is(op)).count();
  }

  /** What is longer than an axis that the weight makes is added to a wider value. */
  @Test
  void whatBroadcastsTheResultIsNoBias() {
    String made = einsum("bchw,cde->bhwde", x, g.weight(0.5, 3, 1, 4));
    String sum = g.node("Add", made, g.weight(0.5, 4, 1));
    canonical(g.build(g.node("Tanh", sum)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "cd,bchw->bdhw cd 3 4",
        "cde,bchw->bhwde cde 3 8",
        "cde,bchw->bhdwe cde 3 8",
        "ecd,bchw->debhw ecd 3 8", // the batch in the middle
        "chde,bchw->bwed chde 24 8",
        "wch,bchw->b wch 192 1",
        "whcd,bchw->bd whcd 192 4", // rows: a Gemm
        "cd,...chw->...dhw cd 3 4",
        "wd,...w->...d wd 8 4",
        "dw,b...w->d...b dw 8 4",
        "cd,bchw cd 3 4" // bdhw
      })
  void aWeightIsAMatrix(String equation, String letters, int inputs, int outputs) {
    String made = einsum(equation, weight(letters), x);
    // Whatever stands where, images come first in what the network gives.
    int batch = equation.endsWith("->debhw") ? 2 : equation.endsWith("d...b") ? 3 : 0;
    String out =
        switch (batch) {
          case 2 -> g.node("Transpose", Map.of("perm", GraphBuilder.ints(2, 0, 1, 3, 4)), made);
          case 3 -> g.node("Transpose", Map.of("perm", GraphBuilder.ints(3, 0, 1, 2)), made);
          default -> made;
        };
    Network network = canonical(g.build(g.node("Tanh", out)));
    assertThat(count(network, "Einsum")).isZero();
    assertThat(network.layers())
        .singleElement()
        .satisfies(
            layer -> {
              assertThat(layer.name()).isEqualTo(made);
              assertThat(layer.inputs()).isEqualTo(inputs);
              assertThat(layer.outputs()).isEqualTo(outputs);
            });
  }

  // The offset stands on the axes that the weight makes, in whatever order they are.
  @ParameterizedTest
  @CsvSource({"bhwde, 4-2", "bhdwe, 4-1-2", "bdehw, 4-2-1-1", "bdehw, 1-4-2-1-1", "bedhw, 2-4-1-1"})
  void whatIsAddedToEachOutputIsItsBias(String result, String shape) {
    int[] lengths = Arrays.stream(shape.split("-")).mapToInt(Integer::parseInt).toArray();
    String product = einsum("bchw,cde->" + result, x, weight("cde"));
    String sum = g.add(g.weight(1, lengths), product);
    Network network = canonical(g.build(g.node("Tanh", sum)));
    assertThat(network.layers())
        .singleElement()
        .satisfies(layer -> assertThat(layer.bias()).isPresent());
    assertThat(network.parameters()).isEqualTo(3 * 8 + 8);
  }

  // One number for all, or one for each place: no bias of the layer.
  @ParameterizedTest
  @CsvSource({"1", "2", "8-1-1", "1-8-8-1-1"})
  void whatElseIsAddedIsNone(String shape) {
    int[] lengths = Arrays.stream(shape.split("-")).mapToInt(Integer::parseInt).toArray();
    String product = einsum("bchw,cde->bhwde", x, weight("cde"));
    Network network = canonical(g.build(g.node("Tanh", g.add(product, g.weight(1, lengths)))));
    assertThat(network.layers())
        .singleElement()
        .satisfies(layer -> assertThat(layer.bias()).isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "bchw,hcd->bhdw hcd", // each place has a matrix of its own
        "bchw,cde->bdhw cde", // summed over an axis of the weight alone
        "bchw,cd->bdh cd", // and over one of the value alone
        "bchw,de->bchwde de" // nothing is summed over
      })
  void otherwiseAnEinsumStays(String equation, String letters) {
    Network network = canonical(g.build(g.node("Tanh", einsum(equation, x, weight(letters)))));
    assertThat(count(network, "Einsum")).isEqualTo(1);
    assertThat(network.layers()).isEmpty();
  }

  @Test
  void ofThreeOperandsItStays() {
    String three = einsum("bchw,cd,d->bdhw", x, weight("cd"), weight("d"));
    assertThat(count(canonical(g.build(three)), "Einsum")).isEqualTo(1);
  }

  // Two layers that share a weight do so still; another that reads it otherwise has its own.
  @Test
  void aSharedWeightStaysShared() {
    String shared = weight("cde");
    String one = einsum("bchw,cde->bhwde", x, shared);
    String two = einsum("bchw,cde->bhwde", g.node("Tanh", x), shared);
    String other = einsum("bchw,cde->bhwed", x, shared);
    Network network = canonical(g.build(g.add(one, two), other));
    assertThat(network.layers().stream().map(Layer::weight).distinct()).hasSize(2);
  }

  // A matrix in the right order is nothing new.
  @Test
  void aMatrixKeepsItsName() {
    String matrix = g.weight(0.5, 8, 2);
    Network network = canonical(g.build(einsum("bchw,we->bche", x, matrix)));
    assertThat(network.layers().get(0).weight()).isEqualTo(matrix);
    assertThat(network.graph().nodes()).hasSize(1);
  }
}
