package io.github.pleas.bench;

import io.github.pleas.merge.MergeListener;
import io.github.pleas.merge.Stage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The processor time of all threads in each stage of a merge, from when it is told of it on. */
final class StageProcessor implements MergeListener {
  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private Optional<String> current = Optional.empty();
  private double started;

  @Override
  public void progress(Stage stage, int done, int total) {
    if (!current.equals(Optional.of(stage.label()))) {
      start(stage.label());
    }
  }

  /** Ends the stage before and starts one. */
  void start(String stage) {
    end();
    current = Optional.of(stage);
    started = ProcessorTime.seconds();
  }

  /** Ends the stage, if there is one. */
  void end() {
    current.ifPresent(
        stage -> seconds.merge(stage, ProcessorTime.seconds() - started, Double::sum));
    current = Optional.empty();
  }

  /** Seconds by the stage's label. */
  Map<String, Double> seconds() {
    return seconds;
  }
}
