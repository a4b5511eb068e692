package io.github.pleas.checkpoint;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files that a real PyTorch made, by {@code tools/make-checkpoints.py}: element i of the tensor at
 * place t of its dictionary is ((7 i + 13 t) mod 251 - 125) / 64, or (7 i + 13 t) mod 101.
 */
class TorchFilesTest {
  private static final Path FOLDER = Path.of("src/test/resources/checkpoint");

  private static final List<String> SMALL =
      List.of(
          "conv1.weight",
          "bn1.weight",
          "bn1.bias",
          "bn1.running_mean",
          "bn1.running_var",
          "bn1.num_batches_tracked",
          "fc.weight",
          "fc.bias");

  private static final Map<String, ElementType> TYPES =
      Map.ofEntries(
          Map.entry("float64", ElementType.DOUBLE),
          Map.entry("float32", ElementType.FLOAT),
          Map.entry("float16", ElementType.FLOAT16),
          Map.entry("bfloat16", ElementType.BFLOAT16),
          Map.entry("int64", ElementType.INT64),
          Map.entry("int32", ElementType.INT32),
          Map.entry("int16", ElementType.INT16),
          Map.entry("int8", ElementType.INT8),
          Map.entry("uint8", ElementType.UINT8),
          Map.entry("bool", ElementType.BOOL),
          Map.entry("uint16", ElementType.UINT16),
          Map.entry("uint32", ElementType.UINT32),
          Map.entry("uint64", ElementType.UINT64));

  /** One file of the manifest. */
  record Made(String file, String entry, String refused) {
    Path path() {
      return FOLDER.resolve(file);
    }

    Optional<String> chosen() {
      return Optional.of(entry).filter(e -> file.startsWith("averaged") && !e.isEmpty());
    }

    @Override
    public String toString() {
      return file;
    }
  }

  static Stream<Made> all() throws IOException {
    List<Made> made = new ArrayList<>();
    try (CheckpointFile file = CheckpointFile.open(FOLDER.resolve("manifest.json"));
        JsonHeader json = new JsonHeader(file, file.stream(0, file.size()))) {
      json.document(
          top -> {
            if (!top.equals("files")) {
              json.skip();
              return;
            }
            json.object(
                top,
                name -> {
                  Map<String, String> facts = new HashMap<>();
                  json.object(name, fact -> facts.put(fact, json.text(fact)));
                  made.add(
                      new Made(
                          name,
                          facts.getOrDefault("entry", ""),
                          facts.getOrDefault("refused", "")));
                });
          });
    }
    assertThat(made).hasSizeGreaterThan(60);
    return made.stream();
  }

  static Stream<Made> good() throws IOException {
    return all().filter(made -> made.refused().isEmpty());
  }

  static Stream<Made> refused() throws IOException {
    return all().filter(made -> !made.refused().isEmpty());
  }

  @ParameterizedTest
  @MethodSource("good")
  void everyValueIsWhatPyTorchSaved(Made made) throws IOException {
    try (StateDict dict = Checkpoints.open(made.path(), made.chosen())) {
      assertThat(Checkpoints.isCheckpoint(made.path())).isTrue();
      Map<String, Tensor> found = Tensors.read(dict);
      assertThat(found).isNotEmpty();
      if (made.file().startsWith("views")) {
        assertViews(found);
      } else if (made.file().startsWith("complex")) {
        assertComplex(found);
      } else {
        found.forEach((name, tensor) -> assertValues(made.file(), found, name, tensor));
      }
    }
  }

  private static void assertValues(
      String file, Map<String, Tensor> found, String name, Tensor tensor) {
    List<String> places = new ArrayList<>(found.keySet());
    if (file.startsWith("tied")) {
      assertThat(places)
          .containsExactly("embedding.weight", "norm.weight", "head.weight", "proxy.weight");
      places = List.of("embedding.weight", "norm.weight"); // the others are the first
    } else if (file.startsWith("types")) {
      places =
          List.of(
              "float64",
              "float32",
              "float16",
              "bfloat16",
              "int64",
              "int32",
              "int16",
              "int8",
              "uint8",
              "bool");
    } else if (file.startsWith("shapes")) {
      places = List.of("scalar", "0", "3x0x2", "1", "1x1x1", "2x1x3");
    } else if (!file.startsWith("unsigned")) {
      assertThat(SMALL).containsAll(places);
      if (!file.startsWith("named-parameters")) {
        assertThat(places).containsExactlyInAnyOrderElementsOf(SMALL);
      }
      places = SMALL;
    }
    int place = Math.max(0, places.indexOf(name));
    assertThat(Tensors.numbers(tensor))
        .as(name)
        .isEqualTo(formula(tensor.type(), place, tensor.size()));
    if (TYPES.containsKey(name)) {
      assertThat(tensor.type()).isEqualTo(TYPES.get(name));
    }
  }

  private static double[] formula(ElementType type, int place, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      int number = 7 * i + 13 * place;
      values[i] =
          type == ElementType.BOOL
              ? number % 2
              : type.isInteger() ? number % 101 : (number % 251 - 125) / 64.0;
    }
    return values;
  }

  private static void assertViews(Map<String, Tensor> found) {
    double[] base = formula(ElementType.FLOAT, 0, 60);
    Map<String, double[]> expected = new LinkedHashMap<>();
    expected.put("whole", base);
    expected.put("transposed", picked(base, 0, new int[] {10, 6}, new int[] {1, 10}));
    expected.put("row", picked(base, 20, new int[] {10}, new int[] {1}));
    expected.put("column", picked(base, 3, new int[] {6}, new int[] {10}));
    expected.put("window", picked(base, 12, new int[] {4, 5}, new int[] {10, 1}));
    expected.put("every_other", picked(base, 1, new int[] {3, 3}, new int[] {20, 3}));
    expected.put("expanded", picked(base, 0, new int[] {3, 10}, new int[] {0, 1}));
    double[] cube = formula(ElementType.FLOAT16, 1, 24);
    expected.put("permuted", picked(cube, 0, new int[] {4, 2, 3}, new int[] {1, 12, 4}));
    expected.put("channels_last", formula(ElementType.FLOAT, 2, 120));
    assertThat(found).containsOnlyKeys(expected.keySet());
    expected.forEach(
        (name, values) ->
            assertThat(Tensors.numbers(requireNonNull(found.get(name))))
                .as(name)
                .isEqualTo(values));
    assertThat(requireNonNull(found.get("permuted")).shape()).containsExactly(4, 2, 3);
    assertThat(requireNonNull(found.get("transposed")).shape()).containsExactly(10, 6);
  }

  /** The elements of an array at offset + i strides[0] + j strides[1] + ... */
  private static double[] picked(double[] from, int offset, int[] shape, int[] strides) {
    double[] picked = new double[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < picked.length; i++) {
      int at = offset;
      int rest = i;
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        at += rest % shape[axis] * strides[axis];
        rest /= shape[axis];
      }
      picked[i] = from[at];
    }
    return picked;
  }

  private static void assertComplex(Map<String, Tensor> found) {
    Tensor tensor = requireNonNull(found.get("c"));
    assertThat(tensor.type()).isEqualTo(ElementType.COMPLEX64);
    double[] parts =
        Tensors.numbers(Tensor.ofBytes(ElementType.FLOAT, new int[] {12}, tensor.bytes()));
    double[] real = formula(ElementType.FLOAT, 0, 6);
    for (int i = 0; i < real.length; i++) {
      assertThat(parts[2 * i]).isEqualTo(real[i]);
      assertThat(parts[2 * i + 1]).isEqualTo(2 * real[i]);
    }
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatIsNoStateDictIsRefusedByName(Made made) {
    assertThatThrownBy(() -> Checkpoints.open(made.path(), Optional.empty()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(made.file())
        .hasMessageContaining(made.refused());
    assertThat(Path.of("pleas-was-here")).doesNotExist();
  }

  @ParameterizedTest
  @MethodSource("good")
  void whatIsWrittenHoldsTheSame(Made made, @TempDir Path folder) throws IOException {
    try (StateDict dict = Checkpoints.open(made.path(), made.chosen())) {
      for (CheckpointWriter format : CheckpointWriter.values()) {
        Path file = folder.resolve("copy");
        format.write(dict, file);
        try (StateDict copy = Checkpoints.open(file, Optional.empty())) {
          assertThat(Tensors.read(copy)).isEqualTo(Tensors.read(dict));
          assertThat(copy.entries()).isEqualTo(dict.entries());
        }
      }
    }
  }

  @Test
  void tiedTensorsAreOneAndStaySo(@TempDir Path folder) throws IOException {
    for (String file : List.of("tied.pth", "tied-old.pth")) {
      Path copy = folder.resolve("copy.pth");
      try (StateDict dict = Checkpoints.open(FOLDER.resolve(file), Optional.empty())) {
        assertThat(dict.aliases())
            .containsExactly(List.of("embedding.weight", "head.weight", "proxy.weight"));
        CheckpointWriter.PTH.write(dict, copy);
      }
      try (StateDict dict = Checkpoints.open(copy, Optional.empty())) {
        assertThat(dict.aliases())
            .containsExactly(List.of("embedding.weight", "head.weight", "proxy.weight"));
      }
    }
  }

  @Test
  void severalStateDictsAreListedAndOneIsChosen() throws IOException {
    for (String file : List.of("averaged.pth", "averaged-old.pth")) {
      Path path = FOLDER.resolve(file);
      assertThatThrownBy(() -> Checkpoints.open(path, Optional.empty()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("several state dicts: model, model_ema; say which one by --entry");
      assertThatThrownBy(() -> Checkpoints.open(path, Optional.of("ema")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("no state dict under \"ema\"; it has: model, model_ema");
      try (StateDict model = Checkpoints.open(path, Optional.of("model"));
          StateDict average = Checkpoints.open(path, Optional.of("model_ema"))) {
        assertThat(model.read("fc.bias").type()).isEqualTo(ElementType.FLOAT);
        assertThat(average.read("fc.bias").type()).isEqualTo(ElementType.FLOAT16);
      }
    }
  }

  @Test
  void anEntryInAFormatThatHasNoneIsRefused() {
    for (String file : List.of("small.safetensors", "sharded/model.safetensors.index.json")) {
      assertThatThrownBy(() -> Checkpoints.open(FOLDER.resolve(file), Optional.of("model")))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("no entries to choose from");
    }
  }
}
