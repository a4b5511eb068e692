package io.github.pleas.cli;

import io.github.pleas.AtomicFile;
import io.github.pleas.api.ResumeFolder;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.journal.JournalFolder;
import io.github.pleas.merge.MergeListener;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.MergeSession;
import io.github.pleas.merge.SizePlan;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Merges at several budgets, from files to a folder. */
final class SweepRun {
  private final MergeRequest request;
  private final BudgetOptions size;
  private final SweepBudgets budgets;
  private final Path folder;
  private final SweepOutputs outputs;
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
    this.outputs = new SweepOutputs(request, folder);
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
      try (ResumeFolder resumed = source.resumed(ascending)) {
        try (MergeSession session = source.open(widening, resumed.journal())) {
          Iterator<SizePlan> plans =
              session.plans(size, ascending, progress.listener("")).iterator();
          while (plans.hasNext()) {
            SizePlan plan = plans.next();
            double budget = plan.asked().budget().orElseThrow();
            MergeRequest each =
                request.at(
                    request.options().withSize(plan.asked()),
                    outputs.network(budget),
                    outputs.numbers(budget));
            MergeListener listener = progress.listener(" " + BudgetOptions.text(budget));
            MergeResult result =
                plans.hasNext() ? session.merge(plan, listener) : session.mergeLast(plan, listener);
            reports.add(source.finish(each, result, session));
          }
        }
        SweepTimes times = source.time(reports);
        byte[] values = new SweepCsv(reports, times).text().getBytes(StandardCharsets.UTF_8);
        AtomicFile.replace(outputs.csv(), out -> out.write(values));
        request
            .page()
            .ifPresent(
                page ->
                    ReportPages.write(
                        reports, times, folder, (System.nanoTime() - start) / 1e9, page));
        resumed.finish();
        return new SweepTable(reports, times, folder, outputs.csv(), request.page());
      }
    } finally {
      progress.close();
    }
  }

  /** The sizes, also into a list; by then it is known what can be, and so what will be written. */
  private List<BudgetOptions> sizes(
      ToDoubleFunction<BudgetOptions> smallest, List<BudgetOptions> into) {
    into.addAll(sizes(request, size, budgets, smallest));
    request.resume().ifPresent(JournalFolder::requireUsable);
    outputs.makeFolder();
    outputs.requireFiles(into);
    return into;
  }

  /**
   * The sizes of a sweep, ascending.
   *
   * @param size their options, the budget aside
   * @param smallest says what the smallest network that is possible costs
   */
  static List<BudgetOptions> sizes(
      MergeRequest request,
      BudgetOptions size,
      SweepBudgets budgets,
      ToDoubleFunction<BudgetOptions> smallest) {
    double least = request.options().heads().fork().isEmpty() ? 1 : smallest.applyAsDouble(size);
    return budgets.from(least).stream().map(size::withBudget).toList();
  }
}
