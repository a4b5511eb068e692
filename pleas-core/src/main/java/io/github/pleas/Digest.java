package io.github.pleas;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Fingerprints (SHA-256) by which a report says exactly which inputs it speaks of: of a file's
 * content, or of a sequence of texts and numbers, each delimited, so that no two run together.
 */
public final class Digest {
  private static final int CHUNK_BYTES = 1 << 16;

  private final MessageDigest sha256;

  /** The digest of an empty sequence, to be added to. */
  public Digest() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must offer SHA-256", e);
    }
  }

  /**
   * The SHA-256 of a file's content, read in chunks.
   *
   * @return 64 lower-case hexadecimal digits
   * @throws InvalidInputException if the file cannot be read
   */
  public static String sha256(Path file) {
    Digest digest = new Digest();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] chunk = new byte[CHUNK_BYTES];
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        digest.sha256.update(chunk, 0, read);
      }
    } catch (NoSuchFileException e) {
      throw new InvalidInputException(file + " does not exist", e);
    } catch (IOException e) {
      throw new InvalidInputException(file + " cannot be read: " + e.getMessage(), e);
    }
    return digest.hex();
  }

  /** Adds a text: its length in UTF-8 bytes, then the bytes. */
  public void add(String text) {
    add(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds a number, as eight bytes. */
  public void add(long number) {
    sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
  }

  /** Adds bytes: how many, then each. */
  public void add(byte[] bytes) {
    add(bytes.length);
    sha256.update(bytes);
  }

  /** Adds single-precision numbers: how many, then each, as four bytes. */
  public void add(float[] numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(numbers.length, Float.BYTES));
    bytes.asFloatBuffer().put(numbers);
    add(bytes.array());
  }

  /** A stream that adds what is written to it, and hands it on. */
  OutputStream of(OutputStream out) {
    return new DigestOutputStream(out, sha256);
  }

  /** What was added, as 64 lower-case hexadecimal digits; starts a new sequence. */
  public String hex() {
    return HexFormat.of().formatHex(sha256.digest());
  }
}
