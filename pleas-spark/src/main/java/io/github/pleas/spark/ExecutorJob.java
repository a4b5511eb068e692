package io.github.pleas.spark;

import io.github.pleas.PleasException;
import io.github.pleas.api.Originals;
import io.github.pleas.data.TensorSamples;
import io.github.pleas.merge.MergeListener;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MergePart;
import io.github.pleas.merge.PartImages;
import io.github.pleas.symmetry.OperatorRules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What an executor holds of a merge: both originals, and the parts that it has answered for. A part
 * that is not here, since it was another executor's or a task failed, is made anew from its images.
 */
final class ExecutorJob implements AutoCloseable {
  private final JobSettings settings;
  private final MergeOptions options;
  private final ConcurrentHashMap<Integer, Slot> slots = new ConcurrentHashMap<>();
  private Optional<Originals> originals = Optional.empty();

  ExecutorJob(JobSettings settings) {
    this.settings = settings;
    this.options = settings.form().options(settings.threads(), settings.memory());
  }

  /** One part: its images, and what was made of them. For one task at a time. */
  private static final class Slot {
    private int generation = -1;
    private Optional<PartReader.Read> images = Optional.empty();
    private Optional<MergePart> part = Optional.empty();

    void closePart() {
      part.ifPresent(MergePart::close);
      part = Optional.empty();
    }
  }

  /** Reads the images of a part, and gives those that cannot be read. */
  List<Unreadable> load(PartSource source, int generation) {
    Slot slot = slot(source);
    synchronized (slot) {
      return images(slot, source, generation).unreadable();
    }
  }

  private PartReader.Read images(Slot slot, PartSource source, int generation) {
    if (slot.images.isEmpty() || slot.generation != generation) {
      slot.closePart();
      slot.generation = generation;
      slot.images =
          Optional.of(
              new PartReader(settings.preprocessing(), settings.hadoop().configuration())
                  .read(source));
    }
    return slot.images.get();
  }

  private Slot slot(PartSource source) {
    return slots.computeIfAbsent(source.part(), any -> new Slot());
  }

  /** Has a part, made anew or as it is, do something; what failed in the middle is given up. */
  <T> T with(PartSource source, JobSettings.Parting parting, Function<Held, T> work) {
    Slot slot = slot(source);
    synchronized (slot) {
      boolean done = false;
      try {
        images(slot, source, parting.generation());
        T result = work.apply(new Held(slot, source, parting));
        done = true;
        return result;
      } finally {
        if (!done) {
          slot.closePart();
        }
      }
    }
  }

  /** A part in the hands of a task. */
  final class Held {
    private final Slot slot;
    private final PartSource source;
    private final JobSettings.Parting parting;

    private Held(Slot slot, PartSource source, JobSettings.Parting parting) {
      this.slot = slot;
      this.source = source;
      this.parting = parting;
    }

    /** The part as it is, or before anything was run. */
    MergePart part() {
      if (slot.part.isEmpty()) {
        slot.part = Optional.of(made());
      }
      return slot.part.get();
    }

    /** The part before anything was run. */
    MergePart anew() {
      slot.closePart();
      return part();
    }

    private MergePart made() {
      Originals read = originals(parting.fingerprint());
      return new MergePart(
          read.runtime(),
          options,
          read.prepared(),
          new PartImages(
              TensorSamples.of(slot.images.orElseThrow().tensors()),
              source.first(),
              parting.counts()),
          parting.batch(),
          parting.widening());
    }
  }

  private synchronized Originals originals(String fingerprint) {
    if (originals.isEmpty()) {
      originals = Optional.of(read());
      String own = Fingerprint.of(originals.get().prepared());
      if (!own.equals(fingerprint)) {
        originals = Optional.empty();
        throw new PleasException(
            "an executor came to another analysis of the originals than the driver; run the same"
                + " version of pleas and of Java on machines of one kind");
      }
    }
    return originals.get();
  }

  private Originals read() {
    try {
      Path folder = Files.createTempDirectory("pleas-originals");
      try {
        return Originals.read(
            settings.a().write(Files.createDirectory(folder.resolve("a"))),
            settings.b().write(Files.createDirectory(folder.resolve("b"))),
            settings.form().models(),
            options,
            OperatorRules.standard(),
            MergeListener.NONE);
      } finally {
        remove(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the originals cannot be written to a temporary folder", e);
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Override
  public void close() {
    for (Slot slot : slots.values()) {
      synchronized (slot) {
        slot.closePart();
        slot.images = Optional.empty();
      }
    }
    slots.clear();
  }
}
