package io.github.pleas.cli;

import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.journal.JournalFolder;
import io.github.pleas.merge.Merger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a command would merge and write: what dry runs of several commands differ in. */
interface DryRunTarget {
  /** Notes what is wrong with outputs that are known before there are networks. */
  void checkPaths(Findings findings);

  /**
   * The sizes that will be merged, ascending.
   *
   * @throws io.github.pleas.InvalidInputException if there is none, or its files cannot be written
   */
  List<BudgetOptions> sizes(Merger merger, Merger.Prepared networks);

  /** The files that would be written. */
  List<Path> files(List<BudgetOptions> sizes);

  /** The folder that most is written to; it may be yet to be made. */
  Path folder();

  /** The folder in which what is done is kept, if there is to be one. */
  Optional<Path> resume();

  /** One merge. */
  static DryRunTarget merge(MergeRequest request) {
    return new DryRunTarget() {
      @Override
      public void checkPaths(Findings findings) {
        new MergeRun(request, Progress.silent()).checkPaths(findings);
      }

      @Override
      public List<BudgetOptions> sizes(Merger merger, Merger.Prepared networks) {
        return List.of(request.options().size());
      }

      @Override
      public List<Path> files(List<BudgetOptions> sizes) {
        List<Path> files = new ArrayList<>(List.of(request.out(), request.json()));
        request.page().ifPresent(files::add);
        return files;
      }

      @Override
      public Optional<Path> resume() {
        return request.resume();
      }

      @Override
      public Path folder() {
        return Optional.ofNullable(request.out().toAbsolutePath().getParent()).orElseThrow();
      }
    };
  }

  /**
   * Merges at several budgets.
   *
   * @param size their options, the budget aside
   */
  static DryRunTarget sweep(
      MergeRequest request, BudgetOptions size, SweepBudgets budgets, Path folder) {
    SweepOutputs outputs = new SweepOutputs(request, folder);
    return new DryRunTarget() {
      @Override
      public void checkPaths(Findings findings) {
        findings.check(outputs::requireFolder);
        request.resume().ifPresent(dir -> findings.check(() -> JournalFolder.requireUsable(dir)));
      }

      @Override
      public List<BudgetOptions> sizes(Merger merger, Merger.Prepared networks) {
        List<BudgetOptions> sizes =
            SweepRun.sizes(request, size, budgets, any -> merger.smallest(networks, any));
        sizes.forEach(each -> merger.requirePossible(networks, each));
        outputs.requireFiles(sizes);
        return sizes;
      }

      @Override
      public List<Path> files(List<BudgetOptions> sizes) {
        return outputs.files(sizes);
      }

      @Override
      public Optional<Path> resume() {
        return request.resume();
      }

      @Override
      public Path folder() {
        return folder.toAbsolutePath();
      }
    };
  }
}
