package io.github.pleas.journal;

import io.github.pleas.InvalidInputException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What is asked for, by name: written, read, and compared. */
final class Requests {
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final int DIGITS = 12;

  private Requests() {}

  static void write(DataOutputStream out, Map<String, String> request) throws IOException {
    out.writeInt(request.size());
    for (Map.Entry<String, String> part : request.entrySet()) {
      out.writeUTF(part.getKey());
      Texts.write(out, part.getValue());
    }
  }

  static Map<String, String> read(DataInputStream in) throws IOException {
    Map<String, String> request = new LinkedHashMap<>();
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      String name = in.readUTF();
      request.put(name, Texts.read(in));
    }
    return request;
  }

  /**
   * Refuses another request.
   *
   * @throws InvalidInputException all that differs
   */
  static void requireSame(Path folder, Map<String, String> there, Map<String, String> asked) {
    Set<String> names = new LinkedHashSet<>(asked.keySet());
    names.addAll(there.keySet());
    List<String> differences = new ArrayList<>();
    for (String name : names) {
      String before = there.getOrDefault(name, "");
      String now = asked.getOrDefault(name, "");
      if (!before.equals(now)) {
        differences.add(difference(name, before, now));
      }
    }
    if (!differences.isEmpty()) {
      throw new InvalidInputException(
          "%s holds an unfinished merge of something else: %s. Ask for the same again to go on with it, name another folder, or delete its *.pleas-piece files to begin anew"
              .formatted(folder, String.join("; ", differences)));
    }
  }

  private static String difference(String name, String before, String now) {
    return DIGEST.matcher(before).matches() && DIGEST.matcher(now).matches()
        ? "%s is another (its digest was %s, now it is %s)"
            .formatted(name, before.substring(0, DIGITS), now.substring(0, DIGITS))
        : "%s was %s, now it is %s".formatted(name, shown(before), shown(now));
  }

  private static String shown(String value) {
    return value.isEmpty() ? "not given" : value;
  }
}
