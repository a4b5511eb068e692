package io.github.pleas.architecture;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A published member of a family, such as resnet18 among the resnets.
 *
 * @param names what libraries call it; the first is ours
 * @param depths how many blocks each stage has; empty where every number does
 * @param present parameters that it has; of several libraries, separated by {@code |}
 * @param absent parameters that it does not have
 * @param usual the published shape of one parameter, which tells it from others of the same depths;
 *     a network of other widths is of this variant too, if asked for by name
 * @param settings constants that differ from the family's
 */
record Variant(
    List<String> names,
    List<Integer> depths,
    List<String> present,
    List<String> absent,
    Optional<Usual> usual,
    Map<String, String> settings) {
  /**
   * A published shape.
   *
   * @param parameter whose
   * @param shape its dimensions, -1 for any
   */
  record Usual(String parameter, List<Integer> shape) {
    Usual {
      shape = List.copyOf(shape);
    }
  }

  Variant {
    names = List.copyOf(names);
    depths = List.copyOf(depths);
    present = List.copyOf(present);
    absent = List.copyOf(absent);
    settings = Map.copyOf(settings);
  }

  String name() {
    return names.get(0);
  }
}
