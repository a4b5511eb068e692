package io.github.pleas.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parts of what Apache ECharts draws. Colours and formats are names that the page's script knows.
 */
final class Options {
  /** Up to so many rows a chart lies on its side and each has its name. */
  static final int NAMED_ROWS = 60;

  private Options() {}

  /** A map of keys and values in turn. */
  static Map<String, Object> map(Object... entries) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < entries.length; i += 2) {
      map.put((String) entries[i], entries[i + 1]);
    }
    return map;
  }

  /** An axis of numbers; {@code format} is one of the page's. */
  static Map<String, Object> numbers(String name, String format) {
    return map(
        "type", "value", "name", name, "scale", false, "axisLabel", map("formatter", format));
  }

  /** An axis of names. On a standing axis of many they are left to the tooltip. */
  static Map<String, Object> names(List<String> names, boolean inverse) {
    return map(
        "type",
        "category",
        "data",
        names,
        "inverse",
        inverse,
        "axisTick",
        map("show", false),
        "axisLabel",
        map("formatter", "%tail", "interval", 0));
  }

  /** The names' axis and the numbers' one, lying or standing for how many names there are. */
  static Map<String, Object> byName(List<String> names, Map<String, Object> numbers) {
    Map<String, Object> axis = names(names, true);
    if (names.size() <= NAMED_ROWS) {
      return map("yAxis", axis, "xAxis", numbers);
    }
    axis.put("inverse", false);
    axis.put("axisLabel", map("show", false));
    return map("xAxis", axis, "yAxis", numbers);
  }

  /** How high a chart by name is, in pixels. */
  static int height(int names, int legend) {
    return names <= NAMED_ROWS ? 70 + legend + 22 * names : 360;
  }

  static Map<String, Object> bar(String name, String color, List<?> data) {
    return map("type", "bar", "name", name, "data", data, "itemStyle", map("color", color));
  }
}
