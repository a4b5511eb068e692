package io.github.pleas.cli;

import io.github.pleas.AtomicFile;
import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.network.OutputPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a sweep writes.
 *
 * @param request what all its merges have in common
 * @param folder where to write
 */
record SweepOutputs(MergeRequest request, Path folder) {
  Path csv() {
    return folder.resolve("sweep.csv");
  }

  Path network(double budget) {
    return file(budget, ".onnx");
  }

  Path numbers(double budget) {
    return file(budget, ".json");
  }

  private Path file(double budget, String extension) {
    return folder.resolve("merged-" + BudgetOptions.text(budget) + extension);
  }

  /** All files of some sizes, each with its budget. */
  List<Path> files(List<BudgetOptions> sizes) {
    List<Path> files = new ArrayList<>(List.of(csv()));
    for (BudgetOptions each : sizes) {
      double budget = each.budget().orElseThrow();
      files.add(network(budget));
      files.add(numbers(budget));
    }
    request.page().ifPresent(files::add);
    return files;
  }

  /**
   * Makes the folder.
   *
   * @throws InvalidInputException if it cannot be made
   */
  void makeFolder() {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new InvalidInputException(
          cannotBeMade(Files.isRegularFile(folder) ? ", it is a file" : ""), e);
    }
  }

  /**
   * Requires that the folder can be made, without making it.
   *
   * @throws InvalidInputException if it cannot
   */
  void requireFolder() {
    Path there = folder.toAbsolutePath().normalize();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there)) {
      throw new InvalidInputException(
          cannotBeMade(
              there.equals(folder.toAbsolutePath().normalize())
                  ? ", it is a file"
                  : ", " + there + " is a file"));
    }
    if (!Files.isWritable(there)) {
      throw new InvalidInputException(cannotBeMade(", " + there + " is write-protected"));
    }
  }

  private String cannotBeMade(String why) {
    return "the folder %s cannot be made%s; choose another one by -o".formatted(folder, why);
  }

  /**
   * Requires that no file is an input or cannot be written. What lies in a folder that is yet to be
   * made can be written once it is.
   *
   * @throws InvalidInputException if one is or cannot
   */
  void requireFiles(List<BudgetOptions> sizes) {
    List<Path> files = files(sizes);
    request.page().ifPresent(page -> requireOwnName(page, sizes));
    for (Path out : files) {
      OutputPaths.requireNotOf(out, request.a(), request.b());
      OutputPaths.requireNew(out, request.dataPaths());
      if (Files.isDirectory(folder) || !out.startsWith(folder)) {
        AtomicFile.requireWritable(out);
      }
    }
  }

  private void requireOwnName(Path page, List<BudgetOptions> sizes) {
    if (Files.isDirectory(folder)) {
      List<Path> others = new SweepOutputs(request.withoutPage(), folder).files(sizes);
      Paths.requireOtherThan(page, others.toArray(Path[]::new));
    }
  }
}
