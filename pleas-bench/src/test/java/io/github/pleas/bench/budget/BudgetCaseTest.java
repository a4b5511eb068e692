package io.github.pleas.bench.budget;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.budget.BudgetProblem;
import io.github.pleas.budget.BudgetSolver;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.OrtRuntime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BudgetCaseTest {
  /** 4 inputs, layers of 6 and 5 units, 3 classes. */
  private static Network perceptron() {
    int[] widths = {4, 6, 5, 3};
    Random random = new Random(1);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    Node[] nodes = new Node[5];
    for (int layer = 0; layer < 3; layer++) {
      int in = widths[layer];
      int out = widths[layer + 1];
      float[] values = new float[in * out];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      weights.put("w" + layer, Tensor.ofFloats(new int[] {out, in}, values));
      nodes[2 * layer] =
          new Node(
              "gemm" + layer,
              "Gemm",
              "",
              List.of("x" + layer, "w" + layer),
              List.of("y" + layer),
              Map.of("transB", new Attribute.Int(1)));
      if (layer < 2) {
        nodes[2 * layer + 1] =
            new Node(
                "relu" + layer,
                "Relu",
                "",
                List.of("y" + layer),
                List.of("x" + (layer + 1)),
                Map.of());
      }
    }
    List<ValueInfo.Dimension> shape =
        List.of(ValueInfo.Dimension.free("batch"), ValueInfo.Dimension.of(4));
    Graph graph =
        new Graph(
            "test",
            List.of(new ValueInfo("x0", ElementType.FLOAT, shape)),
            List.of(new ValueInfo("y2", ElementType.FLOAT, List.of())),
            List.of(nodes),
            weights,
            Map.of("", 17),
            8,
            Map.of());
    return new NetworkReader(new OrtRuntime(1), Optional.empty()).of(graph, "test");
  }

  @Test
  void theProblemIsThatOfTheNetworkAndBothSolversAgreeOnIt() {
    Network network = perceptron();
    CpSat oracle = new CpSat(1, 10);
    for (boolean blocks : new boolean[] {false, true}) {
      BudgetCase problems = BudgetCase.of(network, "test", blocks, 3);
      assertThat(problems.separable()).isEqualTo(2);
      // 4 (6 + s) + (6 + s) (5 + t) + (5 + t) 3, less 2 s t in blocks.
      assertThat(problems.cost().at(new int[] {0, 0})).isEqualTo(69).isEqualTo(network.macs());
      assertThat(problems.cost().at(new int[] {2, 3})).isEqualTo(blocks ? 108 : 120);
      BudgetProblem some = problems.problem(1.5, 3);
      assertThat(some.limit()).isEqualTo(103);
      assertThat(some.counts()[0]).containsExactly(0, 3, 6);
      assertThat(some.counts()[1]).containsExactly(0, 3, 5);
      for (BudgetProblem problem : List.of(some, problems.problem(1.5, 100))) {
        CpSat.Answer best = oracle.solve(problem);
        assertThat(best.isOptimal()).isTrue();
        assertThat(new BudgetSolver(0, 1_000_000).solve(problem).gain()).isEqualTo(best.gain());
      }
    }
  }
}
