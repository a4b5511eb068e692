package io.github.pleas.journal;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The file of a piece: a mark, the piece's name, its content, and the SHA-256 of all that. Nothing
 * of the content is handed out before the digest was found to be right.
 */
final class PieceFile {
  /** What follows the name of a file that is not complete. */
  static final String PART = ".part";

  private static final String MARK = "pleas piece 1";
  private static final int DIGEST_BYTES = 32;
  private static final int BUFFER = 1 << 16;

  private PieceFile() {}

  /** A file that does not hold what was written into it, with what is wrong. */
  static final class DamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedException(String message) {
      super(message);
    }
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must offer SHA-256", e);
    }
  }

  static void writeHeader(DataOutputStream out, String name) throws IOException {
    out.writeUTF(MARK);
    out.writeUTF(name);
  }

  /**
   * Reads a piece.
   *
   * @throws DamagedException if it is not what was written
   * @throws IOException if it cannot be read
   */
  static <T> T read(Path file, String name, Journal.Reader<T> reader) throws IOException {
    long content = Files.size(file) - DIGEST_BYTES;
    verify(file, content);
    try (DataInputStream in = open(file)) {
      if (!in.readUTF().equals(MARK) || !in.readUTF().equals(name)) {
        throw new DamagedException("it is another piece");
      }
      return reader.read(in);
    } catch (EOFException e) {
      throw new DamagedException("it is shorter than what was to be in it");
    }
  }

  private static void verify(Path file, long content) throws IOException {
    if (content < 0) {
      throw new DamagedException("it was cut off");
    }
    MessageDigest sha256 = sha256();
    try (DataInputStream in = open(file)) {
      byte[] buffer = new byte[BUFFER];
      for (long left = content; left > 0; ) {
        int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (read < 0) {
          throw new DamagedException("it was cut off while it was read");
        }
        sha256.update(buffer, 0, read);
        left -= read;
      }
      if (!MessageDigest.isEqual(sha256.digest(), in.readNBytes(DIGEST_BYTES))) {
        throw new DamagedException("its digest is not that of its content");
      }
    }
  }

  private static DataInputStream open(Path file) throws IOException {
    InputStream in = Files.newInputStream(file);
    return new DataInputStream(new BufferedInputStream(in, BUFFER));
  }
}
