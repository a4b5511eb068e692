package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Products of matrices: the operands meet at the labels of Einstein's notation, and the sum is
 * taken over those that the output lacks. A constant that alone has a label of the output is a
 * layer's weight: it makes new units.
 */
final class ContractionRules {
  private ContractionRules() {}

  /** MatMul: X [..., m, k], Y [..., k, n]; a vector lacks m or n. */
  static void matMul(Node node, Ties ties) {
    matMul(node, ties, node.input(0), node.input(1), node.output());
  }

  private static void matMul(Node node, Ties ties, String x, String y, String output) {
    int rankX = ties.shape(x).rank();
    int rankY = ties.shape(y).rank();
    int batch = Math.max(Math.max(rankX, rankY) - 2, 0);
    int m = batch;
    int n = batch + 1;
    int k = batch + 2;
    List<Integer> result = new ArrayList<>();
    IntStream.range(0, batch).forEach(result::add);
    int[] labelsX = labels(rankX, batch, rankX > 1 ? new int[] {m, k} : new int[] {k});
    int[] labelsY = labels(rankY, batch, rankY > 1 ? new int[] {k, n} : new int[] {k});
    if (rankX > 1) {
      result.add(m);
    }
    if (rankY > 1) {
      result.add(n);
    }
    contract(node, ties, Map.of(0, labelsX, 1, labelsY), batch + 3, result, output);
  }

  private static int[] labels(int rank, int batch, int[] last) {
    int[] labels = new int[rank];
    for (int axis = 0; axis < rank; axis++) {
      int fromEnd = rank - axis;
      labels[axis] =
          fromEnd <= last.length ? last[last.length - fromEnd] : batch - (fromEnd - last.length);
    }
    return labels;
  }

  /** Gemm: A [m, k] or its transpose, B [k, n] or its transpose, C broadcast to [m, n]. */
  static void gemm(Node node, Ties ties) {
    int[] a = node.intAttribute("transA", 0) == 0 ? new int[] {0, 2} : new int[] {2, 0};
    int[] b = node.intAttribute("transB", 0) == 0 ? new int[] {2, 1} : new int[] {1, 2};
    List<Elements> product = product(node, ties, Map.of(0, a, 1, b), 3, List.of(0, 1));
    int[] out = ties.shape(node.output()).dimensions();
    Meeting sum = new Meeting(node, ties, out);
    sum.add(product, new int[] {0, 1}, out);
    if (node.hasInput(2)) {
      sum.add(node.input(2), sum.aligned(ties.shape(node.input(2)).rank()));
    }
    Meeting.assign(node.output(), sum.meet(), ties);
  }

  /** Einsum: labels are letters; "..." stands for axes aligned at the last. */
  static void einsum(Node node, Ties ties) {
    String equation = node.textAttribute("equation", "").replace(" ", "");
    int arrow = equation.indexOf("->");
    String[] terms = (arrow < 0 ? equation : equation.substring(0, arrow)).split(",", -1);
    int spread = 0;
    for (int i = 0; i < terms.length; i++) {
      if (terms[i].contains("...")) {
        spread = Math.max(spread, ties.shape(node.input(i)).rank() - (terms[i].length() - 3));
      }
    }
    Map<String, Integer> numbers = new LinkedHashMap<>();
    Map<Integer, int[]> operands = new LinkedHashMap<>();
    for (int i = 0; i < terms.length; i++) {
      int own = ties.shape(node.input(i)).rank() - terms[i].replace("...", "").length();
      List<String> names = names(terms[i], own, spread);
      if (new HashSet<>(names).size() < names.size()) {
        ties.fixInputs(node, Ties.name(node) + " takes a diagonal");
        return;
      }
      names.forEach(name -> numbers.putIfAbsent(name, numbers.size()));
      operands.put(
          i,
          names.stream()
              .mapToInt(name -> java.util.Objects.requireNonNull(numbers.get(name)))
              .toArray());
    }
    String right = arrow < 0 ? implicit(terms, spread > 0) : equation.substring(arrow + 2);
    List<Integer> result =
        names(right, spread, spread).stream()
            .map(name -> java.util.Objects.requireNonNull(numbers.get(name)))
            .toList();
    contract(node, ties, operands, numbers.size(), result, node.output());
  }

  /** A name for each axis of a term; those of "..." are numbered from the last. */
  static List<String> names(String term, int own, int spread) {
    List<String> names = new ArrayList<>();
    for (int at = 0; at < term.length(); at++) {
      if (term.charAt(at) == '.') {
        IntStream.range(spread - own, spread).forEach(k -> names.add("." + k));
        at += 2;
      } else {
        names.add(term.substring(at, at + 1));
      }
    }
    return names;
  }

  /** Without an arrow the output has the letters that occur once, in alphabetical order. */
  static String implicit(String[] terms, boolean spread) {
    String all = String.join("", terms).replace(".", "");
    StringBuilder once = new StringBuilder(spread ? "..." : "");
    all.chars()
        .distinct()
        .sorted()
        .filter(c -> all.indexOf(c) == all.lastIndexOf(c))
        .forEach(c -> once.append((char) c));
    return once.toString();
  }

  private static void contract(
      Node node,
      Ties ties,
      Map<Integer, int[]> operands,
      int labels,
      List<Integer> result,
      String output) {
    List<Elements> left = product(node, ties, operands, labels, result);
    for (Elements e : left) {
      ties.assign(output, ties.renamed(e, result::indexOf));
    }
  }

  private static List<Elements> product(
      Node node, Ties ties, Map<Integer, int[]> operands, int labels, List<Integer> result) {
    int[] lengths = new int[labels];
    Arrays.fill(lengths, 1);
    operands.forEach(
        (input, own) -> {
          int[] shape = ties.shape(node.input(input)).dimensions();
          for (int axis = 0; axis < own.length; axis++) {
            lengths[own[axis]] = Math.max(lengths[own[axis]], shape[axis]);
          }
        });
    Meeting meeting = new Meeting(node, ties, lengths);
    operands.keySet().stream()
        .sorted()
        .forEach(
            input ->
                meeting.add(
                    node.input(input), java.util.Objects.requireNonNull(operands.get(input))));
    Set<Integer> kept = Set.copyOf(result);
    List<Elements> met = meeting.meet(kept::contains);
    ties.keepTogether(node, met);
    return meeting.remaining(met, kept::contains);
  }
}
