package io.github.pleas.cli;

import io.github.pleas.AtomicFile;
import io.github.pleas.Version;
import io.github.pleas.api.CheckpointOutput;
import io.github.pleas.api.MergedWriter;
import io.github.pleas.api.Originals;
import io.github.pleas.api.StoredResult;
import io.github.pleas.budget.CostKind;
import io.github.pleas.linalg.Blas;
import io.github.pleas.merge.MergeResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes merged networks with their reports. */
final class ReportWriting {
  private final Originals originals;
  private final Progress progress;

  ReportWriting(Originals originals, Progress progress) {
    this.originals = originals;
    this.progress = progress;
  }

  /**
   * Writes the network and the report. The report, which speaks of the network's file, is written
   * when that file is complete and proven, right before it takes its name: whatever fails up to
   * there leaves neither.
   */
  MergeReport write(MergeReport report, StoredResult stored, MergedWriter writer) {
    progress.update("write", 0, 1);
    long start = System.nanoTime();
    MergeRequest asked = report.request();
    MergeResult result = report.result();
    List<MergeReport> complete = new ArrayList<>();
    writer.write(
        result,
        asked.precision(),
        stored,
        report.provenance(),
        asked.out(),
        (file, written) -> {
          Optional<Latency> latency =
              result.plan().asked().cost() == CostKind.LATENCY
                  ? Optional.of(latency(asked, result, file))
                  : Optional.empty();
          report.seconds().put("write", (System.nanoTime() - start) / 1e9);
          MergeReport full = report.withOutput(MergeReport.Output.of(written, latency));
          complete.add(full);
          // One within the other, so that a failure leaves neither.
          MergeJson.write(
              full, asked.json(), () -> asked.page().ifPresent(page -> writePage(full, page)));
        });
    progress.update("write", 1, 1);
    return complete.get(0);
  }

  private static void writePage(MergeReport report, Path page) {
    byte[] html = ReportPages.of(report).getBytes(StandardCharsets.UTF_8);
    AtomicFile.replace(page, out -> out.write(html));
  }

  private Latency latency(MergeRequest asked, MergeResult result, Path file) {
    boolean runs = !CheckpointOutput.isAsked(asked.out());
    return Latency.of(
        originals.runtime(),
        originals.a(),
        originals.b(),
        result,
        runs ? Optional.of(file) : Optional.empty());
  }

  /** Versions of this program and of what it stands on, by name. */
  Map<String, String> versions() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("pleas", Version.current());
    versions.put("java", Runtime.version().toString());
    versions.put("onnxruntime", originals.runtime().version());
    versions.put("openblas", Blas.version());
    return versions;
  }
}
