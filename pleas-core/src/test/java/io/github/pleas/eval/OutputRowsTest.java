package io.github.pleas.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.data.DataLocation;
import io.github.pleas.data.ImageListener;
import io.github.pleas.data.Samples;
import io.github.pleas.data.Split;
import io.github.pleas.data.TextDataset;
import io.github.pleas.data.TextFields;
import io.github.pleas.data.TextPreparation;
import io.github.pleas.data.TextTokenizer;
import io.github.pleas.data.TinyTokenizer;
import io.github.pleas.network.Network;
import io.github.pleas.network.TinyBert;
import io.github.pleas.runtime.OrtRuntime;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Outputs of texts as rows. */
class OutputRowsTest {
  private static final int TOKENS = 5;

  @TempDir private Path folder;

  private static Network network(TinyBert.Output output) {
    return TinyBert.network(1, output, TOKENS);
  }

  @ParameterizedTest
  @EnumSource(Pooling.class)
  void everyRowIsFiniteThoughOfSomeTextsNoTokenIsMade(Pooling pooling) throws IOException {
    Network network = network(TinyBert.Output.HIDDEN);
    Path file = folder.resolve("some.txt");
    Files.write(file, List.of("\u0001", "the sea", "a", "\u0001\u0002", "the old captain"));
    TextTokenizer tokenizer =
        new TextTokenizer(TinyTokenizer.writeBare(folder.resolve("bare.json")), TOKENS);
    try (TextPreparation preparation =
            new TextPreparation(tokenizer, TextFields.DEFAULT, network.inputs(), network.source());
        TextDataset set = preparation.open(DataLocation.of(file), Split.TRAIN);
        Samples texts = preparation.load(set, 0, 0, 1, ImageListener.NONE)) {
      OutputRows rows =
          new OutputRows(network.shape(network.graph().outputs().get(0).name()), pooling);
      Logits outputs =
          new Predictor(new OrtRuntime(1)).predict(network, texts).values().iterator().next();
      FloatBuffer found =
          rows.of(FloatBuffer.wrap(outputs.values()), 0, texts.size(), texts.tokens());
      assertThat(texts.size()).isEqualTo(3);
      assertThat(found.remaining() / rows.width())
          .isEqualTo(pooling == Pooling.TOKENS ? 2 + 1 + 3 : 3);
      while (found.hasRemaining()) {
        assertThat(found.get()).isFinite();
      }
    }
  }

  @Test
  void onlyOutputsWithNumbersForEachTokenHaveTokens() {
    for (TinyBert.Output output : TinyBert.Output.values()) {
      Network network = network(output);
      assertThat(OutputRows.hasTokens(network.shape(network.graph().outputs().get(0).name())))
          .as(output.name())
          .isEqualTo(output == TinyBert.Output.HIDDEN);
    }
  }
}
