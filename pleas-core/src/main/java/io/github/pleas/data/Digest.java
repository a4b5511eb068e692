package io.github.pleas.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 over a sequence of texts and numbers, each delimited, so that no two runs together. */
final class Digest {
  private final MessageDigest sha256;

  Digest() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  void add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    add(bytes.length);
    sha256.update(bytes);
  }

  void add(long number) {
    sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
  }

  /** The digest in lower-case hexadecimal. Call once. */
  String hex() {
    return HexFormat.of().formatHex(sha256.digest());
  }
}
