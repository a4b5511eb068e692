package io.github.pleas.spark;

import io.github.pleas.api.Originals;
import io.github.pleas.data.TensorSamples;
import io.github.pleas.merge.FirstImages;
import io.github.pleas.merge.ImageCounts;
import io.github.pleas.merge.MergeListener;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.PartBatches;
import io.github.pleas.merge.Stage;
import io.github.pleas.runtime.Chunks;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;

/** Brings the images of a merge into executors, each part where it then stays. */
final class ClusterLoading {
  private final JavaSparkContext spark;
  private final MergeOptions options;
  private final int slots;
  private final MergeListener listener;

  /**
   * A loading.
   *
   * @param slots parts at most
   * @param listener told how far it is
   */
  ClusterLoading(JavaSparkContext spark, MergeOptions options, int slots, MergeListener listener) {
    this.spark = spark;
    this.options = options;
    this.slots = slots;
    this.listener = listener;
  }

  /** Images that executors hold, all of which can be read. */
  record Loaded(List<DomainDraw> draws, FirstImages first, SparkParts parts)
      implements AutoCloseable {
    List<Integer> sizes() {
      return draws.stream().map(draw -> draw.chosen().size()).toList();
    }

    @Override
    public void close() {
      parts.close();
    }
  }

  /**
   * Has executors read the images; those that cannot be read are replaced.
   *
   * @param drawn of each domain
   * @throws io.github.pleas.InvalidInputException if too many cannot be read
   */
  Loaded load(
      ClusterImages images,
      List<DomainDraw> drawn,
      Originals originals,
      Broadcast<JobSettings> settings) {
    String fingerprint = Fingerprint.of(originals.prepared());
    List<DomainDraw> draws = drawn;
    for (int generation = 0; ; generation++) {
      int sizeA = draws.get(0).chosen().size();
      int size = draws.stream().mapToInt(draw -> draw.chosen().size()).sum();
      listener.progress(Stage.IMAGES, 0, size);
      ImageCounts counts = new ImageCounts(size, sizeA, draws.size() > 1);
      Chunks chunks = PartBatches.of(originals.runtime(), options, originals.prepared(), size);
      JavaRDD<PartSource> sources =
          images
              .parted(draws.stream().map(DomainDraw::chosen).toList(), ranges(chunks))
              .persist(StorageLevel.MEMORY_AND_DISK());
      PartTask task =
          new PartTask(
              settings,
              new JobSettings.Parting(
                  generation, counts, chunks.size(), options.size().widening(), fingerprint));
      SparkParts parts = new SparkParts(spark, sources, task);
      try {
        List<Unreadable> unreadable = parts.load();
        if (unreadable.isEmpty()) {
          FirstImages first = new FirstImages(first(sources, chunks, settings.value()), counts);
          listener.progress(Stage.IMAGES, size, size);
          return new Loaded(draws, first, parts);
        }
        draws = without(draws, unreadable);
      } catch (RuntimeException | Error failure) {
        closeAfter(failure, parts);
        throw failure;
      }
      parts.close();
    }
  }

  /** Gives back what is held after a failure, which is the one to be told. */
  private static void closeAfter(Throwable failure, SparkParts parts) {
    try {
      parts.close();
    } catch (RuntimeException second) {
      failure.addSuppressed(second);
    }
  }

  /** As many parts as can be had of whole groups of batches, as equal as can be. */
  private List<ClusterImages.Range> ranges(Chunks chunks) {
    int count = Math.min(slots, chunks.groups());
    List<ClusterImages.Range> ranges = new ArrayList<>();
    for (int part = 0; part < count; part++) {
      int from = (int) ((long) chunks.groups() * part / count);
      int to = (int) ((long) chunks.groups() * (part + 1) / count);
      ranges.add(new ClusterImages.Range(chunks.groupStart(from), chunks.groupStart(to)));
    }
    return ranges;
  }

  private static List<DomainDraw> without(List<DomainDraw> draws, List<Unreadable> unreadable) {
    List<DomainDraw> left = new ArrayList<>();
    int before = 0;
    for (DomainDraw draw : draws) {
      int first = before;
      int end = first + draw.chosen().size();
      List<Unreadable> own =
          unreadable.stream()
              .filter(image -> image.place() >= first && image.place() < end)
              .map(image -> new Unreadable(image.place() - first, image.name(), image.reason()))
              .toList();
      left.add(own.isEmpty() ? draw : draw.without(own));
      before = end;
    }
    return left;
  }

  /** The first batch, for the driver to run, too. */
  private static TensorSamples first(
      JavaRDD<PartSource> sources, Chunks chunks, JobSettings settings) {
    int count = chunks.images(0);
    PartSource head =
        Failures.translated(
            () ->
                sources
                    .filter(source -> source.part() == 0)
                    .map(source -> PartTask.head(source, count))
                    .first());
    return TensorSamples.of(
        new PartReader(settings.preprocessing(), settings.hadoop().configuration())
            .read(head)
            .tensors());
  }
}
