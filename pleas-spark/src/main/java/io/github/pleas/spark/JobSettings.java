package io.github.pleas.spark;

import io.github.pleas.data.Preprocessing;
import io.github.pleas.merge.ImageCounts;
import java.io.Serializable;

/**
 * All that executors need to answer for their parts of a merge.
 *
 * @param job which merge: one program may make several
 * @param a the first original
 * @param b the second
 * @param form how they are read and merged
 * @param preprocessing of images
 * @param hadoop by which files are read
 * @param threads of one part
 * @param memory of one part's kept tensors, in bytes
 */
record JobSettings(
    String job,
    ModelCopy a,
    ModelCopy b,
    MergeForm form,
    Preprocessing preprocessing,
    HadoopSettings hadoop,
    int threads,
    long memory)
    implements Serializable {

  /**
   * How the images of a merge are parted, once it is known which of them can be read.
   *
   * @param generation which attempt: images that an earlier one could not read are not in it
   * @param counts of all images
   * @param batch images that run together
   * @param widening of the widest merged layers
   * @param fingerprint of the aligned networks, see {@link Fingerprint}
   */
  record Parting(int generation, ImageCounts counts, int batch, double widening, String fingerprint)
      implements Serializable {}
}
