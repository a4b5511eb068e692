package io.github.pleas.api;

import io.github.pleas.InvalidInputException;
import io.github.pleas.data.DataLocation;
import io.github.pleas.data.InputSettings;
import io.github.pleas.data.OpenData;
import io.github.pleas.data.Preparation;
import io.github.pleas.data.Samples;
import io.github.pleas.data.Split;
import io.github.pleas.merge.CalibrationImages;
import io.github.pleas.merge.MergeListener;
import io.github.pleas.merge.Provenance;
import io.github.pleas.merge.Stage;
import java.util.ArrayList;
import java.util.List;

/** Where calibration data come from: A's and B's, or one set that serves both. */
sealed interface MergeData {
  /**
   * Calibration data in memory.
   *
   * @param samples A's and B's, or those that serve both
   * @param inputs what they are, in the same order
   */
  record Loaded(List<Samples> samples, List<Provenance.Input> inputs) {
    CalibrationImages calibration() {
      return CalibrationImages.of(samples);
    }
  }

  /**
   * Gets them ready.
   *
   * @throws InvalidInputException if they cannot be read, or are not what the networks take
   */
  Loaded load(Originals originals, OpenData.Draw draw, MergeListener listener);

  /**
   * Files.
   *
   * @param places folders, zips and the like
   * @param settings what they go through
   */
  record Files(List<DataLocation> places, InputSettings settings) implements MergeData {
    @Override
    public Loaded load(Originals originals, OpenData.Draw draw, MergeListener listener) {
      try (Preparation preparation = settings.preparation(originals.a(), originals.b(), "");
          OpenData data = OpenData.of(places, Split.TRAIN, preparation)) {
        List<Samples> samples =
            data.load(
                draw, preparation, (done, total) -> listener.progress(Stage.IMAGES, done, total));
        return new Loaded(
            samples,
            data.sets().stream()
                .map(set -> Provenance.Input.ofListing(set.name(), set.digest()))
                .toList());
      }
    }
  }

  /**
   * A source of the user's own.
   *
   * @param samples as the networks take them
   */
  record Own(List<Samples> samples) implements MergeData {
    @Override
    public Loaded load(Originals originals, OpenData.Draw draw, MergeListener listener) {
      listener.progress(Stage.IMAGES, 0, samples.size());
      List<Provenance.Input> inputs = new ArrayList<>();
      for (Samples own : samples) {
        String name =
            samples.size() == 1 ? "samples" : inputs.isEmpty() ? "samples of A" : "samples of B";
        inputs.add(OwnSamples.require(name, own, originals.a()));
        listener.progress(Stage.IMAGES, inputs.size(), samples.size());
      }
      return new Loaded(samples, inputs);
    }
  }
}
