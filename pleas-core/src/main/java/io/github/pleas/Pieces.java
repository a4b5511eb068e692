package io.github.pleas;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Hands large arrays on in pieces: a channel copies each write into native memory as a whole. */
final class Pieces extends FilterOutputStream {
  private static final int PIECE_BYTES = 1 << 20;

  Pieces(OutputStream out) {
    super(new BufferedOutputStream(out));
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    for (int done = 0; done < length; done += PIECE_BYTES) {
      out.write(bytes, offset + done, Math.min(PIECE_BYTES, length - done));
    }
  }
}
