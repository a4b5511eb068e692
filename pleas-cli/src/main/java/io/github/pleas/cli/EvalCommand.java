package io.github.pleas.cli;

import static java.util.Objects.requireNonNull;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.DataLocation;
import io.github.pleas.data.MergedVocabulary;
import io.github.pleas.data.Preparation;
import io.github.pleas.data.SampleSet;
import io.github.pleas.data.Samples;
import io.github.pleas.data.Split;
import io.github.pleas.data.TextPreparation;
import io.github.pleas.data.Texts;
import io.github.pleas.eval.Accuracy;
import io.github.pleas.eval.Logits;
import io.github.pleas.eval.Predictor;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.OrtRuntime;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures a network's accuracy on labelled data, or how much of an original it keeps. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Measures the accuracy of a network on labelled images or texts; or, with --against, how close"
          + " its outputs are to an original's, for which no labels are needed."
    },
    footer = {
      "",
      "Examples:",
      "  pleas eval model.onnx --data images/",
      "  pleas eval merged.onnx --data pets/ --output logits_pets",
      "  pleas eval merged.onnx --data lines.txt --tokenizer tokenizer.json --max-tokens 128 \\",
      "    --against original.onnx --output last_hidden_state_a --pooling mean"
    })
final class EvalCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "An ONNX file, or a checkpoint with --arch.")
  private Path model;

  @Option(
      names = "--data",
      paramLabel = "DATA",
      required = true,
      description =
          "Labelled images or texts, as for merge; of train/ and test/ inside, test/ is used.")
  private DataLocation data;

  @Option(
      names = "--output",
      paramLabel = "NAME",
      description = "The output to measure. Default: every one.")
  private @Nullable String output;

  @Option(
      names = "--class-offset",
      paramLabel = "K",
      description = "Class i of the data is number i + K of the output. Default: 0.")
  private int offset;

  @Option(
      names = "--against",
      paramLabel = "ORIGINAL",
      description =
          "A network to compare with instead of labels: the mean cosine between the outputs, and the"
              + " share of the original's variation that is explained. Default: none, labels count.")
  private @Nullable Path original;

  @Option(
      names = "--against-output",
      paramLabel = "NAME",
      description = "The original's output to compare with. Default: its first.")
  private @Nullable String originalOutput;

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "Images or texts to measure on, drawn at random; 0 for all. Default: 0.")
  private int samples;

  @Mixin private ImageOptions images;

  @Mixin private RunOptions run;

  @Override
  public Integer call() {
    images.check();
    if (samples < 0) {
      throw new InvalidInputException("--samples: expected 0 (all) or more, found " + samples);
    }
    if (images.pooling().size() > 1) {
      throw new InvalidInputException(
          "--pooling: expected one, for both outputs that are compared, found "
              + images.pooling().size());
    }
    if (offset < 0) {
      throw new InvalidInputException("--class-offset: expected 0 or more, found " + offset);
    }
    OrtRuntime runtime = images.networks().runtime(run.threads());
    Network network = images.networks().reader(runtime, model).read(model);
    images.networks().recognised(model, network).ifPresent(spec.commandLine().getErr()::println);
    Optional<AgainstOriginal> against = against(network, runtime);
    requireOutput(network);
    Optional<MergedVocabulary> vocabulary = images.vocabulary(network, Optional.ofNullable(output));
    against.ifPresent(other -> vocabulary.ifPresent(other::requireReads));
    try (Preparation preparation = preparation(network, vocabulary);
        SampleSet dataset = preparation.open(data, Split.TEST);
        Progress progress = run.progress(spec.commandLine().getErr())) {
      List<String> chosen = chosen(network, vocabulary);
      if (against.isEmpty()) {
        requireLabels(dataset);
        chosen.forEach(name -> requireClasses(network, name, dataset));
      }
      Samples loaded =
          preparation.load(
              dataset,
              samples,
              0,
              run.threads(),
              (done, total) -> progress.update("data", done, total));
      if (against.isPresent()) {
        progress.close();
        tell(loaded);
        for (String name : chosen) {
          spec.commandLine()
              .getOut()
              .println(
                  against
                      .get()
                      .of(
                          name,
                          numbered(loaded, vocabulary),
                          loaded,
                          dataset.name(),
                          images.pooling().get(0),
                          new Predictor(runtime)));
        }
        return 0;
      }
      Map<String, Logits> outputs =
          new Predictor(runtime).predict(network, numbered(loaded, vocabulary));
      progress.close();
      tell(loaded);
      int[] labels = new int[loaded.size()];
      for (int i = 0; i < labels.length; i++) {
        labels[i] = loaded.label(i);
      }
      for (String name : chosen) {
        noteFewer(network, name, dataset);
        Logits logits = requireNonNull(outputs.get(name));
        Accuracy accuracy = logits.accuracy(labels, offset);
        spec.commandLine()
            .getOut()
            .printf(
                Locale.ROOT,
                "%s: %.2f %% of %,d images of %s (95 %% interval %.2f to %.2f; calibration error %.3f)%n",
                name,
                100 * accuracy.rate(),
                accuracy.images(),
                dataset.name(),
                100 * accuracy.interval().low(),
                100 * accuracy.interval().high(),
                logits.calibrationError(labels, offset));
      }
    }
    return 0;
  }

  /**
   * Of a merged network of two vocabularies one is read, whose tokens begin at 0 like any other's.
   */
  private Preparation preparation(Network network, Optional<MergedVocabulary> vocabulary) {
    Preparation all = images.preparation(network);
    return all instanceof TextPreparation texts && vocabulary.isPresent()
        ? texts.withTokens(vocabulary.get().rows().count())
        : all;
  }

  /** The samples as the network numbers their tokens. */
  private static Samples numbered(Samples loaded, Optional<MergedVocabulary> vocabulary) {
    return loaded instanceof Texts texts && vocabulary.isPresent()
        ? texts.numberedFrom(vocabulary.get().rows().first())
        : loaded;
  }

  /** Says what was left out, and what else is to be known of how data were read. */
  private void tell(Samples loaded) {
    PrintWriter err = spec.commandLine().getErr();
    loaded.skipped().forEach(message -> err.println("Left out: " + message));
    loaded.notes().forEach(note -> err.println("Note: " + note));
  }

  private Optional<AgainstOriginal> against(Network network, OrtRuntime runtime) {
    if (original == null) {
      if (originalOutput != null) {
        throw new InvalidInputException("--against-output: says which output; give --against, too");
      }
      return Optional.empty();
    }
    Network other = images.networks().reader(runtime, model, original).read(original);
    return Optional.of(new AgainstOriginal(network, other, Optional.ofNullable(originalOutput)));
  }

  private static void requireLabels(SampleSet dataset) {
    if (!dataset.isLabelled()) {
      throw new InvalidInputException(
          dataset.name()
              + " has no labels; put images into a folder for each class, name the field of texts by"
              + " --label-field, or compare with an original by --against");
    }
  }

  private List<String> chosen(Network network, Optional<MergedVocabulary> vocabulary) {
    if (output == null) {
      return vocabulary
          .map(MergedVocabulary::outputs)
          .orElseGet(() -> network.graph().outputs().stream().map(ValueInfo::name).toList());
    }
    return List.of(output);
  }

  private void requireOutput(Network network) {
    List<String> names = network.graph().outputs().stream().map(ValueInfo::name).toList();
    if (output != null && !names.contains(output)) {
      throw new InvalidInputException(
          "%s has no output '%s'; it has: %s".formatted(model, output, String.join(", ", names)));
    }
  }

  /** Fewer classes than the output has are all right, and a common slip. */
  private void noteFewer(Network network, String name, SampleSet dataset) {
    long width = network.shape(name).elementsPerImage();
    if (offset == 0 && dataset.classCount() < width) {
      spec.commandLine()
          .getErr()
          .printf(
              "Note: %s has %s, output '%s' has %d; class i of the data is taken for number i%n",
              dataset.name(), LabelledData.count(dataset.classCount()), name, width);
    }
  }

  private void requireClasses(Network network, String name, SampleSet dataset) {
    long width = network.shape(name).elementsPerImage();
    if (dataset.classCount() + (long) offset > width) {
      throw new InvalidInputException(
          "%s has %s; from --class-offset %d on they do not fit output '%s', which has %d"
              .formatted(
                  dataset.name(), LabelledData.count(dataset.classCount()), offset, name, width));
    }
  }
}
