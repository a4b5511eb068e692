package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What looks like a slip is told, and merged as asked. */
class SlipsTest {
  private static final String OTHER_CLASSES = "say --labels separate";
  private static final String GUESSES = "and guessing on 20.0 %";
  private static final String TWICE = "A and B are the same network";

  @TempDir private Path folder;

  private Path clothes;
  private Path shoes;

  @BeforeEach
  void data() throws IOException {
    clothes = folder.resolve("clothes");
    shoes = folder.resolve("shoes");
    Demo.folder(Demo.ZIP_A, clothes, 4, 12);
    Demo.folder(Demo.ZIP_B, shoes, 4, 12);
  }

  private Outcome merge(Path a, Path b, Path dataA, Path dataB, String labels) {
    return Outcome.of(
        "merge",
        a,
        b,
        "--data",
        dataA,
        "--data",
        dataB,
        "--labels",
        labels,
        "--threads",
        1,
        "-o",
        folder.resolve("both.onnx"));
  }

  @Test
  void whatIsAsItShouldBeIsNoSlip() {
    Outcome outcome = merge(Demo.A, Demo.B, clothes, shoes, "separate");
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    assertThat(outcome.toString()).doesNotContain(OTHER_CLASSES, GUESSES, TWICE);
  }

  @Test
  void imagesInTheOrderOfTheOtherNetworksAreNoticed() {
    Outcome outcome = merge(Demo.A, Demo.B, shoes, clothes, "separate");
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    assertThat(outcome.out())
        .contains(GUESSES, "check that the first --data is A's")
        .contains(Demo.A + " is right on", Demo.B + " is right on");
  }

  @Test
  void classesOfOtherNamesUnderOneHeadAreNoticedBeforeTheMergeAndBehindIt() throws IOException {
    Files.writeString(
        clothes.resolve("classes.txt"), "00 shirt\n01 trousers\n02 pullover\n03 dress\n04 coat\n");
    Files.writeString(
        shoes.resolve("classes.txt"), "00 shirt\n01 trousers\n02 shoe\n03 dress\n04 coat\n");
    Outcome outcome = merge(Demo.A, Demo.B, clothes, shoes, "shared");
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    String told = "class 2 is 'pullover' in clothes (test) and 'shoe' in shoes (test)";
    assertThat(outcome.out()).contains(told, OTHER_CLASSES);
    assertThat(outcome.err()).contains(told);
    assertThat(merge(Demo.A, Demo.B, clothes, shoes, "separate").toString())
        .doesNotContain(OTHER_CLASSES);
  }

  @Test
  void oneNetworkTwiceIsNoticedByItsContent() throws IOException {
    Path copy = Files.copy(Demo.A, folder.resolve("copy.onnx"));
    Outcome outcome = merge(Demo.A, copy, clothes, clothes, "shared");
    assertThat(outcome.code()).as(outcome.toString()).isZero();
    assertThat(outcome.out()).contains(TWICE, "copy.onnx");
  }
}
