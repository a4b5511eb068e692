package io.github.pleas.cli;

import io.github.pleas.merge.MergeListener;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * Shows how far each stage is: a bar on a terminal; elsewhere a line when a stage ends, and one
 * every ten seconds of a long one.
 */
final class Progress implements AutoCloseable {
  private static final long LINE_NANOS = 10_000_000_000L;
  private static final int LABEL = 12;
  private static final int MARGIN = 1;
  private static final int USUAL_WIDTH = 79;

  private final Optional<PrintWriter> lines;
  private final Optional<PrintWriter> err;
  private final boolean bars;
  private Optional<ProgressBar> bar = Optional.empty();
  private Consumer<String> listener = any -> {};
  private String stage = "";
  private long started;
  private long lastLine;
  private boolean over;

  private Progress(Optional<PrintWriter> lines, Optional<PrintWriter> err, boolean bars) {
    this.lines = lines;
    this.err = err;
    this.bars = bars;
  }

  static Progress bars(PrintWriter err) {
    return new Progress(Optional.empty(), Optional.of(err), true);
  }

  static Progress lines(PrintWriter err) {
    return new Progress(Optional.of(err), Optional.of(err), false);
  }

  /** Shows nothing but warnings. */
  static Progress quiet(PrintWriter err) {
    return new Progress(Optional.empty(), Optional.of(err), false);
  }

  static Progress silent() {
    return new Progress(Optional.empty(), Optional.empty(), false);
  }

  /** Says something that users should know at once, however quiet all else is. */
  synchronized void warn(String text) {
    err.ifPresent(
        to -> {
          to.println("pleas: " + Printable.of(text));
          to.flush();
        });
  }

  /** Says something, unless all is to be quiet. */
  synchronized void say(String text) {
    if (bars || lines.isPresent()) {
      warn(text);
    }
  }

  /** Tells somebody of each stage that begins. */
  synchronized void onStage(Consumer<String> told) {
    listener = told;
  }

  /**
   * A stage has come further; a stage that is new ends the one before.
   *
   * @param label the stage
   * @param done steps done
   * @param total steps in all
   */
  synchronized void update(String label, int done, int total) {
    if (!label.equals(stage)) {
      close();
      stage = label;
      listener.accept(label);
      over = false;
      started = System.nanoTime();
      lastLine = started;
      if (bars) {
        bar = Optional.of(newBar(label, total));
      }
    }
    bar.ifPresent(b -> b.maxHint(total).stepTo(done));
    long now = System.nanoTime();
    boolean ends = done >= total && !over;
    if (ends || now - lastLine > LINE_NANOS) {
      over |= ends;
      lastLine = now;
      lines.ifPresent(
          out -> {
            out.printf(
                Locale.ROOT,
                "%-" + LABEL + "s %6d/%d  %6.1f s%n",
                label,
                done,
                total,
                (now - started) / 1e9);
            out.flush();
          });
    }
  }

  /**
   * A listener that shows a merge's stages here.
   *
   * @param suffix behind their names
   */
  MergeListener listener(String suffix) {
    return (stage, done, total) -> update(stage.label() + suffix, done, total);
  }

  private static ProgressBar newBar(String label, int total) {
    return new ProgressBarBuilder()
        .setTaskName(String.format(Locale.ROOT, "%-" + LABEL + "s", label))
        .setInitialMax(total)
        .setUpdateIntervalMillis(100)
        .setStyle(ProgressBarStyle.UNICODE_BLOCK)
        .setConsumer(new ConsoleProgressBarConsumer(System.err, width()))
        .build();
  }

  /**
   * The width of the terminal. Whoever leaves that to the bars has the signals' handlers replaced,
   * after which Ctrl-C ends Java at once: no temporary file would be removed.
   */
  private static int width() {
    try (Terminal terminal =
        TerminalBuilder.builder().system(true).dumb(true).nativeSignals(false).build()) {
      int width = terminal.getWidth();
      return width > MARGIN ? width - MARGIN : USUAL_WIDTH;
    } catch (IOException untold) {
      // No reason to end a merge: a bar of the usual width tells as much.
      return USUAL_WIDTH;
    }
  }

  /** Ends the stage that is shown. */
  @Override
  public synchronized void close() {
    bar.ifPresent(ProgressBar::close);
    bar = Optional.empty();
  }
}
