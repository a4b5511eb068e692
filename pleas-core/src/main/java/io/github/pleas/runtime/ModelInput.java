package io.github.pleas.runtime;

import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.ValueInfo;
import java.nio.FloatBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/**
 * One input of a network. A sample is a set of such inputs by name: an image alone, or token ids
 * with their mask and types. Whatever its type, its numbers are handed over in single precision,
 * which holds whole numbers up to 2^24 exactly, and given to ONNX Runtime as the type says.
 *
 * @param name the value's name
 * @param type what the graph declares
 * @param shape its shape
 * @param limit where its numbers are indices into a constant: how many there are to choose from
 */
public record ModelInput(String name, ElementType type, ValueShape shape, OptionalInt limit) {
  /** Operators that hand on what their first input holds, in another shape or type. */
  private static final Set<String> HANDING_ON =
      Set.of("Cast", "Identity", "Reshape", "Unsqueeze", "Squeeze", "Flatten", "Slice", "Expand");

  /** The inputs of a graph, in its order. */
  public static List<ModelInput> of(Graph graph, Function<String, ValueShape> shapes) {
    return graph.inputs().stream()
        .map(
            input ->
                new ModelInput(
                    input.name(), input.type(), shapes.apply(input.name()), limit(graph, input)))
        .toList();
  }

  private static OptionalInt limit(Graph graph, ValueInfo input) {
    if (!input.type().isInteger()) {
      return OptionalInt.empty();
    }
    Set<String> same = new HashSet<>(Set.of(input.name()));
    int least = Integer.MAX_VALUE;
    for (Node node : graph.nodes()) {
      if (!node.isStandard() || node.inputs().isEmpty()) {
        continue;
      }
      if (handsOn(node) && same.contains(node.input(0))) {
        same.addAll(node.outputs());
      } else if (node.is("Gather")
          && same.contains(node.input(1))
          && graph.initializers().containsKey(node.input(0))) {
        int[] table = graph.initializers().get(node.input(0)).shape();
        int axis = (int) node.intAttribute("axis", 0);
        least = Math.min(least, table[Math.floorMod(axis, table.length)]);
      }
    }
    return least == Integer.MAX_VALUE ? OptionalInt.empty() : OptionalInt.of(least);
  }

  /** Whether a node hands on what its first input holds, in another shape or type. */
  public static boolean handsOn(Node node) {
    return node.isStandard() && HANDING_ON.contains(node.op());
  }

  /** Numbers in one sample. */
  public int length() {
    return Math.toIntExact(shape.elementsPerImage());
  }

  /**
   * Fills a buffer from its position to its limit with random input: normal numbers; indices within
   * their limit; and of other whole numbers, which are masks, ones up to some place of each row and
   * zeros behind it.
   */
  public void fill(FloatBuffer target, Random random) {
    if (!type.isInteger()) {
      while (target.hasRemaining()) {
        target.put((float) random.nextGaussian());
      }
    } else if (limit.isPresent()) {
      while (target.hasRemaining()) {
        target.put(random.nextInt(limit.getAsInt()));
      }
    } else {
      int row = Math.max(1, shape.rank() == 0 ? 1 : shape.dimension(shape.rank() - 1));
      while (target.hasRemaining()) {
        int ones = 1 + random.nextInt(row);
        for (int i = 0; i < row && target.hasRemaining(); i++) {
          target.put(i < ones ? 1 : 0);
        }
      }
    }
  }
}
