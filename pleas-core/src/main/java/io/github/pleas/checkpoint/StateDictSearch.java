package io.github.pleas.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the state dict in what a training script saved: {@code {"model": {...}, "epoch": 3}}. A
 * state dict is a dictionary with tensors of at least one axis under names. (A lone number, such as
 * the best accuracy so far, may be a tensor too.) Where there are several, the user has to say
 * which one is meant.
 */
final class StateDictSearch {
  /** The entry that stands for the file's own dictionary, where there are others in it. */
  static final String TOP = ".";

  private static final int MOST_DEPTH = 6;
  private static final int MOST_LISTED = 20;

  private final CheckpointFile file;
  private final Map<String, Pickled.Dictionary> found = new LinkedHashMap<>();
  // The same dictionary may be in many places, and in itself.
  private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  StateDictSearch(CheckpointFile file) {
    this.file = file;
  }

  /**
   * The tensors of the state dict by their names, in order. What is no tensor in it is left out.
   *
   * @param root what the file holds
   * @param entry the names of the dictionaries to go into, with dots between them; empty if the
   *     file holds one state dict only
   * @throws io.github.pleas.InvalidInputException if there is none, or none of that entry, or
   *     several and no entry
   */
  Map<String, Pickled.TensorView> find(Object root, Optional<String> entry) {
    if (!(root instanceof Pickled.Dictionary top)) {
      throw file.refuse(
          "holds no dictionary, expected a state dict; save it by torch.save(network.state_dict(),"
              + " ...)");
    }
    visit(top, "", 0);
    if (entry.isPresent()) {
      String path = entry.get().equals(TOP) ? "" : entry.get();
      return tensors(
          Optional.ofNullable(found.get(path))
              .orElseThrow(
                  () ->
                      file.refuse(
                          "has no state dict under \"" + entry.get() + "\"; it has: " + listed())));
    }
    if (found.size() > 1) {
      throw file.refuse(
          "has several state dicts: "
              + listed()
              + "; say which one by --entry, for instance --entry "
              + shown(new ArrayList<>(found.keySet()).get(found.size() - 1)));
    }
    if (found.isEmpty()) {
      throw file.refuse("has no tensors with names, expected a state dict");
    }
    return tensors(found.values().iterator().next());
  }

  private void visit(Pickled.Dictionary dictionary, String path, int depth) {
    if (!seen.add(dictionary)) {
      return;
    }
    Map<String, Object> named = dictionary.named();
    if (named.values().stream().anyMatch(StateDictSearch::isArray)) {
      found.put(path, dictionary);
    }
    if (depth < MOST_DEPTH) {
      named.forEach(
          (name, value) -> {
            if (value instanceof Pickled.Dictionary inner) {
              visit(inner, path.isEmpty() ? name : path + "." + name, depth + 1);
            }
          });
    }
  }

  private static boolean isArray(Object value) {
    return value instanceof Pickled.TensorView tensor && tensor.view().shape().length > 0;
  }

  private String listed() {
    List<String> names = found.keySet().stream().map(StateDictSearch::shown).toList();
    if (names.isEmpty()) {
      return "none";
    }
    return names.size() <= MOST_LISTED
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, MOST_LISTED))
            + " and "
            + (names.size() - MOST_LISTED)
            + " more";
  }

  private static String shown(String path) {
    return path.isEmpty() ? TOP : path;
  }

  private static Map<String, Pickled.TensorView> tensors(Pickled.Dictionary dictionary) {
    Map<String, Pickled.TensorView> tensors = new LinkedHashMap<>();
    dictionary
        .named()
        .forEach(
            (name, value) -> {
              if (value instanceof Pickled.TensorView tensor) {
                tensors.put(name, tensor);
              }
            });
    return tensors;
  }
}
