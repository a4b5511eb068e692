package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnx.proto.OnnxMl;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Outputs appear whole or not at all, and what was there before is only replaced by them. */
class OutputSafetyTest {
  private static final String OLD = "what was there before";

  @TempDir private static Path shared;
  private static Path data = Path.of("");

  @TempDir private Path folder;

  @BeforeAll
  static void images() throws IOException {
    data = Demo.folder(Demo.ZIP_A, shared.resolve("clothes"), 2, 2);
  }

  private static Outcome merge(Path out, Object... more) {
    return merge(Demo.A, out, more);
  }

  private static Outcome merge(Path a, Path out, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("merge", a, Demo.A, "--data", data));
    arguments.addAll(List.of("--labels", "shared", "--quiet", "-o", out));
    arguments.addAll(List.of(more));
    return Outcome.of(arguments.toArray());
  }

  private static void refused(Outcome outcome, String... said) {
    assertThat(outcome.code()).as(outcome.toString()).isEqualTo(2);
    assertThat(outcome.complaints()).singleElement().asString().contains(said);
    assertThat(outcome.out()).isEmpty();
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void whatCannotBeWrittenIsRefusedAtOnce() throws IOException {
    refused(merge(folder.resolve("no/out.onnx")), "out.onnx cannot be written", "does not exist");
    refused(merge(folder), "is a folder, expected the name of a file");
    refused(merge(folder.resolve("o.onnx"), "--json", folder), "is a folder");
    refused(Outcome.of("permute", Demo.A, "-o", folder.resolve("no/p.onnx")), "does not exist");
    Path file = Files.writeString(folder.resolve("file"), "");
    refused(Outcome.of("demo", "-o", file), "cannot be made", "is a file", "choose another");
    assertThat(names(folder)).containsExactly("file");
  }

  @Test
  void aProtectedFolderIsRefusedAtOnce() throws IOException {
    Path closed = Files.createDirectory(folder.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
    assumeTrue(!Files.isWritable(closed), "the super-user writes anywhere");
    refused(merge(closed.resolve("out.onnx")), "write-protected");
  }

  @Test
  void noInputIsOverwrittenAndNoOutputTwice() throws IOException {
    Path input = Files.copy(Demo.A, folder.resolve("a.onnx"));
    byte[] before = Files.readAllBytes(input);
    refused(merge(input, input), "a.onnx is one of the inputs");
    refused(merge(input, folder.resolve("./a.onnx")), "is one of the inputs");
    refused(merge(input, folder.resolve("o.onnx"), "--json", input), "is one of the inputs");
    refused(Outcome.of("permute", input, "-o", input), "is one of the inputs");
    Files.createSymbolicLink(folder.resolve("link.onnx"), input);
    refused(merge(input, folder.resolve("link.onnx")), "is one of the inputs");
    assertThat(input).hasBinaryContent(before);
    // one file by two names
    Path out = folder.resolve("out.onnx");
    Path sub = Files.createDirectory(folder.resolve("sub"));
    for (Path json : List.of(out, folder.resolve("./out.onnx"), sub.resolve("../out.onnx"))) {
      refused(merge(out, "--json", json), "cannot both be", "--json");
    }
    refused(merge(folder.resolve("out.json")), "cannot both be", "--json");
    assertThat(names(folder)).containsExactly("a.onnx", "link.onnx", "sub");
  }

  /** A copy of the demo's network whose first tensor lies in a file beside it. */
  private Path withExternalData(Path model, String data) throws IOException {
    OnnxMl.ModelProto.Builder net =
        OnnxMl.ModelProto.parseFrom(Files.readAllBytes(Demo.A)).toBuilder();
    OnnxMl.TensorProto.Builder tensor = net.getGraphBuilder().getInitializerBuilder(0);
    Files.write(folder.resolve(data), tensor.getRawData().toByteArray());
    tensor
        .clearRawData()
        .setDataLocation(OnnxMl.TensorProto.DataLocation.EXTERNAL)
        .addExternalData(
            OnnxMl.StringStringEntryProto.newBuilder().setKey("location").setValue(data));
    return Files.write(model, net.build().toByteArray());
  }

  @Test
  void theDataOfAnInputAreAnInputToo() throws IOException {
    Path input = withExternalData(folder.resolve("a.onnx"), "weights.bin");
    byte[] before = Files.readAllBytes(folder.resolve("weights.bin"));
    Path data = folder.resolve("weights.bin");
    refused(merge(input, data), "weights.bin is one of the inputs");
    refused(merge(input, folder.resolve("o.onnx"), "--json", data), "is one of the inputs");
    refused(Outcome.of("permute", input, "-o", data), "is one of the inputs");
    refused(Outcome.of("inspect", input, "--json", data), "is one of the inputs");
    assertThat(data).hasBinaryContent(before);
    // and they count for where a merged network comes from
    assertThat(merge(input, folder.resolve("o.onnx")).code()).isZero();
    String report = Files.readString(folder.resolve("o.json"));
    assertThat(report).contains("files-sha256");
  }

  @Test
  void onAFullDiskNothingIsLeftAndTheOldFileStays() throws Exception {
    Path small = Files.createDirectory(folder.resolve("small"));
    assumeTrue(
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", small.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor()
            == 0,
        "only the super-user mounts a small disk");
    try {
      Path out = small.resolve("out.onnx");
      Files.writeString(out, OLD);
      Outcome full = merge(out);
      assertThat(full.code()).as(full.toString()).isEqualTo(1);
      assertThat(full.complaints())
          .singleElement()
          .asString()
          .contains("out.onnx was not written", "space");
      assertThat(full.err()).doesNotContain("\tat ");
      assertThat(out).hasContent(OLD);
      assertThat(names(small)).containsExactly("out.onnx");

      // the report belongs to the network: neither without the other
      Path network = folder.resolve("network.onnx");
      Files.write(small.resolve("rest"), new byte[(int) small.toFile().getUsableSpace()]);
      Outcome report = merge(network, "--json", small.resolve("report.json"));
      assertThat(report.code()).as(report.toString()).isEqualTo(1);
      assertThat(report.complaints())
          .singleElement()
          .asString()
          .contains("report.json was not written");
      assertThat(network).doesNotExist();
      assertThat(names(small)).containsExactly("out.onnx", "rest");
      assertThat(names(folder)).containsExactly("small");
    } finally {
      new ProcessBuilder("umount", small.toString()).start().waitFor();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void interruptedNothingIsLeftAndTheOldFileStays(String signal) throws Exception {
    assumeFalse(isIgnored(signal), "started in the background, where " + signal + " is ignored");
    Path out = folder.resolve("out.onnx");
    Files.writeString(out, OLD);
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Djava.io.tmpdir=" + temporary,
            "-cp",
            System.getProperty("java.class.path"),
            "io.github.pleas.cli.Main",
            "merge",
            Demo.A.toString(),
            Demo.A.toString(),
            "--data",
            Demo.ZIP_A.toString(),
            "--labels",
            "shared",
            "--samples",
            "0",
            "-o",
            out.toString());
    Process process = new ProcessBuilder(command).start();
    List<String> said = new ArrayList<>();
    try (BufferedReader err =
        new BufferedReader(
            new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
      for (String line = err.readLine(); line != null; line = err.readLine()) {
        said.add(line);
        if (line.startsWith("images")) {
          new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
        }
      }
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said.toString()).isNotZero();
    assertThat(said).noneMatch(line -> line.contains("defect") || line.startsWith("\tat "));
    assertThat(said).noneMatch(line -> line.startsWith("accuracy"));
    assertThat(out).hasContent(OLD);
    assertThat(names(folder)).containsExactly("out.onnx", "temporary");
    assertThat(names(temporary)).isEmpty();
  }

  /** Whether processes that this one starts will not notice a signal (as after nohup or &). */
  private static boolean isIgnored(String signal) throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!signal.equals("INT") || !Files.exists(status)) {
      return false;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
  }
}
