package io.github.pleas.fit;

import io.github.pleas.layout.MergedArchitecture;
import io.github.pleas.matching.Calibration;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.runtime.OrtRuntime;
import io.github.pleas.runtime.TensorStore;
import io.github.pleas.runtime.Workers;

/**
 * What a fit works on.
 *
 * @param a one original
 * @param b the other, in the same names
 * @param merged the merged architecture
 * @param images the calibration images
 * @param chunks how they are batched; the recorder saw them in the same batches
 * @param recorder the originals' rows
 * @param runtime where the merged network runs
 * @param store where live tensors are kept
 * @param workers threads
 * @param options how to fit
 */
public record FitContext(
    Network a,
    Network b,
    MergedArchitecture merged,
    Calibration images,
    Chunks chunks,
    TargetRecorder recorder,
    OrtRuntime runtime,
    TensorStore store,
    Workers workers,
    FitOptions options) {

  /** Whether sums of rows are made where the networks run. */
  boolean momentsOnDevice() {
    return runtime.device().cuda().isPresent();
  }
}
