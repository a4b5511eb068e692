package io.github.pleas.cli;

import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.Ties;
import io.github.pleas.symmetry.UnitGroup;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A network as a drawing in Graphviz's language: nodes are operators in the colour of the group
 * whose units they write, white where there are several, layers with a thicker line; edges are the
 * values between them in the colours of the groups whose units stand on them, in shares of its
 * elements; grey is what does not move. Constants are left out.
 */
final class GraphDrawing {
  private static final String FIXED = "#b0b0b0";
  private static final String OTHERS = "#000000";

  /** More colours on an edge cannot be told apart. */
  private static final int COLOURS = 12;

  private static final int LEGEND = 60;

  /** Neighbouring multiples of the golden ratio are far apart on the circle of hues. */
  private static final double GOLDEN = 0.6180339887;

  private static final double SATURATION = 0.9;

  private final Inspection inspection;
  private final Network network;
  private final StringBuilder text = new StringBuilder();
  private final Map<String, String> sources = new HashMap<>();

  private GraphDrawing(Inspection inspection) {
    this.inspection = inspection;
    this.network = inspection.network();
  }

  static String of(Inspection inspection) {
    return new GraphDrawing(inspection).draw();
  }

  private String draw() {
    line("digraph %s {".formatted(quoted(inspection.name())));
    line("  node [shape=box, style=filled, fillcolor=white, fontname=Helvetica, fontsize=10];");
    line("  edge [penwidth=3, arrowsize=0.6];");
    legend();
    int inputs = 0;
    for (String input : network.inputNames()) {
      String id = "input" + (inputs == 0 ? "" : inputs);
      line("  %s [shape=ellipse, label=%s];".formatted(id, quoted(input)));
      sources.put(input, id);
      inputs++;
    }
    operators();
    int outputs = 0;
    for (ValueInfo output : network.graph().outputs()) {
      String id = "output" + outputs++;
      line("  %s [shape=ellipse, label=%s];".formatted(id, quoted(output.name())));
      edge(output.name(), id);
    }
    line("}");
    return text.toString();
  }

  private void operators() {
    Set<String> layers =
        network.layers().stream().map(Layer::name).collect(Collectors.toCollection(HashSet::new));
    Set<String> unknown = new HashSet<>(inspection.symmetry().unknownOperators());
    int count = 0;
    for (Node node : network.graph().nodes()) {
      String id = "n" + count++;
      String look = fill(node) + (layers.contains(node.name()) ? ", penwidth=2.5" : "");
      if (unknown.contains(Ties.name(node))) {
        look += ", color=red, penwidth=3";
      }
      line("  %s [label=%s%s];".formatted(id, quoted(node.op() + "\n" + node.name()), look));
      Subgraphs.reads(node).stream()
          .filter(value -> !network.isConstant(value))
          .forEach(value -> edge(value, id));
      node.outputs().forEach(value -> sources.put(value, id));
    }
  }

  /** The colour of the group whose units an operator writes; none where there are several. */
  private String fill(Node node) {
    Set<Integer> groups = new LinkedHashSet<>();
    node.outputs().stream()
        .filter(network::hasValue)
        .forEach(value -> groups.addAll(shares(value).keySet()));
    groups.remove(-1);
    if (groups.size() > 1) {
      return "";
    }
    String colour = colour(groups.stream().findFirst().orElse(-1));
    return ", fillcolor=\"%s\"%s".formatted(colour, isDark(colour) ? ", fontcolor=white" : "");
  }

  /** Whether white stands out from a colour better than black (luminance of ITU-R BT.601). */
  private static boolean isDark(String colour) {
    int rgb = Integer.parseInt(colour.substring(1), 16);
    return 0.299 * (rgb >> 16) + 0.587 * (rgb >> 8 & 255) + 0.114 * (rgb & 255) < 128;
  }

  private void edge(String value, String target) {
    Map<Integer, Integer> shares = shares(value);
    String groups =
        shares.keySet().stream()
            .map(g -> g < 0 ? "fixed" : inspection.groups().get(g).name())
            .collect(Collectors.joining(", "));
    String tip = value + " " + network.shape(value) + ": " + groups;
    line(
        "  %s -> %s [color=%s, tooltip=%s];"
            .formatted(sources.get(value), target, quoted(colours(shares)), quoted(tip)));
  }

  /** How many elements of a value are each group's, and under -1 how many are nobody's. */
  private Map<Integer, Integer> shares(String value) {
    Map<Integer, Integer> shares = new LinkedHashMap<>();
    for (Symmetry.Standing standing : inspection.symmetry().standings(value)) {
      for (int group : standing.units().group()) {
        shares.merge(group, 1, Integer::sum);
      }
    }
    if (shares.isEmpty()) {
      shares.put(-1, 1);
    }
    return shares;
  }

  /** A list of colours, each but the last with its share of the edge's length. */
  private static String colours(Map<Integer, Integer> shares) {
    List<Map.Entry<Integer, Integer>> entries = new ArrayList<>(shares.entrySet());
    double total = entries.stream().mapToInt(Map.Entry::getValue).sum();
    boolean many = entries.size() > COLOURS;
    if (many) {
      entries.sort(Map.Entry.<Integer, Integer>comparingByValue(Comparator.reverseOrder()));
      entries = entries.subList(0, COLOURS - 1);
    }
    List<String> parts = new ArrayList<>();
    for (int k = 0; k < entries.size(); k++) {
      String colour = colour(entries.get(k).getKey());
      boolean last = !many && k == entries.size() - 1;
      double share = entries.get(k).getValue() / total;
      parts.add(last ? colour : String.format(Locale.ROOT, "%s;%.4f", colour, share));
    }
    if (many) {
      parts.add(OTHERS);
    }
    return String.join(":", parts);
  }

  private static String colour(int group) {
    if (group < 0) {
      return FIXED;
    }
    double hue = group * GOLDEN % 1;
    // Dark and light ones by turns.
    double value = group % 2 == 0 ? 0.85 : 0.6;
    return String.format(
        Locale.ROOT,
        "#%02x%02x%02x",
        channel(5, hue, value),
        channel(3, hue, value),
        channel(1, hue, value));
  }

  /** Red, green or blue (n = 5, 3, 1) of a hue from 0 to 1 and a value: f(n) of HSV to RGB. */
  private static int channel(int n, double hue, double value) {
    double k = (n + 6 * hue) % 6;
    double part = Math.max(0, Math.min(Math.min(k, 4 - k), 1));
    return (int) Math.round(255 * value * (1 - SATURATION * part));
  }

  private void legend() {
    StringBuilder rows = new StringBuilder();
    for (UnitGroup group : inspection.groups().stream().limit(LEGEND).toList()) {
      rows.append(
          "<TR><TD BGCOLOR=\"%s\">  </TD><TD ALIGN=\"LEFT\">%s</TD><TD ALIGN=\"RIGHT\">%d</TD></TR>"
              .formatted(colour(group.index()), escaped(group.name()), group.size()));
    }
    int more = inspection.groups().size() - LEGEND;
    if (more > 0) {
      rows.append("<TR><TD></TD><TD ALIGN=\"LEFT\">and %d more</TD></TR>".formatted(more));
    }
    rows.append(
        "<TR><TD BGCOLOR=\"%s\">  </TD><TD ALIGN=\"LEFT\">does not move</TD></TR>"
            .formatted(FIXED));
    line("  legend [shape=plaintext, label=<<TABLE BORDER=\"0\">%s</TABLE>>];".formatted(rows));
  }

  private void line(String content) {
    text.append(content).append('\n');
  }

  /** A string of Graphviz's language; a backslash in it stands for itself. */
  private static String quoted(String content) {
    return '"'
        + content.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n").replace("\r", "")
        + '"';
  }

  private static String escaped(String content) {
    return content
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replaceAll("\\p{Cntrl}", " ");
  }
}
