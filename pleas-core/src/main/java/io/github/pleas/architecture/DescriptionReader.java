package io.github.pleas.architecture;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Descriptions out of their text. A line is an operation, words and options behind it; {@code ;}
 * separates several of one line; what is indented belongs to the line above; {@code #} begins a
 * comment. At the margin stand networks and the blocks that they are made of:
 *
 * <pre>{@code
 * network NAME
 *   names LIBRARY | LIBRARY        whose parameter names a|b are, in this order
 *   set KEY VALUE                  a constant; $KEY stands for it
 *   image SIZE                     images have this height and width unless told otherwise
 *   requires CONDITION...          a parameter that must be there, or with ! must not
 *   variant NAME,ALIAS depths=2,2,2,2 has=P lacks=P usual=P:64x?x7x7 KEY=VALUE
 *   OPERATION...
 *
 * block NAME PARAMETER...
 *   OPERATION...
 * }</pre>
 */
final class DescriptionReader {
  /** A line and what is indented under it. */
  private record Line(int indent, Step step, List<Line> under) {
    Step complete() {
      List<Step> children = under.stream().map(Line::complete).toList();
      return new Step(step.op(), step.words(), step.options(), children, step.place());
    }
  }

  private final String file;

  private DescriptionReader(String file) {
    this.file = file;
  }

  /**
   * The networks of one text.
   *
   * @param file its name, for messages
   * @throws IllegalStateException if the text is not of this form
   */
  static List<Description> read(String file, String text) {
    DescriptionReader reader = new DescriptionReader(file);
    List<Step> sections = reader.parse(text);
    Map<String, Description.Block> blocks = new LinkedHashMap<>();
    for (Step section : sections) {
      if (section.op().equals("block")) {
        List<String> words = section.words();
        blocks.put(
            section.word(0),
            new Description.Block(words.subList(1, words.size()), section.children()));
      } else if (!section.op().equals("network")) {
        throw section.flaw("expected a network or a block, found " + section.op());
      }
    }
    return sections.stream()
        .filter(section -> section.op().equals("network"))
        .map(section -> network(section, blocks))
        .toList();
  }

  private List<Step> parse(String text) {
    List<Line> sections = new ArrayList<>();
    Deque<Line> open = new ArrayDeque<>();
    List<String> lines = text.lines().toList();
    for (int number = 0; number < lines.size(); number++) {
      String content = lines.get(number).replaceAll("#.*", "").stripTrailing();
      if (content.isBlank()) {
        continue;
      }
      int indent = content.length() - content.stripLeading().length();
      while (!open.isEmpty() && open.peek().indent() >= indent) {
        open.pop();
      }
      List<Line> siblings = open.isEmpty() ? sections : open.peek().under();
      for (String part : content.split(";", -1)) {
        siblings.add(new Line(indent, step(part.strip(), number + 1), new ArrayList<>()));
      }
      open.push(siblings.get(siblings.size() - 1));
    }
    return sections.stream().map(Line::complete).toList();
  }

  private Step step(String text, int line) {
    String place = file + ", line " + line;
    // Alternatives may be written with blanks around the bar.
    String[] parts = text.replaceAll("\\s*\\|\\s*", "|").split("\\s+");
    List<String> words = new ArrayList<>();
    Map<String, String> options = new LinkedHashMap<>();
    for (String part : Arrays.asList(parts).subList(1, parts.length)) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        words.add(part);
      } else {
        options.put(part.substring(0, equals), part.substring(equals + 1));
      }
    }
    return new Step(parts[0], words, options, List.of(), place);
  }

  private static Description network(Step section, Map<String, Description.Block> blocks) {
    List<String> schemes = List.of();
    List<String> requires = List.of();
    Map<String, String> settings = new HashMap<>();
    OptionalInt imageSize = OptionalInt.empty();
    List<Step> variants = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    for (Step step : section.children()) {
      switch (step.op()) {
        case "names" -> schemes = List.of(String.join(" ", step.words()).split("\\|"));
        case "requires" -> requires = step.words();
        case "set" -> settings.put(step.word(0), step.word(1));
        case "image" -> imageSize = OptionalInt.of(Integer.parseInt(step.word(0)));
        case "variant" -> variants.add(step);
        default -> steps.add(step);
      }
    }
    if (schemes.isEmpty()) {
      throw section.flaw("the network says no names");
    }
    return new Description(
        section.word(0),
        schemes,
        requires,
        settings,
        imageSize,
        variants.stream().map(step -> variant(step, settings)).toList(),
        steps,
        blocks);
  }

  private static Variant variant(Step step, Map<String, String> constants) {
    Map<String, String> settings = new LinkedHashMap<>(step.options());
    List<String> depths = list(settings.remove("depths"));
    Optional<String> usual = Optional.ofNullable(settings.remove("usual"));
    return new Variant(
        list(step.word(0)),
        depths.stream().map(Integer::valueOf).toList(),
        names(settings.remove("has"), constants),
        names(settings.remove("lacks"), constants),
        usual.map(text -> usual(text, constants)),
        settings);
  }

  private static Variant.Usual usual(String text, Map<String, String> constants) {
    int colon = text.lastIndexOf(':');
    List<Integer> shape =
        Arrays.stream(text.substring(colon + 1).split("x"))
            .map(length -> length.equals("?") ? -1 : Integer.parseInt(length))
            .toList();
    return new Variant.Usual(constant(text.substring(0, colon), constants), shape);
  }

  private static List<String> names(@Nullable String text, Map<String, String> constants) {
    return list(text).stream().map(name -> constant(name, constants)).toList();
  }

  private static String constant(String name, Map<String, String> constants) {
    return name.startsWith("$") ? constants.getOrDefault(name.substring(1), name) : name;
  }

  private static List<String> list(@Nullable String text) {
    return text == null ? List.of() : List.of(text.split(","));
  }
}
