package io.github.pleas.spark;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.Datasets;
import io.github.pleas.data.Split;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/**
 * The images that a merge on a cluster takes: of A's domain and of B's, or one set that serves
 * both. They are drawn as on one machine: the same seed gives the same images, of a folder those of
 * a folder on a disk, of a table those of a source with the images in the order of their keys.
 */
public final class ClusterData {
  private final Opening opening;

  private ClusterData(Opening opening) {
    this.opening = opening;
  }

  /** Gets at the images of a cluster. */
  @FunctionalInterface
  private interface Opening {
    ClusterImages open(JavaSparkContext spark);
  }

  /**
   * Folders of images that all executors can read: on any Hadoop file system, laid out as {@link
   * Datasets} says. What an executor needs it reads itself.
   *
   * @param uris A's domain, then B's; or one that serves both
   */
  public static ClusterData folders(List<String> uris) {
    requireOneOrTwo(uris.size());
    List<String> places = List.copyOf(uris);
    return new ClusterData(
        spark -> {
          Configuration settings = spark.hadoopConfiguration();
          List<io.github.pleas.data.Dataset> sets = new ArrayList<>();
          for (String uri : places) {
            sets.add(Datasets.open(HadoopSource.open(uri, settings), Split.TRAIN));
          }
          return new FolderImages(spark, sets);
        });
  }

  /**
   * Tensors as the networks take them, normalised: [channels, height, width] each, row by row.
   *
   * @param tensors by a number that each image has of its own, A's domain, then B's; or one set
   *     that serves both
   */
  public static ClusterData tensors(List<JavaPairRDD<Long, float[]>> tensors) {
    requireOneOrTwo(tensors.size());
    List<JavaPairRDD<Serializable, Serializable>> sets = new ArrayList<>();
    for (JavaPairRDD<Long, float[]> set : tensors) {
      sets.add(set.mapToPair(pair -> new Tuple2<>((Serializable) pair._1(), pair._2())));
    }
    return new ClusterData(spark -> new KeyedImages(spark, sets));
  }

  /**
   * Tables of images, such as Parquet: a column holds the bytes of an image's file (PNG, JPEG, WebP
   * or BMP), or its tensor as an array of numbers; another a number or a text that each image has
   * of its own.
   *
   * @param tables A's domain, then B's; or one that serves both
   * @param image the column of images
   * @param key the column of keys, by which rows are put in order
   * @throws InvalidInputException if a table has no such columns
   */
  public static ClusterData tables(List<Dataset<Row>> tables, String image, String key) {
    requireOneOrTwo(tables.size());
    List<JavaPairRDD<Serializable, Serializable>> sets = new ArrayList<>();
    for (Dataset<Row> table : tables) {
      sets.add(ImageTable.rows(table, image, key));
    }
    return new ClusterData(spark -> new KeyedImages(spark, sets));
  }

  private static void requireOneOrTwo(int count) {
    if (count != 1 && count != 2) {
      throw new InvalidInputException(
          "data: expected one set (for both networks) or two (A's, then B's), found " + count);
    }
  }

  ClusterImages open(JavaSparkContext spark) {
    return opening.open(spark);
  }
}
