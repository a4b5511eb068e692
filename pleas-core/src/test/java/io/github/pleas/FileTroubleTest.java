package io.github.pleas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

/** What a message says of a failure is a reason, never the file's name alone or a class's. */
class FileTroubleTest {
  @Test
  void failuresThatHaveOnlyAFilesNameGetAReason() {
    assertThat(FileTrouble.reason(new NoSuchFileException("/x/.pleas-1.tmp")))
        .contains("does not exist")
        .doesNotContain(".tmp");
    assertThat(FileTrouble.reason(new AccessDeniedException("/x/.pleas-1.tmp")))
        .isEqualTo("permission denied");
  }

  @Test
  void theSystemsOwnReasonIsTaken() {
    assertThat(FileTrouble.reason(new FileSystemException("f", null, "Read-only file system")))
        .isEqualTo("Read-only file system");
    assertThat(FileTrouble.reason(new IOException("No space left on device")))
        .isEqualTo("No space left on device");
  }

  @Test
  void aFullDiskIsToldFromOtherFailures() {
    assertThat(FileTrouble.isFull(new IOException("No space left on device"))).isTrue();
    assertThat(FileTrouble.isFull(new FileSystemException("f", null, "Disk quota exceeded")))
        .isTrue();
    assertThat(FileTrouble.isFull(new NoSuchFileException("f"))).isFalse();
  }
}
