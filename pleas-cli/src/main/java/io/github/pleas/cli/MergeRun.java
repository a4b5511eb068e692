package io.github.pleas.cli;

import io.github.pleas.AtomicFile;
import io.github.pleas.api.ResumeFolder;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.journal.JournalFolder;
import io.github.pleas.merge.MergeListener;
import io.github.pleas.merge.MergeSession;
import io.github.pleas.merge.SizePlan;
import io.github.pleas.network.OutputPaths;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A merge from files to files. */
final class MergeRun {
  private final MergeRequest request;
  private final Progress progress;

  MergeRun(MergeRequest request, Progress progress) {
    this.request = request;
    this.progress = progress;
  }

  MergeReport run() {
    Findings findings = new Findings();
    checkPaths(findings);
    findings.throwFirst();
    try (StageMemory memory = StageMemory.start()) {
      progress.onStage(memory::enter);
      MergeSource source = new MergeSource(request, MergeSource.Sizes.NONE, progress, memory);
      BudgetOptions size = request.options().size();
      try (ResumeFolder folder = source.resumed(List.of())) {
        MergeReport report;
        try (MergeSession session = source.open(size.widening(), folder.journal())) {
          MergeListener listener = progress.listener("");
          SizePlan plan = session.plan(size, listener);
          report = source.finish(request, session.mergeLast(plan, listener), session);
        }
        folder.finish();
        return report;
      }
    } finally {
      progress.close();
    }
  }

  /** Notes each output that cannot be written, or must not be. */
  void checkPaths(Findings findings) {
    List<Path> outputs = new ArrayList<>(List.of(request.out(), request.json()));
    request.page().ifPresent(outputs::add);
    for (Path out : outputs) {
      findings.check(() -> OutputPaths.requireNotOf(out, request.a(), request.b()));
      findings.check(() -> OutputPaths.requireNew(out, request.dataPaths()));
      findings.check(() -> AtomicFile.requireWritable(out));
    }
    request.resume().ifPresent(dir -> findings.check(() -> JournalFolder.requireUsable(dir)));
    if (findings.isEmpty()) {
      findings.check(() -> Paths.requireDifferent(request.out(), request.json()));
      request
          .page()
          .ifPresent(
              page ->
                  findings.check(
                      () -> Paths.requireOtherThan(page, request.out(), request.json())));
    }
  }
}
