package io.github.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.checkpoint.Checkpoints;
import io.github.pleas.checkpoint.StateDict;
import io.github.pleas.onnx.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files made by PyTorch, listed and converted by the command. */
class CheckpointCommandsTest {
  private static final Path MADE = Path.of("../pleas-core/src/test/resources/checkpoint");

  @TempDir Path folder;

  private static void assertRefused(Outcome outcome, String... said) {
    assertThat(outcome.code()).as(outcome.toString()).isEqualTo(2);
    assertThat(outcome.complaints()).singleElement().asString().contains(said);
  }

  @Test
  void inspectListsNamesTypesShapesAndTiedTensors() {
    Outcome inspect = Outcome.of("inspect", MADE.resolve("tied.pth"));
    assertThat(inspect.code()).as(inspect.err()).isZero();
    assertThat(inspect.out())
        .containsPattern("(?m)^tensor +type +shape +values +same as$")
        .containsPattern("(?m)^embedding.weight +float32 +\\[5, 4\\] +20$")
        .containsPattern("(?m)^head.weight +float32 +\\[5, 4\\] +20 +embedding.weight$")
        .contains("4 tensors, 64 values (float32 64), 0.0 MB");
    assertThat(Outcome.of("inspect", MADE.resolve("half.safetensors")).out())
        .containsPattern("(?m)^bn1.num_batches_tracked +int64 +\\[\\] +1$")
        .containsPattern("(?m)^conv1.weight +float16 +\\[4, 3, 3, 3\\] +108$")
        .doesNotContain("same as");
  }

  @Test
  void inspectTakesAnEntryOfACheckpointOnly() {
    Path averaged = MADE.resolve("averaged.pth");
    assertThat(Outcome.of("inspect", averaged, "--entry", "model_ema").out()).contains("float16");
    assertRefused(Outcome.of("inspect", averaged), "several state dicts: model, model_ema");
    assertRefused(Outcome.of("inspect", Demo.A, "--entry", "x"), "--entry is for checkpoints");
    assertRefused(Outcome.of("inspect", averaged, "--json", "-"), "is a checkpoint", "--json");
  }

  @Test
  void convertWritesTheFormatOfTheNameInThePrecisionThatIsAskedFor() throws IOException {
    Path sharded = MADE.resolve("sharded/model.safetensors.index.json");
    Path pth = folder.resolve("whole.pth");
    Outcome convert = Outcome.of("convert", sharded, pth, "--precision", "bfloat16");
    assertThat(convert.code()).as(convert.err()).isZero();
    assertThat(convert.out())
        .contains("whole.pth: 8 tensors, 150 values (int64 1, bfloat16 149), 0.0 MB");
    Path back = folder.resolve("back.safetensors");
    assertThat(Outcome.of("convert", pth, back, "--precision", "float32").code()).isZero();
    try (StateDict before = Checkpoints.open(sharded, Optional.empty());
        StateDict after = Checkpoints.open(back, Optional.empty())) {
      assertThat(before.read("fc.weight").type()).isEqualTo(ElementType.FLOAT);
      for (StateDict.Entry entry : before.entries()) { // bfloat16 holds these values exactly
        assertThat(after.read(entry.name())).isEqualTo(before.read(entry.name()));
      }
    }
  }

  @Test
  void convertTakesOneOfSeveralStateDicts() {
    Path out = folder.resolve("ema.safetensors");
    Path averaged = MADE.resolve("averaged-old.pth");
    assertThat(Outcome.of("convert", averaged, out, "--entry", "model_ema").out())
        .contains("float16 149");
    assertRefused(Outcome.of("convert", averaged, out), "several state dicts");
  }

  @Test
  void tiedTensorsThatTheFormatCannotTellAreTold() {
    Outcome convert =
        Outcome.of("convert", MADE.resolve("tied.pth"), folder.resolve("tied.safetensors"));
    assertThat(convert.code()).isZero();
    assertThat(convert.err())
        .contains("Note: embedding.weight and head.weight and proxy.weight are one tensor");
    assertThat(Outcome.of("convert", MADE.resolve("tied.pth"), folder.resolve("tied.pt")).err())
        .isEmpty();
  }

  @Test
  void badInputIsRefusedAndNothingIsWritten() throws IOException {
    Path out = folder.resolve("out.pth");
    assertRefused(Outcome.of("convert", MADE.resolve("hostile.pth"), out), "posix.system");
    assertRefused(Outcome.of("convert", Demo.A, out), "is not a checkpoint");
    assertRefused(Outcome.of("convert", folder.resolve("none.pth"), out), "does not exist");
    Path small = MADE.resolve("small.pth");
    assertRefused(Outcome.of("convert", small, folder.resolve("out.h5")), "ends in .safetensors");
    assertRefused(Outcome.of("convert", small, small), "is one of the inputs");
    assertRefused(Outcome.of("convert", small, out, "--precision", "int8"), "--precision");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void whatWasWrittenIsOpenedAgainBeforeItTakesItsName() throws IOException {
    // A lone number is no state dict to those who look for one in a .pth.
    byte[] header =
        "{\"n\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]}}"
            .getBytes(StandardCharsets.US_ASCII);
    Path number =
        Files.write(
            folder.resolve("number.safetensors"),
            ByteBuffer.allocate(8 + header.length + 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .array());
    Path out = folder.resolve("out.pth");
    Outcome convert = Outcome.of("convert", number, out);
    assertThat(convert.code()).isNotZero();
    assertThat(convert.err()).contains("out.pth was not written", "could not be opened again");
    assertThat(out).doesNotExist();
    assertThat(Outcome.of("convert", number, folder.resolve("again.safetensors")).code()).isZero();
  }

  @Test
  void aShardIsAnInputToo() throws IOException {
    for (String name :
        List.of(
            "model.safetensors.index.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors")) {
      Files.copy(MADE.resolve("sharded").resolve(name), folder.resolve(name));
    }
    assertRefused(
        Outcome.of(
            "convert",
            folder.resolve("model.safetensors.index.json"),
            folder.resolve("model-00002-of-00002.safetensors")),
        "model-00002-of-00002.safetensors is one of the inputs");
  }

  @Test
  void aNetworksWeightsAreStoredInTheirPrecisionAndItIsTheSameToItsUsers() throws IOException {
    Path half = folder.resolve("half.onnx");
    Outcome convert = Outcome.of("convert", Demo.A, half, "--precision", "float16");
    assertThat(convert.code()).as(convert.err()).isZero();
    assertThat(convert.out()).contains("half.onnx: ", "float16 2");
    assertThat(Files.size(half)).isLessThan(Files.size(Demo.A) * 6 / 10);
    Outcome inspect = Outcome.of("inspect", half);
    assertThat(inspect.code()).as(inspect.err()).isZero();
    assertThat(inspect.out()).contains("hidden units: 784, all can move");
    assertRefused(Outcome.of("convert", MADE.resolve("small.pth"), half), "has no graph");
    assertRefused(
        Outcome.of("convert", Demo.A, folder.resolve("x.onnx"), "--entry", "a"), "--entry is for");
  }
}
