package io.github.pleas.cli;

import io.github.pleas.api.Originals;
import io.github.pleas.data.OpenData;
import io.github.pleas.data.Preparation;
import io.github.pleas.data.Samples;
import io.github.pleas.data.Split;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.runtime.Beside;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Calibration data that are opened and read beside the check whether two networks can be merged:
 * both need the networks, and neither the other. What is refused here is thrown where it is asked
 * for; so the networks' own refusal comes first, as if they had been checked before.
 */
final class DataBeside implements AutoCloseable {
  private final Beside thread = new Beside();
  private final Deque<Runnable> opened = new ArrayDeque<>(); // used by one thread after the other
  private final Future<Preparation> preparation;
  private final Future<OpenData> train;
  private final Future<OpenData> test;
  private final Future<List<Samples>> samples;
  private volatile boolean unwanted;
  private boolean taken;

  /**
   * Begins.
   *
   * @param request where the data are
   * @param networks what they must fit
   * @param progress hears of the reading
   */
  DataBeside(MergeRequest request, Originals.Read networks, Progress progress) {
    MergeOptions options = request.options();
    OpenData.Draw draw = new OpenData.Draw(request.samples(), options.seed(), options.threads());
    preparation =
        thread.begin(
            () ->
                kept(request.images().preparation(networks.a(), networks.b()), Preparation::close));
    train = thread.begin(() -> open(request, Split.TRAIN));
    test = thread.begin(() -> open(request, Split.TEST));
    samples =
        thread.begin(
            () -> {
              test(); // what is not there is told before anything is read
              return kept(
                  train()
                      .load(
                          draw,
                          preparation(),
                          (done, total) -> {
                            requireWanted();
                            progress.update("images", done, total);
                          }),
                  this::closeUntaken);
            });
  }

  private OpenData open(MergeRequest request, Split split) {
    requireWanted();
    return kept(OpenData.of(request.data(), split, preparation()), OpenData::close);
  }

  private <T> T kept(T made, Consumer<T> close) {
    opened.push(() -> close.accept(made));
    return made;
  }

  private void requireWanted() {
    if (unwanted) {
      throw new CancellationException("the networks cannot be merged");
    }
  }

  /**
   * How the data become input.
   *
   * @throws io.github.pleas.InvalidInputException if the networks take none of such data
   */
  Preparation preparation() {
    return Beside.await(preparation);
  }

  /**
   * The data for merging, open until this is closed.
   *
   * @throws io.github.pleas.InvalidInputException if they cannot be opened
   */
  OpenData train() {
    return Beside.await(train);
  }

  /**
   * The data for measuring, open until this is closed.
   *
   * @throws io.github.pleas.InvalidInputException if they cannot be opened
   */
  OpenData test() {
    return Beside.await(test);
  }

  /**
   * The sample for merging, which the caller has from now on.
   *
   * @throws io.github.pleas.InvalidInputException if it cannot be read
   */
  List<Samples> samples() {
    List<Samples> read = Beside.await(samples);
    taken = true;
    return read;
  }

  private void closeUntaken(List<Samples> read) {
    if (!taken) {
      read.forEach(Samples::close);
    }
  }

  /** Ends what is not done, and closes all that was opened; a sample that nobody took, too. */
  @Override
  public void close() {
    unwanted = true;
    thread.close();
    opened.forEach(Runnable::run);
  }
}
