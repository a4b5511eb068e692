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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** How much of an encoder's retrieval merged networks keep. */
@Command(
    name = "retrieval",
    description =
        "Embeds sentences by two encoders and by networks that were merged of them, and tells which"
            + " share of an encoder's nearest neighbours of each sentence, by cosine, these find too.",
    mixinStandardHelpOptions = true)
public final class RetrievalCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "A", description = "The first encoder.")
  private Path a;

  @Parameters(index = "1", paramLabel = "B", description = "The second.")
  private Path b;

  @Parameters(
      index = "2..*",
      paramLabel = "MERGED",
      arity = "1..*",
      description = "Networks merged of both: A's output, then B's.")
  private List<Path> merged = List.of();

  @Option(names = "--data", required = true, description = "Texts; of train and test, the test's.")
  private String data = "";

  @Option(names = "--tokenizer", required = true, description = "Their tokenizer.json.")
  private Path tokenizer = Path.of("");

  @Option(
      names = "--pooling",
      paramLabel = "MEAN|CLS",
      split = ",",
      defaultValue = "MEAN",
      description = "How tokens become a sentence, of A and of B. Default: ${DEFAULT-VALUE}.")
  private List<Pooling> pooling = List.of(Pooling.MEAN);

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
    Predictor predictor = new Predictor(runtime);
    PrintWriter out = spec.commandLine().getOut();
    Network first = reader.read(a);
    try (TextTokenizer cutting = new TextTokenizer(tokenizer, tokens)) {
      TextPreparation texts =
          new TextPreparation(cutting, TextFields.DEFAULT, first.inputs(), a.toString());
      Samples sentences =
          texts.load(
              texts.open(DataLocation.parse(data), Split.TEST),
              samples,
              0,
              threads,
              (done, total) -> {});
      List<Original> originals =
          List.of(
              original(first, pooling.get(0), sentences, predictor),
              original(reader.read(b), pooling.get(pooling.size() - 1), sentences, predictor));
      for (Path file : merged) {
        Network network = reader.read(file);
        Map<String, Logits> outputs = predictor.predict(network, sentences);
        List<String> names = network.graph().outputs().stream().map(ValueInfo::name).toList();
        for (int k = 0; k < originals.size(); k++) {
          Original original = originals.get(k);
          String name = names.get(k);
          Embeddings found =
              Embeddings.of(
                  network, name, requireNonNull(outputs.get(name)), original.pooling(), sentences);
          out.printf(
              Locale.ROOT,
              "%s %s: cosine %.4f, %.1f %% of the %d nearest of %,d sentences%n",
              file,
              name,
              Neighbours.cosine(original.embeddings().values(), found.values(), found.width()),
              100
                  * original
                      .neighbours()
                      .keptBy(Neighbours.of(found.values(), found.width(), nearest)),
              nearest,
              sentences.size());
          out.flush();
        }
      }
    }
    return 0;
  }

  private Original original(Network network, Pooling own, Samples sentences, Predictor predictor) {
    String name = network.graph().outputs().get(0).name();
    Logits logits = requireNonNull(predictor.predict(network, sentences).get(name));
    Embeddings embeddings = Embeddings.of(network, name, logits, own, sentences);
    return new Original(
        embeddings, own, Neighbours.of(embeddings.values(), embeddings.width(), nearest));
  }

  /** What an encoder finds. */
  private record Original(Embeddings embeddings, Pooling pooling, Neighbours neighbours) {}

  /** Embeddings of sentences, [sentences, width]. */
  private record Embeddings(float[] values, int width) {
    static Embeddings of(
        Network network, String output, Logits logits, Pooling pooling, Samples sentences) {
      OutputRows rows = new OutputRows(network.shape(output), pooling);
      FloatBuffer pooled =
          rows.of(FloatBuffer.wrap(logits.values()), 0, sentences.size(), sentences.tokens());
      float[] values = new float[pooled.remaining()];
      pooled.get(values);
      return new Embeddings(values, rows.width());
    }
  }
}
