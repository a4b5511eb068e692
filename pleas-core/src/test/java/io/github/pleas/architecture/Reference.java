package io.github.pleas.architecture;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * What the real torchvision or timm computes, made by tools/torchvision-references.py.
 *
 * @param label which case
 * @param arch the architecture's name in that library
 * @param gain of the recipe of the weights
 * @param seed of the recipe
 * @param shapes the parameters
 * @param input shape of the images, [batch, channels, height, width]
 * @param outputs for each image
 */
public record Reference(
    String label,
    String arch,
    double gain,
    long seed,
    Map<String, int[]> shapes,
    int[] input,
    List<double[]> outputs) {
  public static List<Reference> all() {
    List<Reference> all = new ArrayList<>();
    try (InputStream file = Reference.class.getResourceAsStream("/architecture/references.zip");
        ZipInputStream zip = new ZipInputStream(file)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String text = new String(zip.readAllBytes(), StandardCharsets.UTF_8);
        all.add(of(entry.getName().replace(".txt", ""), text));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  public static Reference named(String label) {
    return all().stream().filter(r -> r.label().equals(label)).findFirst().orElseThrow();
  }

  private static Reference of(String label, String text) {
    Map<String, String> facts = new LinkedHashMap<>();
    Map<String, int[]> shapes = new LinkedHashMap<>();
    List<double[]> outputs = new ArrayList<>();
    for (String line : text.lines().toList()) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "parameter" -> shapes.put(words[1], shape(words[2]));
        case "output" ->
            outputs.add(Arrays.stream(words).skip(1).mapToDouble(Double::parseDouble).toArray());
        default -> facts.put(words[0], words[1]);
      }
    }
    return new Reference(
        label,
        requireNonNull(facts.get("arch")),
        Double.parseDouble(facts.get("gain")),
        Long.parseLong(facts.get("seed")),
        shapes,
        shape(requireNonNull(facts.get("input"))),
        outputs);
  }

  private static int[] shape(String text) {
    return Arrays.stream(text.split("x")).mapToInt(Integer::parseInt).toArray();
  }

  public SeededStateDict dict() {
    return new SeededStateDict(shapes, seed, gain);
  }

  @Override
  public String toString() {
    return label;
  }
}
