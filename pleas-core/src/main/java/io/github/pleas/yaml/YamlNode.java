package io.github.pleas.yaml;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What stands in a YAML file at one place. Nothing but texts, lists and maps of them. */
public sealed interface YamlNode {
  /** The line where it begins, counted from 1. */
  int line();

  /** What it is, for messages. */
  String kind();

  /**
   * A text; what it means (a number, a word) is for the reader to say.
   *
   * @param text as it stands there, without quotes
   * @param empty whether nothing stands there, as behind a key alone
   */
  record Scalar(int line, String text, boolean empty) implements YamlNode {
    @Override
    public String kind() {
      return empty ? "nothing" : "'" + text + "'";
    }
  }

  /**
   * A list.
   *
   * @param items in order
   */
  record Sequence(int line, List<YamlNode> items) implements YamlNode {
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public String kind() {
      return "a list";
    }
  }

  /**
   * A map, in the order of the file.
   *
   * @param entries values by key
   * @param lines where each key stands
   */
  record Mapping(int line, Map<String, YamlNode> entries, Map<String, Integer> lines)
      implements YamlNode {
    public Mapping {
      entries = new LinkedHashMap<>(entries);
      lines = new LinkedHashMap<>(lines);
    }

    @Override
    public String kind() {
      return "keys with values";
    }
  }
}
