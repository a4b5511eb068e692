package io.github.pleas.symmetry;

import static io.github.pleas.network.GraphBuilder.ints;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Graph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Networks of a dozen random steps on images of 4 x 4, each step on what some earlier one gave:
 * whatever cuts, joins, ties or tells apart channels, in combinations that nobody would design.
 */
final class RandomNetworks {
  private static final int SIZE = 4;
  private static final int MOST = 24;
  private static final Map<String, Attribute> CHANNELS = Map.of("axis", new Attribute.Int(1));

  /** [batch, channels, 4, 4]. */
  private record Value(String name, int channels) {}

  private interface Step {
    Value of(Value v);
  }

  private final Random random;
  private final GraphBuilder g;
  private final List<Value> values = new ArrayList<>();
  private final Map<String, String> sharedWeights = new HashMap<>();
  private final RandomViews views;

  private RandomNetworks(long seed) {
    random = new Random(seed);
    g = new GraphBuilder(seed);
    views = new RandomViews(g, random, SIZE);
  }

  static Graph of(long seed) {
    return new RandomNetworks(seed).graph(8 + (int) (seed % 8));
  }

  private Graph graph(int steps) {
    values.add(new Value(g.input("x", 3, SIZE, SIZE), 3));
    int width = 4 + 2 * random.nextInt(3);
    values.add(new Value(g.relu(g.conv("x", 3, width, 3)), width));
    for (int n = 0; n < steps; n++) {
      // The latest half the time, so that the network gets deep.
      Value from = random.nextBoolean() ? values.get(values.size() - 1) : any();
      values.add(step().of(from));
    }
    Value last = values.get(values.size() - 1);
    String head = g.gemm(g.pooled(g.conv(last.name(), last.channels(), 4, 1)), 4, 3);
    // Perhaps another reader of something, and something hidden that is given out.
    Value other = any();
    String side = g.pooled(g.conv(other.name(), other.channels(), 3, 1));
    return random.nextInt(8) == 0
        ? g.build(g.add(head, side), values.get(1 + random.nextInt(values.size() - 1)).name())
        : g.build(g.add(head, side));
  }

  private Value any() {
    return values.get(random.nextInt(values.size()));
  }

  private Step step() {
    List<Step> steps =
        List.of(
            this::convolution,
            this::convolution,
            this::groups,
            this::groups,
            this::depthwise,
            this::sum,
            this::sum,
            this::product,
            this::joined,
            this::joined,
            this::scaled,
            this::gated,
            this::tokens,
            this::picked,
            this::slices,
            this::halves,
            this::norm,
            this::attention,
            this::featureAttention,
            this::spaceAndDepth,
            this::shared,
            this::recurrent,
            this::pooled,
            v -> new Value(views.of(v.name(), v.channels()), v.channels()),
            v -> new Value(views.of(v.name(), v.channels()), v.channels()),
            v -> new Value(views.shuffled(v.name(), v.channels()), v.channels()),
            this::outer,
            this::summedOverBlocks);
    return steps.get(random.nextInt(steps.size()));
  }

  /** A divisor of a number, at random. */
  private int divisor(int of) {
    int[] all = IntStream.rangeClosed(1, of).filter(d -> of % d == 0).toArray();
    return all[random.nextInt(all.length)];
  }

  private Value convolution(Value v) {
    int out = 2 + random.nextInt(7);
    String h = g.conv(v.name(), v.channels(), out, random.nextBoolean() ? 1 : 3);
    return new Value(random.nextBoolean() ? g.relu(h) : g.batchNorm(h, out), out);
  }

  private Value groups(Value v) {
    int groups = divisor(v.channels());
    int out = groups * (1 + random.nextInt(3));
    if (out > MOST) {
      return depthwise(v);
    }
    if (random.nextInt(4) == 0) {
      Map<String, Attribute> attributes =
          Map.of("group", new Attribute.Int(groups), "kernel_shape", ints(1, 1));
      String weight = g.weight(0.6, v.channels(), out / groups, 1, 1);
      return new Value(g.node("ConvTranspose", attributes, v.name(), weight), out);
    }
    return new Value(g.conv(v.name(), v.channels(), out, 1, 1, groups), out);
  }

  private Value depthwise(Value v) {
    return new Value(
        g.conv(v.name(), v.channels(), v.channels(), 3, 1, v.channels()), v.channels());
  }

  private Value like(Value v) {
    List<Value> same = values.stream().filter(o -> o.channels() == v.channels()).toList();
    return same.get(random.nextInt(same.size()));
  }

  private Value sum(Value v) {
    return new Value(g.add(v.name(), like(v).name()), v.channels());
  }

  private Value product(Value v) {
    return new Value(
        g.node("Mul", g.node("Tanh", v.name()), g.node("Sigmoid", like(v).name())), v.channels());
  }

  private Value joined(Value v) {
    Value other = any();
    if (v.channels() + other.channels() > MOST) {
      return new Value(g.node("Sigmoid", v.name()), v.channels());
    }
    String all = g.node("Concat", CHANNELS, v.name(), other.name());
    return new Value(all, v.channels() + other.channels());
  }

  private Value scaled(Value v) {
    int c = v.channels();
    int[] shape = random.nextBoolean() ? new int[] {c, 1, 1} : new int[] {1, c, 1, SIZE};
    return new Value(g.node("Mul", v.name(), g.weight(1, shape)), c);
  }

  private Value gated(Value v) {
    String squeezed = g.relu(g.gemm(g.pooled(v.name()), v.channels(), 3));
    String gate = g.node("Sigmoid", g.gemm(squeezed, 3, v.channels()));
    return new Value(
        g.node("Mul", v.name(), g.node("Unsqueeze", gate, g.longs(2, 3))), v.channels());
  }

  private String lastAxis(String image) {
    return g.node("Transpose", Map.of("perm", ints(0, 2, 3, 1)), image);
  }

  private String firstAxis(String tokens) {
    return g.node("Transpose", Map.of("perm", ints(0, 3, 1, 2)), tokens);
  }

  private Value tokens(Value v) {
    int out = 2 + random.nextInt(6);
    return new Value(firstAxis(g.matMul(lastAxis(v.name()), v.channels(), out)), out);
  }

  private Value picked(Value v) {
    int count = 1 + random.nextInt(v.channels() + 2);
    long[] which = random.ints(count, -v.channels(), v.channels()).asLongStream().toArray();
    if (random.nextBoolean()) {
      // All of them, in another order.
      List<Integer> order = new ArrayList<>(IntStream.range(0, v.channels()).boxed().toList());
      java.util.Collections.shuffle(order, random);
      which = order.stream().mapToLong(Integer::longValue).toArray();
    }
    return new Value(g.node("Gather", CHANNELS, v.name(), g.longs(which)), which.length);
  }

  private Value slices(Value v) {
    long step = random.nextBoolean() ? 1 + random.nextInt(2) : -1 - random.nextInt(2);
    long least = step > 0 ? 0 : v.channels() - 1;
    String part =
        g.node(
            "Slice",
            v.name(),
            g.longs(least),
            g.longs(step > 0 ? Long.MAX_VALUE : Long.MIN_VALUE),
            g.longs(1),
            g.longs(step));
    return new Value(part, (int) ((v.channels() + Math.abs(step) - 1) / Math.abs(step)));
  }

  /** One half goes its own way, then both are joined, perhaps the other way round. */
  private Value halves(Value v) {
    if (v.channels() < 2) {
      return v;
    }
    int first = 1 + random.nextInt(v.channels() - 1);
    int second = v.channels() - first;
    List<String> parts = g.nodes("", "Split", CHANNELS, 2, v.name(), g.longs(first, second));
    String own = g.relu(g.conv(parts.get(1), second, second, 1));
    String all =
        random.nextBoolean()
            ? g.node("Concat", CHANNELS, parts.get(0), own)
            : g.node("Concat", CHANNELS, own, parts.get(0));
    return new Value(all, v.channels());
  }

  private Value norm(Value v) {
    int c = v.channels();
    // Of something that differs from place to place.
    String h = g.add(v.name(), g.weight(1, c, SIZE, SIZE));
    return switch (random.nextInt(5)) {
      case 0 -> new Value(g.node("InstanceNormalization", h, g.positive(c), g.weight(1, c)), c);
      case 1 -> {
        String normal = g.node("LayerNormalization", lastAxis(h), g.positive(c), g.weight(1, c));
        yield new Value(firstAxis(normal), c);
      }
      case 2 -> new Value(g.node("Softmax", CHANNELS, h), c);
      case 3 -> new Value(g.node("LpNormalization", CHANNELS, h), c);
      default -> {
        int groups = divisor(c);
        String rows = g.node("Reshape", h, g.longs(0, groups, -1));
        String normal =
            g.node("InstanceNormalization", rows, g.positive(groups), g.weight(1, groups));
        String back = g.node("Reshape", normal, g.longs(0, c, SIZE, SIZE));
        yield new Value(g.node("Mul", back, g.weight(1, c, 1, 1)), c);
      }
    };
  }

  /** Tokens of an image with its units cut into heads: [batch, heads, positions, size]. */
  private String heads(String image, int heads, int size) {
    String rows = g.node("Reshape", lastAxis(image), g.longs(0, SIZE * SIZE, heads, size));
    return g.node("Transpose", Map.of("perm", ints(0, 2, 1, 3)), rows);
  }

  private String together(String heads, int channels) {
    String rows = g.node("Transpose", Map.of("perm", ints(0, 2, 1, 3)), heads);
    return firstAxis(g.node("Reshape", rows, g.longs(0, SIZE, SIZE, channels)));
  }

  private String softmax(String scores) {
    return g.node("Softmax", Map.of("axis", new Attribute.Int(-1)), g.node("Tanh", scores));
  }

  /** Sometimes the channels themselves are the queries, keys or values. */
  private String projected(Value v, int channels) {
    return v.channels() == channels && random.nextInt(3) == 0
        ? v.name()
        : g.conv(v.name(), v.channels(), channels, 1);
  }

  private Value attention(Value v) {
    int heads = 1 + random.nextInt(3);
    int size = 1 + random.nextInt(3);
    int wide = heads * size;
    int out = heads * (1 + random.nextInt(3));
    String q = heads(projected(v, wide), heads, size);
    String k = heads(projected(random.nextBoolean() ? v : any(), wide), heads, size);
    String values = heads(projected(v, out), heads, out / heads);
    String scores = g.node("MatMul", q, g.node("Transpose", Map.of("perm", ints(0, 1, 3, 2)), k));
    if (random.nextInt(3) == 0) {
      scores = g.add(scores, g.weight(1, heads, SIZE * SIZE, SIZE * SIZE));
    }
    return new Value(together(g.node("MatMul", softmax(scores), values), out), out);
  }

  /** Features attend to features, in each head. */
  private Value featureAttention(Value v) {
    int heads = 1 + random.nextInt(2);
    int size = 1 + random.nextInt(3);
    int out = heads * size;
    String q = heads(projected(v, out), heads, size);
    String k = heads(projected(v, out), heads, size);
    String scores = g.node("MatMul", g.node("Transpose", Map.of("perm", ints(0, 1, 3, 2)), q), k);
    String all = g.node("MatMul", heads(projected(v, out), heads, size), softmax(scores));
    return new Value(together(all, out), out);
  }

  private Value spaceAndDepth(Value v) {
    Map<String, Attribute> two =
        Map.of(
            "blocksize",
            new Attribute.Int(2),
            "mode",
            new Attribute.Text(random.nextBoolean() ? "DCR" : "CRD"));
    if (v.channels() % 4 == 0 && random.nextBoolean()) {
      Map<String, Attribute> halve = Map.of("kernel_shape", ints(2, 2), "strides", ints(2, 2));
      String large = g.relu(g.node("DepthToSpace", two, v.name()));
      return new Value(g.node("AveragePool", halve, large), v.channels() / 4);
    }
    String deep = g.node("SpaceToDepth", Map.of("blocksize", new Attribute.Int(2)), v.name());
    String mixed =
        v.channels() > 4
            ? g.node("Tanh", deep)
            : g.conv(deep, 4 * v.channels(), 4 * v.channels(), 1, 1, divisor(4 * v.channels()));
    return new Value(g.node("DepthToSpace", two, mixed), v.channels());
  }

  /** A weight that every convolution from as many to as many channels shares. */
  private Value shared(Value v) {
    int c = v.channels();
    String weight = sharedWeights.computeIfAbsent("w" + c, any -> g.weight(0.5, c, c, 1, 1));
    return new Value(g.relu(g.node("Conv", v.name(), weight)), c);
  }

  private Value recurrent(Value v) {
    int hidden = 2 + random.nextInt(2);
    String rows = g.node("Reshape", v.name(), g.longs(0, v.channels(), SIZE * SIZE));
    String steps = g.node("Transpose", Map.of("perm", ints(2, 0, 1)), rows);
    String all =
        g.node(
            "GRU",
            Map.of(
                "hidden_size",
                new Attribute.Int(hidden),
                "direction",
                new Attribute.Text("bidirectional")),
            steps,
            g.weight(0.5, 2, 3 * hidden, v.channels()),
            g.weight(0.5, 2, 3 * hidden, hidden),
            g.weight(0.5, 2, 6 * hidden));
    String first = g.node("Transpose", Map.of("perm", ints(2, 1, 3, 0)), all);
    return new Value(g.node("Reshape", first, g.longs(0, 2 * hidden, SIZE, SIZE)), 2 * hidden);
  }

  private Value pooled(Value v) {
    Map<String, Attribute> window = Map.of("kernel_shape", ints(3, 3), "pads", ints(1, 1, 1, 1));
    return new Value(g.node("MaxPool", window, v.name()), v.channels());
  }

  /** Every channel of one times every channel of another. */
  private Value outer(Value v) {
    Value other = any();
    int c = v.channels() * other.channels();
    if (c > MOST) {
      return sum(v);
    }
    String rows = g.node("Unsqueeze", g.node("Tanh", v.name()), g.longs(2));
    String all = g.node("Mul", rows, g.node("Unsqueeze", g.node("Tanh", other.name()), g.longs(1)));
    return new Value(g.node("Reshape", all, g.longs(0, c, SIZE, SIZE)), c);
  }

  /** The sums over the channels of each block, or over the blocks of each channel. */
  private Value summedOverBlocks(Value v) {
    int blocks = divisor(v.channels());
    String cut = g.node("Reshape", v.name(), g.longs(0, blocks, v.channels() / blocks, SIZE, SIZE));
    boolean inside = random.nextBoolean();
    String sums =
        g.node(
            random.nextBoolean() ? "ReduceMean" : "ReduceMax",
            Map.of("axes", ints(inside ? 2 : 1), "keepdims", new Attribute.Int(0)),
            cut);
    return new Value(sums, inside ? blocks : v.channels() / blocks);
  }
}
