package io.github.pleas.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import io.github.pleas.onnx.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDictSearchTest {
  @TempDir Path folder;

  private static Pickled.TensorView tensor(long... shape) {
    return new Pickled.TensorView(
        new Pickled.StorageName("0", Optional.of(ElementType.FLOAT), 100, 0, 100),
        ElementType.FLOAT,
        View.rowMajor(shape));
  }

  private static Pickled.Dictionary dictionary(Object... keysAndValues) {
    Pickled.Dictionary made = new Pickled.Dictionary();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      made.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return made;
  }

  private Set<String> find(Object root, String... entry) throws IOException {
    Path path = Files.writeString(folder.resolve("x.pth"), "x");
    try (CheckpointFile file = CheckpointFile.open(path)) {
      return new StateDictSearch(file)
          .find(root, entry.length == 0 ? Optional.empty() : Optional.of(entry[0]))
          .keySet();
    }
  }

  private void assertRefused(Object root, String why) {
    assertThatThrownBy(() -> find(root))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(why);
  }

  @Test
  void theOnlyOneIsFoundWhereverItIs() throws IOException {
    Pickled.Dictionary weights = dictionary("a", tensor(2), "scale", tensor(), "none", 3L);
    assertThat(find(weights)).containsExactly("a", "scale");
    assertThat(find(dictionary("net", weights, "epoch", 3L))).containsExactly("a", "scale");
    assertThat(find(dictionary("x", dictionary("y", weights)))).containsExactly("a", "scale");
    assertThat(find(dictionary("net", weights, "again", weights))).containsExactly("a", "scale");
  }

  @Test
  void aLoneNumberAndAnOptimizersStateAreNone() throws IOException {
    Pickled.Dictionary state = dictionary(0L, dictionary("exp_avg", tensor(2)));
    Object root =
        dictionary(
            "state_dict", dictionary("a", tensor(2)),
            "best", tensor(),
            "optimizer", dictionary("state", state));
    assertThat(find(root)).containsExactly("a");
  }

  @Test
  void ofSeveralOneIsChosenByItsPath() throws IOException {
    Object root =
        dictionary(
            "queue", tensor(5),
            "model", dictionary("a", tensor(2)),
            "x", dictionary("ema", dictionary("b", tensor(2))));
    assertRefused(root, "several state dicts: ., model, x.ema; say which one by --entry");
    assertThat(find(root, "model")).containsExactly("a");
    assertThat(find(root, "x.ema")).containsExactly("b");
    assertThat(find(root, ".")).containsExactly("queue");
  }

  @Test
  void whatHasNoneIsRefused() {
    assertRefused(new Pickled.Sequence(List.of()), "holds no dictionary");
    assertRefused("text", "holds no dictionary");
    assertRefused(dictionary("epoch", 3L), "no tensors with names");
    assertRefused(dictionary(0L, tensor(2)), "no tensors with names");
  }

  @Test
  void aDictionaryInItselfIsSeenOnce() throws IOException {
    Pickled.Dictionary loop = dictionary("a", tensor(2));
    loop.put("again", loop);
    assertThat(find(loop)).containsExactly("a");
  }

  @Test
  void onlyPrefixesThatAllNamesHaveAreRemoved() {
    assertThat(Names.withoutWrappers(Map.of("module.a", 1, "module.module.b", 2)))
        .isEqualTo(Map.of("a", 1, "module.b", 2));
    assertThat(Names.withoutWrappers(Map.of("_orig_mod.module.a", 1, "_orig_mod.module.b", 2)))
        .isEqualTo(Map.of("a", 1, "b", 2));
    assertThat(Names.withoutWrappers(Map.of("module.a", 1, "b", 2)))
        .isEqualTo(Map.of("module.a", 1, "b", 2));
    assertThat(Names.withoutWrappers(Map.of("n_averaged", 0, "module.module.a", 1, "module.b", 2)))
        .isEqualTo(Map.of("n_averaged", 0, "module.a", 1, "b", 2));
    assertThat(Names.withoutWrappers(Map.of("n_averaged", 0, "module.n_averaged", 1)))
        .isEqualTo(Map.of("n_averaged", 0, "module.n_averaged", 1));
    assertThat(Names.withoutWrappers(Map.of("n_averaged", 0))).isEqualTo(Map.of("n_averaged", 0));
    assertThat(Names.withoutWrappers(Map.of("module.", 1))).isEqualTo(Map.of("module.", 1));
    assertThat(Names.withoutWrappers(Map.of())).isEmpty();
  }
}
