package io.github.pleas.spark;

import io.github.pleas.merge.Provenance;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;

/** The images of A's domain and B's, or of one that serves both, wherever they are. */
interface ClusterImages {
  /** The domains, one or two. */
  List<Domain> domains();

  /**
   * One domain.
   *
   * @param name for messages
   * @param size how many images it has
   * @param input for the merged network's file to tell
   */
  record Domain(String name, int size, Provenance.Input input) {}

  /**
   * A part of the images.
   *
   * @param first the place of its first image among all
   * @param end the place behind its last
   */
  record Range(int first, int end) {}

  /**
   * The images in parts.
   *
   * @param chosen for each domain the places of the images in it, in order
   * @param ranges of the parts, among all images
   * @return a partition with one element for each part
   */
  JavaRDD<PartSource> parted(List<List<Integer>> chosen, List<Range> ranges);
}
