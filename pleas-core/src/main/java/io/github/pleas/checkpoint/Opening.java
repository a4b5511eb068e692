package io.github.pleas.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** Files that stay open if all goes well, and are closed if not. */
final class Opening {
  private Opening() {}

  /** What is made of opened files. */
  @FunctionalInterface
  interface Making {
    StateDict make() throws IOException;
  }

  /** Makes a state dict of files; if that fails, those in the list by then are closed. */
  static StateDict all(List<? extends Closeable> files, Making making) throws IOException {
    boolean made = false;
    try {
      StateDict dict = making.make();
      made = true;
      return dict;
    } finally {
      if (!made) {
        for (Closeable file : files) {
          file.close();
        }
      }
    }
  }
}
