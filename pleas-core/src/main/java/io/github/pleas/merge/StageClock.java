package io.github.pleas.merge;

import java.util.Map;
import java.util.Optional;

/** Times the stages and passes their progress on. */
final class StageClock {
  private final Map<Stage, Double> seconds;
  private final MergeListener listener;
  private Optional<Stage> current = Optional.empty();
  private long started;
  private boolean told;

  StageClock(Map<Stage, Double> seconds, MergeListener listener) {
    this.seconds = seconds;
    this.listener = listener;
  }

  /** Ends the stage before and starts one. */
  void start(Stage stage) {
    end();
    current = Optional.of(stage);
    started = System.nanoTime();
    told = false;
    listener.progress(stage, 0, 1);
  }

  void progress(int done, int total) {
    current.ifPresent(stage -> listener.progress(stage, done, total));
    told = true;
  }

  void end() {
    current.ifPresent(
        stage -> {
          seconds.merge(stage, (System.nanoTime() - started) / 1e9, Double::sum);
          if (!told) {
            listener.progress(stage, 1, 1);
          }
        });
    current = Optional.empty();
  }
}
