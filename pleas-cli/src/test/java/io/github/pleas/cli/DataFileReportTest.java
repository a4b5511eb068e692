package io.github.pleas.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.AtomicFile;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.data.DataLocation;
import io.github.pleas.layout.Heads;
import io.github.pleas.merge.MergeOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network in two files is told of as such. */
class DataFileReportTest {
  @TempDir private Path folder;

  private MergeReport report() throws IOException {
    MergeRequest request =
        new MergeRequest(
            Demo.A,
            Demo.B,
            List.of(DataLocation.of(Demo.folder(Demo.ZIP_A, folder.resolve("images"), 3, 1))),
            MergeOptions.defaults(Heads.shared()),
            10,
            new ImageOptions(),
            false,
            Optional.empty(),
            Precision.KEEP,
            folder.resolve("merged.onnx"),
            folder.resolve("merged.json"));
    return new MergeRun(request, Progress.silent()).run();
  }

  @Test
  void theTableAndTheReportNameBoth() throws IOException {
    MergeReport one = report();
    assertThat(new MergeTable(one).text()).doesNotContain("Its weights: ");
    assertThat(output(one)).containsKey("sha256").doesNotContainKey("data");

    MergeReport.Output file = one.output().orElseThrow();
    String name = "merged.onnx.0123456789abcdef.data";
    MergeReport two =
        one.withOutput(
            new MergeReport.Output(
                file.bytes(),
                file.sha256(),
                Optional.of(
                    new AtomicFile.Beside(
                        folder.resolve(name), 2_400_000_000L, "0123456789abcdef")),
                file.precision(),
                file.error(),
                file.rounding(),
                file.macs(),
                file.parameters(),
                file.latency()));
    assertThat(new MergeTable(two).text())
        .contains(
            "Its weights: "
                + folder.resolve(name)
                + " (2,400.0 MB; keep it in the folder of merged.onnx)");
    assertThat(output(two))
        .containsEntry(
            "data", Map.of("file", name, "bytes", 2_400_000_000L, "sha256", "0123456789abcdef"));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> output(MergeReport report) throws IOException {
    return (Map<String, Object>)
        requireNonNull(JSON.std.mapFrom(MergeJson.text(report)).get("output"));
  }
}
