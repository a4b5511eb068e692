package io.github.pleas.data;

import java.util.List;

/**
 * A fixed list of samples, labelled or not: images, or texts. Sample {@code i} is the same one at
 * every call and, for unchanged files, in every run.
 */
public interface SampleSet extends AutoCloseable {
  /** A short name for messages and reports: the file's name and, where there is one, the split. */
  String name();

  /** The number of samples, at least one. */
  int size();

  /** The number of classes, or 0 if the samples are unlabelled. */
  int classCount();

  /** The readable names of the classes, by label; empty if the samples are unlabelled. */
  List<String> classes();

  /** Whether the samples have labels. */
  boolean isLabelled();

  /**
   * The label of a sample, in [0, {@link #classCount()}).
   *
   * @param index the sample, in [0, {@link #size()})
   * @throws IllegalStateException if the samples are unlabelled
   */
  int label(int index);

  /**
   * The path or entry name of a sample, or its line, for messages.
   *
   * @param index the sample, in [0, {@link #size()})
   */
  String describe(int index);

  /** SHA-256, in lower-case hexadecimal, of what identifies the data. */
  String digest();

  /** Closes the files behind it. Reading afterwards fails. */
  @Override
  void close();
}
