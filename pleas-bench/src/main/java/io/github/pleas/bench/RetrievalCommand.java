package io.github.pleas.bench;

import static java.util.Objects.requireNonNull;

import io.github.pleas.data.DataLocation;
import io.github.pleas.data.Samples;
import io.github.pleas.data.Split;
import io.github.pleas.data.TextFields;
import io.github.pleas.data.TextPreparation;
import io.github.pleas.data.TextTokenizer;
import io.github.pleas.eval.Logits;
import io.github.pleas.eval.OutputRows;
import io.github.pleas.eval.Pooling;
import io.github.pleas.eval.Predictor;
import io.github.pleas.network.Network;
import io.github.pleas.network.NetworkReader;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.OrtRuntime;
import java.io.PrintWriter;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** How much of an encoder's retrieval merged networks keep. */
@Command(
    name = "retrieval",
    description =
        "Embeds sentences by an encoder and by networks that were merged of it, and tells which share"
            + " of the encoder's nearest neighbours of each sentence, by cosine, they find too.",
    mixinStandardHelpOptions = true)
public final class RetrievalCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "ORIGINAL", description = "The encoder.")
  private Path original;

  @Parameters(index = "1..*", paramLabel = "MERGED", arity = "1..*", description = "The others.")
  private List<Path> merged = List.of();

  @Option(names = "--data", required = true, description = "Texts; of train and test, the test's.")
  private String data = "";

  @Option(names = "--tokenizer", required = true, description = "Their tokenizer.json.")
  private Path tokenizer = Path.of("");

  @Option(names = "--output", description = "The merged networks' output. Default: their first.")
  private @Nullable String output;

  @Option(
      names = "--pooling",
      paramLabel = "MEAN|CLS",
      defaultValue = "MEAN",
      description = "How tokens become a sentence. Default: ${DEFAULT-VALUE}.")
  private Pooling pooling = Pooling.MEAN;

  @Option(
      names = "--max-tokens",
      defaultValue = "128",
      description = "Tokens of a sentence, at most. Default: ${DEFAULT-VALUE}.")
  private int tokens;

  @Option(
      names = "--samples",
      defaultValue = "2000",
      description = "Sentences, drawn at random. Default: ${DEFAULT-VALUE}.")
  private int samples;

  @Option(
      names = "--nearest",
      defaultValue = "10",
      description = "Neighbours of each sentence. Default: ${DEFAULT-VALUE}.")
  private int nearest;

  @Option(names = "--threads", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
  private int threads;

  @Override
  public Integer call() {
    OrtRuntime runtime = new OrtRuntime(threads);
    NetworkReader reader = new NetworkReader(runtime, Optional.empty()).withTokens(tokens);
    Network encoder = reader.read(original);
    PrintWriter out = spec.commandLine().getOut();
    try (TextTokenizer cutting = new TextTokenizer(tokenizer, tokens)) {
      TextPreparation texts =
          new TextPreparation(cutting, TextFields.DEFAULT, encoder.inputs(), original.toString());
      Samples sentences =
          texts.load(
              texts.open(DataLocation.parse(data), Split.TEST),
              samples,
              0,
              threads,
              (done, total) -> {});
      Predictor predictor = new Predictor(runtime);
      Embeddings expected = embeddings(encoder, Optional.empty(), sentences, predictor);
      Neighbours of = Neighbours.of(expected.values(), expected.width(), nearest);
      for (Path file : merged) {
        Embeddings found =
            embeddings(reader.read(file), Optional.ofNullable(output), sentences, predictor);
        out.printf(
            Locale.ROOT,
            "%s: cosine %.4f, %.1f %% of the %d nearest of %,d sentences%n",
            file,
            Neighbours.cosine(expected.values(), found.values(), expected.width()),
            100 * of.keptBy(Neighbours.of(found.values(), found.width(), nearest)),
            nearest,
            sentences.size());
        out.flush();
      }
    }
    return 0;
  }

  /** Embeddings of sentences, [sentences, width]. */
  private record Embeddings(float[] values, int width) {}

  private Embeddings embeddings(
      Network network, Optional<String> name, Samples sentences, Predictor predictor) {
    List<String> outputs = network.graph().outputs().stream().map(ValueInfo::name).toList();
    String own = name.orElse(outputs.get(0));
    Predictor.Signature all = Predictor.Signature.of(network);
    Logits logits =
        requireNonNull(
            predictor
                .predict(
                    network.graph(),
                    new Predictor.Signature(
                        all.inputs(), List.of(own), all.shapes(), all.fixedBatch()),
                    sentences.size(),
                    sentences)
                .get(own));
    OutputRows rows = new OutputRows(network.shape(own), pooling);
    FloatBuffer pooled =
        rows.of(FloatBuffer.wrap(logits.values()), 0, sentences.size(), sentences.tokens());
    float[] values = new float[pooled.remaining()];
    pooled.get(values);
    return new Embeddings(values, rows.width());
  }
}
