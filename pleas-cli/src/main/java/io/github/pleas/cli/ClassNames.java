package io.github.pleas.cli;

import io.github.pleas.data.SampleSet;
import io.github.pleas.layout.Heads;
import java.util.ArrayList;
import java.util.List;

/** The names of the classes that a merged head chooses among. */
final class ClassNames {
  private ClassNames() {}

  /**
   * The names: A's and then B's where labels are separate. Names that both have are told apart by
   * the name of the output.
   *
   * @param sets A's and B's labelled images, or one set that serves both
   */
  static List<String> of(List<SampleSet> sets, Heads heads) {
    List<String> first = sets.get(0).classes();
    if (sets.size() == 1 || !heads.separate()) {
      return first;
    }
    List<String> second = sets.get(1).classes();
    List<String> all = new ArrayList<>();
    first.forEach(
        name -> all.add(second.contains(name) ? name + " (" + heads.nameA() + ")" : name));
    second.forEach(
        name -> all.add(first.contains(name) ? name + " (" + heads.nameB() + ")" : name));
    return all;
  }
}
