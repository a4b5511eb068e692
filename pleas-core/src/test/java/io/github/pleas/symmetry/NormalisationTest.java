package io.github.pleas.symmetry;

import static io.github.pleas.network.GraphBuilder.ints;
import static io.github.pleas.symmetry.OperatorCase.image;
import static io.github.pleas.symmetry.OperatorCase.scalar;
import static io.github.pleas.symmetry.OperatorCase.tokens;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.onnx.Attribute;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Normalisation over the units as chains of operators: they move, but their number must stay. */
class NormalisationTest {
  private final GraphBuilder g = new GraphBuilder(41);
  private final String x = g.input("x", 3, 6, 6);
  private final String t = tokens(g, g.conv(x, 3, 5, 3), 5);

  private void movesWhole(String normal) {
    String scaled = g.add(g.node("Mul", normal, g.positive(5)), g.weight(1, 5));
    String h = g.relu(g.conv(image(g, scaled, 5), 5, 4, 1));
    Checked.of(g.build(g.gemm(g.pooled(h), 4, 3)))
        .hasGroups(5, 4)
        .isRigid("reduces over the units");
  }

  private String mean(String h) {
    return g.node("ReduceMean", Map.of("axes", ints(-1)), h);
  }

  private String stable(String variance) {
    return g.node("Sqrt", g.add(variance, scalar(g, 1e-5f)));
  }

  @Test
  void layerNorm() {
    String centred = g.node("Sub", t, mean(t));
    String variance = mean(g.node("Pow", centred, scalar(g, 2)));
    movesWhole(g.node("Div", centred, stable(variance)));
  }

  @Test
  void rmsNorm() {
    String inverse = g.node("Reciprocal", stable(mean(g.node("Mul", t, t))));
    movesWhole(g.node("Mul", t, inverse));
  }

  @Test
  void euclideanNorm() {
    String norm = g.node("ReduceL2", Map.of("axes", ints(2)), t);
    movesWhole(g.node("Div", t, g.node("Clip", norm, scalar(g, 1e-6f))));
  }

  // Global response normalisation (ConvNeXt v2): each channel by its norm over all positions.
  @Test
  void globalResponse() {
    String norm = g.node("ReduceL2", Map.of("axes", ints(1)), t);
    String relative = g.node("Div", norm, g.add(mean(norm), scalar(g, 1e-6f)));
    movesWhole(g.add(g.node("Mul", g.node("Mul", t, relative), g.weight(1, 5)), t));
  }

  // Moments by another way: the mean of squares less the square of the mean.
  @Test
  void momentsOfBothKinds() {
    Attribute keep = new Attribute.Int(1);
    String squares = g.node("ReduceSumSquare", Map.of("axes", ints(-1), "keepdims", keep), t);
    String mean = mean(t);
    String variance =
        g.node("Sub", g.node("Mul", squares, scalar(g, 0.2f)), g.node("Mul", mean, mean));
    movesWhole(g.node("Div", g.node("Sub", t, mean), stable(variance)));
  }
}
