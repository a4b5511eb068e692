package io.github.pleas.api;

import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.data.OpenData;
import io.github.pleas.journal.JournalFolder;
import io.github.pleas.merge.CalibrationImages;
import io.github.pleas.merge.MergeListener;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.MergeSession;
import io.github.pleas.merge.Provenance;
import io.github.pleas.merge.SizePlan;
import io.github.pleas.network.ModelOptions;
import io.github.pleas.symmetry.OperatorRules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Merges two trained networks of one architecture, files in and files out. Where to begin:
 *
 * <pre>{@code
 * MergedNetwork both =
 *     NetworkMerge.builder(Path.of("birds.onnx"), Path.of("pets.onnx"))
 *         .data(Path.of("birds/"), Path.of("pets/"))
 *         .separateLabels("birds", "pets")
 *         .budget(1.3)
 *         .build()
 *         .run();
 * both.write(Path.of("both.onnx"));
 * }</pre>
 *
 * <p>A merge can be run any number of times, and gives the same network each time. It writes
 * nothing but temporary files, which are gone when it ends, and what {@link
 * NetworkMergeBuilder#resume} asks for. Nothing is logged: what is worth telling is among the
 * {@link MergedNetwork#warnings warnings} or an exception's message.
 */
public final class NetworkMerge {
  /**
   * What is asked for.
   *
   * @param a the first original's file
   * @param b the second one's
   * @param models how they are read, and where they run
   * @param data what they are merged on
   * @param options how
   * @param samples how many of each domain; all of them if 0
   * @param precision of the merged network's weights in its file
   * @param rules for operators through which units move
   * @param resume where what is done is kept until all is done
   * @param listener told how far it is
   * @param cancelled whether it is to end
   */
  record Request(
      Path a,
      Path b,
      ModelOptions models,
      MergeData data,
      MergeOptions options,
      int samples,
      Precision precision,
      OperatorRules rules,
      Optional<Path> resume,
      MergeListener listener,
      BooleanSupplier cancelled) {}

  private final Request request;

  NetworkMerge(Request request) {
    this.request = request;
  }

  /**
   * A merge that is still to be described.
   *
   * @param a the first network: an ONNX file, or a checkpoint (see {@link
   *     NetworkMergeBuilder#arch})
   * @param b the second, of the same architecture; names may differ
   */
  public static NetworkMergeBuilder builder(Path a, Path b) {
    return new NetworkMergeBuilder(a, b);
  }

  /** How the networks will be merged. */
  public MergeOptions options() {
    return request.options();
  }

  /**
   * Merges.
   *
   * @throws InvalidInputException if a file cannot be read, the networks cannot be merged, or the
   *     budget cannot be kept; what is wrong and what to do
   * @throws io.github.pleas.merge.MergeCancelledException if this thread is interrupted, or the
   *     builder's question is answered with yes
   * @throws io.github.pleas.PleasException if something else fails that a user can act on
   */
  public MergedNetwork run() {
    return cancellable(
        listener -> {
          Sources sources = read(listener);
          try (ResumeFolder folder = sources.resumed(List.of())) {
            MergeResult result =
                sources
                    .originals()
                    .merger()
                    .merge(
                        sources.originals().prepared(),
                        sources.calibration(),
                        folder.journal(),
                        listener);
            MergedNetwork merged = sources.merged(request.options(), result);
            folder.finish();
            return merged;
          }
        });
  }

  /**
   * Merges at several budgets. What does not depend on the budget is done once.
   *
   * @param budgets in originals, in any order
   * @return the networks, in the order of the budgets
   * @throws InvalidInputException as {@link #run}, or if there are no budgets
   */
  public List<MergedNetwork> sweep(double... budgets) {
    if (budgets.length == 0) {
      throw new InvalidInputException("sweep: expected at least one budget, found none");
    }
    List<Double> ascending = Arrays.stream(budgets).sorted().distinct().boxed().toList();
    return cancellable(
        listener -> {
          List<MergedNetwork> networks = merged(ascending, listener);
          return Arrays.stream(budgets)
              .mapToObj(budget -> networks.get(ascending.indexOf(budget)))
              .toList();
        });
  }

  private List<MergedNetwork> merged(List<Double> budgets, MergeListener listener) {
    BudgetOptions size = request.options().size();
    List<BudgetOptions> sizes = budgets.stream().map(size::withBudget).toList();
    Sources sources = read(listener, sizes);
    List<MergedNetwork> networks = new ArrayList<>();
    double widening = sizes.get(sizes.size() - 1).widening();
    Originals originals = sources.originals();
    try (ResumeFolder folder = sources.resumed(budgets);
        MergeSession session =
            originals
                .merger()
                .open(
                    originals.prepared(),
                    sources.calibration(),
                    widening,
                    folder.journal(),
                    listener)) {
      Iterator<SizePlan> plans = session.plans(size, budgets, listener).iterator();
      while (plans.hasNext()) {
        SizePlan plan = plans.next();
        MergeResult result =
            plans.hasNext() ? session.merge(plan, listener) : session.mergeLast(plan, listener);
        networks.add(sources.merged(request.options().withSize(plan.asked()), result));
      }
      folder.finish();
    }
    return networks;
  }

  private <T> T cancellable(Cancellation.Cancellable<T> work) {
    return Cancellation.run(request.cancelled(), request.listener(), work);
  }

  private Sources read(MergeListener listener) {
    return read(listener, List.of());
  }

  /** All that can be refused is refused before calibration data are read. */
  private Sources read(MergeListener listener, List<BudgetOptions> sizes) {
    MergeOptions options = request.options();
    request.models().check("", request.a(), request.b());
    request.resume().ifPresent(JournalFolder::requireUsable);
    Originals originals =
        Originals.read(
            request.a(), request.b(), request.models(), options, request.rules(), listener);
    sizes.forEach(size -> originals.merger().requirePossible(originals.prepared(), size));
    MergeData.Loaded data =
        request
            .data()
            .load(
                originals,
                new OpenData.Draw(request.samples(), options.seed(), options.threads()),
                listener);
    SampleNotes notes = new SampleNotes();
    originals.notes().forEach(notes::add);
    data.samples().forEach(notes::add);
    return new Sources(
        request,
        originals,
        data,
        data.calibration(),
        originals.inputs(data.inputs()),
        new ArrayList<>(notes.notes()));
  }

  /** What merged networks of any size are made from. */
  private record Sources(
      Request request,
      Originals originals,
      MergeData.Loaded data,
      CalibrationImages calibration,
      Map<String, Provenance.Input> inputs,
      List<String> notes) {
    /** The folder of the unfinished merge; what there is to say of it comes to the notes. */
    ResumeFolder resumed(List<Double> budgets) {
      return ResumeFolder.open(
          request.resume(), originals, request.options(), budgets, calibration, notes::add);
    }

    MergedNetwork merged(MergeOptions options, MergeResult result) {
      return new MergedNetwork(
          request, originals, data, options, new Provenance(inputs, options), notes, result);
    }
  }
}
