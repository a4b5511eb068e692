package io.github.pleas.data;

import static io.github.pleas.data.Encoded.greyPng;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.Matrix;

/** Data sets in small, laid out as their authors distribute them. */
class DistributedDataTest {
  private static final Preprocessing ONE_PIXEL = Preprocessing.plain(1, 1, 1);

  @TempDir private Path temp;

  private void text(String path, String... lines) throws IOException {
    Path file = temp.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, String.join("\n", lines) + "\n");
  }

  /** A row of four pixels; the decoder tells formats by their content, whatever the name. */
  private void image(String path, int... greys) throws IOException {
    Path file = temp.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, greyPng(1, greys.length, greys));
  }

  private Dataset open(String location, Split split) {
    return Datasets.open(DataLocation.parse(location), split);
  }

  /**
   * The classes, and each image as grey level and label: of a row that is odd about its middle,
   * that of the middle, however pixels are weighted.
   */
  private String summary(String location, Split split) {
    try (Dataset dataset = open(location, split)) {
      List<String> parts = new ArrayList<>(dataset.classes());
      for (int i = 0; i < dataset.size(); i++) {
        parts.add(Math.round(255 * dataset.image(i, ONE_PIXEL)[0]) + ":" + dataset.label(i));
      }
      return String.join(" ", parts);
    }
  }

  private void refused(String location, String... said) {
    assertThatThrownBy(() -> open(location, Split.TRAIN).close())
        .isInstanceOf(InvalidInputException.class)
        .satisfies(e -> assertThat(String.valueOf(e.getMessage())).contains(said));
  }

  private void domainNet() throws IOException {
    text("net/sketch_train.txt", "sketch/cat/a.jpg 0", "sketch/zebra/b.jpg 2");
    text("net/sketch_test.txt", "sketch/dog/c.jpg 1", "", "sketch/cat/d.jpg 0");
    image("net/sketch/cat/a.jpg", 1);
    image("net/sketch/zebra/b.jpg", 2);
    image("net/sketch/dog/c.jpg", 3);
    image("net/sketch/cat/d.jpg", 4);
  }

  @Test
  void domainNetHasTheLabelsOfItsListsAndTheClassesOfBoth() throws IOException {
    domainNet();
    String location = "domainnet:" + temp.resolve("net/sketch");
    assertThat(summary(location, Split.TRAIN)).isEqualTo("cat dog zebra 1:0 2:2");
    assertThat(summary(location, Split.TEST)).isEqualTo("cat dog zebra 3:1 4:0");
    try (Dataset dataset = open(location, Split.TRAIN)) {
      assertThat(dataset.name()).isEqualTo("sketch (train)");
    }
  }

  private void birds(String root) throws IOException {
    // Classes 7 and 900 of a hierarchy; identifiers are texts.
    text(root + "/images.txt", "a1-x 0007/a.jpg", "b2 0900/b.jpg", "c3 0007/c.jpg");
    text(root + "/image_class_labels.txt", "a1-x 7", "b2 900", "c3 7");
    text(root + "/train_test_split.txt", "a1-x 1", "b2 1", "c3 0");
    text(root + "/classes.txt", "0 Birds", "7 Snow Goose", "900 Owl", "12 Ducks");
    text(root + "/bounding_boxes.txt", "a1-x 2 0 2 1", "b2 0.0 0.0 1.0 1.0", "c3 -1 -1 3 3");
    image(root + "/images/0007/a.jpg", 50, 50, 150, 150);
    image(root + "/images/0900/b.jpg", 40, 20, 20, 0);
    image(root + "/images/0007/c.jpg", 10, 30, 90, 110);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cub", "nabirds"})
  void birdsAreNumberedInOrderOfTheClassesThatHaveImages(String format) throws IOException {
    birds("birds");
    String location = format + ":" + temp.resolve("birds");
    assertThat(summary(location, Split.TRAIN)).isEqualTo("Snow Goose Owl 100:0 20:1");
    assertThat(summary(location, Split.TEST)).isEqualTo("Snow Goose Owl 60:0");
  }

  @Test
  void cropsAreThePixelsOfTheBoxWithinTheImage() throws IOException {
    birds("birds");
    String cropped = "nabirds-cropped:" + temp.resolve("birds");
    assertThat(summary(cropped, Split.TRAIN)).isEqualTo("Snow Goose Owl 150:0 40:1");
    assertThat(summary(cropped, Split.TEST)).isEqualTo("Snow Goose Owl 20:0");
    String before = digest(cropped);
    assertThat(before).isNotEqualTo(digest("nabirds:" + temp.resolve("birds")));
    text("birds/bounding_boxes.txt", "a1-x 3 0 1 1", "b2 0 0 1 1", "c3 -1 -1 3 3");
    assertThat(digest(cropped)).isNotEqualTo(before);
  }

  private String digest(String location) {
    try (Dataset dataset = open(location, Split.TRAIN)) {
      return dataset.digest();
    }
  }

  @Test
  void aBoxOutsideItsImageMakesTheImageUnreadable() throws IOException {
    birds("birds");
    text("birds/bounding_boxes.txt", "a1-x 9 0 2 1", "b2 0 0 1 1", "c3 0 0 1 1");
    try (Dataset dataset = open("cub-cropped:" + temp.resolve("birds"), Split.TRAIN)) {
      assertThatThrownBy(() -> dataset.image(0, ONE_PIXEL))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageContaining("bounding box (9.0, 0.0, 2.0 x 1.0) is not within its 4 x 1");
    }
  }

  @Test
  void theFolderThatAnArchiveUnpacksToIsFound() throws IOException {
    birds("download/CUB_200_2011");
    assertThat(summary("cub:" + temp.resolve("download"), Split.TEST))
        .isEqualTo("Snow Goose Owl 60:0");
  }

  @Test
  void petsAreNamedByTheirImages() throws IOException {
    text("pets/annotations/trainval.txt", "great_pyrenees_1 2 2 1", "Bombay_12 1 1 1");
    text("pets/annotations/test.txt", "Bombay_3 1 1 1");
    image("pets/images/great_pyrenees_1.jpg", 1);
    image("pets/images/Bombay_12.jpg", 2);
    image("pets/images/Bombay_3.jpg", 3);
    String location = "pets:" + temp.resolve("pets");
    assertThat(summary(location, Split.TRAIN)).isEqualTo("Bombay great_pyrenees 1:1 2:0");
    assertThat(summary(location, Split.TEST)).isEqualTo("Bombay great_pyrenees 3:0");
  }

  private void mat(String path, List<String> files, double... labels) throws IOException {
    Cell cell = Mat5.newCell(files.size(), 1);
    Matrix numbers = Mat5.newMatrix(labels.length, 1);
    for (int i = 0; i < labels.length; i++) {
      cell.set(i, Mat5.newString(files.get(i)));
      numbers.setDouble(i, labels[i]);
    }
    Path file = temp.resolve(path);
    Files.createDirectories(file.getParent());
    Mat5.writeToFile(
        Mat5.newMatFile().addArray("file_list", cell).addArray("labels", numbers), file.toFile());
  }

  private void dogs() throws IOException {
    mat("dogs/train_list.mat", List.of("n1-Pug/n1_1.jpg", "n2-Collie/n2_1.jpg"), 1, 2);
    mat("dogs/test_list.mat", List.of("n2-Collie/n2_2.jpg"), 2);
    image("dogs/Images/n1-Pug/n1_1.jpg", 10, 20, 30, 40);
    image("dogs/Images/n2-Collie/n2_1.jpg", 50);
    image("dogs/Images/n2-Collie/n2_2.jpg", 60);
    for (String dog : List.of("n1-Pug/n1_1", "n2-Collie/n2_1", "n2-Collie/n2_2")) {
      text("dogs/Annotation/" + dog, annotation("0 0 1 1", "1 0 4 1"));
    }
  }

  private static String annotation(String... boxes) {
    StringBuilder xml = new StringBuilder("<annotation><folder>x</folder>");
    for (String box : boxes) {
      String[] c = box.split(" ");
      xml.append("<object><name>dog</name><bndbox>");
      xml.append("<xmin>").append(c[0]).append("</xmin><ymin>").append(c[1]).append("</ymin>");
      xml.append("<xmax>").append(c[2]).append("</xmax><ymax>").append(c[3]).append("</ymax>");
      xml.append("</bndbox></object>");
    }
    return xml.append("</annotation>").toString();
  }

  @Test
  void dogsAreReadFromMatlabsListsAndCroppedToTheLargest() throws IOException {
    dogs();
    assertThat(summary("dogs:" + temp.resolve("dogs"), Split.TRAIN))
        .isEqualTo("Pug Collie 25:0 50:1");
    assertThat(summary("dogs:" + temp.resolve("dogs"), Split.TEST)).isEqualTo("Pug Collie 60:1");
    try (Dataset cropped = open("dogs-cropped:" + temp.resolve("dogs"), Split.TRAIN)) {
      assertThat(255 * cropped.image(0, ONE_PIXEL)[0]).isBetween(29.9f, 30.1f);
    }
  }

  @Test
  void annotationsHaveNoEntities() throws IOException {
    dogs();
    text(
        "dogs/Annotation/n1-Pug/n1_1",
        "<!DOCTYPE annotation [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
        annotation("0 0 1 1").replace("<folder>x", "<folder>&x;"));
    try (Dataset cropped = open("dogs-cropped:" + temp.resolve("dogs"), Split.TRAIN)) {
      assertThatThrownBy(() -> cropped.image(0, ONE_PIXEL))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageContaining("annotation")
          .hasMessageContaining("DOCTYPE");
    }
  }

  @Test
  void listsThatAreNoMatlabFilesAreRefused() throws IOException {
    dogs();
    byte[] whole = Files.readAllBytes(temp.resolve("dogs/train_list.mat"));
    for (int length : new int[] {0, 1, 100, 127, 130, 140, 200, whole.length - 7}) {
      Files.write(temp.resolve("dogs/train_list.mat"), Arrays.copyOf(whole, length));
      refused("dogs:" + temp.resolve("dogs"), "train_list.mat");
    }
    mat("dogs/train_list.mat", List.of("n1-Pug/n1_1.jpg", "../x.jpg"), 1, 2);
    refused("dogs:" + temp.resolve("dogs"), "entry 2", "leads out of the data set's folder");
    mat("dogs/train_list.mat", List.of("n1-Pug/n1_1.jpg"), 1.5);
    refused("dogs:" + temp.resolve("dogs"), "entry 1", "expected a label from 1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../secret.jpg 0", "/etc/passwd 0", "sketch/../../x.jpg 0", "a\\..\\x.jpg 0"})
  void pathsThatLeaveTheFolderAreRefused(String line) throws IOException {
    domainNet();
    text("net/sketch_train.txt", "sketch/cat/a.jpg 0", line);
    refused(
        "domainnet:" + temp.resolve("net/sketch"),
        "sketch_train.txt, line 2",
        "leads out of the data set's folder");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sketch/cat/a.jpg", "a.jpg one", "a.jpg -1", "a.jpg 99999999999"})
  void linesThatAreNotAsExpectedAreNamed(String line) throws IOException {
    domainNet();
    text("net/sketch_test.txt", "sketch/cat/a.jpg 0", line);
    refused("domainnet:" + temp.resolve("net/sketch"), "sketch_test.txt, line 2", "expected");
  }

  @Test
  void listsThatDoNotFitTogetherAreRefused() throws IOException {
    birds("birds");
    text("birds/train_test_split.txt", "a1-x 1", "c3 0");
    refused("cub:" + temp.resolve("birds"), "images.txt, line 2", "b2 is not in train_test_split");
    text("birds/train_test_split.txt", "a1-x 1", "b2 2", "c3 0");
    refused("cub:" + temp.resolve("birds"), "line 2: expected a whole number from 0 to 1");
    text("birds/train_test_split.txt", "a1-x 0", "b2 0", "c3 0");
    refused("cub:" + temp.resolve("birds"), "name no image of this split");
    text("birds/train_test_split.txt", "a1-x 1", "b2 1", "c3 0");
    text("birds/bounding_boxes.txt", "a1-x 0 0 1 1");
    refused("cub-cropped:" + temp.resolve("birds"), "has no bounding box for images/0900/b.jpg");
  }

  @Test
  void whatIsMissingIsNamedWithWhereToGetIt() throws IOException {
    refused("domainnet:" + temp.resolve("net/real"), "real_train.txt", "http://ai.bu.edu/M3SDA/");
    refused("pets:" + temp, "annotations/trainval.txt", "robots.ox.ac.uk/~vgg/data/pets");
    refused("nabirds:" + temp, "images.txt", "https://dl.allaboutbirds.org/nabirds");
    // Lists without images.
    text("net/real_train.txt", "real/cat/a.jpg 0");
    text("net/real_test.txt", "real/cat/b.jpg 0");
    refused("domainnet:" + temp.resolve("net/real"), "there is no", "real/cat/a.jpg");
  }

  @Test
  void pathsThatBeginLikeAFormatAreStillPaths() {
    assertThat(DataLocation.parse("./cub:x").format()).isEqualTo(DataFormat.IMAGES);
    assertThat(DataLocation.parse("birds:x").path()).isEqualTo(Path.of("birds:x"));
    assertThat(DataLocation.parse("cub:a/b")).hasToString("cub:a/b");
    assertThat(DataLocation.parse("a/b")).hasToString("a/b");
  }

  /** The domain's own folder beside its lists is not the one that an archive unpacks to. */
  @Test
  void listsThatAreMissingBesideTheImagesAreSoughtWhereTheyBelong() throws IOException {
    image("net/sketch/cat/a.jpg", 1);
    refused(
        "domainnet:" + temp.resolve("net/sketch"),
        "there is no " + temp.resolve("net/sketch_train.txt"));
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A cell array as MATLAB writes it: its name, what it claims to hold, and what it holds. */
  private static byte[] cells(String name, int rows, byte[] content) {
    int padded = (name.length() + 7) / 8 * 8;
    int length = 16 + 16 + 8 + padded + content.length;
    ByteBuffer array = little(8 + length);
    array.putInt(14).putInt(length);
    array.putInt(6).putInt(8).putInt(1).putInt(0);
    array.putInt(5).putInt(8).putInt(rows).putInt(1);
    array.putInt(1).putInt(name.length()).put(name.getBytes(StandardCharsets.US_ASCII));
    array.put(new byte[padded - name.length()]).put(content);
    return array.array();
  }

  private void matOf(byte[] array) throws IOException {
    ByteBuffer whole = little(128 + array.length);
    whole.put(String.format("%-124s", "MATLAB 5.0 MAT-file").getBytes(StandardCharsets.US_ASCII));
    whole.putShort((short) 0x0100).put((byte) 'I').put((byte) 'M').put(array);
    Files.write(temp.resolve("dogs/train_list.mat"), whole.array());
  }

  @Test
  void whatMatlabFilesClaimToHoldIsNotTrusted() throws IOException {
    dogs();
    String location = "dogs:" + temp.resolve("dogs");
    for (int rows : new int[] {Integer.MAX_VALUE, 10_000_001, -1}) {
      matOf(cells("file_list", rows, new byte[0]));
      refused(location, "train_list.mat cannot be read", "array of [" + rows + ", 1]");
      // Within another one, where nothing is known before there is memory for it.
      matOf(cells("file_list", 1, cells("", rows, new byte[0])));
      refused(location, "train_list.mat cannot be read");
    }
  }

  @Test
  void arraysInArraysWithoutEndAreRefused() throws IOException {
    dogs();
    // All classes are loaded while there is room for it.
    assertThat(summary("dogs:" + temp.resolve("dogs"), Split.TRAIN)).isNotEmpty();
    ByteArrayOutputStream heads = new ByteArrayOutputStream();
    int levels = 100_000;
    int level = cells("", 1, new byte[0]).length;
    for (int i = 0; i < levels; i++) {
      ByteBuffer head = ByteBuffer.wrap(cells("", 1, new byte[0])).order(ByteOrder.LITTLE_ENDIAN);
      head.putInt(4, level - 8 + (levels - 1 - i) * level);
      heads.writeBytes(head.array());
    }
    matOf(cells("file_list", 1, heads.toByteArray()));
    refused("dogs:" + temp.resolve("dogs"), "train_list.mat cannot be read");
  }
}
