package io.github.pleas.architecture;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A family of architectures, as its text says.
 *
 * @param family its name
 * @param schemes the libraries whose names of parameters the text has, in the order in which {@code
 *     |} separates them
 * @param requires conditions on the parameters that tell it from its kin
 * @param settings constants by key
 * @param imageSize height and width of images, where the network takes others only if told to
 * @param variants its published members, more special ones first
 * @param steps what it computes
 * @param blocks operations by name that the steps are put together from
 */
record Description(
    String family,
    List<String> schemes,
    List<String> requires,
    Map<String, String> settings,
    OptionalInt imageSize,
    List<Variant> variants,
    List<Step> steps,
    Map<String, Block> blocks) {
  /**
   * Operations under a name.
   *
   * @param parameters names of the values that are handed over
   * @param steps what it does
   */
  record Block(List<String> parameters, List<Step> steps) {
    Block {
      parameters = List.copyOf(parameters);
      steps = List.copyOf(steps);
    }
  }

  Description {
    schemes = List.copyOf(schemes);
    requires = List.copyOf(requires);
    settings = Map.copyOf(settings);
    variants = List.copyOf(variants);
    steps = List.copyOf(steps);
    blocks = Map.copyOf(blocks);
  }

  /** Every name that asks for this family or one of its members. */
  Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    variants.forEach(variant -> names.addAll(variant.names()));
    names.add(family);
    return names;
  }
}
