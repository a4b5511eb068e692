package io.github.pleas.cli;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.MergedVocabulary;
import io.github.pleas.data.Samples;
import io.github.pleas.data.TextPreparation;
import io.github.pleas.eval.OutputComparison;
import io.github.pleas.eval.Pooling;
import io.github.pleas.eval.Predictor;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.ValueInfo;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How much of an original's output a network keeps, in a sentence for each of its outputs. */
final class AgainstOriginal {
  private final Network network;
  private final Network original;
  private final String output;

  /**
   * A comparison with an original.
   *
   * @param output the original's output; its first where none is given
   * @throws InvalidInputException if the original has no such output, or reads something else
   */
  AgainstOriginal(Network network, Network original, Optional<String> output) {
    this.network = network;
    this.original = original;
    List<String> names = original.graph().outputs().stream().map(ValueInfo::name).toList();
    this.output = output.orElse(names.get(0));
    if (!names.contains(this.output)) {
      throw new InvalidInputException(
          "%s has no output '%s'; it has: %s"
              .formatted(original.source(), this.output, String.join(", ", names)));
    }
    if (!network.inputNames().equals(original.inputNames())
        || !network.inputs().get(0).shape().equals(original.inputs().get(0).shape())) {
      throw new InvalidInputException(
          "%s takes %s, and %s %s; networks that read the same can be compared"
              .formatted(
                  network.source(),
                  network.inputNames(),
                  original.source(),
                  original.inputNames()));
    }
  }

  /**
   * Refuses the original of the other vocabulary.
   *
   * @param vocabulary of the merged network, that texts are cut in
   * @throws InvalidInputException if the original has another number of tokens
   */
  void requireReads(MergedVocabulary vocabulary) {
    int tokens =
        TextPreparation.ids(original.inputs(), original.source()).limit().orElse(Integer.MAX_VALUE);
    if (tokens != vocabulary.rows().count()) {
      String side = vocabulary.rows().first() == 0 ? "a" : "b";
      throw new InvalidInputException(
          "--against: %s reads %d tokens, and with this tokenizer %s those of a vocabulary of %d; compare with %s, or give the tokenizer of %s"
              .formatted(
                  original.source(),
                  tokens,
                  network.source(),
                  vocabulary.rows().count(),
                  network
                      .graph()
                      .metadata()
                      .getOrDefault("pleas." + side, "the original of that vocabulary"),
                  original.source()));
    }
  }

  /**
   * What is to be told of an output.
   *
   * @param samples as the network reads them
   * @param own the same as the original does
   */
  String of(
      String name,
      Samples samples,
      Samples own,
      String data,
      Pooling pooling,
      Predictor predictor) {
    OutputComparison.Measured measured =
        new OutputComparison(predictor, samples, own, pooling)
            .of(
                new OutputComparison.Output(original, output),
                new OutputComparison.Output(network, name));
    boolean tokens = measured.rows() != samples.size();
    return String.format(
        Locale.ROOT,
        "%s against '%s' of %s: cosine %.4f, explained %.2f %%, on %,d %s%s",
        name,
        output,
        original.source(),
        measured.cosine(),
        100 * measured.explained(),
        samples.size(),
        "samples of " + data,
        tokens ? String.format(Locale.ROOT, " (%,d tokens)", measured.rows()) : "");
  }
}
