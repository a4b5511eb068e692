package io.github.pleas.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pleas.InvalidInputException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnpicklerTest {
  @TempDir Path folder;

  private Object read(byte[] pickle) throws IOException {
    Path path = Files.write(folder.resolve("x.pkl"), pickle);
    try (CheckpointFile file = CheckpointFile.open(path)) {
      return new Unpickler(new PickleInput(file, 0, file.size()), new TorchObjects(file)).read();
    }
  }

  private Object read(String latin) throws IOException {
    return read(latin.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void assertRefused(byte[] pickle, String why) {
    assertThatThrownBy(() -> read(pickle))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("x.pkl")
        .hasMessageContaining(why);
  }

  private void assertRefused(String latin, String why) {
    assertRefused(latin.getBytes(StandardCharsets.ISO_8859_1), why);
  }

  @Test
  void valuesOfAllProtocols() throws IOException {
    assertThat(read("I-12\n.")).isEqualTo(-12L);
    assertThat(read("L1208925819614629174706176L\n.")).isEqualTo(BigInteger.TWO.pow(80));
    assertThat(read("\u0080\2K\u00ff.")).isEqualTo(255L);
    assertThat(read("\u0080\2M\1\2.")).isEqualTo(513L);
    assertThat(read("\u0080\2J\u00fe\u00ff\u00ff\u00ff.")).isEqualTo(-2L);
    assertThat(read("\u0080\2\u008a\1\u0080.")).isEqualTo(-128L);
    assertThat(read("\u0080\2\u008a\0.")).isEqualTo(0L);
    assertThat(read("F0.5\n.")).isEqualTo(0.5);
    assertThat(read("G\u0040\u0009\0\0\0\0\0\0.")).isEqualTo(3.125);
    assertThat(read("\u0080\2\u0088.")).isEqualTo(true);
    assertThat(read("N.")).isEqualTo(Pickled.None.NONE);
    assertThat(read("X\2\0\0\0\u00c3\u00a4.")).isEqualTo("\u00e4");
    assertThat(read("\u0080\4\u0095\4\0\0\0\0\0\0\0\u008c\1a.")).isEqualTo("a");
    assertThat(read("\u0080\5\u0096\1\0\0\0\0\0\0\0a.")).isEqualTo(new byte[] {'a'});
  }

  @Test
  void containersAndReferences() throws IOException {
    // {"a": [1, 2], "b": the same list}
    Object read = read("\u0080\2}(X\1\0\0\0a]q\0(K\1K\2eX\1\0\0\0bh\0u.");
    assertThat(read).isInstanceOf(Pickled.Dictionary.class);
    var named = ((Pickled.Dictionary) read).named();
    assertThat(named).containsOnlyKeys("a", "b");
    assertThat(named.get("b")).isSameAs(named.get("a"));
    assertThat(named.get("a"))
        .isInstanceOfSatisfying(
            Pickled.Sequence.class, list -> assertThat(list.items()).isEqualTo(List.of(1L, 2L)));
    // a dictionary that holds itself, which is nothing to walk through
    assertThat(read("}q\0X\1\0\0\0ah\0s.")).isInstanceOf(Pickled.Dictionary.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cos\nsystem\n(S'x'\ntR.", // by protocol 0
        "\u0080\2cposix\nsystem\nX\1\0\0\0x\u0085R.",
        "\u0080\4\u008c\2os\u008c\6system\u0093\u008c\1x\u0085R.", // named from the stack
        "(S'x'\nios\nsystem\n.", // an instance of a class
        "(cos\nsystem\nS'x'\no.",
        "\u0080\2cbuiltins\neval\n.",
        "c__builtin__\neval\n.",
        "cbuiltins\ngetattr\n.",
        "ctorch.hub\nload\n.",
        "ctorch\nload\n.",
        "ctorch.storage\n_load_from_bytes\n.",
        "cnumpy\nload\n.",
        "ccollections\nOrderedDict.fromkeys\n.",
        "c__main__\nNetwork\n)\u0081."
      })
  void aNameThatIsNotKnownIsRefusedAndNothingIsRun(String pickle) {
    assertRefused(pickle, "names the Python object ");
    assertRefused(pickle, "it was not run");
  }

  @Test
  void aHostileNameIsNoHarmInAMessage() {
    String name = "x".repeat(10_000) + "\u001b[2J";
    assertThatThrownBy(() -> read("c" + name + "\nf\n."))
        .isInstanceOf(InvalidInputException.class)
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(600))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\u001b"));
  }

  @Test
  void whatIsKnownCannotBeMisused() {
    assertRefused("ctorch\nfloat32\n)R.", "calls what is no constructor");
    assertRefused("ctorch._utils\n_rebuild_tensor_v2\n)R.", "not as expected");
    assertRefused("ctorch._utils\n_rebuild_parameter\n)R.", "not as expected");
    assertRefused("ccollections\nOrderedDict\n]K\1a\u0085R.", "not as expected");
    assertRefused("X\1\0\0\0aQ.", "something else than a storage");
    assertRefused("Px\n.", "something else than a storage");
    assertRefused("ccollections\nOrderedDict\n}b.", "a state set to what has none");
  }

  @Test
  void brokenPicklesAreRefused() {
    assertRefused("", "cut off");
    assertRefused("K", "cut off");
    assertRefused(".", "nothing where a value should be");
    assertRefused("(.", "nothing where a value should be");
    assertRefused("K\1(0.", "nothing where a value should be");
    assertRefused("h\0.", "a reference to nothing");
    assertRefused("t.", "no beginning");
    assertRefused("K\1K\1s.", "nothing where");
    assertRefused("K\1K\1a.", "no list");
    assertRefused("K\1(K\1K\1u.", "no dictionary");
    assertRefused("}(K\1u.", "without a value");
    assertRefused("Ix\n.", "a number should be");
    assertRefused("Fx\n.", "a number should be");
    assertRefused("\u0080\6.", "protocol 6");
    assertRefused("\u0082\1.", "unknown opcode 0x82"); // a name by number, of nobody's registry
    assertRefused("\u0097.", "unknown opcode 0x97"); // a buffer outside of the pickle
    assertRefused("\u00ff.", "unknown opcode 0xff");
  }

  @Test
  void lengthsAreCheckedBeforeTheyAreBelieved() {
    assertRefused(
        "X\u00ff\u00ff\u00ff\u007fa.", "a value of 2147483647 bytes, more than there are");
    assertRefused("B\u00ff\u00ff\u00ff\u00ffa.", "a value of 4294967295 bytes");
    assertRefused(
        "\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ffa.", "18446744073709551615");
    assertRefused("\u008b\u00ff\u00ff\u00ff\u00ff.", "a number of 4294967295 bytes");
    assertRefused("I" + "9".repeat(100_000) + "\n.", "a number should be");
  }

  @Test
  void depthAndStepsAreLimited() {
    assertRefused("(".repeat(1001) + ".", "a nesting deeper than 1000");
    assertRefused("K\1" + "2".repeat(5_000_001) + ".", "no end after 5000000 steps");
  }

  @Test
  void anythingDeepIsReadWithoutAStackToOverflow() throws IOException {
    assertThat(read("]" + "\u0085".repeat(1_000_000) + ".")).isInstanceOf(Pickled.Sequence.class);
    String nested = "}X\1\0\0\0a".repeat(300_000) + "N" + "s".repeat(300_000) + ".";
    Object root = read(nested);
    try (CheckpointFile file = CheckpointFile.open(folder.resolve("x.pkl"))) {
      assertThatThrownBy(() -> new StateDictSearch(file).find(root, Optional.empty()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("no tensors with names");
    }
  }

  @Test
  void copiesOfCopiesEndBeforeTheyTakeLong() {
    // a list of 10,000 pairs, given to 10,000 constructors: 100 million copies of 100 KB
    StringBuilder pickle = new StringBuilder("](");
    pickle.append("K\1K\1\u0086".repeat(10_000)).append("eq\0\u0085q\1");
    pickle.append("ccollections\nOrderedDict\nq\2");
    pickle.append("h\1R0h\2".repeat(10_000)).append('.');
    Assertions.assertThatCode(
            () ->
                org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
                    Duration.ofSeconds(20),
                    () -> assertRefused(pickle.toString(), "again and again")))
        .doesNotThrowAnyException();
  }
}
