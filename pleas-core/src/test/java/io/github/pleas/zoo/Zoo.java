package io.github.pleas.zoo;

import io.github.pleas.data.Dataset;
import io.github.pleas.data.Datasets;
import io.github.pleas.data.Images;
import io.github.pleas.data.Preprocessing;
import io.github.pleas.data.Split;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Assumptions;
import org.tukaani.xz.XZInputStream;

/**
 * Trained networks and their images, which lie in a folder {@code shared} beside the repository and
 * are no part of it. Tests that need them are skipped where it is absent.
 */
public final class Zoo {
  private final Path shared;

  private Zoo(Path shared) {
    this.shared = shared;
  }

  /** The zoo; without it the test that asks is skipped. */
  public static Zoo assumed() {
    Optional<Path> found = find(Path.of("").toAbsolutePath());
    Assumptions.assumeTrue(found.isPresent(), "there is no folder 'shared' beside the repository");
    return new Zoo(found.orElseThrow());
  }

  /** The folder beside the repository that a folder lies in, with the networks in it. */
  private static Optional<Path> find(Path folder) {
    for (Path at = folder; at != null; at = at.getParent()) {
      // A work tree has a file of this name; the outermost pom marks an exported copy.
      boolean root =
          Files.exists(at.resolve(".git"))
              || Files.exists(at.resolve("pom.xml")) && !Files.exists(at.resolveSibling("pom.xml"));
      if (root) {
        return Optional.of(at.resolveSibling("shared"))
            .filter(shared -> Files.isDirectory(shared.resolve("zoo")));
      }
    }
    return Optional.empty();
  }

  /**
   * Unpacks networks into a folder.
   *
   * @param collection fashion or glyph
   * @param names of networks, without the ending
   * @return their files by name
   */
  public Map<String, Path> unpack(String collection, List<String> names, Path into) {
    Map<String, Path> files = new HashMap<>();
    Path archive = shared.resolve("zoo").resolve(collection + ".tar.xz");
    try (var raw = new BufferedInputStream(Files.newInputStream(archive));
        var tar = new TarArchiveInputStream(new XZInputStream(raw))) {
      TarArchiveEntry entry = tar.getNextEntry();
      while (entry != null && files.size() < names.size()) {
        String name = Path.of(entry.getName()).getFileName().toString().replace(".onnx", "");
        if (!entry.isDirectory() && names.contains(name)) {
          Path file = into.resolve(name + ".onnx");
          Files.copy(tar, file);
          files.put(name, file);
        }
        entry = tar.getNextEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack " + archive, e);
    }
    if (files.size() < names.size()) {
      throw new IllegalArgumentException(archive + " holds " + files.keySet() + " of " + names);
    }
    return files;
  }

  /**
   * Models of well-known architectures without their weights.
   *
   * @param names their paths in the archive, without the ending: script/tv-resnet18
   * @return the files' contents by these names; without the archive the test that asks is skipped
   */
  public Map<String, byte[]> skeletons(Set<String> names) {
    Path archive = shared.resolve("graphs").resolve("torchvision.tar.xz");
    Assumptions.assumeTrue(Files.exists(archive), "there is no " + archive);
    Map<String, byte[]> found = new HashMap<>();
    try (var raw = new BufferedInputStream(Files.newInputStream(archive));
        var tar = new TarArchiveInputStream(new XZInputStream(raw))) {
      TarArchiveEntry entry = tar.getNextEntry();
      while (entry != null && found.size() < names.size()) {
        String name = entry.getName().replace(".onnx", "");
        if (names.contains(name)) {
          found.put(name, tar.readAllBytes());
        }
        entry = tar.getNextEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + archive, e);
    }
    return found;
  }

  /** A checkpoint of the zoo, such as {@code rn18w32-hand-a.pth}. */
  public Path checkpoint(String name) {
    return shared.resolve("zoo").resolve("checkpoints").resolve(name);
  }

  /** A file of images, such as {@code fashion-0to4}. */
  public Path data(String name) {
    return shared.resolve("data").resolve(name + ".zip");
  }

  /** Some images as the zoo's networks take them: (pixel / 255 - 0.5) / 0.5. */
  public Images images(String name, Split split, int count, int channels, int size) {
    Preprocessing preprocessing =
        new Preprocessing(channels, size, size, new float[] {0.5f}, new float[] {0.5f});
    try (Dataset dataset = Datasets.open(data(name), split)) {
      return Images.load(dataset, count, 0, preprocessing, 2, (done, total) -> {});
    }
  }
}
