package io.github.pleas.data;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Images held in memory as they stood in a NumPy array. */
final class ArrayDataset implements Dataset {
  private final String name;
  private final String array;
  private final PixelArray layout;
  private final List<byte[]> images;
  private final Optional<int[]> labels;
  private final List<String> classes;
  private final String digest;

  ArrayDataset(
      String name,
      String array,
      PixelArray layout,
      List<byte[]> images,
      Optional<int[]> labels,
      int classCount,
      String digest) {
    this.name = name;
    this.array = array;
    this.layout = layout;
    this.images = images;
    this.labels = labels;
    this.classes = IntStream.range(0, classCount).mapToObj(Integer::toString).toList();
    this.digest = digest;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return images.size();
  }

  @Override
  public int classCount() {
    return classes.size();
  }

  @Override
  public List<String> classes() {
    return classes;
  }

  @Override
  public boolean isLabelled() {
    return labels.isPresent();
  }

  @Override
  public int label(int index) {
    return labels.orElseThrow(() -> new IllegalStateException(name + " has no labels"))[index];
  }

  @Override
  public String describe(int index) {
    return array + "[" + index + "]";
  }

  @Override
  public float[] image(int index, Preprocessing preprocessing) {
    try {
      return preprocessing.apply(layout.decode(images.get(index)));
    } catch (IOException e) {
      throw new UnreadableImageException(describe(index), Text.reason(e), e);
    }
  }

  @Override
  public String digest() {
    return digest;
  }

  @Override
  public void close() {
    // the file was closed when it had been read
  }
}
