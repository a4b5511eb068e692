package io.github.pleas.data;

import java.io.IOException;
import java.util.Optional;

/** What listed images are cropped to. */
interface Boxes {
  /** Images are not cropped. */
  Boxes NONE = path -> Optional.empty();

  /**
   * The box of an image.
   *
   * @param image its path in the data set
   * @return empty if it is not cropped
   * @throws IOException if it is to be cropped and its box cannot be read
   */
  Optional<Box> of(String image) throws IOException;
}
