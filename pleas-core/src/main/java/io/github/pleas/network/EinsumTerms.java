package io.github.pleas.network;

import io.github.pleas.onnx.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The equation of an Einsum of a value and a weight: a letter for each axis.
 *
 * @param data of the value; the axes of "..." are called by numbers
 * @param weight of the weight
 * @param result of the result
 */
record EinsumTerms(List<String> data, List<String> weight, List<String> result) {
  EinsumTerms {
    data = List.copyOf(data);
    weight = List.copyOf(weight);
    result = List.copyOf(result);
  }

  /**
   * Reads an equation.
   *
   * @param node an Einsum of two operands
   * @param weight which of them is the weight
   * @param rank of the other
   * @return nothing where the weight has "...", so that its axes depend on the value's
   */
  static Optional<EinsumTerms> of(Node node, int weight, int rank) {
    String equation = node.textAttribute("equation", "").replace(" ", "");
    int arrow = equation.indexOf("->");
    String[] terms = (arrow < 0 ? equation : equation.substring(0, arrow)).split(",", -1);
    if (terms.length != 2 || terms[weight].contains(".")) {
      return Optional.empty();
    }
    int spread = rank - terms[1 - weight].replace("...", "").length();
    String result = arrow < 0 ? implicit(terms) : equation.substring(arrow + 2);
    return Optional.of(
        new EinsumTerms(
            axes(terms[1 - weight], spread), axes(terms[weight], 0), axes(result, spread)));
  }

  private static List<String> axes(String term, int spread) {
    List<String> axes = new ArrayList<>();
    for (int at = 0; at < term.length(); at++) {
      if (term.charAt(at) == '.') {
        IntStream.range(0, spread).mapToObj(Integer::toString).forEach(axes::add);
        at += 2;
      } else {
        axes.add(term.substring(at, at + 1));
      }
    }
    return axes;
  }

  /** Without an arrow the result has the letters that occur once, in alphabetical order. */
  private static String implicit(String[] terms) {
    String all = String.join("", terms);
    String letters = all.replace(".", "");
    return (letters.length() < all.length() ? "..." : "")
        + letters
            .chars()
            .sorted()
            .filter(c -> letters.indexOf(c) == letters.lastIndexOf(c))
            .mapToObj(Character::toString)
            .collect(Collectors.joining());
  }

  /**
   * Whether it is a linear layer: each axis of the value is summed over with one of the weight's,
   * or is in the result; so is each of the weight's.
   */
  boolean isLinear() {
    return isApart(data)
        && isApart(weight)
        && isApart(result)
        && !summed().isEmpty()
        && data.stream().allMatch(axis -> weight.contains(axis) != result.contains(axis))
        && weight.stream().allMatch(axis -> data.contains(axis) != result.contains(axis));
  }

  private static boolean isApart(List<String> axes) {
    return new HashSet<>(axes).size() == axes.size();
  }

  /** Axes of the value that stay, in its order. */
  List<String> rows() {
    return data.stream().filter(result::contains).toList();
  }

  /** Axes that are summed over, in the value's order. */
  List<String> summed() {
    return data.stream().filter(weight::contains).toList();
  }

  /** Axes that the weight makes, in the result's order. */
  List<String> made() {
    return result.stream().filter(weight::contains).toList();
  }

  /** For each of some axes where it stands among others. */
  static int[] places(List<String> axes, List<String> among) {
    return axes.stream().mapToInt(among::indexOf).toArray();
  }
}
