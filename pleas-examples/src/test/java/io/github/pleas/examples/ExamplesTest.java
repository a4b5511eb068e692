package io.github.pleas.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.runtime.OrtRuntime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples do what they say, on the demo's networks and some of its images. */
class ExamplesTest {
  private static final Path DEMO = Path.of("..", "demo");
  private static final String A = DEMO.resolve("resnet20w16-0to4.onnx").toString();
  private static final String B = DEMO.resolve("resnet20w16-5to9.onnx").toString();
  private static final int OF_EACH_CLASS = 4;

  @TempDir private Path folder;
  private String ofA = "";
  private String ofB = "";
  private Path out = Path.of("");

  @BeforeEach
  void someImages() throws IOException {
    ofA = some("fashion-0to4.zip").toString();
    ofB = some("fashion-5to9.zip").toString();
    out = folder.resolve("both.onnx");
  }

  private Path some(String zip) throws IOException {
    Path target = folder.resolve(zip);
    Map<String, Integer> taken = new HashMap<>();
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(DEMO.resolve(zip)));
        OutputStream file = Files.newOutputStream(target);
        ZipOutputStream copy = new ZipOutputStream(file)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        String name = entry.getName();
        if (name.matches("train/.*png")
            && taken.merge(name.substring(0, name.lastIndexOf('/')), 1, Integer::sum)
                <= OF_EACH_CLASS) {
          copy.putNextEntry(new ZipEntry(name));
          in.transferTo(copy);
        }
      }
    }
    return target;
  }

  private interface Program {
    void run() throws IOException;
  }

  private static String printed(Program program) throws IOException {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      program.run();
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static Network network(Path file) {
    return new NetworkReader(new OrtRuntime(1), Optional.empty()).read(file);
  }

  @Test
  void twoFilesBecomeOneAsCheapAsOneOfThem() throws IOException {
    String text = printed(() -> MergeTwoFiles.main(new String[] {A, B, ofA, ofB, out.toString()}));
    assertThat(text).contains("separate labels, 1.00 of an original's cost");
    assertThat(network(out).graph().outputs()).hasSize(2);
  }

  @Test
  void networksOfASweepKeepTheirBudgets() throws IOException {
    String text = printed(() -> BudgetSweep.main(new String[] {A, B, ofA, ofB, folder.toString()}));
    assertThat(text.lines()).hasSize(3);
    double original = network(Path.of(A)).macs();
    double before = 0;
    for (double budget : new double[] {1.0, 1.3, 1.6}) {
      double macs = network(folder.resolve("merged-" + budget + ".onnx")).macs();
      // The second head comes on top of a budget of 1: five classes of 64 channels.
      assertThat(macs).isLessThanOrEqualTo(budget * original + 5 * 64).isGreaterThan(before);
      before = macs;
    }
  }

  @Test
  void dataFromElsewhereMerge() throws IOException {
    String text = printed(() -> OwnData.main(new String[] {A, B, ofA, ofB, out.toString()}));
    assertThat(text).contains("only 20 calibration images of a domain");
    assertThat(network(out).graph().outputs()).hasSize(2);
  }

  @Test
  void progressIsShownToTheEnd() throws IOException {
    String text =
        printed(
            () ->
                ProgressAndCancelling.main(new String[] {A, B, ofA, ofB, out.toString(), "3600"}));
    assertThat(text).contains("read: 2 of 2", "images: 40 of 40", "write: 1 of 1");
    assertThat(out).exists();
  }

  @Test
  void whatTakesTooLongIsCancelledAndWritesNothing() throws IOException {
    String text =
        printed(
            () -> ProgressAndCancelling.main(new String[] {A, B, ofA, ofB, out.toString(), "0"}));
    assertThat(text).endsWith("took too long; nothing was written" + System.lineSeparator());
    assertThat(out).doesNotExist();
  }
}
