package io.github.pleas.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.PleasException;
import io.github.pleas.checkpoint.Checkpoints;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.data.DataLocation;
import io.github.pleas.journal.Journal;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.merge.MergeListener;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.MergeSession;
import io.github.pleas.merge.SizePlan;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Merged networks that are written as checkpoints: what is read, proven and told of them. */
class CheckpointOutputTest {
  @TempDir private Path folder;
  private Path images = Path.of("");

  @BeforeEach
  void images() throws IOException {
    images = Demo.folder(Demo.ZIP_A, folder.resolve("images"), 4, 2);
  }

  private Outcome merge(Path a, Path b, String out, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("merge", a, b, "--arch", "resnet18"));
    arguments.addAll(List.of("--input-size", "32x32", "--data", images, "--labels", "shared"));
    arguments.addAll(List.of("-o", folder.resolve(out)));
    arguments.addAll(List.of(more));
    return Outcome.of(arguments.toArray());
  }

  private Path nested(long seed) throws IOException {
    Path plain = TinyResNet.write(folder.resolve("plain.pth"), seed);
    return Archives.nested(plain, "ema", folder.resolve("nested.pth"));
  }

  private Map<String, Object> json() throws IOException {
    return JSON.std.mapFrom(Files.readString(folder.resolve("merged.json")));
  }

  @Test
  void anEntryIsOfTheInputsOnlyAndOfThoseThatHaveSuch() throws IOException {
    Path nested = nested(1);
    Path plain = TinyResNet.write(folder.resolve("b.safetensors"), 2);
    Outcome first = merge(nested, plain, "merged.safetensors", "--entry", "ema");
    assertThat(first.code()).as(first.toString()).isZero();
    Outcome second = merge(plain, nested, "merged.pth", "--entry", "ema");
    assertThat(second.code()).as(second.toString()).isZero();
    try (StateDict before = Checkpoints.open(plain, Optional.empty());
        StateDict after = Checkpoints.open(folder.resolve("merged.pth"), Optional.empty())) {
      assertThat(after.entries()).isEqualTo(before.entries());
    }
  }

  @Test
  void anEntryIsRefusedWhereNoInputHasSuch() {
    Path a = TinyResNet.write(folder.resolve("a.safetensors"), 1);
    Path b = TinyResNet.write(folder.resolve("b.safetensors"), 2);
    Outcome merge = merge(a, b, "merged.pth", "--entry", "ema");
    assertThat(merge.code()).isEqualTo(2);
    assertThat(merge.err()).contains("--entry ema", "a.safetensors", "leave it out");
    assertThat(folder.resolve("merged.pth")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"float16", "bfloat16"})
  void whatRoundingToHalfPrecisionDoesIsToldApartFromTheProof(String precision) throws IOException {
    Path single = TinyResNet.write(folder.resolve("single.pth"), 1);
    Path a = folder.resolve("a.pth");
    assertThat(Outcome.of("convert", single, a, "--precision", precision).code()).isZero();
    Path b = TinyResNet.write(folder.resolve("b.pth"), 2);
    Outcome merge = merge(a, b, "merged.pth");
    assertThat(merge.code()).as(merge.toString()).isZero();
    assertThat(merge.out())
        .contains("rounding to half precision changes its outputs by ")
        .contains("was measured of the merged network before its values were rounded")
        .doesNotContain("it computes the same");
    @SuppressWarnings("unchecked")
    Map<String, Object> output = (Map<String, Object>) requireNonNull(json().get("output"));
    double proof = (double) requireNonNull(output.get("reload_error"));
    double rounding = (double) requireNonNull(output.get("rounding_error"));
    assertThat(proof).isLessThan(1e-3);
    // ten or seven bits behind the point, in twenty layers
    assertThat(rounding).isBetween(1e-5, 0.5).isGreaterThan(proof);
    try (StateDict dict = Checkpoints.open(folder.resolve("merged.pth"), Optional.empty())) {
      assertThat(dict.read("fc.weight").type())
          .isEqualTo(precision.equals("float16") ? ElementType.FLOAT16 : ElementType.BFLOAT16);
    }
  }

  /** The proof of a file of 16 bits is of what stands in it before rounding, and can fail. */
  @Test
  void aSixteenBitFileOfAnotherNetworkIsNotWritten() throws IOException {
    List<Path> originals = new ArrayList<>();
    for (int seed = 1; seed <= 2; seed++) {
      Path single = TinyResNet.write(folder.resolve("single" + seed + ".pth"), seed);
      originals.add(folder.resolve("half" + seed + ".pth"));
      assertThat(
              Outcome.of("convert", single, originals.get(seed - 1), "--precision", "float16")
                  .code())
          .isZero();
    }
    Path out = folder.resolve("merged.pth");
    Path json = folder.resolve("merged.json");
    MergeRequest request =
        new MergeRequest(
            originals.get(0),
            originals.get(1),
            List.of(DataLocation.of(images)),
            MergeOptions.defaults(Heads.shared()).withLayout(Layout.DENSE),
            20,
            CommandLine.populateCommand(
                new ImageOptions(), "--arch", "resnet18", "--input-size", "32x32"),
            false,
            Optional.empty(),
            Precision.KEEP,
            out,
            json);
    try (StageMemory memory = StageMemory.start()) {
      MergeSource source =
          new MergeSource(request, MergeSource.Sizes.NONE, Progress.silent(), memory);
      try (MergeSession session = source.open(1, Journal.NONE)) {
        SizePlan plan = session.plan(request.options().size());
        MergeResult merged = session.merge(plan, MergeListener.NONE);
        // One percent more behind the last layer, for which the state dict has no place.
        MergeResult other = merged.withGraph(scaled(merged.graph(), 1.01f));
        assertThatThrownBy(() -> source.finish(request, other, session))
            .isInstanceOf(PleasException.class)
            .hasMessageContaining(
                "merged.pth was not written: built afresh, its output differs by ");
        assertThat(out).doesNotExist();
        assertThat(json).doesNotExist();
        source.finish(request, merged, session);
      }
      assertThat(out).exists();
    }
  }

  private static Graph scaled(Graph graph, float factor) {
    String output = graph.outputs().get(0).name();
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      nodes.add(node.output().equals(output) ? node.withOutputs(List.of("before")) : node);
    }
    nodes.add(new Node("scale", "Mul", "", List.of("before", "factor"), List.of(output), Map.of()));
    Map<String, Tensor> tensors = new LinkedHashMap<>(graph.initializers());
    tensors.put("factor", Tensor.ofFloats(new int[0], new float[] {factor}));
    return graph.withNodes(nodes).withInitializers(tensors);
  }

  @Test
  void withoutRoundingThereIsNoErrorOfIt() throws IOException {
    Path a = TinyResNet.write(folder.resolve("a.pth"), 1);
    Path b = TinyResNet.write(folder.resolve("b.pth"), 2);
    Outcome merge = merge(a, b, "merged.safetensors", "--separate", "0.5");
    assertThat(merge.code()).as(merge.toString()).isZero();
    assertThat(merge.out())
        .contains("loaded afresh, it computes the same")
        .doesNotContain("rounding");
    @SuppressWarnings("unchecked")
    Map<String, Object> output = (Map<String, Object>) requireNonNull(json().get("output"));
    assertThat(output).containsKey("reload_error").doesNotContainKey("rounding_error");
    theReportHasTheWidthOfEachLayerOfTheFile();
  }

  private void theReportHasTheWidthOfEachLayerOfTheFile() throws IOException {
    @SuppressWarnings("unchecked")
    List<Map<String, Object>> layers =
        (List<Map<String, Object>>) requireNonNull(json().get("layers"));
    assertThat(layers).hasSize(21); // twenty convolutions, three of them shortcuts, and the head
    try (StateDict dict =
        Checkpoints.open(folder.resolve("merged.safetensors"), Optional.empty())) {
      for (Map<String, Object> layer : layers) {
        int[] shape = dict.read(layer.get("name") + ".weight").shape();
        assertThat(layer).containsEntry("out", shape[0]).containsEntry("in", shape[1]);
        assertThat(layer.get("weight"))
            .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.list(Integer.class))
            .containsExactlyElementsOf(java.util.Arrays.stream(shape).boxed().toList());
      }
      // half of four units stay separate: four and two
      assertThat(dict.read("layer1.0.conv1.weight").dimension(0)).isEqualTo(6);
    }
  }
}
