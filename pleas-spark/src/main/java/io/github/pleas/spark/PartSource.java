package io.github.pleas.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** Where the images of one part come from: what an executor needs to have them, at any time. */
sealed interface PartSource extends Serializable {
  /** The part's number, from 0. */
  int part();

  /** The place of its first image among all. */
  int first();

  /** How many images it has. */
  int size();

  /**
   * Files that every executor can read.
   *
   * @param uris of any Hadoop file system, in the images' order
   */
  record Files(int part, int first, ArrayList<String> uris) implements PartSource {
    Files(int part, int first, List<String> uris) {
      this(part, first, new ArrayList<>(uris));
    }

    @Override
    public int size() {
      return uris.size();
    }
  }

  /**
   * Encoded images, or tensors, that are in the part itself.
   *
   * @param images byte arrays or float arrays, in the images' order
   * @param names of the images, for messages
   */
  record Held(int part, int first, ArrayList<Serializable> images, ArrayList<String> names)
      implements PartSource {
    @Override
    public int size() {
      return images.size();
    }
  }
}
