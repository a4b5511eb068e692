package io.github.pleas.data;

/** Hears how far the loading of images has come. */
@FunctionalInterface
public interface ImageListener {
  /** A listener that does nothing. */
  ImageListener NONE = (done, total) -> {};

  /**
   * An image was loaded. Calls come one at a time, from the loading threads, with {@code done}
   * rising by one each time.
   *
   * @param done images loaded so far
   * @param total images to load
   */
  void loaded(int done, int total);
}
