package io.github.pleas.api;

import io.github.pleas.journal.Journal;
import io.github.pleas.journal.JournalFolder;
import io.github.pleas.matching.Calibration;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.ResumeKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The folder in which what an unfinished merge has done is kept, if there is to be one: a merge
 * that was stopped, however it was, goes on from there to the same network.
 */
public final class ResumeFolder implements AutoCloseable {
  private final Optional<JournalFolder> folder;

  private ResumeFolder(Optional<JournalFolder> folder) {
    this.folder = folder;
  }

  /**
   * Opens the folder.
   *
   * @param path it; nothing is kept if empty
   * @param originals the networks
   * @param options how they are merged
   * @param budgets in originals, if they are merged at several; ascending
   * @param images on what
   * @param notes told what users should know, from the thread that merges: what is damaged
   * @throws io.github.pleas.InvalidInputException if the folder is not empty and holds no
   *     unfinished merge, or one of something else, or is in use: what to do
   */
  public static ResumeFolder open(
      Optional<Path> path,
      Originals originals,
      MergeOptions options,
      List<Double> budgets,
      Calibration images,
      Consumer<String> notes) {
    return new ResumeFolder(
        path.map(
            folder -> {
              Map<String, String> key =
                  ResumeKey.of(
                      originals.inputs(List.of()),
                      originals.models(),
                      options,
                      originals.a(),
                      images);
              if (!budgets.isEmpty()) {
                key.put(
                    "budgets",
                    budgets.stream().map(String::valueOf).collect(Collectors.joining(",")));
              }
              return JournalFolder.open(folder, key, notes);
            }));
  }

  /** Gives and takes what is done. */
  public Journal journal() {
    return folder.<Journal>map(own -> own).orElse(Journal.NONE);
  }

  /** How many fitted layers are kept there. */
  public int layers() {
    return folder.map(own -> own.count("layer-")).orElse(0);
  }

  /** All is done: empties the folder, of what was kept there and of nothing else. */
  public void finish() {
    folder.ifPresent(JournalFolder::finish);
  }

  /** Leaves the folder as it is. */
  @Override
  public void close() {
    folder.ifPresent(JournalFolder::close);
  }
}
