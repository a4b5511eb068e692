package io.github.pleas.journal;

import io.github.pleas.FileTrouble;
import io.github.pleas.PleasException;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;

/**
 * A piece on its way into its file: a header, what is written, and the SHA-256 of all that. It has
 * another name until it is complete and forced to the disk.
 */
public final class PieceOutput implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final Path part;
  private final MessageDigest sha256 = PieceFile.sha256();
  private final FileChannel channel;
  private final DataOutputStream out;
  private boolean complete;

  /**
   * Begins a piece.
   *
   * @param name of the piece, which is in its file, too
   * @throws PleasException if the file cannot be made
   */
  PieceOutput(Path file, String name) {
    this.file = file;
    this.part = file.resolveSibling(file.getFileName() + PieceFile.PART);
    try {
      this.channel =
          FileChannel.open(
              part,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw failure(e);
    }
    this.out =
        new DataOutputStream(
            new BufferedOutputStream(
                new DigestOutputStream(Channels.newOutputStream(channel), sha256), BUFFER));
    write(header -> PieceFile.writeHeader(header, name));
  }

  /**
   * Writes more of it.
   *
   * @throws PleasException if it cannot be written
   */
  public void write(Journal.Writer writer) {
    try {
      writer.write(out);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /**
   * All is written: the piece takes its name.
   *
   * @throws PleasException if it cannot be written
   */
  public void complete() {
    try {
      out.flush();
      Channels.newOutputStream(channel).write(sha256.digest());
      channel.force(true);
      channel.close();
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      complete = true;
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private PleasException failure(IOException e) {
    return new PleasException(
        "%s cannot be written: %s. Free some space there, or merge without keeping what is needed to go on"
            .formatted(part, FileTrouble.reason(e)),
        e);
  }

  /** Gives the file back; what is not complete is gone. */
  @Override
  public void close() {
    if (complete) {
      return;
    }
    try {
      channel.close();
      Files.deleteIfExists(part);
    } catch (IOException e) {
      throw new PleasException("%s cannot be deleted: %s".formatted(part, e), e);
    }
  }
}
