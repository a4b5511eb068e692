package io.github.pleas.symmetry;

import static io.github.pleas.network.GraphBuilder.ints;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Graph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks made up of the operators of convolutional networks at random prove themselves. */
class RandomNetworksTest {
  private static final int SIZE = 6;

  private record Value(String name, int channels) {}

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7})
  void reorderingTheUnitsOfARandomNetworkKeepsItsOutputs(long first) {
    int groups = 0;
    for (long seed = 8 * first; seed < 8 * first + 8; seed++) {
      groups += Checked.of(random(seed)).symmetry().groups().size();
    }
    assertThat(groups).as("groups in eight networks").isGreaterThan(8);
  }

  private static Graph random(long seed) {
    Random random = new Random(seed);
    GraphBuilder g = new GraphBuilder(seed);
    List<Value> values = new ArrayList<>(List.of(new Value(g.input("x", 3, SIZE, SIZE), 3)));
    for (int n = 0; n < 14; n++) {
      // The latest half the time, so that the network gets deep.
      int at = random.nextBoolean() ? values.size() - 1 : random.nextInt(values.size());
      values.add(next(g, random, values, values.get(at)));
    }
    Value last = values.get(values.size() - 1);
    String head = g.gemm(g.pooled(g.conv(last.name(), last.channels(), 4, 1)), 4, 3);
    Value hidden = values.get(random.nextInt(values.size() - 1) + 1);
    return random.nextInt(4) == 0 ? g.build(head, hidden.name()) : g.build(head);
  }

  private static Value next(GraphBuilder g, Random random, List<Value> values, Value v) {
    String h = v.name();
    int c = v.channels();
    switch (random.nextInt(16)) {
      case 0, 1, 2 -> {
        int out = 2 + random.nextInt(5);
        return new Value(g.relu(g.conv(h, c, out, random.nextBoolean() ? 1 : 3)), out);
      }
      case 3 -> {
        return new Value(g.conv(h, c, c, 3, 1, c), c);
      }
      case 4, 5, 6 -> {
        List<Value> same = values.stream().filter(o -> o.channels() == c).toList();
        Value other = same.get(random.nextInt(same.size()));
        return new Value(g.add(h, other.name()), c);
      }
      case 7, 8 -> {
        Value other = values.get(random.nextInt(values.size()));
        if (c + other.channels() > 16) {
          return new Value(g.node("Sigmoid", h), c);
        }
        Attribute axis = new Attribute.Int(random.nextBoolean() ? 1 : -3);
        return new Value(
            g.node("Concat", Map.of("axis", axis), h, other.name()), c + other.channels());
      }
      case 9 -> {
        return new Value(g.batchNorm(h, c), c);
      }
      case 10 -> {
        int[] shape = random.nextBoolean() ? new int[] {c, 1, 1} : new int[] {1, c, 1, SIZE};
        return new Value(g.node("Mul", h, g.weight(1, shape)), c);
      }
      case 11 -> {
        String squeezed = g.relu(g.gemm(g.pooled(h), c, 3));
        String gate = g.node("Sigmoid", g.gemm(squeezed, 3, c));
        return new Value(g.node("Mul", h, g.node("Unsqueeze", gate, g.longs(2, 3))), c);
      }
      case 12 -> {
        String last = g.node("Transpose", Map.of("perm", ints(0, 2, 3, 1)), h);
        String mixed = g.matMul(last, c, 4);
        return new Value(g.node("Transpose", Map.of("perm", ints(0, 3, 1, 2)), mixed), 4);
      }
      case 13 -> {
        if (c % 2 != 0) {
          return new Value(g.node("Tanh", h), c);
        }
        return random.nextBoolean()
            ? new Value(g.conv(h, c, c, 3, 1, 2), c)
            : new Value(shuffled(g, h, c), c);
      }
      case 14 -> {
        return new Value(g.node("Softmax", Map.of("axis", new Attribute.Int(1)), h), c);
      }
      default -> {
        String mean = g.node("ReduceMean", Map.of("axes", ints(1)), h);
        return new Value(g.node("Sub", h, mean), c);
      }
    }
  }

  private static String shuffled(GraphBuilder g, String h, int channels) {
    String split = g.node("Reshape", h, g.longs(0, 2, channels / 2, SIZE, SIZE));
    String mixed = g.node("Transpose", Map.of("perm", ints(0, 2, 1, 3, 4)), split);
    return g.node("Reshape", mixed, g.longs(0, channels, SIZE, SIZE));
  }
}
