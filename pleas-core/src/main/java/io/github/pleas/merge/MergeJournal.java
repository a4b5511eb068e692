package io.github.pleas.merge;

import io.github.pleas.Digest;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.fit.FitJournal;
import io.github.pleas.fit.TargetRecorder;
import io.github.pleas.journal.Journal;
import io.github.pleas.journal.PieceOutput;
import io.github.pleas.matching.Activations;
import io.github.pleas.matching.Matching;
import io.github.pleas.matching.PairedPass;
import io.github.pleas.matching.RowSample;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.Chunks;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * What a merge needs to go on after it was stopped, and to come to the same result: what the pass
 * over the originals gave, the plans, what was measured for them, and each fitted layer. What is
 * there is taken, what is not is made and kept.
 */
final class MergeJournal {
  private static final String MATCHING = "matching";
  private static final String ROWS = "rows";
  private static final String OUTPUTS = "outputs";
  private static final int DIGITS = 16;

  private final Journal journal;

  /**
   * Stands in names of pieces and in digests of layers: what was made from another B is not ours.
   */
  private final String aligned;

  MergeJournal(Journal journal) {
    this(journal, "");
  }

  private MergeJournal(Journal journal, String aligned) {
    this.journal = journal;
    this.aligned = aligned;
  }

  /**
   * Of a merge with a second network that was aligned with the first on the images, which another
   * number of threads or another batch may do otherwise.
   *
   * @param b as it is now
   */
  static MergeJournal of(Journal journal, Network b) {
    if (!journal.keeps()) {
      return new MergeJournal(journal);
    }
    Digest digest = new Digest();
    b.graph()
        .initializers()
        .forEach(
            (name, tensor) -> {
              digest.add(name);
              digest.add(tensor.bytes());
            });
    return new MergeJournal(journal, "-" + digest.hex().substring(0, DIGITS));
  }

  /**
   * What the pass over the originals gave.
   *
   * @param recorder takes the rows that were recorded, all of them or none
   */
  Optional<OriginalsPass.Seen> seen(TargetRecorder recorder) {
    Optional<OriginalsPass.Seen> seen = journal.read(MATCHING + aligned, MatchingPiece::read);
    Optional<Boolean> rows =
        seen.flatMap(
            any ->
                journal.read(
                    ROWS + aligned,
                    in -> {
                      Chunks chunks = any.chunks();
                      for (int chunk = 0; chunk < chunks.count(); chunk++) {
                        recorder.read(chunks.start(chunk), chunks.images(chunk), in);
                      }
                      return true;
                    }));
    if (rows.isEmpty()) {
      recorder.clear();
    }
    return seen.filter(any -> rows.isPresent());
  }

  /**
   * What the originals gave in such a pass.
   *
   * @param outputs takes all of it, or nothing
   * @return whether it was there
   */
  boolean read(KeptOutputs outputs) {
    boolean found =
        journal
            .read(
                OUTPUTS + aligned,
                in -> {
                  outputs.read(in);
                  return true;
                })
            .isPresent();
    if (!found) {
      outputs.clear();
    }
    return found;
  }

  /** Keeps what the originals gave. */
  void keep(KeptOutputs outputs) {
    journal.write(OUTPUTS + aligned, outputs::write);
  }

  /** Keeps what a pass over the originals gave; rows and outputs were kept before. */
  void keep(OriginalsPass.Seen seen) {
    journal.write(MATCHING + aligned, out -> MatchingPiece.write(out, seen));
  }

  /** Writes a recorder's rows as they come. */
  RecordedRows rows(TargetRecorder recorder) {
    return new RecordedRows(
        recorder, journal.keeps() ? Optional.of(journal.open(ROWS + aligned)) : Optional.empty());
  }

  /** A recorder whose rows go into the journal as they come, if there is one. */
  static final class RecordedRows implements PairedPass.Observer, AutoCloseable {
    private final TargetRecorder recorder;
    private final Optional<PieceOutput> piece;
    private int chunk;

    private RecordedRows(TargetRecorder recorder, Optional<PieceOutput> piece) {
      this.recorder = recorder;
      this.piece = piece;
    }

    /** Has the recorder see a batch, and writes what it recorded. */
    @Override
    public void observe(int first, int count, Activations a, Activations b) {
      recorder.observe(first, count, a, b);
      piece.ifPresent(p -> p.write(out -> recorder.write(chunk, out)));
      chunk++;
    }

    @Override
    public List<RowSample> rows() {
      return recorder.rows();
    }

    /** The pass is over. */
    void complete() {
      piece.ifPresent(PieceOutput::complete);
    }

    @Override
    public void close() {
      piece.ifPresent(PieceOutput::close);
    }
  }

  /**
   * Plans, which are made unless there are some.
   *
   * @param sizes what they are asked for, in their order
   */
  List<SizePlan> plans(List<BudgetOptions> sizes, Supplier<List<SizePlan>> made) {
    String name = "plan-" + digits(sizes.toString());
    return journal
        .read(name, in -> PlanPiece.read(in, sizes))
        .orElseGet(
            () -> {
              List<SizePlan> plans = made.get();
              journal.write(name, out -> PlanPiece.write(out, plans));
              return plans;
            });
  }

  /** What was measured of an allocation, which is done unless it was. */
  double measured(int[] separate, DoubleSupplier measurement) {
    String name = "measured-" + digits(Arrays.toString(separate));
    return journal
        .read(name, in -> in.readDouble())
        .orElseGet(
            () -> {
              double value = measurement.getAsDouble();
              journal.write(name, out -> out.writeDouble(value));
              return value;
            });
  }

  /** The layers of the merged network of an allocation. */
  FitJournal layers(int[] separate, Matching matching) {
    if (!journal.keeps()) {
      return FitJournal.NONE;
    }
    Digest digest = new Digest();
    digest.add(aligned);
    digest.add(Arrays.toString(separate));
    for (int g = 0; g < matching.permutations().groups(); g++) {
      digest.add(Arrays.toString(matching.permutations().of(g)));
    }
    matching
        .zip()
        .ifPresent(
            zip ->
                zip.groups()
                    .forEach(
                        units ->
                            units.forEach(
                                unit -> {
                                  digest.add(Arrays.toString(unit.a()));
                                  digest.add(Arrays.toString(unit.b()));
                                })));
    return new KeptLayers(journal, digest.hex());
  }

  private static String digits(String text) {
    Digest digest = new Digest();
    digest.add(text);
    return digest.hex().substring(0, DIGITS);
  }
}
