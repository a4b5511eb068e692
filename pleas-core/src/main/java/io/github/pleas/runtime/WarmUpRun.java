package io.github.pleas.runtime;

import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import io.github.pleas.onnx.ValueInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A run of a part before it is asked for. The first run of each session takes longer than those
 * after it: that is when a card's libraries choose algorithms for the shapes that they find, load
 * kernels, and take memory for what is between. This one is made on zeros, in memory that nobody
 * else has, so that it waits for nothing and nothing of it is in any result.
 *
 * @param inputs every input of the part
 * @param outputs every output of it
 */
record WarmUpRun(List<Place> inputs, List<Place> outputs) {
  /** An array that is to be had in the card's memory. */
  private record Place(String name, ElementType type, int[] shape) {
    long bytes() {
      return Math.multiplyExact(Tensor.count(shape), (long) type.bytes());
    }
  }

  /**
   * One with the shapes of the first batch.
   *
   * @param part as it is loaded, what is late among its inputs
   * @param stop where the part leads to
   * @param shapes those of the network's values in the first batch
   * @return none if the stop does not say how long an axis is
   */
  static Optional<WarmUpRun> of(Graph part, NextStop stop, Function<String, int[]> shapes) {
    Function<ValueInfo, Optional<int[]>> found =
        info ->
            stop.declares(info.name()) ? stop.shape(info) : Optional.of(shapes.apply(info.name()));
    Optional<List<Place>> inputs = places(part.inputs(), found);
    Optional<List<Place>> outputs = places(part.outputs(), found);
    return inputs.flatMap(in -> outputs.map(out -> new WarmUpRun(in, out)));
  }

  private static Optional<List<Place>> places(
      List<ValueInfo> infos, Function<ValueInfo, Optional<int[]>> shapes) {
    List<Place> places = new ArrayList<>();
    for (ValueInfo info : infos) {
      Optional<int[]> shape = shapes.apply(info);
      if (shape.isEmpty()) {
        return Optional.empty();
      }
      places.add(new Place(info.name(), info.type(), shape.get()));
    }
    return Optional.of(places);
  }

  /**
   * Makes it, unless the card has no room for it; all that it takes there is given back.
   *
   * @param session of the part
   * @throws io.github.pleas.PleasException if it fails
   */
  void run(Runner session, CardMemory card) {
    List<CardMemory.Block> blocks = new ArrayList<>();
    try {
      Optional<Map<String, RunArray>> in = arrays(inputs, card, blocks);
      int given = blocks.size();
      Optional<Map<String, RunArray>> out = in.flatMap(any -> arrays(outputs, card, blocks));
      if (in.isPresent() && out.isPresent()) {
        // Some are indices, which must not lead out of what they are of.
        blocks.subList(0, given).forEach(card::clear);
        session.run(in.get(), out.get());
      }
    } finally {
      blocks.forEach(card::free);
    }
  }

  private static Optional<Map<String, RunArray>> arrays(
      List<Place> places, CardMemory card, List<CardMemory.Block> blocks) {
    Map<String, RunArray> arrays = new HashMap<>();
    for (Place place : places) {
      Optional<CardMemory.Block> block = card.allocate(place.bytes());
      if (block.isEmpty()) {
        return Optional.empty();
      }
      blocks.add(block.get());
      arrays.put(place.name(), new CardArray(block.get(), place.type(), place.shape()));
    }
    return Optional.of(arrays);
  }
}
