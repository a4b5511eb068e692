package io.github.pleas.cli;

import io.github.pleas.AtomicFile;
import io.github.pleas.merge.MergeResult;
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
    checkPaths();
    try (StageMemory memory = StageMemory.start()) {
      progress.onStage(memory::enter);
      MergeSource source = new MergeSource(request, MergeSource.Sizes.NONE, progress, memory);
      MergeResult result =
          source
              .merger()
              .merge(
                  source.prepared(),
                  source.calibration(),
                  (stage, done, total) -> progress.update(stage.label(), done, total));
      return source.finish(request, result);
    } finally {
      progress.close();
    }
  }

  private void checkPaths() {
    List<Path> outputs = new ArrayList<>(List.of(request.out(), request.json()));
    request.page().ifPresent(outputs::add);
    for (Path out : outputs) {
      Paths.requireNotOf(out, request.a(), request.b());
      Paths.requireNew(out, request.dataPaths());
      AtomicFile.requireWritable(out);
    }
    Paths.requireDifferent(request.out(), request.json());
    request.page().ifPresent(page -> Paths.requireOtherThan(page, request.out(), request.json()));
  }
}
