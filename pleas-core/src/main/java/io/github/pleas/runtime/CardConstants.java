package io.github.pleas.runtime;

import io.github.pleas.onnx.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Constants that a part takes as inputs, in a card's memory for all its runs; those that it has no
 * room for are in the processor's, and go there with each run.
 */
final class CardConstants implements AutoCloseable {
  private final Optional<CardMemory> card;
  private final Map<String, RunArray> arrays = new LinkedHashMap<>();
  private final List<CardMemory.Block> blocks = new ArrayList<>();
  private final List<NativeBuffer> buffers = new ArrayList<>();

  /**
   * Copies them there.
   *
   * @param constants of single precision
   */
  CardConstants(Map<String, Tensor> constants, Optional<CardMemory> card) {
    this.card = card;
    boolean complete = false;
    try {
      constants.forEach((name, tensor) -> arrays.put(name, array(tensor)));
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  private RunArray array(Tensor tensor) {
    NativeBuffer buffer = NativeBuffer.ofFloats(tensor.size());
    buffers.add(buffer);
    tensor.copyTo(buffer.bytes());
    Optional<CardMemory.Block> block = card.flatMap(memory -> memory.allocate(buffer.size()));
    if (block.isEmpty()) {
      return HostArray.floats(buffer.floats(), tensor.shape());
    }
    blocks.add(block.get());
    card.orElseThrow().put(buffer.bytes(), block.get());
    buffers.remove(buffer);
    buffer.close();
    return CardArray.floats(block.get(), tensor.shape());
  }

  /** By name, what each run is given. */
  Map<String, RunArray> arrays() {
    return arrays;
  }

  @Override
  public void close() {
    blocks.forEach(block -> card.orElseThrow().free(block));
    blocks.clear();
    buffers.forEach(NativeBuffer::close);
    buffers.clear();
  }
}
