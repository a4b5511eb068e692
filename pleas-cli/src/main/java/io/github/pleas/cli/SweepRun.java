package io.github.pleas.cli;

import io.github.pleas.AtomicFile;
import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.merge.MergeSession;
import io.github.pleas.merge.SizePlan;
import io.github.pleas.network.OutputPaths;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Merges at several budgets, from files to a folder. */
final class SweepRun {
  private final MergeRequest request;
  private final BudgetOptions size;
  private final SweepBudgets budgets;
  private final Path folder;
  private final Progress progress;

  /**
   * A sweep.
   *
   * @param request what all merges have in common
   * @param folder where to write
   */
  SweepRun(
      MergeRequest request,
      BudgetOptions size,
      SweepBudgets budgets,
      Path folder,
      Progress progress) {
    this.request = request;
    this.size = size;
    this.budgets = budgets;
    this.folder = folder;
    this.progress = progress;
  }

  SweepTable run() {
    long start = System.nanoTime();
    try (StageMemory memory = StageMemory.start()) {
      List<BudgetOptions> sizes = new ArrayList<>();
      MergeSource source =
          new MergeSource(request, smallest -> sizes(smallest, sizes), progress, memory);
      double widening = sizes.get(sizes.size() - 1).widening();
      List<Double> ascending = sizes.stream().map(each -> each.budget().orElseThrow()).toList();
      List<MergeReport> reports = new ArrayList<>();
      try (MergeSession session =
          source
              .merger()
              .open(source.prepared(), source.calibration(), widening, progress.listener(""))) {
        for (SizePlan plan : session.plans(size, ascending, progress.listener(""))) {
          double budget = plan.asked().budget().orElseThrow();
          MergeRequest each =
              request.at(
                  request.options().withSize(plan.asked()),
                  file(budget, ".onnx"),
                  file(budget, ".json"));
          reports.add(
              source.finish(
                  each, session.merge(plan, progress.listener(" " + BudgetOptions.text(budget)))));
        }
      }
      SweepTimes times = source.time(reports);
      byte[] values = new SweepCsv(reports, times).text().getBytes(StandardCharsets.UTF_8);
      AtomicFile.replace(csv(), out -> out.write(values));
      request
          .page()
          .ifPresent(
              page ->
                  ReportPages.write(
                      reports, times, folder, (System.nanoTime() - start) / 1e9, page));
      return new SweepTable(reports, times, folder, csv(), request.page());
    } finally {
      progress.close();
    }
  }

  private Path csv() {
    return folder.resolve("sweep.csv");
  }

  private Path file(double budget, String extension) {
    return folder.resolve("merged-" + BudgetOptions.text(budget) + extension);
  }

  /** The sizes, also into a list; by then it is known what can be, and so what will be written. */
  private List<BudgetOptions> sizes(
      ToDoubleFunction<BudgetOptions> smallest, List<BudgetOptions> into) {
    double least = request.options().heads().fork().isEmpty() ? 1 : smallest.applyAsDouble(size);
    budgets.from(least).forEach(budget -> into.add(size.withBudget(budget)));
    checkPaths(into);
    return into;
  }

  private void checkPaths(List<BudgetOptions> sizes) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new InvalidInputException(
          "the folder %s cannot be made%s; choose another one by -o"
              .formatted(folder, Files.isRegularFile(folder) ? ", it is a file" : ""),
          e);
    }
    List<Path> files = new ArrayList<>(List.of(csv()));
    for (BudgetOptions each : sizes) {
      double budget = each.budget().orElseThrow();
      files.add(file(budget, ".onnx"));
      files.add(file(budget, ".json"));
    }
    request
        .page()
        .ifPresent(
            page -> {
              Paths.requireOtherThan(page, files.toArray(Path[]::new));
              files.add(page);
            });
    for (Path out : files) {
      OutputPaths.requireNotOf(out, request.a(), request.b());
      OutputPaths.requireNew(out, request.dataPaths());
      AtomicFile.requireWritable(out);
    }
  }
}
