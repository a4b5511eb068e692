package io.github.pleas.data;

/** Which part of a dataset to open: the images to merge with, or those to measure accuracy on. */
public enum Split {
  /** Calibration images: {@code train/} of a folder, {@code x_train} of an npz file. */
  TRAIN,
  /** Images for accuracy: {@code test/} of a folder, {@code x_test} of an npz file. */
  TEST
}
