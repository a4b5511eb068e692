package io.github.pleas.network;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.ModelInput;
import io.github.pleas.runtime.ValueShape;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The shapes of a graph's inputs for a batch of one: one input of single-precision numbers, as for
 * images, or token ids with what goes along with them, [batch, tokens] each. What the graph leaves
 * free comes from the user.
 *
 * @param spatial height and width of images
 * @param tokens length of a text
 * @param asked whether that is what the user asks for
 */
record InputShapes(Optional<int[]> spatial, int tokens, boolean asked) {
  private static final Set<ElementType> TAKEN =
      EnumSet.of(ElementType.FLOAT, ElementType.INT64, ElementType.INT32, ElementType.BOOL);

  /**
   * What a graph takes.
   *
   * @throws InvalidInputException if it is something else than the above, or free where nobody says
   *     how long it is
   */
  List<ModelInput> of(Graph graph, String source) {
    List<ValueInfo> inputs = graph.inputs();
    boolean text = isText(graph);
    if (inputs.isEmpty() || inputs.size() != 1 && !text) {
      throw new InvalidInputException(
          "%s has %d inputs (%s); networks with one input of single-precision numbers, or with token ids and their masks, can be merged"
              .formatted(
                  source,
                  inputs.size(),
                  String.join(", ", inputs.stream().map(ValueInfo::name).toList())));
    }
    Map<String, ValueShape> shapes = new HashMap<>();
    for (ValueInfo input : inputs) {
      if (!TAKEN.contains(input.type())) {
        throw new InvalidInputException(
            "%s: input '%s' has type %s; expected FLOAT, or for tokens INT64, INT32 or BOOL"
                .formatted(source, input.name(), input.type()));
      }
      if (input.shape().size() < 2) {
        throw new InvalidInputException(
            "%s: input '%s' declares %d dimensions; expected a batch axis and at least one more"
                .formatted(source, input.name(), input.shape().size()));
      }
      int[] shape = new int[input.shape().size()];
      shape[0] = 1;
      for (int axis = 1; axis < shape.length; axis++) {
        shape[axis] = text ? tokens(input, axis, source) : length(input, axis, source);
      }
      shapes.put(input.name(), new ValueShape(shape, 0));
    }
    return ModelInput.of(graph, name -> shapes.getOrDefault(name, new ValueShape(new int[0], -1)));
  }

  /** Whether a graph takes tokens: whole numbers among its inputs. */
  static boolean isText(Graph graph) {
    return graph.inputs().stream().anyMatch(input -> input.type().isInteger());
  }

  private int tokens(ValueInfo input, int axis, String source) {
    ValueInfo.Dimension declared = input.shape().get(axis);
    if (declared.isFree()) {
      if (axis == 1) {
        return tokens;
      }
      throw new InvalidInputException(
          "%s: axis %d of input '%s' is free; only the batch and the tokens may be"
              .formatted(source, axis, input.name()));
    }
    if (axis == 1 && asked && tokens != declared.size()) {
      throw new InvalidInputException(
          "%s takes %s tokens in '%s'; --max-tokens asks for %d"
              .formatted(source, declared, input.name(), tokens));
    }
    return Math.toIntExact(declared.size());
  }

  private int length(ValueInfo input, int axis, String source) {
    ValueInfo.Dimension declared = input.shape().get(axis);
    boolean image = input.shape().size() == 4 && axis >= 2;
    if (declared.isFree()) {
      if (image && spatial.isPresent()) {
        return spatial.get()[axis - 2];
      }
      throw new InvalidInputException(
          image
              ? "%s: axis %d of input '%s' is free; give the size of the images by --input-size HxW"
                  .formatted(source, axis, input.name())
              : "%s: axis %d of input '%s' is free; only the batch and, for images, height and width may be"
                  .formatted(source, axis, input.name()));
    }
    if (image && spatial.isPresent() && spatial.get()[axis - 2] != declared.size()) {
      throw new InvalidInputException(
          "%s takes images of %s x %s; --input-size asks for %d x %d"
              .formatted(
                  source,
                  input.shape().get(2),
                  input.shape().get(3),
                  spatial.get()[0],
                  spatial.get()[1]));
    }
    return Math.toIntExact(declared.size());
  }
}
