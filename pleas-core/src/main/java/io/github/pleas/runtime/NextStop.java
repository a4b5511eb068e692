package io.github.pleas.runtime;

import io.github.pleas.onnx.ValueInfo;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where a frontier will be asked to go on to after what it is asked for now, so that the part on
 * the way can be loaded meanwhile.
 *
 * @param wanted the values
 * @param tap the nodes of the tap on some of them
 * @param late constants of the way, the tap's included, that will be known by then only, of single
 *     precision; those that the part does not read are left alone
 */
public record NextStop(Set<String> wanted, Optional<TapGraph> tap, List<ValueInfo> late) {
  public NextStop {
    wanted = Set.copyOf(wanted);
    late = List.copyOf(late);
  }
}
