package io.github.pleas.network;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Layers on tokens read images one after another, [batch, positions, features]. PyTorch's
 * nn.MultiheadAttention works on [positions, batch, features], and on rows of it, position by
 * position; a layer does the same to each row, so that what brings the batch to the front can stand
 * before it, and what brings it back behind it. Where the graph turned the batch round only for the
 * layer, both fall away.
 */
final class BatchFirstForm {
  private final GraphEditor editor;
  private final Map<String, ValueShape> shapes;
  private final Map<String, ElementType> types;

  /** Values that nodes of this form's write. */
  private final Set<String> made = new HashSet<>();

  private BatchFirstForm(
      GraphEditor editor, Map<String, ValueShape> shapes, Map<String, ElementType> types) {
    this.editor = editor;
    this.shapes = shapes;
    this.types = types;
  }

  /**
   * Rewrites all layers that need it.
   *
   * @param shapes of all values; those of new ones are added
   * @param types likewise
   */
  static void apply(
      GraphEditor editor, Map<String, ValueShape> shapes, Map<String, ElementType> types) {
    BatchFirstForm form = new BatchFirstForm(editor, shapes, types);
    for (Node node : editor.nodes()) {
      if (node.is("MatMul") && form.isMatrix(node)) {
        form.matMul(node);
      } else if (node.is("Gemm") && form.isMatrix(node) && LinearForm.isCanonicalGemm(node)) {
        form.gemm(node);
      }
    }
    while (!form.made.isEmpty() && form.tidy()) {
      // Until nothing falls away any more.
    }
  }

  private boolean isMatrix(Node node) {
    return node.isStandard()
        && !editor.isConstant(node.input(0))
        && editor.constant(node.input(1)).filter(w -> w.isFloat() && w.rank() == 2).isPresent();
  }

  private ValueShape shape(String value) {
    ValueShape shape = shapes.get(value);
    if (shape == null) {
      throw new IllegalStateException("no shape was observed for '" + value + "'");
    }
    return shape;
  }

  /** Tokens [positions, batch, features]; with a bias added behind it that goes along. */
  private void matMul(Node node) {
    ValueShape in = shape(node.input(0));
    if (in.batchAxis() < 1 || in.batchAxis() >= in.rank() - 1) {
      return;
    }
    Optional<Node> add = bias(node);
    Node last = add.orElse(node);
    int[] front = front(in);
    Node back = replaced(last, last.output(), back(front));
    add.ifPresent(user -> editor.remove(node));
    String rows = transposed(back, node.input(0), front);
    String product = value(node.output(), moved(shape(node.output()), front));
    editor.insertBefore(
        back, node.withInputs(List.of(rows, node.input(1))).withOutputs(List.of(product)));
    String end = product;
    if (add.isPresent()) {
      end = value(last.output(), moved(shape(last.output()), front));
      String from = product;
      List<String> operands =
          last.inputs().stream().map(i -> i.equals(node.output()) ? from : i).toList();
      editor.insertBefore(back, last.withInputs(operands).withOutputs(List.of(end)));
    }
    editor.replace(back, back.withInputs(List.of(end)));
  }

  /** The Add of a constant row right behind a product. */
  private Optional<Node> bias(Node node) {
    if (!editor.hasSingleUse(node.output())) {
      return Optional.empty();
    }
    int outputs = editor.constant(node.input(1)).orElseThrow().dimension(1);
    return editor.consumers(node.output()).stream()
        .filter(user -> user.is("Add"))
        .filter(
            user ->
                user.inputs().stream()
                    .anyMatch(
                        i ->
                            editor.constant(i).filter(c -> c.size() == outputs).isPresent()
                                && editor.constant(i).orElseThrow().rank() == 1))
        .findFirst();
  }

  /** Rows [positions x batch, features], reshaped from where the batch has an axis. */
  private void gemm(Node node) {
    Optional<Node> reshape = editor.producer(node.input(0)).filter(n -> n.is("Reshape"));
    if (reshape.isEmpty() || shape(node.input(0)).batchAxis() != 0) {
      return;
    }
    String from = reshape.get().input(0);
    ValueShape in = shape(from);
    int batch = in.batchAxis();
    int before = product(in, 0, Math.max(batch, 0));
    int rows = shape(node.input(0)).dimension(0);
    int end = batch + 1;
    while (end < in.rank() && product(in, 0, end) < rows) {
      end++;
    }
    if (batch < 1 || before == 1 || product(in, 0, end) != rows) {
      return;
    }
    Tensor weight = editor.constant(node.input(1)).orElseThrow();
    int features = weight.dimension(1);
    int outputs = weight.dimension(0);
    int behind = rows / before;
    int[] tokens =
        behind == 1 ? new int[] {before, 1, features} : new int[] {before, 1, behind, features};
    ValueShape apart = new ValueShape(tokens, 1);
    int[] front = front(apart);
    Node last = replaced(node, node.output(), new int[] {0, 1});
    String cut = reshaped(last, from, apart);
    String read = transposed(last, cut, front);
    ValueShape written = with(shape(read), outputs);
    String product = value(node.output() + "_product", written);
    String matrix = editor.addConstant(node.input(1) + "_transposed", transposed(weight));
    editor.insertBefore(
        last,
        new Node(node.name(), "MatMul", "", List.of(read, matrix), List.of(product), Map.of()));
    String sum = value(node.output(), written);
    editor.insertBefore(
        last, new Node(sum, "Add", "", List.of(product, node.input(2)), List.of(sum), Map.of()));
    String back = transposed(last, sum, back(front));
    editor.replace(
        last,
        new Node(
            last.name(),
            "Reshape",
            "",
            List.of(back, target(node.output(), shape(node.output()))),
            node.outputs(),
            Map.of()));
  }

  /** A Transpose that is to be written instead of a node; its input is not known yet. */
  private Node replaced(Node old, String output, int[] order) {
    Node node =
        new Node(
            editor.freeName(output + "_back"),
            "Transpose",
            "",
            old.inputs().subList(0, 1),
            List.of(output),
            Map.of("perm", ints(order)));
    editor.replace(old, node);
    made.add(output);
    return node;
  }

  private String transposed(Node before, String from, int[] order) {
    String name = value(from + "_turned", moved(shape(from), order));
    editor.insertBefore(
        before,
        new Node(name, "Transpose", "", List.of(from), List.of(name), Map.of("perm", ints(order))));
    return name;
  }

  private String reshaped(Node before, String from, ValueShape to) {
    String name = value(from + "_tokens", to);
    editor.insertBefore(
        before,
        new Node(name, "Reshape", "", List.of(from, target(name, to)), List.of(name), Map.of()));
    return name;
  }

  private String target(String near, ValueShape shape) {
    long[] target = new long[shape.rank()];
    for (int axis = 0; axis < target.length; axis++) {
      target[axis] = axis == shape.batchAxis() ? -1 : shape.dimension(axis);
    }
    return editor.addConstant(near + "_shape", Tensor.ofLongs(new int[] {target.length}, target));
  }

  private String value(String near, ValueShape shape) {
    String name = editor.freeName(near + "_rows");
    shapes.put(name, shape);
    types.put(name, ElementType.FLOAT);
    made.add(name);
    return name;
  }

  private static Tensor transposed(Tensor weight) {
    int rows = weight.dimension(0);
    int columns = weight.dimension(1);
    float[] from = weight.floats();
    float[] turned = new float[from.length];
    for (int i = 0; i < from.length; i++) {
      turned[i % columns * rows + i / columns] = from[i];
    }
    return Tensor.ofFloats(new int[] {columns, rows}, turned);
  }

  /** The order of axes that has the batch in front. */
  private static int[] front(ValueShape shape) {
    return IntStream.concat(
            IntStream.of(shape.batchAxis()),
            IntStream.range(0, shape.rank()).filter(axis -> axis != shape.batchAxis()))
        .toArray();
  }

  private static int[] back(int[] order) {
    int[] back = new int[order.length];
    for (int axis = 0; axis < order.length; axis++) {
      back[order[axis]] = axis;
    }
    return back;
  }

  private static ValueShape moved(ValueShape shape, int[] order) {
    int[] dimensions = IntStream.of(order).map(shape::dimension).toArray();
    int batch = shape.batchAxis() < 0 ? -1 : back(order)[shape.batchAxis()];
    return new ValueShape(dimensions, batch);
  }

  private static ValueShape with(ValueShape shape, int last) {
    int[] dimensions = shape.dimensions();
    dimensions[dimensions.length - 1] = last;
    return new ValueShape(dimensions, shape.batchAxis());
  }

  private static int product(ValueShape shape, int from, int to) {
    return IntStream.range(from, to).map(shape::dimension).reduce(1, (a, b) -> a * b);
  }

  private static Attribute ints(int[] values) {
    return new Attribute.Ints(IntStream.of(values).mapToObj(v -> (long) v).toList());
  }

  /** Takes out what undoes what stands before it; whether anything changed. */
  private boolean tidy() {
    for (Node node : editor.nodes()) {
      if (!node.is("Transpose") && !node.is("Reshape")) {
        continue;
      }
      Optional<Node> before = editor.producer(node.input(0)).filter(n -> n.is(node.op()));
      boolean own = made.contains(node.output()) || made.contains(node.input(0));
      if (before.isPresent() && own && together(node, before.get())) {
        return true;
      }
    }
    return false;
  }

  private boolean together(Node node, Node before) {
    String from = before.input(0);
    if (!editor.isConstant(from) && isAsBefore(node, before) && !editor.isOutput(node.output())) {
      editor.remove(node);
      editor.redirect(node.output(), from);
      return true;
    }
    if (node.is("Reshape")) {
      List<String> inputs = new ArrayList<>(node.inputs());
      inputs.set(0, from);
      editor.replace(node, node.withInputs(inputs));
      made.add(node.output());
      return true;
    }
    int[] both = orders(node, before);
    editor.replace(node, node.withInputs(List.of(from)).withAttribute("perm", ints(both)));
    made.add(node.output());
    return true;
  }

  private boolean isAsBefore(Node node, Node before) {
    return node.is("Reshape")
        ? shape(before.input(0)).equals(shape(node.output()))
        : isInOrder(orders(node, before));
  }

  /** The order of axes that two Transposes make together. */
  private int[] orders(Node node, Node before) {
    int[] first = order(before);
    return IntStream.of(order(node)).map(axis -> first[axis]).toArray();
  }

  private int[] order(Node transpose) {
    int rank = shape(transpose.input(0)).rank();
    int[] reversed = IntStream.range(0, rank).map(axis -> rank - 1 - axis).toArray();
    return transpose.intsAttribute("perm", reversed);
  }

  private static boolean isInOrder(int[] order) {
    return IntStream.range(0, order.length).allMatch(axis -> order[axis] == axis);
  }
}
