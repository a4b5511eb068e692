package io.github.pleas.journal;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Optional;

/**
 * Pieces of a work that are done, by name. What is read is what was written, whole and undamaged,
 * or is not there.
 */
public interface Journal {
  /** Keeps nothing. */
  Journal NONE =
      new Journal() {
        @Override
        public boolean keeps() {
          return false;
        }

        @Override
        public <T> Optional<T> read(String name, Reader<T> reader) {
          return Optional.empty();
        }

        @Override
        public PieceOutput open(String name) {
          throw new IllegalStateException("nothing is kept");
        }
      };

  /** Reads a piece. */
  @FunctionalInterface
  interface Reader<T> {
    /**
     * Reads all of it.
     *
     * @throws IOException if it cannot be read, or is not what was expected
     */
    T read(DataInputStream in) throws IOException;
  }

  /** Writes a piece. */
  @FunctionalInterface
  interface Writer {
    /**
     * Writes all of it.
     *
     * @throws IOException if the stream refuses
     */
    void write(DataOutputStream out) throws IOException;
  }

  /** Whether anything is kept at all. */
  boolean keeps();

  /**
   * A piece that was kept.
   *
   * @return empty if there is none, or it is damaged: it is to be made again
   */
  <T> Optional<T> read(String name, Reader<T> reader);

  /**
   * A piece that is written bit by bit; one of this name that was kept before is replaced.
   *
   * @throws IllegalStateException if nothing is kept
   */
  PieceOutput open(String name);

  /**
   * Keeps a piece, if anything is kept.
   *
   * @throws io.github.pleas.PleasException if it cannot be written
   */
  default void write(String name, Writer writer) {
    if (keeps()) {
      try (PieceOutput piece = open(name)) {
        piece.write(writer);
        piece.complete();
      }
    }
  }
}
