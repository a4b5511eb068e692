package io.github.pleas.yaml;

import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads a YAML file into texts, lists and maps. It makes nothing else of it: no types, no anchors
 * and aliases (which can blow up), one document, of bounded size and depth.
 */
public final class YamlFile {
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_DEPTH = 12;

  private final Path file;
  private final Iterator<Event> events;

  private YamlFile(Path file, Iterator<Event> events) {
    this.file = file;
    this.events = events;
  }

  /**
   * Reads a file.
   *
   * @throws InvalidInputException if it cannot be read, or is not such YAML: where
   */
  public static YamlNode read(Path file) {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(String.valueOf(file.getFileName()))
            .setCodePointLimit(MAX_BYTES)
            .build();
    String text = text(file);
    try {
      return new YamlFile(file, new Parse(settings).parseString(text).iterator()).document();
    } catch (MarkedYamlEngineException e) {
      Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
      throw new InvalidInputException(
          "%s%s is not YAML: %s"
              .formatted(
                  file,
                  mark.map(m -> ", line " + (m.getLine() + 1)).orElse(""),
                  e.getProblem() == null ? e.getContext() : e.getProblem()),
          e);
    } catch (YamlEngineException e) {
      throw new InvalidInputException(file + " is not YAML: " + e.getMessage(), e);
    }
  }

  private static String text(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new InvalidInputException(file + " is larger than " + MAX_BYTES + " bytes");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new InvalidInputException(file + " does not exist", e);
    } catch (IOException e) {
      throw new InvalidInputException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private YamlNode document() {
    events.next(); // the stream starts
    Event first = events.next();
    if (first.getEventId() == Event.ID.StreamEnd) {
      throw new InvalidInputException(file + " is empty");
    }
    YamlNode root = node(events.next(), 0);
    events.next(); // the document ends
    Event last = events.next();
    if (last.getEventId() != Event.ID.StreamEnd) {
      throw refused(last, "a second document begins; expected one");
    }
    return root;
  }

  private YamlNode node(Event event, int depth) {
    if (depth > MAX_DEPTH) {
      throw refused(event, "more than " + MAX_DEPTH + " levels");
    }
    if (event.getEventId() == Event.ID.Alias
        || event instanceof NodeEvent node && node.getAnchor().isPresent()) {
      throw refused(event, "anchors and aliases (& and *) are not read here; write it out");
    }
    if (event instanceof ScalarEvent scalar) {
      refuseTag(event, scalar.getTag());
      return scalar(scalar);
    }
    if (event instanceof CollectionStartEvent start) {
      refuseTag(event, start.getTag());
      return event.getEventId() == Event.ID.MappingStart
          ? mapping(event, depth)
          : sequence(event, depth);
    }
    throw refused(event, "expected a value");
  }

  private static YamlNode.Scalar scalar(ScalarEvent event) {
    String text = event.getValue();
    boolean empty = event.isPlain() && (text.isEmpty() || text.equals("~") || text.equals("null"));
    return new YamlNode.Scalar(line(event), text, empty);
  }

  private YamlNode sequence(Event start, int depth) {
    List<YamlNode> items = new ArrayList<>();
    for (Event event = events.next();
        event.getEventId() != Event.ID.SequenceEnd;
        event = events.next()) {
      items.add(node(event, depth + 1));
    }
    return new YamlNode.Sequence(line(start), items);
  }

  private YamlNode mapping(Event start, int depth) {
    Map<String, YamlNode> entries = new LinkedHashMap<>();
    Map<String, Integer> lines = new LinkedHashMap<>();
    for (Event event = events.next();
        event.getEventId() != Event.ID.MappingEnd;
        event = events.next()) {
      if (!(node(event, depth + 1) instanceof YamlNode.Scalar key)) {
        throw refused(event, "a key must be a word");
      }
      if (lines.putIfAbsent(key.text(), key.line()) != null) {
        throw refused(
            event,
            "the key '" + key.text() + "' is there already, in line " + lines.get(key.text()));
      }
      entries.put(key.text(), node(events.next(), depth + 1));
    }
    return new YamlNode.Mapping(line(start), entries, lines);
  }

  private void refuseTag(Event event, Optional<String> tag) {
    if (tag.isPresent()) {
      throw refused(event, "tags (!) are not read here, found " + tag.get());
    }
  }

  private InvalidInputException refused(Event event, String why) {
    return new InvalidInputException("%s, line %d: %s".formatted(file, line(event), why));
  }

  private static int line(Event event) {
    return event.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }
}
