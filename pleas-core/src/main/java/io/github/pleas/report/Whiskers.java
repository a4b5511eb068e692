package io.github.pleas.report;

import static io.github.pleas.report.Options.map;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Intervals as lines through the dots of a chart: a series by itself that answers to no mouse. */
final class Whiskers {
  private final boolean upright;
  private final List<Object> ends = new ArrayList<>();

  private Whiskers(boolean upright) {
    this.upright = upright;
  }

  /** Intervals of what the vertical axis shows. */
  static Whiskers upright() {
    return new Whiskers(true);
  }

  /** Intervals of what the horizontal axis shows. */
  static Whiskers lying() {
    return new Whiskers(false);
  }

  /**
   * Adds an interval.
   *
   * @param at where on the other axis
   */
  void add(Object at, Object low, Object high) {
    ends.add(upright ? List.of(at, low) : List.of(low, at));
    ends.add(upright ? List.of(at, high) : List.of(high, at));
    ends.add(List.of("-", "-")); // where the line is broken off
  }

  /** The series, with the name and the colour of its dots. */
  Map<String, Object> series(String name, String color) {
    return map(
        "type",
        "line",
        "name",
        name,
        "data",
        ends,
        "symbol",
        "rect",
        "symbolSize",
        upright ? List.of(8, 1) : List.of(2, 10),
        "silent",
        true,
        "lineStyle",
        map("width", upright ? 1.5 : 2, "color", color, "opacity", upright ? 0.7 : 1),
        "itemStyle",
        map("color", color),
        "tooltip",
        map("show", false));
  }
}
