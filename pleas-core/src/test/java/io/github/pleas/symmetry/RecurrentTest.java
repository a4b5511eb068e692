package io.github.pleas.symmetry;

import static io.github.pleas.symmetry.OperatorCase.transposed;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import com.google.protobuf.ByteString;
import io.github.pleas.network.GraphBuilder;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Graph;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recurrent cells over 36 steps of 5 features, with 7 hidden units a direction. */
class RecurrentTest {
  private final GraphBuilder g = new GraphBuilder(31);
  private final String x = g.input("x", 3, 6, 6);

  private final String steps =
      transposed(g, g.node("Reshape", g.conv(x, 3, 5, 3), g.longs(0, 5, 36)), 2, 0, 1);

  private List<String> cell(
      String op, int gates, int directions, int features, String in, String... states) {
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    attributes.put("hidden_size", new Attribute.Int(7));
    attributes.put("direction", new Attribute.Text(directions == 2 ? "bidirectional" : "reverse"));
    String[] all = new String[5 + states.length];
    all[0] = in;
    all[1] = g.weight(0.4, directions, 7 * gates, features);
    all[2] = g.weight(0.4, directions, 7 * gates, 7);
    all[3] = g.weight(0.4, directions, 14 * gates);
    all[4] = "";
    System.arraycopy(states, 0, all, 5, states.length);
    return g.nodes("", op, attributes, op.equals("LSTM") ? 3 : 2, all);
  }

  /** [steps, directions, batch, 7] as [steps, batch, directions x 7]. */
  private String sideBySide(String all, int directions) {
    return g.node("Reshape", transposed(g, all, 0, 2, 1, 3), g.longs(36, -1, 7 * directions));
  }

  private Graph finished(String rows, int features) {
    String mean =
        g.node(
            "ReduceMean",
            Map.of("axes", GraphBuilder.ints(0), "keepdims", new Attribute.Int(0)),
            rows);
    return g.build(g.gemm(g.relu(g.gemm(mean, features, 4)), 4, 3));
  }

  // Forwards and backwards have units of their own.
  @ParameterizedTest
  @CsvSource({"LSTM, 4", "GRU, 3", "RNN, 1"})
  void eachDirectionHasItsUnits(String op, int gates) {
    String rows = sideBySide(cell(op, gates, 2, 5, steps).get(0), 2);
    Checked.of(finished(rows, 14)).hasGroups(5, 7, 7, 4);
  }

  @Test
  void aSecondLayerReadsBothDirections() {
    String rows = sideBySide(cell("GRU", 3, 2, 5, steps).get(0), 2);
    String second = cell("LSTM", 4, 1, 14, rows).get(0);
    Checked.of(finished(sideBySide(second, 1), 7)).hasGroups(5, 7, 7, 7, 4);
  }

  @Test
  void theLastStatesHaveTheUnitsToo() {
    List<String> out = cell("LSTM", 4, 2, 5, steps);
    String both = g.add(out.get(1), g.node("Tanh", out.get(2)));
    String flat = g.node("Reshape", transposed(g, both, 1, 0, 2), g.longs(0, 14));
    Checked.of(g.build(g.gemm(g.relu(g.gemm(flat, 14, 4)), 4, 3))).hasGroups(5, 7, 7, 4);
  }

  @Test
  void peepholesAndFirstStatesMoveWithTheUnits() {
    String hidden = g.weight(1, 2, 1, 7);
    String memory = g.weight(1, 2, 1, 7);
    String peep = g.weight(1, 2, 21);
    String rows = sideBySide(cell("LSTM", 4, 2, 5, steps, hidden, memory, peep).get(0), 2);
    Checked found = Checked.of(Batches.fixed(finished(rows, 14), 1)).hasGroups(5, 7, 7, 4);
    for (String constant : List.of(hidden, memory, peep)) {
      assertThat(found.symmetry().standings(constant))
          .as(constant)
          .anyMatch(standing -> standing.units().moves());
    }
  }

  // The first state is made of the images: a layer's units become those of the cell.
  @Test
  void aComputedFirstStateIsTiedToTheUnits() {
    String state = g.node("Tanh", g.gemm(g.pooled(g.conv(x, 3, 6, 3)), 6, 7));
    String rows =
        sideBySide(cell("GRU", 3, 1, 5, steps, g.node("Unsqueeze", state, g.longs(0))).get(0), 1);
    Checked.of(finished(rows, 7)).hasGroups(5, 6, 7, 4);
  }

  // Each direction may have its own functions; units of one direction all have the same.
  @Test
  void otherFunctionsChangeNothing() {
    ByteString names =
        AttributeProto.newBuilder()
            .setName("activations")
            .setType(AttributeProto.AttributeType.STRINGS)
            .addStrings(ByteString.copyFromUtf8("Relu"))
            .build()
            .toByteString();
    Map<String, Attribute> attributes =
        Map.of("hidden_size", new Attribute.Int(7), "activations", new Attribute.Opaque(names));
    String rows = g.node("RNN", attributes, steps, g.weight(0.3, 1, 7, 5), g.weight(0.1, 1, 7, 7));
    Checked.of(finished(sideBySide(rows, 1), 7)).hasGroups(5, 7, 4);
  }

  @Test
  void aCellWithComputedWeightsIsFixed() {
    String mean = g.node("ReduceMean", Map.of("axes", GraphBuilder.ints(0, 1)), steps);
    String computed = g.node("Mul", g.weight(0.4, 1, 7, 5), mean);
    String rows =
        g.node(
            "RNN",
            Map.of("hidden_size", new Attribute.Int(7)),
            steps,
            computed,
            g.weight(0.4, 1, 7, 7));
    Checked.of(finished(sideBySide(rows, 1), 7))
        .hasGroups(4)
        .reportsFixed("not of a kind whose units may move");
  }

  // Peepholes [directions, 3 x hidden] that are computed cannot be reordered.
  @Test
  void computedPeepholesFixWhatEnters() {
    String mean =
        g.node(
            "ReduceMean",
            Map.of("axes", GraphBuilder.ints(0, 2, 3), "keepdims", new Attribute.Int(0)),
            g.conv(x, 3, 21, 3));
    String some = g.add(g.weight(0.1, 1, 21), g.node("Reshape", mean, g.longs(1, 21)));
    String rows = sideBySide(cell("LSTM", 4, 1, 5, steps, "", "", some).get(0), 1);
    Checked found = Checked.of(finished(rows, 7)).hasGroups(4);
    found.reportsFixed("is not of a kind whose units may move");
    assertThat(found.symmetry().failedRules()).isEmpty();
  }
}
