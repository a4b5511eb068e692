package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.api.MergedWriter;
import io.github.pleas.api.Originals;
import io.github.pleas.api.StoredResult;
import io.github.pleas.data.Preparation;
import io.github.pleas.merge.CalibrationImages;
import io.github.pleas.merge.MemoryLimit;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.Provenance;
import io.github.pleas.symmetry.OperatorRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A merge from files to files whose images are elsewhere. */
final class ElsewhereRun {
  private final MergeRequest request;
  private final MergeElsewhere elsewhere;
  private final MergeElsewhere.Asked asked;
  private final Progress progress;

  /**
   * A merge.
   *
   * @param data where the images are, in the user's words
   */
  ElsewhereRun(
      MergeRequest request, MergeElsewhere elsewhere, List<String> data, Progress progress) {
    this.request = request;
    this.elsewhere = elsewhere;
    this.asked =
        new MergeElsewhere.Asked(
            data,
            request.options(),
            request.samples(),
            request.images().networks().models(),
            request.images().normalization());
    this.progress = progress;
  }

  MergeReport run() {
    Findings findings = new Findings();
    new MergeRun(request, progress).checkPaths(findings);
    findings.check(() -> MergeSource.checkData(request));
    findings.check(() -> request.images().check());
    findings.check(this::requireNoProbe);
    findings.check(this::requireNotKept);
    findings.check(() -> elsewhere.check(asked, request.out()));
    findings.throwFirst();
    try (StageMemory memory = StageMemory.start()) {
      progress.onStage(memory::enter);
      return run(memory);
    } finally {
      progress.close();
    }
  }

  private void requireNoProbe() {
    if (request.probe().isPresent()) {
      throw new InvalidInputException(
          "--probe: probes are trained on images of this machine; leave it out");
    }
  }

  private void requireNotKept() {
    if (request.resume().isPresent()) {
      throw new InvalidInputException(
          "--resume: a merge on images elsewhere is not kept; leave it out");
    }
  }

  /** What --memory says is for those who have the images: it does not bound this process. */
  private MergeOptions options() {
    MergeOptions given = request.options();
    return given.withMemory(MemoryLimit.ofTensors(given.memory().bytes()));
  }

  private MergeReport run(StageMemory memory) {
    Map<String, Double> times = new LinkedHashMap<>();
    long start = System.nanoTime();
    request.images().networks().check(request.a(), request.b());
    Originals originals =
        Originals.read(
            request.a(),
            request.b(),
            request.images().networks().models(),
            options(),
            OperatorRules.standard(),
            progress.listener(""));
    MergedWriter.requireKnown(request.precision(), request.out(), originals.a(), originals.b());
    times.put("read", (System.nanoTime() - start) / 1e9);
    try (Preparation preparation = request.images().preparation(originals.a())) {
      MergeElsewhere.Merged merged = elsewhere.merge(originals, asked, progress.listener(""));
      merged.result().seconds().forEach((stage, time) -> times.put(stage.label(), time));
      return report(originals, merged, preparation, times, memory);
    }
  }

  private MergeReport report(
      Originals originals,
      MergeElsewhere.Merged merged,
      Preparation preparation,
      Map<String, Double> times,
      StageMemory memory) {
    MergedWriter writer = new MergedWriter(originals, CalibrationImages.of(merged.first()));
    StoredResult stored = writer.stored(merged.result(), request.precision(), request.out());
    List<String> warnings = new ArrayList<>(originals.notes());
    warnings.addAll(merged.notes());
    if (request.measure()) {
      warnings.add(
          "nothing was measured, for the images are elsewhere; pleas eval measures the file where"
              + " they are");
    }
    warnings.addAll(merged.result().warnings());
    ReportWriting writing = new ReportWriting(originals, progress);
    return writing.write(
        new MergeReport(
            request,
            writing.versions(),
            new Provenance(originals.inputs(merged.inputs()), request.options()),
            merged.result(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            preparation,
            merged.images(),
            warnings,
            merged.skipped(),
            times,
            false,
            new Seen(List.of(), merged.available(), memory::peak),
            Optional.empty()),
        stored,
        writer);
  }
}
