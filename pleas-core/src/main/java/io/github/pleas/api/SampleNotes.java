package io.github.pleas.api;

import io.github.pleas.data.Samples;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What the user should know of how samples were read, each thing once. */
public final class SampleNotes {
  private static final int SHOWN = 3;

  private final List<String> notes = new ArrayList<>();
  private final Set<String> skipped = new LinkedHashSet<>();

  /** Remembers the samples of a set that could not be read, and says so in a sentence. */
  public void add(Samples samples) {
    samples.notes().forEach(this::add);
    List<String> fresh = samples.skipped().stream().filter(m -> !skipped.contains(m)).toList();
    if (!fresh.isEmpty()) {
      skipped.addAll(fresh);
      notes.add(
          "%s left out: %s%s"
              .formatted(
                  fresh.size() == 1 ? "one image was" : fresh.size() + " images were",
                  String.join("; ", fresh.subList(0, Math.min(SHOWN, fresh.size()))),
                  fresh.size() > SHOWN ? "; ..." : ""));
    }
  }

  /** A note of any other kind. */
  public void add(String note) {
    if (!notes.contains(note)) {
      notes.add(note);
    }
  }

  /** All notes, in their order. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /** A message for each sample that was left out. */
  public List<String> skipped() {
    return List.copyOf(skipped);
  }
}
