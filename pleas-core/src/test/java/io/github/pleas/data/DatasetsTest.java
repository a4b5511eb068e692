package io.github.pleas.data;

import static io.github.pleas.data.Encoded.greyPng;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetsTest {
  private static final Preprocessing ONE_PIXEL = Preprocessing.plain(1, 1, 1);

  @TempDir private Path temp;

  /** Images whose grey level is their place in the list, so that they can be told apart. */
  private static Map<String, byte[]> images(String... paths) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = 0; i < paths.length; i++) {
      files.put(paths[i], greyPng(1, 1, i));
    }
    return files;
  }

  /** Opens the same files as a folder and as a zip, and makes sure that they are the same data. */
  private Dataset open(Map<String, byte[]> files, Split split) throws IOException {
    Path folder = Encoded.folder(Files.createTempDirectory(temp, "folder"), files);
    Path zip = Encoded.zip(Files.createTempFile(temp, "data", ".zip"), files);
    Dataset fromZip = Datasets.open(zip, split);
    try (Dataset fromFolder = Datasets.open(folder, split)) {
      assertThat(summary(fromZip)).isEqualTo(summary(fromFolder));
    }
    return fromZip;
  }

  private static String summary(Dataset dataset) {
    List<String> parts = new ArrayList<>(dataset.classes());
    for (int i = 0; i < dataset.size(); i++) {
      parts.add(grey(dataset, i) + ":" + (dataset.isLabelled() ? dataset.label(i) : "-"));
    }
    return String.join(" ", parts);
  }

  private static int grey(Dataset dataset, int index) {
    return Math.round(255 * dataset.image(index, ONE_PIXEL)[0]);
  }

  private String open(Split split, String... paths) throws IOException {
    try (Dataset dataset = open(images(paths), split)) {
      return summary(dataset);
    }
  }

  @Test
  void numberedFoldersAreTheirOwnLabels() throws IOException {
    assertThat(
            open(
                Split.TRAIN,
                "10/a.png",
                "2/a.png",
                "0/a.png",
                "1/a.png",
                "3/a.png",
                "4/a.png",
                "5/a.png",
                "6/a.png",
                "7/a.png",
                "8/a.png",
                "9/a.png"))
        .isEqualTo("0 1 2 3 4 5 6 7 8 9 10 2:0 3:1 1:2 4:3 5:4 6:5 7:6 8:7 9:8 10:9 0:10");
    assertThat(open(Split.TRAIN, "01/a.png", "00/b.png", "00/a.png"))
        .isEqualTo("00 01 2:0 1:0 0:1");
  }

  @Test
  void numberedFoldersWithGapsAreInNumericOrder() throws IOException {
    assertThat(open(Split.TRAIN, "100/a.png", "20/a.png", "3/a.png"))
        .isEqualTo("3 20 100 2:0 1:1 0:2");
  }

  @Test
  void namedFoldersAreInOrderOfCodePoints() throws IOException {
    // U+FF5E comes before U+1F600, whose first UTF-16 half is smaller
    assertThat(
            open(
                Split.TRAIN,
                "dog/a.png",
                "Zebra/a.png",
                "\uD83D\uDE00/a.png",
                "\uFF5E/a.png",
                "cat/x/deep.png",
                "9/a.png"))
        .isEqualTo("9 Zebra cat dog \uFF5E \uD83D\uDE00 5:0 1:1 4:2 0:3 3:4 2:5");
  }

  @Test
  void trainAndTestAreTheSplits() throws IOException {
    String[] paths = {"train/a/1.png", "train/b/1.png", "test/a/1.png", "test/b/2.png"};
    assertThat(open(Split.TRAIN, paths)).isEqualTo("a b 0:0 1:1");
    assertThat(open(Split.TEST, paths)).isEqualTo("a b 2:0 3:1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"val", "valid", "validation", "Test"})
  void otherNamesServeWhereTestIsMissing(String name) throws IOException {
    String[] paths = {"top/train/a/1.png", "top/" + name + "/a/1.png"};
    assertThat(open(Split.TRAIN, paths)).isEqualTo("a 0:0");
    assertThat(open(Split.TEST, paths)).isEqualTo("a 1:0");
  }

  @Test
  void testGoesBeforeValidation() throws IOException {
    assertThat(open(Split.TEST, "train/a/1.png", "val/a/1.png", "test/a/1.png")).isEqualTo("a 2:0");
  }

  @Test
  void withoutSplitsBothAreTheWhole() throws IOException {
    for (Split split : Split.values()) {
      assertThat(open(split, "wrapped/a/1.png", "wrapped/b/1.png")).isEqualTo("a b 0:0 1:1");
      assertThat(open(split, "train/a/1.png", "train/b/1.png")).isEqualTo("a b 0:0 1:1");
      assertThat(open(split, "train/1.png", "bus/1.png")).isEqualTo("bus train 1:0 0:1");
    }
  }

  @Test
  void aClassMissingInOneSplitKeepsItsLabel() throws IOException {
    String[] paths = {"train/a/1.png", "train/c/1.png", "test/b/1.png", "test/c/1.png"};
    assertThat(open(Split.TRAIN, paths)).isEqualTo("a b c 0:0 1:2");
    assertThat(open(Split.TEST, paths)).isEqualTo("a b c 2:1 3:2");
  }

  @Test
  void splitsWithNoClassInCommonAreRefused() {
    assertThatThrownBy(() -> open(Split.TRAIN, "train/a/1.png", "test/b/1.png"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no class");
  }

  @Test
  void imagesInOneFolderAreUnlabelled() throws IOException {
    try (Dataset dataset = open(images("b.png", "a.PNG"), Split.TRAIN)) {
      assertThat(summary(dataset)).isEqualTo("1:- 0:-");
      assertThat(dataset.classCount()).isZero();
      assertThatThrownBy(() -> dataset.label(0)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aMixOfBothIsRefused() {
    assertThatThrownBy(() -> open(Split.TRAIN, "a.png", "cats/b.png"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("cats")
        .hasMessageContaining("directly");
  }

  @Test
  void hiddenAndOtherFilesAreIgnored() throws IOException {
    Map<String, byte[]> files =
        images("a/1.png", "a/._1.png", "__MACOSX/a/1.png", ".cache/b/1.png", "b/1.png");
    files.put("a/notes.txt", new byte[3]);
    files.put("readme.md", new byte[3]);
    try (Dataset dataset = open(files, Split.TRAIN)) {
      assertThat(summary(dataset)).isEqualTo("a b 0:0 4:1");
      assertThat(dataset.describe(1)).endsWith("b/1.png");
    }
  }

  @Test
  void nothingToReadIsRefusedWithWhatWasExpected() throws IOException {
    Path empty = Files.createDirectory(temp.resolve("empty"));
    refused(empty, "empty", "no images", "PNG");
    refused(temp.resolve("missing"), "missing", "expected a folder");
    refused(Files.write(temp.resolve("a.tar"), new byte[9]), "a.tar", "zip");
  }

  private static void refused(Path path, String... parts) {
    assertThatThrownBy(() -> Datasets.open(path, Split.TRAIN))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(parts);
  }

  @ParameterizedTest
  @ValueSource(strings = {"classes.txt", "train/classes.txt", "top/classes.txt"})
  void classesTxtGivesReadableNames(String place) throws IOException {
    String prefix = place.startsWith("top/") ? "top/" : "";
    Map<String, byte[]> files =
        images(prefix + "train/00/1.png", prefix + "test/01/1.png", prefix + "train/01/1.png");
    files.put(place, text("\ufeff00 T-shirt/top\r\n01\tAnkle boot\n\n02 \u3042\n"));
    try (Dataset dataset = open(files, Split.TEST)) {
      assertThat(dataset.classes()).containsExactly("T-shirt/top", "Ankle boot", "\u3042");
      assertThat(dataset.label(0)).isEqualTo(1);
    }
  }

  @Test
  void listedClassesWithoutImagesCount() throws IOException {
    Map<String, byte[]> files = images("0/1.png", "2/1.png");
    files.put("classes.txt", text("0 zero\n1 one\n2 two\n"));
    try (Dataset dataset = open(files, Split.TRAIN)) {
      assertThat(summary(dataset)).isEqualTo("zero one two 0:0 1:2");
    }
  }

  @Test
  void aListingThatMissesAFolderIsRefusedAndAForeignOneIgnored() throws IOException {
    Map<String, byte[]> files = images("0/1.png", "1/1.png");
    files.put("classes.txt", text("0 zero\n"));
    assertThatThrownBy(() -> open(files, Split.TRAIN))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("classes.txt")
        .hasMessageContaining("\"1\"");
    files.put("classes.txt", text("cat\ndog\n"));
    try (Dataset dataset = open(files, Split.TRAIN)) {
      assertThat(dataset.classes()).containsExactly("0", "1");
    }
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void twoFoldersOfOneNumberAreRefused() {
    assertThatThrownBy(() -> open(Split.TRAIN, "1/a.png", "01/a.png"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("same number");
  }

  @Test
  void anNpzOfTheSamePixelsIsTheSameData() throws IOException {
    Map<String, byte[]> arrays =
        Map.of(
            "x.npy", Encoded.npy("|u1", "(3, 1, 1)", Encoded.bytes(0, 1, 2)),
            "y.npy", Encoded.npy("<i8", "(3,)", Encoded.longs(0, 0, 1)));
    Path npz = Encoded.zip(temp.resolve("data.npz"), arrays);
    try (Dataset dataset = Datasets.open(npz, Split.TRAIN)) {
      assertThat(summary(dataset)).isEqualTo(open(Split.TRAIN, "0/a.png", "0/b.png", "1/a.png"));
    }
  }

  @Test
  void zipEntriesAreBoundedWhateverTheyClaim() throws IOException {
    byte[] bomb = new byte[FolderDataset.MAX_FILE_BYTES + 1];
    Path zip = Encoded.zip(temp.resolve("bomb.zip"), Map.of("a/1.png", bomb));
    try (Dataset dataset = Datasets.open(zip, Split.TRAIN)) {
      assertThatThrownBy(() -> dataset.image(0, ONE_PIXEL))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageContaining("a/1.png")
          .hasMessageContaining("more than");
    }
  }

  @Test
  void namesThatLeadOutOfAZipLeadNowhere() throws IOException {
    Path zip = Encoded.zip(temp.resolve("out.zip"), images("a/../../x/1.png", "b\\2.png"));
    try (Dataset dataset = Datasets.open(zip, Split.TRAIN)) {
      assertThat(dataset.size()).isEqualTo(1);
      assertThat(dataset.describe(0)).endsWith("b/2.png");
    }
  }

  @Test
  void aBrokenImageIsNamedWithItsReason() throws IOException {
    Map<String, byte[]> files = images("a/1.png");
    files.put("a/2.png", text("not an image"));
    try (Dataset dataset = open1(files)) {
      assertThatThrownBy(() -> dataset.image(1, ONE_PIXEL))
          .isInstanceOfSatisfying(
              UnreadableImageException.class,
              e -> {
                assertThat(e.name()).endsWith("a/2.png");
                assertThat(e.reason()).contains("not a PNG");
              });
    }
  }

  private Dataset open1(Map<String, byte[]> files) throws IOException {
    return Datasets.open(Encoded.folder(temp.resolve("one"), files), Split.TRAIN);
  }

  @Test
  void theDigestTellsDataApartAndIsStable() throws IOException {
    Map<String, byte[]> files = images("a/1.png", "b/1.png");
    Path one = Encoded.zip(temp.resolve("one.zip"), files);
    Path two = Encoded.zip(temp.resolve("two.zip"), files);
    files.put("b/1.png", greyPng(1, 1, 77));
    Path other = Encoded.zip(temp.resolve("other.zip"), files);
    assertThat(digest(one)).isEqualTo(digest(two)).matches("[0-9a-f]{64}");
    assertThat(digest(other)).isNotEqualTo(digest(one));
  }

  private static String digest(Path path) {
    try (Dataset dataset = Datasets.open(path, Split.TRAIN)) {
      return dataset.digest();
    }
  }
}
