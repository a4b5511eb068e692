package io.github.pleas.eval;

import static java.util.Objects.requireNonNull;

import io.github.pleas.data.Samples;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Graph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Measures the originals and the merged network on labelled images: each head on its own domain,
 * and, where the labels are separate, the joint accuracy, for which the logits of both heads are
 * put one after another (A's classes first) and B's labels count on from A's last.
 *
 * <p>Networks of several outputs are measured by their first.
 */
public final class Evaluator {
  /**
   * A labelled image set.
   *
   * @param name as users read it
   * @param images preprocessed
   */
  public record Domain(String name, Samples images) {}

  /**
   * The merged network.
   *
   * @param graph the network
   * @param signature its input and outputs
   * @param outputA the output that answers in A's labels
   * @param outputB the output that answers in B's labels; the same where labels are shared
   */
  public record Merged(
      Graph graph, Predictor.Signature signature, String outputA, String outputB) {}

  private final Predictor predictor;
  private final Network a;
  private final Network b;
  private final Map<Domain, Originals> known = new HashMap<>();

  /** Measures two originals, once for each domain, and any number of networks merged of them. */
  public Evaluator(Predictor predictor, Network a, Network b) {
    this.predictor = predictor;
    this.a = a;
    this.b = b;
  }

  /** What the originals say about the images of one domain. */
  private record Originals(Logits a, Logits b) {}

  /** What all networks say about the images of one domain. */
  private record Answers(Logits a, Logits b, Logits mergedA, Logits mergedB) {
    Answers of(int[] images) {
      return new Answers(a.of(images), b.of(images), mergedA.of(images), mergedB.of(images));
    }
  }

  /** Networks run for each domain; {@code steps} counts them. */
  public static int stepsPerDomain() {
    return 3;
  }

  private Answers answers(Merged merged, Domain domain, IntConsumer steps, int before) {
    Originals originals = known.get(domain);
    if (originals == null) {
      Logits ofA = first(predictor.predict(a, domain.images()));
      steps.accept(before + 1);
      originals = new Originals(ofA, first(predictor.predict(b, domain.images())));
      known.put(domain, originals);
    }
    steps.accept(before + 2);
    Map<String, Logits> ofMerged =
        predictor.predict(
            merged.graph(), merged.signature(), domain.images().size(), domain.images());
    steps.accept(before + 3);
    return new Answers(
        originals.a(),
        originals.b(),
        requireNonNull(ofMerged.get(merged.outputA())),
        requireNonNull(ofMerged.get(merged.outputB())));
  }

  /**
   * The table of a merged network.
   *
   * @param separate whether each network has classes of its own; the domains are then A's and B's,
   *     or one whose labels are A's and then B's
   * @param own as for {@link #shared}
   * @param steps told after each run how many there were
   */
  public Evaluation evaluate(
      Merged merged, List<Domain> domains, boolean separate, int own, IntConsumer steps) {
    if (!separate) {
      return shared(merged, domains, own, steps);
    }
    return domains.size() == 1
        ? separate(merged, domains.get(0), steps)
        : separate(merged, domains.get(0), domains.get(1), steps);
  }

  private static Logits first(Map<String, Logits> outputs) {
    return outputs.values().iterator().next();
  }

  /**
   * The table where both networks have the same classes.
   *
   * @param merged the merged network
   * @param domains A's and B's, or one that serves both; further ones belong to neither
   * @param own how many of the first are the originals' own: 2, or 1 that serves both; there, both
   *     count for what each original says on its own
   * @param steps told after each run how many there were
   */
  public Evaluation shared(Merged merged, List<Domain> domains, int own, IntConsumer steps) {
    if (own < 1 || own > 2 || own > domains.size()) {
      throw new IllegalArgumentException(
          "expected 1 or 2 own domains of %d, found %d".formatted(domains.size(), own));
    }
    Measurements ofA = new Measurements();
    Measurements ofB = new Measurements();
    Measurements each = new Measurements();
    Measurements ensemble = new Measurements();
    Measurements one = new Measurements();
    List<Comparison> comparisons = new ArrayList<>();
    List<Confusion> ofOriginals = new ArrayList<>();
    List<Confusion> ofMerged = new ArrayList<>();
    for (int d = 0; d < domains.size(); d++) {
      Domain domain = domains.get(d);
      int[] labels = labels(domain);
      Answers answers = answers(merged, domain, steps, d * stepsPerDomain());
      ofA.add(domain.name(), answers.a(), labels);
      ofB.add(domain.name(), answers.b(), labels);
      if (d == 0) {
        each.add(domain.name(), answers.a(), labels);
        comparisons.add(Comparison.of(answers.a(), answers.mergedA()));
        ofOriginals.add(Confusion.of(answers.a(), labels, 0));
      }
      if (d == own - 1) {
        each.add(domain.name(), answers.b(), labels);
        comparisons.add(Comparison.of(answers.b(), answers.mergedA()));
        ofOriginals.add(Confusion.of(answers.b(), labels, 0));
      }
      if (d < own) {
        ofMerged.add(Confusion.of(answers.mergedA(), labels, 0));
      }
      ensemble.add(domain.name(), answers.a().mean(answers.b()), labels);
      one.add(domain.name(), answers.mergedA(), labels);
    }
    List<Evaluation.Row> rows = new ArrayList<>();
    rows.add(ofA.row(Evaluation.Subject.A, "A"));
    rows.add(ofB.row(Evaluation.Subject.B, "B"));
    if (domains.size() > 1) {
      rows.add(each.row(Evaluation.Subject.OWN, "each on its own"));
    }
    rows.add(ensemble.row(Evaluation.Subject.ENSEMBLE, "ensemble (both run)"));
    rows.add(one.row(Evaluation.Subject.MERGED, "merged"));
    return new Evaluation(
        domains.stream().map(Domain::name).toList(),
        domains.stream().map(domain -> domain.images().size()).toList(),
        rows,
        Agreement.Measured.of(comparisons.get(0), comparisons.get(1)),
        Optional.of(new Evaluation.Answers(sum(ofOriginals), sum(ofMerged))));
  }

  /**
   * The table where each network has classes of its own.
   *
   * @param merged the merged network
   * @param ofA images with A's labels
   * @param ofB images with B's labels
   * @param steps told after each run how many there were
   */
  public Evaluation separate(Merged merged, Domain ofA, Domain ofB, IntConsumer steps) {
    Task taskA = new Task(ofA.name(), answers(merged, ofA, steps, 0), labels(ofA));
    Task taskB = new Task(ofB.name(), answers(merged, ofB, steps, stepsPerDomain()), labels(ofB));
    return separate(taskA, taskB);
  }

  /**
   * As {@link #separate(Merged, Domain, Domain, IntConsumer)}, for one set of images whose labels
   * are A's and then B's.
   */
  public Evaluation separate(Merged merged, Domain both, IntConsumer steps) {
    Answers answers = answers(merged, both, steps, 0);
    int[] labels = labels(both);
    int classes = answers.a().classes();
    int[] ofA = IntStream.range(0, labels.length).filter(i -> labels[i] < classes).toArray();
    int[] ofB = IntStream.range(0, labels.length).filter(i -> labels[i] >= classes).toArray();
    return separate(
        new Task(
            both.name() + ", A's",
            answers.of(ofA),
            Arrays.stream(ofA).map(i -> labels[i]).toArray()),
        new Task(
            both.name() + ", B's",
            answers.of(ofB),
            Arrays.stream(ofB).map(i -> labels[i] - classes).toArray()));
  }

  /** The images of one original's classes, and what all networks say about them. */
  private record Task(String name, Answers answers, int[] labels) {}

  private static Evaluation separate(Task taskA, Task taskB) {
    Answers onA = taskA.answers();
    Answers onB = taskB.answers();
    int[] labelsA = taskA.labels();
    int[] labelsB = taskB.labels();
    Measurements ofA = new Measurements();
    Measurements ofB = new Measurements();
    Measurements ensemble = new Measurements();
    Measurements merged = new Measurements();
    ofA.add(taskA.name(), onA.a(), labelsA);
    ofB.add(taskB.name(), onB.b(), labelsB);
    ensemble.add(taskA.name(), onA.a(), labelsA);
    ensemble.add(taskB.name(), onB.b(), labelsB);
    merged.add(taskA.name(), onA.mergedA(), labelsA);
    merged.add(taskB.name(), onB.mergedB(), labelsB);
    ensemble.joint(joint(onA.a(), onA.b(), labelsA, onB.a(), onB.b(), labelsB));
    merged.joint(
        joint(onA.mergedA(), onA.mergedB(), labelsA, onB.mergedA(), onB.mergedB(), labelsB));
    return new Evaluation(
        List.of(taskA.name(), taskB.name()),
        List.of(labelsA.length, labelsB.length),
        List.of(
            ofA.row(Evaluation.Subject.A, "A"),
            ofB.row(Evaluation.Subject.B, "B"),
            ensemble.row(Evaluation.Subject.ENSEMBLE, "ensemble (both run)"),
            merged.row(Evaluation.Subject.MERGED, "merged")),
        Agreement.Measured.of(
            Comparison.of(onA.a(), onA.mergedA()), Comparison.of(onB.b(), onB.mergedB())),
        Optional.of(answers(onA, labelsA, onB, labelsB)));
  }

  /** A's classes come first, then B's. */
  private static Evaluation.Answers answers(
      Answers onA, int[] labelsA, Answers onB, int[] labelsB) {
    int offset = onA.a().classes();
    int classes = offset + onB.b().classes();
    return new Evaluation.Answers(
        Confusion.shifted(onA.a(), labelsA, 0, 0, classes)
            .plus(Confusion.shifted(onB.b(), labelsB, offset, offset, classes)),
        Confusion.of(onA.mergedA().beside(onA.mergedB()), labelsA, 0)
            .plus(Confusion.of(onB.mergedA().beside(onB.mergedB()), labelsB, offset)));
  }

  private static Confusion sum(List<Confusion> parts) {
    return parts.stream().reduce(Confusion::plus).orElseThrow();
  }

  /** Over A's images and then B's, with both heads' answers to each. */
  private static Evaluation.Joint joint(
      Logits aOnA, Logits bOnA, int[] labelsA, Logits aOnB, Logits bOnB, int[] labelsB) {
    int offset = aOnA.classes();
    return new Evaluation.Joint(
        aOnA.beside(bOnA).accuracy(labelsA, 0).plus(aOnB.beside(bOnB).accuracy(labelsB, offset)),
        aOnA.softmax()
            .beside(bOnA.softmax())
            .accuracy(labelsA, 0)
            .plus(aOnB.softmax().beside(bOnB.softmax()).accuracy(labelsB, offset)));
  }

  /** What is measured of one network, domain by domain. */
  private static final class Measurements {
    private final Map<String, Accuracy> accuracy = new LinkedHashMap<>();
    private final Map<String, Double> calibration = new LinkedHashMap<>();
    private Optional<Evaluation.Joint> joint = Optional.empty();

    /** Adds a domain; of two networks on one domain, what they have in the mean. */
    void add(String domain, Logits logits, int[] labels) {
      accuracy.merge(domain, logits.accuracy(labels, 0), Accuracy::plus);
      calibration.merge(domain, logits.calibrationError(labels, 0), (x, y) -> (x + y) / 2);
    }

    void joint(Evaluation.Joint found) {
      joint = Optional.of(found);
    }

    Evaluation.Row row(Evaluation.Subject subject, String name) {
      return new Evaluation.Row(subject, name, accuracy, calibration, joint);
    }
  }

  private static int[] labels(Domain domain) {
    int[] labels = new int[domain.images().size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = domain.images().label(i);
    }
    return labels;
  }
}
