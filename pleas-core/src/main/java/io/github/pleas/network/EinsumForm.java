package io.github.pleas.network;

import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.runtime.ValueShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An Einsum of a value with a weight is a linear layer where no axis of both is in the result, too:
 * heads cut apart, "btd,dhk->bthk", and joined, "bthk,hkd->btd". In canonical form it is a product
 * of rows with a matrix [inputs, outputs], and the Add of a bias right behind it, between whatever
 * Transposes and Reshapes it takes.
 */
final class EinsumForm {
  private final GraphEditor editor;
  private final Node node;
  private final int weight;
  private final EinsumTerms terms;
  private final Map<String, ValueShape> shapes;
  private final Map<String, ElementType> types;
  private final List<Step> steps = new ArrayList<>();

  /** One of the nodes that take the place of an Einsum, each of which reads the one before it. */
  private record Step(
      Optional<String> name,
      String op,
      List<String> others,
      Map<String, Attribute> attributes,
      ValueShape shape) {}

  private EinsumForm(
      GraphEditor editor,
      Node node,
      int weight,
      EinsumTerms terms,
      Map<String, ValueShape> shapes,
      Map<String, ElementType> types) {
    this.editor = editor;
    this.node = node;
    this.weight = weight;
    this.terms = terms;
    this.shapes = shapes;
    this.types = types;
  }

  /**
   * Rewrites an Einsum, if it is a linear layer.
   *
   * @param shapes of all values; those of new ones are added
   * @param types likewise
   */
  static void apply(
      GraphEditor editor,
      Node node,
      Map<String, ValueShape> shapes,
      Map<String, ElementType> types) {
    if (node.inputs().size() != 2) {
      return;
    }
    int weight = editor.isConstant(node.input(0)) ? 0 : 1;
    ValueShape in = shapes.get(node.input(1 - weight));
    Optional<Tensor> tensor = editor.constant(node.input(weight)).filter(Tensor::isFloat);
    if (in == null || tensor.isEmpty() || editor.isConstant(node.input(1 - weight))) {
      return;
    }
    EinsumTerms.of(node, weight, in.rank())
        .filter(EinsumTerms::isLinear)
        .filter(terms -> meet(terms, in, tensor.get()))
        .map(terms -> new EinsumForm(editor, node, weight, terms, shapes, types))
        .ifPresent(form -> form.rewrite(in, tensor.get()));
  }

  /** Whether what is summed over is as long in both, and not the batch. */
  private static boolean meet(EinsumTerms terms, ValueShape in, Tensor weight) {
    return in.elementsPerImage() > 0
        && weight.size() > 0
        && terms.summed().stream()
            .allMatch(
                axis ->
                    terms.data().indexOf(axis) != in.batchAxis()
                        && in.dimension(terms.data().indexOf(axis))
                            == weight.dimension(terms.weight().indexOf(axis)));
  }

  private void rewrite(ValueShape in, Tensor given) {
    int rows = terms.rows().size();
    int[] made =
        terms.made().stream().mapToInt(a -> given.dimension(terms.weight().indexOf(a))).toArray();
    int outputs = Arrays.stream(made).reduce(1, (a, b) -> a * b);
    ValueShape turned = transpose(in, joined(terms.rows(), terms.summed()), terms.data());
    ValueShape read = reshape(turned, rows, given.size() / outputs);
    ValueShape written = with(read, rows, outputs);
    String matrix = matrix(given, outputs);
    steps.add(new Step(Optional.of(node.name()), "MatMul", List.of(matrix), Map.of(), written));
    Optional<Node> add = bias(outputs);
    add.ifPresent(user -> steps.add(sum(user, written, outputs)));
    ValueShape apart = reshape(written, rows, made);
    transpose(apart, terms.result(), joined(terms.rows(), terms.made()));
    add.ifPresent(editor::remove);
    String output = add.orElse(node).output();
    Node product = write(output);
    LinearForm.matMul(editor, product, written.rank());
  }

  /** The axes in another order, if it is one. */
  private ValueShape transpose(ValueShape shape, List<String> to, List<String> from) {
    int[] order = EinsumTerms.places(to, from);
    if (Arrays.equals(order, IntStream.range(0, order.length).toArray())) {
      return shape;
    }
    int[] dimensions = Arrays.stream(order).map(shape::dimension).toArray();
    int batch = shape.batchAxis() < 0 ? -1 : place(order, shape.batchAxis());
    ValueShape turned = new ValueShape(dimensions, batch);
    Attribute perm =
        new Attribute.Ints(Arrays.stream(order).mapToObj(axis -> (long) axis).toList());
    steps.add(new Step(Optional.empty(), "Transpose", List.of(), Map.of("perm", perm), turned));
    return turned;
  }

  private static int place(int[] order, int axis) {
    return IntStream.range(0, order.length).filter(k -> order[k] == axis).findFirst().orElseThrow();
  }

  /** The axes from one on with other lengths, if they have others. */
  private ValueShape reshape(ValueShape shape, int from, int... lengths) {
    ValueShape cut = with(shape, from, lengths);
    if (cut.equals(shape)) {
      return shape;
    }
    long[] target =
        IntStream.range(0, cut.rank())
            .mapToLong(axis -> axis == cut.batchAxis() ? -1 : cut.dimension(axis))
            .toArray();
    String name =
        editor.addConstant(
            node.output() + "_shape", Tensor.ofLongs(new int[] {target.length}, target));
    steps.add(new Step(Optional.empty(), "Reshape", List.of(name), Map.of(), cut));
    return cut;
  }

  private static ValueShape with(ValueShape shape, int from, int... lengths) {
    int[] dimensions =
        IntStream.concat(Arrays.stream(shape.dimensions()).limit(from), Arrays.stream(lengths))
            .toArray();
    return new ValueShape(dimensions, shape.batchAxis());
  }

  private static List<String> joined(List<String> first, List<String> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  /** The weight as a matrix [inputs, outputs]. */
  private String matrix(Tensor given, int outputs) {
    int[] order = EinsumTerms.places(joined(terms.summed(), terms.made()), terms.weight());
    int[] lengths = Arrays.stream(order).map(given::dimension).toArray();
    int[] steps = new int[order.length];
    for (int k = 0; k < order.length; k++) {
      steps[k] =
          IntStream.range(order[k] + 1, given.rank())
              .map(given::dimension)
              .reduce(1, (a, b) -> a * b);
    }
    float[] from = given.floats();
    float[] to = new float[from.length];
    for (int e = 0; e < to.length; e++) {
      int at = 0;
      int rest = e;
      for (int k = order.length - 1; k >= 0; k--) {
        at += rest % lengths[k] * steps[k];
        rest /= lengths[k];
      }
      to[e] = from[at];
    }
    Tensor matrix = Tensor.ofFloats(new int[] {to.length / outputs, outputs}, to);
    return LinearForm.constant(editor, node.input(weight), given, matrix);
  }

  /** The Add, right behind the Einsum, of a constant that has a number for each output. */
  private Optional<Node> bias(int outputs) {
    return editor.hasSingleUse(node.output())
        ? editor.consumers(node.output()).stream()
            .filter(user -> user.is("Add"))
            .filter(
                user -> editor.constant(added(user)).filter(b -> isBias(b, outputs)).isPresent())
            .findFirst()
        : Optional.empty();
  }

  private String added(Node add) {
    return add.input(add.input(0).equals(node.output()) ? 1 : 0);
  }

  private boolean isBias(Tensor constant, int outputs) {
    int first = terms.result().size() - constant.rank();
    int[] lengths = editor.constant(node.input(weight)).orElseThrow().shape();
    return constant.isFloat()
        && first >= 0
        && constant.size() == outputs
        && IntStream.range(0, constant.rank())
            .allMatch(
                axis ->
                    constant.dimension(axis) == 1
                        || isAsLong(
                            constant.dimension(axis), terms.result().get(first + axis), lengths));
  }

  /** Whether it has the length of an axis that the weight makes: a longer one would broadcast. */
  private boolean isAsLong(int length, String axis, int[] lengths) {
    int place = terms.weight().indexOf(axis);
    return place >= 0 && lengths[place] == length;
  }

  private Step sum(Node add, ValueShape shape, int outputs) {
    Tensor given = editor.constant(added(add)).orElseThrow();
    String bias =
        LinearForm.constant(editor, added(add), given, given.reshaped(new int[] {outputs}));
    return new Step(Optional.of(add.name()), "Add", List.of(bias), Map.of(), shape);
  }

  /** Puts the steps in the Einsum's place; the product among them. */
  private Node write(String output) {
    Optional<Node> product = Optional.empty();
    String from = node.input(1 - weight);
    for (int k = 0; k < steps.size(); k++) {
      Step step = steps.get(k);
      boolean last = k == steps.size() - 1;
      String to = last ? output : editor.freeName(node.output() + "_step" + k);
      shapes.put(to, step.shape());
      types.put(to, ElementType.FLOAT);
      List<String> inputs = joined(List.of(from), step.others());
      String name = step.name().orElse(node.name() + "_step" + k);
      Node made = new Node(name, step.op(), "", inputs, List.of(to), step.attributes());
      if (last) {
        editor.replace(node, made);
      } else {
        editor.insertBefore(node, made);
      }
      product = step.op().equals("MatMul") ? Optional.of(made) : product;
      from = to;
    }
    return product.orElseThrow();
  }
}
