package io.github.pleas.cli;

import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.onnx.ElementType;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What a checkpoint holds, as text; no value of it is read. */
final class CheckpointListing {
  /** What the option for an entry says of itself. */
  static final String ENTRY =
      "Which state dict of a checkpoint that holds several, such as model_ema. Default: the only"
          + " one.";

  private CheckpointListing() {}

  /** A row for each tensor, and their sum. */
  static String table(StateDict dict) {
    Map<String, String> sameAs = new HashMap<>();
    for (List<String> same : dict.aliases()) {
      same.stream().skip(1).forEach(name -> sameAs.put(name, same.get(0)));
    }
    List<String> header = List.of("tensor", "type", "shape", "values");
    boolean tied = !sameAs.isEmpty();
    TextTable table = new TextTable(tied ? append(header, "same as") : header);
    for (StateDict.Entry entry : dict.entries()) {
      List<String> row =
          List.of(
              Printable.of(entry.name()),
              type(entry.type()),
              Arrays.toString(entry.shape()),
              String.format(Locale.ROOT, "%,d", count(entry)));
      table.row(tied ? append(row, Printable.of(sameAs.getOrDefault(entry.name(), ""))) : row);
    }
    return table + summary(dict.entries()) + System.lineSeparator();
  }

  private static List<String> append(List<String> cells, String last) {
    return Stream.concat(cells.stream(), Stream.of(last)).toList();
  }

  /** "122 tensors, 2,803,823 values (float16 2,803,803, int64 20), 5.6 MB". */
  static String summary(List<StateDict.Entry> entries) {
    Map<ElementType, Long> counts = new EnumMap<>(ElementType.class);
    double bytes = 0;
    for (StateDict.Entry entry : entries) {
      counts.merge(entry.type(), count(entry), Long::sum);
      bytes += (double) count(entry) * entry.type().bytes();
    }
    String types =
        counts.entrySet().stream()
            .map(e -> String.format(Locale.ROOT, "%s %,d", type(e.getKey()), e.getValue()))
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "%,d tensors, %,d values (%s), %,.1f MB",
        entries.size(),
        counts.values().stream().mapToLong(Long::longValue).sum(),
        types,
        bytes / 1e6);
  }

  private static long count(StateDict.Entry entry) {
    return LongStream.of(entry.shape()).reduce(1, (a, b) -> a * b);
  }

  /** As PyTorch calls it. */
  private static String type(ElementType type) {
    return switch (type) {
      case FLOAT -> "float32";
      case DOUBLE -> "float64";
      default -> WordConverter.word(type);
    };
  }
}
