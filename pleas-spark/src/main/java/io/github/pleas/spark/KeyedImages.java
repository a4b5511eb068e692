package io.github.pleas.spark;

import io.github.pleas.Digest;
import io.github.pleas.InvalidInputException;
import io.github.pleas.merge.Provenance;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * Images of an RDD, encoded or as tensors: those that are drawn are sent to their parts once. A key
 * of each puts them in order, which an RDD itself does not keep.
 */
final class KeyedImages implements ClusterImages {
  private final JavaSparkContext spark;
  private final List<JavaPairRDD<Serializable, Serializable>> sets;
  private final List<List<Serializable>> keys = new ArrayList<>();

  /**
   * Images of RDDs.
   *
   * @param sets by key (a number or a text), byte arrays or float arrays
   * @throws InvalidInputException if a key is there twice
   */
  KeyedImages(JavaSparkContext spark, List<JavaPairRDD<Serializable, Serializable>> sets) {
    this.spark = spark;
    this.sets = List.copyOf(sets);
    for (JavaPairRDD<Serializable, Serializable> set : sets) {
      keys.add(sorted(Failures.translated(() -> set.keys().collect())));
    }
  }

  private static List<Serializable> sorted(List<Serializable> keys) {
    List<Serializable> sorted =
        keys.stream()
            .sorted(
                Comparator.comparingLong(
                        (Serializable key) -> key instanceof Long number ? number : 0)
                    .thenComparing(Object::toString))
            .toList();
    for (int k = 1; k < sorted.size(); k++) {
      if (sorted.get(k).equals(sorted.get(k - 1))) {
        throw new InvalidInputException(
            "the key %s is there twice; give each image one of its own".formatted(sorted.get(k)));
      }
    }
    return sorted;
  }

  @Override
  public List<Domain> domains() {
    List<Domain> domains = new ArrayList<>();
    for (int d = 0; d < sets.size(); d++) {
      String name = sets.size() == 1 ? "images" : d == 0 ? "images of A" : "images of B";
      Digest digest = new Digest();
      keys.get(d).forEach(key -> digest.add(key.toString()));
      domains.add(
          new Domain(name, keys.get(d).size(), Provenance.Input.ofListing(name, digest.hex())));
    }
    return domains;
  }

  /** An image on its way to its part. */
  private record Image(int place, String name, Serializable content) implements Serializable {}

  @Override
  public JavaRDD<PartSource> parted(List<List<Integer>> chosen, List<Range> ranges) {
    JavaPairRDD<Integer, Image> all = JavaPairRDD.fromJavaRDD(spark.emptyRDD());
    int before = 0;
    for (int d = 0; d < sets.size(); d++) {
      HashMap<Serializable, Integer> places = new HashMap<>();
      for (int place : chosen.get(d)) {
        places.put(keys.get(d).get(place), before++);
      }
      Broadcast<HashMap<Serializable, Integer>> shared = spark.broadcast(places);
      all = all.union(sets.get(d).flatMapToPair(pair -> placed(pair, shared.value())));
    }
    int[] starts = ranges.stream().mapToInt(Range::first).toArray();
    return all.partitionBy(new ByPlace(starts))
        .mapPartitionsWithIndex((part, images) -> held(part, starts[part], images), true);
  }

  private static Iterator<Tuple2<Integer, Image>> placed(
      Tuple2<Serializable, Serializable> pair, Map<Serializable, Integer> places) {
    Integer place = places.get(pair._1());
    return place == null
        ? List.<Tuple2<Integer, Image>>of().iterator()
        : List.of(new Tuple2<>(place, new Image(place, "" + pair._1(), pair._2()))).iterator();
  }

  private static Iterator<PartSource> held(
      int part, int first, Iterator<Tuple2<Integer, Image>> images) {
    List<Image> own = new ArrayList<>();
    images.forEachRemaining(pair -> own.add(pair._2()));
    own.sort(Comparator.comparingInt(Image::place));
    PartSource source =
        new PartSource.Held(
            part,
            first,
            new ArrayList<>(own.stream().map(Image::content).toList()),
            new ArrayList<>(own.stream().map(Image::name).toList()));
    return Stream.of(source).iterator();
  }

  /** Sends images to parts by their places. */
  private static final class ByPlace extends Partitioner {
    private static final long serialVersionUID = 1;

    private final int[] starts;

    ByPlace(int[] starts) {
      this.starts = starts;
    }

    @Override
    public int numPartitions() {
      return starts.length;
    }

    @Override
    public int getPartition(Object place) {
      int at = Arrays.binarySearch(starts, (Integer) place);
      return at >= 0 ? at : -at - 2;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof ByPlace that && Arrays.equals(starts, that.starts);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(starts);
    }
  }
}
