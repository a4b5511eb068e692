package io.github.pleas.symmetry;

import static io.github.pleas.network.GraphBuilder.ints;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.onnx.Attribute;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** Steps of a random network on channels that are cut into blocks, [batch, blocks, rest, ...]. */
final class RandomViews {
  private final GraphBuilder g;
  private final Random random;
  private final int size;

  RandomViews(GraphBuilder g, Random random, int size) {
    this.g = g;
    this.random = random;
    this.size = size;
  }

  private int divisor(int of) {
    int[] all = IntStream.rangeClosed(1, of).filter(d -> of % d == 0).toArray();
    return all[random.nextInt(all.length)];
  }

  private String cut(String h, int blocks, int rest) {
    return g.node("Reshape", h, g.longs(0, blocks, rest, size, size));
  }

  private String flat(String h, int channels) {
    return g.node("Reshape", h, g.longs(0, channels, size, size));
  }

  String shuffled(String h, int channels) {
    int blocks = divisor(channels);
    String mixed =
        g.node("Transpose", Map.of("perm", ints(0, 2, 1, 3, 4)), cut(h, blocks, channels / blocks));
    return flat(mixed, channels);
  }

  /** As many channels, after something that tells blocks or what is in them apart, or does not. */
  String of(String h, int channels) {
    int blocks = divisor(channels);
    int rest = channels / blocks;
    String cut = cut(h, blocks, rest);
    boolean inside = random.nextBoolean();
    Map<String, Attribute> along = Map.of("axis", new Attribute.Int(inside ? 2 : 1));
    String changed =
        switch (random.nextInt(8)) {
          case 0 -> g.node("Mul", cut, g.weight(1, blocks, 1, 1, 1));
          case 1 -> g.node("Mul", cut, g.weight(1, rest, 1, 1));
          case 2 -> g.node("Mul", cut, g.weight(1, blocks, rest, 1, 1));
          case 3 -> g.node("Softmax", along, cut);
          case 4 -> {
            String mean = g.node("ReduceMean", Map.of("axes", ints(inside ? 2 : 1)), cut);
            yield g.node("Sub", cut, mean);
          }
          case 5 -> g.node("CumSum", g.node("Tanh", cut), g.longs(inside ? 2 : 1));
          case 6 -> {
            String gate = g.node("ReduceMean", Map.of("axes", ints(2, 3, 4)), cut);
            yield g.node("Mul", cut, g.node("Sigmoid", g.node("Mul", gate, g.weight(1, 1))));
          }
          default -> {
            // A layer on what is in a block, or on the blocks.
            String last =
                g.node(
                    "Transpose",
                    Map.of("perm", ints(0, inside ? 1 : 2, 3, 4, inside ? 2 : 1)),
                    cut);
            int length = inside ? rest : blocks;
            String mixed = g.matMul(last, length, length);
            yield g.node(
                "Transpose",
                Map.of("perm", inside ? ints(0, 1, 4, 2, 3) : ints(0, 4, 1, 2, 3)),
                mixed);
          }
        };
    return flat(changed, channels);
  }
}
