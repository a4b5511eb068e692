package io.github.pleas.symmetry;

import static io.github.pleas.network.GraphBuilder.ints;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Networks of random steps on arrays of any rank: axes are turned, cut and joined, with the batch
 * on any of them, and what is done along one axis has no meaning but its own.
 */
final class RandomArrays {
  private static final int MOST = 400;

  /**
   * An array.
   *
   * @param lengths of its axes for one image
   * @param batch the axis of the batch
   */
  private record Value(String name, int[] lengths, int batch) {
    int rank() {
      return lengths.length;
    }

    int size() {
      return Arrays.stream(lengths).reduce(1, (a, b) -> a * b);
    }

    Value named(String other) {
      return new Value(other, lengths, batch);
    }

    Value with(String other, int axis, int length) {
      int[] changed = lengths.clone();
      changed[axis] = length;
      return new Value(other, changed, batch);
    }
  }

  private final Random random;
  private final GraphBuilder g;
  private final List<Value> values = new ArrayList<>();

  private RandomArrays(long seed) {
    random = new Random(seed);
    g = new GraphBuilder(seed);
  }

  static Graph of(long seed, int steps) {
    return new RandomArrays(seed).graph(steps);
  }

  private Graph graph(int steps) {
    String x = g.input("x", 3, 2, 3);
    int units = 4 + 2 * random.nextInt(3);
    values.add(new Value(g.relu(g.conv(x, 3, units, 3)), new int[] {1, units, 2, 3}, 0));
    // Units on several axes together: any two of them are interchangeable, to begin with.
    int[][] shapes = {{1, 2, 3, 4}, {1, 4, 6}, {1, 3, 2, 2, 2}, {1, 24}, {1, 3, 4, 2}};
    int[] shape = shapes[random.nextInt(shapes.length)];
    String made = g.node("Tanh", g.gemm(g.node("Flatten", x), 18, 24));
    values.add(reshaped(new Value(made, new int[] {1, 24}, 0), shape, 0));
    List<UnaryOperator<Value>> all =
        List.of(
            this::turned,
            this::turned,
            this::cut,
            this::cut,
            this::merged,
            this::merged,
            this::layer,
            this::layer,
            this::leftLayer,
            this::batchedLayer,
            this::scaled,
            this::scaled,
            this::plus,
            this::plus,
            this::reduced,
            this::softmax,
            this::cumulated,
            this::sliced,
            this::gathered,
            this::joined,
            this::joined,
            this::tiled,
            this::normal,
            this::padded,
            this::squares,
            this::outer,
            this::spread,
            this::chosen);
    for (int n = 0; n < steps; n++) {
      Value v = random.nextBoolean() ? values.get(values.size() - 1) : any();
      Value next = all.get(random.nextInt(all.size())).apply(v);
      if (next.size() <= MOST) {
        values.add(next);
      }
    }
    String sum = head(values.get(values.size() - 1));
    return g.build(g.add(sum, g.add(head(any()), head(any()))));
  }

  private String head(Value v) {
    String flat = g.node("Reshape", front(v).name(), g.longs(-1, v.size()));
    return g.gemm(g.node("Tanh", flat), v.size(), 3);
  }

  private Value any() {
    return values.get(random.nextInt(values.size()));
  }

  /** An axis that is not the batch's, or -1. */
  private int axis(Value v) {
    int[] all = IntStream.range(0, v.rank()).filter(a -> a != v.batch()).toArray();
    return all.length == 0 ? -1 : all[random.nextInt(all.length)];
  }

  private Value turned(Value v, List<Integer> order) {
    if (order.equals(order.stream().sorted().toList())) {
      // ONNX Runtime 1.28 takes every Transpose of a matrix before a Gemm for one that turns it.
      return v;
    }
    long[] perm = order.stream().mapToLong(Integer::longValue).toArray();
    String out = g.node("Transpose", Map.of("perm", ints(perm)), v.name());
    int[] lengths = order.stream().mapToInt(a -> v.lengths()[a]).toArray();
    return new Value(out, lengths, order.indexOf(v.batch()));
  }

  private Value turned(Value v) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, v.rank()).boxed().toList());
    Collections.shuffle(order, random);
    return turned(v, order);
  }

  private Value front(Value v) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, v.rank()).boxed().toList());
    order.remove(Integer.valueOf(v.batch()));
    order.add(0, v.batch());
    return turned(v, order);
  }

  private Value reshaped(Value v, int[] lengths, int batch) {
    long[] shape = Arrays.stream(lengths).asLongStream().toArray();
    shape[batch] = -1;
    return new Value(g.node("Reshape", v.name(), g.longs(shape)), lengths, batch);
  }

  /** One axis in two; of the batch's, the batch stays before or behind. */
  private Value cut(Value v) {
    int axis = random.nextInt(v.rank());
    int length = v.lengths()[axis];
    int[] divisors = IntStream.rangeClosed(1, length).filter(d -> length % d == 0).toArray();
    int first = divisors[random.nextInt(divisors.length)];
    if (v.rank() > 5) {
      return merged(v);
    }
    int[] lengths = new int[v.rank() + 1];
    for (int a = 0; a < v.rank(); a++) {
      lengths[a < axis ? a : a + 1] = v.lengths()[a];
    }
    lengths[axis] = first;
    lengths[axis + 1] = length / first;
    int batch = axis < v.batch() ? v.batch() + 1 : v.batch();
    return reshaped(v, lengths, batch);
  }

  /** Two neighbours in one. */
  private Value merged(Value v) {
    if (v.rank() < 3) {
      return v;
    }
    int axis = random.nextInt(v.rank() - 1);
    int[] lengths = new int[v.rank() - 1];
    Arrays.fill(lengths, 1);
    for (int a = 0; a < v.rank(); a++) {
      lengths[a <= axis ? a : a - 1] *= v.lengths()[a];
    }
    return reshaped(v, lengths, v.batch() > axis ? v.batch() - 1 : v.batch());
  }

  private Value last(Value v, int axis) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, v.rank()).boxed().toList());
    order.remove(Integer.valueOf(axis));
    order.add(axis);
    return turned(v, order);
  }

  private Value layer(Value v) {
    int axis = axis(v);
    if (axis < 0) {
      return v;
    }
    Value turned = last(v, axis);
    int in = v.lengths()[axis];
    int out = 2 + random.nextInt(4);
    return turned.with(g.node("Tanh", g.matMul(turned.name(), in, out)), turned.rank() - 1, out);
  }

  /** A matrix on the left of the last two axes. */
  private Value leftLayer(Value v) {
    int axis = v.rank() - 2;
    if (axis < 0 || axis == v.batch()) {
      return v;
    }
    int out = 2 + random.nextInt(3);
    String weight = g.weight(0.5, out, v.lengths()[axis]);
    return v.with(g.node("MatMul", weight, v.name()), axis, out);
  }

  /** A matrix for each place of an axis. */
  private Value batchedLayer(Value v) {
    int rank = v.rank();
    if (rank < 3 || v.batch() >= rank - 3 && v.batch() != rank - 2) {
      return v;
    }
    int out = 2 + random.nextInt(3);
    String weight = g.weight(0.5, v.lengths()[rank - 3], v.lengths()[rank - 1], out);
    return v.with(g.node("Tanh", g.node("MatMul", v.name(), weight)), rank - 1, out);
  }

  private Value scaled(Value v) {
    int[] shape = v.lengths().clone();
    for (int a = 0; a < shape.length; a++) {
      shape[a] = a == v.batch() || random.nextBoolean() ? 1 : shape[a];
    }
    int drop = random.nextInt(v.rank());
    int[] short_ = Arrays.copyOfRange(shape, drop, shape.length);
    return v.named(g.node(random.nextBoolean() ? "Mul" : "Add", v.name(), g.weight(1, short_)));
  }

  private Value plus(Value v) {
    List<Value> same =
        values.stream()
            .filter(o -> Arrays.equals(o.lengths(), v.lengths()) && o.batch() == v.batch())
            .toList();
    Value other = same.isEmpty() ? v : same.get(random.nextInt(same.size()));
    String tanh = g.node("Tanh", other.name());
    return v.named(g.node(random.nextBoolean() ? "Mul" : "Add", v.name(), tanh));
  }

  private Value reduced(Value v) {
    int axis = axis(v);
    if (axis < 0) {
      return v;
    }
    boolean keep = random.nextBoolean() || v.rank() < 3;
    String op = List.of("ReduceMean", "ReduceMax", "ReduceSumSquare").get(random.nextInt(3));
    String out =
        g.node(
            op, Map.of("axes", ints(axis), "keepdims", new Attribute.Int(keep ? 1 : 0)), v.name());
    if (keep && random.nextBoolean()) {
      return v.named(g.node("Sub", v.name(), out));
    }
    if (keep) {
      return v.with(out, axis, 1);
    }
    int[] lengths =
        IntStream.range(0, v.rank()).filter(a -> a != axis).map(a -> v.lengths()[a]).toArray();
    return new Value(out, lengths, v.batch() > axis ? v.batch() - 1 : v.batch());
  }

  private Value along(Value v, String op) {
    int axis = axis(v);
    return axis < 0 ? v : v.named(g.node(op, Map.of("axis", new Attribute.Int(axis)), v.name()));
  }

  private Value softmax(Value v) {
    return along(v, random.nextBoolean() ? "Softmax" : "LpNormalization");
  }

  private Value cumulated(Value v) {
    int axis = axis(v);
    return axis < 0 ? v : v.named(g.node("CumSum", g.node("Tanh", v.name()), g.longs(axis)));
  }

  private Value sliced(Value v) {
    int axis = axis(v);
    if (axis < 0 || v.lengths()[axis] < 2) {
      return v;
    }
    long step = random.nextBoolean() ? -1 : 2;
    String out =
        g.node(
            "Slice",
            v.name(),
            g.longs(step < 0 ? -1 : 0),
            g.longs(step < 0 ? Long.MIN_VALUE : Long.MAX_VALUE),
            g.longs(axis),
            g.longs(step));
    return v.with(out, axis, step < 0 ? v.lengths()[axis] : (v.lengths()[axis] + 1) / 2);
  }

  private Value gathered(Value v) {
    int axis = axis(v);
    if (axis < 0) {
      return v;
    }
    int length = v.lengths()[axis];
    Map<String, Attribute> along = Map.of("axis", new Attribute.Int(axis));
    if (v.rank() > 2 && random.nextInt(3) == 0) {
      String one = g.constant(Tensor.ofLongs(new int[0], new long[] {random.nextInt(length)}));
      int[] lengths =
          IntStream.range(0, v.rank()).filter(a -> a != axis).map(a -> v.lengths()[a]).toArray();
      return new Value(
          g.node("Gather", along, v.name(), one),
          lengths,
          v.batch() > axis ? v.batch() - 1 : v.batch());
    }
    long[] which = random.ints(length + random.nextInt(2), 0, length).asLongStream().toArray();
    if (random.nextBoolean()) {
      List<Integer> order = new ArrayList<>(IntStream.range(0, length).boxed().toList());
      Collections.shuffle(order, random);
      which = order.stream().mapToLong(Integer::longValue).toArray();
    }
    return v.with(g.node("Gather", along, v.name(), g.longs(which)), axis, which.length);
  }

  private Value joined(Value v) {
    int axis = axis(v);
    if (axis < 0) {
      return v;
    }
    List<Value> fit =
        values.stream()
            .filter(o -> o.rank() == v.rank() && o.batch() == v.batch())
            .filter(
                o ->
                    IntStream.range(0, v.rank())
                        .allMatch(a -> a == axis || o.lengths()[a] == v.lengths()[a]))
            .toList();
    Value other = fit.isEmpty() ? v : fit.get(random.nextInt(fit.size()));
    String out =
        g.node("Concat", Map.of("axis", new Attribute.Int(axis)), v.name(), g.relu(other.name()));
    return v.with(out, axis, v.lengths()[axis] + other.lengths()[axis]);
  }

  private Value tiled(Value v) {
    int axis = axis(v);
    if (axis < 0) {
      return v;
    }
    long[] times = new long[v.rank()];
    Arrays.fill(times, 1);
    times[axis] = 2;
    return v.with(g.node("Tile", v.name(), g.longs(times)), axis, 2 * v.lengths()[axis]);
  }

  private Value normal(Value v) {
    int rank = v.rank();
    if (v.batch() == rank - 1) {
      return v;
    }
    String differing = g.node("Add", v.name(), g.weight(1, v.lengths()[rank - 1]));
    String scale = g.positive(v.lengths()[rank - 1]);
    return v.named(g.node("LayerNormalization", differing, scale));
  }

  private Value padded(Value v) {
    int axis = axis(v);
    if (axis < 0) {
      return v;
    }
    long[] pads = new long[2 * v.rank()];
    pads[axis] = 1;
    return v.with(g.node("Pad", v.name(), g.longs(pads)), axis, v.lengths()[axis] + 1);
  }

  /** The products of all pairs along the last axis but one. */
  private Value squares(Value v) {
    int rank = v.rank();
    if (rank < 3 || v.batch() >= rank - 2) {
      return v;
    }
    List<Integer> order = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
    Collections.swap(order, rank - 1, rank - 2);
    String small = g.node("Tanh", v.name());
    String out = g.node("MatMul", small, turned(v.named(g.relu(small)), order).name());
    return v.with(out, rank - 1, v.lengths()[rank - 2]);
  }

  /** Every place of one axis times every place of another value's. */
  private Value outer(Value v) {
    Value a = front(v);
    Value b = front(any());
    if (a.lengths()[0] != 1 || b.lengths()[0] != 1) {
      return v;
    }
    int m = a.size();
    int n = b.size();
    if (m * n > MOST) {
      return v;
    }
    String rows = g.node("Reshape", g.node("Tanh", a.name()), g.longs(-1, m, 1));
    String columns = g.node("Reshape", g.node("Tanh", b.name()), g.longs(-1, 1, n));
    return new Value(g.node("Mul", rows, columns), new int[] {1, m, n}, 0);
  }

  /** What an axis of one place has, at three. */
  private Value spread(Value v) {
    for (int a = 0; a < v.rank(); a++) {
      if (a != v.batch() && v.lengths()[a] == 1) {
        long[] shape = new long[v.rank()];
        Arrays.fill(shape, 1);
        shape[a] = 3;
        return v.with(g.node("Expand", v.name(), g.longs(shape)), a, 3);
      }
    }
    return v;
  }

  /** Where something is positive one thing, else the other. */
  private Value chosen(Value v) {
    String positive = g.node("Greater", v.name(), g.weight(0.3, 1));
    return v.named(g.node("Where", positive, v.name(), g.node("Mul", v.name(), g.weight(1, 1))));
  }
}
