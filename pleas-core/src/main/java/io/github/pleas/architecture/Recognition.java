package io.github.pleas.architecture;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A description tried on a state dict: the graph that it gives, and how it fits.
 *
 * @param description which
 * @param column in whose names
 * @param parameters the account of what was taken
 * @param draft the graph
 * @param output its last value
 * @param depths how many modules each numbered list has
 */
record Recognition(
    Description description,
    int column,
    Parameters parameters,
    GraphDraft draft,
    Value output,
    List<Integer> depths) {
  Recognition {
    depths = List.copyOf(depths);
  }

  /** Nothing is missing, of another shape, or left over. */
  boolean fits() {
    return problems() == 0;
  }

  int problems() {
    return parameters.missing().size()
        + parameters.different().size()
        + parameters.unexpected().size();
  }

  String scheme() {
    return description.schemes().get(column);
  }

  /** The first variant that this is by structure and by published widths. */
  Optional<Variant> variant() {
    return description.variants().stream()
        .filter(variant -> is(variant) && hasUsualWidths(variant))
        .findFirst();
  }

  /** Whether this has the structure of a variant, at any width. */
  boolean is(Variant variant) {
    Scope root = new Scope("", column, Map.of());
    return (variant.depths().isEmpty() || variant.depths().equals(depths))
        && variant.present().stream().allMatch(name -> parameters.has(root.name(name)))
        && variant.absent().stream().noneMatch(name -> parameters.has(root.name(name)));
  }

  private boolean hasUsualWidths(Variant variant) {
    if (variant.usual().isEmpty()) {
      return true;
    }
    Variant.Usual usual = variant.usual().get();
    String name = new Scope("", column, Map.of()).name(usual.parameter());
    int[] shape = parameters.shape(name).orElse(new int[0]);
    if (shape.length != usual.shape().size()) {
      return false;
    }
    for (int axis = 0; axis < shape.length; axis++) {
      int expected = usual.shape().get(axis);
      if (expected >= 0 && expected != shape[axis]) {
        return false;
      }
    }
    return true;
  }

  /** What this is called: the variant's name, or the family's where no variant is like it. */
  String name() {
    return variant().map(Variant::name).orElse(description.family());
  }
}
