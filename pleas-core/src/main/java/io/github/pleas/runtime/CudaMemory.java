package io.github.pleas.runtime;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import io.github.pleas.PleasException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Memory of an NVIDIA GPU, by the CUDA runtime library that ONNX Runtime has loaded: at most half
 * of what was free when it was opened, for the networks need some to run.
 */
final class CudaMemory implements CardMemory {
  private static final Pattern LIBRARY = Pattern.compile("libcudart\\.so[.0-9]*");
  private static final int OUT_OF_MEMORY = 2;
  private static final int HOST_TO_DEVICE = 1;
  private static final int DEVICE_TO_HOST = 2;

  private final NativeLibrary cuda;
  private final int device;
  private final long limit;
  private final Set<Block> taken = new HashSet<>();

  /** Blocks that were given back, by size: the card waits for all it does when one is freed. */
  private final Map<Long, Deque<Block>> spare = new HashMap<>();

  private long bytes;

  private CudaMemory(NativeLibrary cuda, int device) {
    this.cuda = cuda;
    this.device = device;
    this.limit = free() / 2;
  }

  private long free() {
    LongByReference free = new LongByReference();
    select();
    call("cudaMemGetInfo", free, new LongByReference());
    return free.getValue();
  }

  /** Whether the system tells which CUDA runtime library is loaded. */
  static boolean isFound() {
    return MappedLibraries.named(LIBRARY).size() == 1;
  }

  /**
   * Opens a GPU's memory.
   *
   * @param device the GPU's number
   * @throws PleasException if the library or the GPU refuses
   */
  static CudaMemory open(int device) {
    return new CudaMemory(library(), device);
  }

  /** Bytes that a GPU has, whoever has taken them; none is told of a GPU that cannot be used. */
  static OptionalLong total(int device) {
    NativeLibrary cuda = library();
    if (cuda.getFunction("cudaSetDevice").invokeInt(new Object[] {device}) != 0) {
      return OptionalLong.empty();
    }
    LongByReference total = new LongByReference();
    Object[] arguments = {new LongByReference(), total};
    return cuda.getFunction("cudaMemGetInfo").invokeInt(arguments) == 0
        ? OptionalLong.of(total.getValue())
        : OptionalLong.empty();
  }

  /** The CUDA runtime library, where {@link #isFound} is true. */
  static NativeLibrary library() {
    Path file = MappedLibraries.named(LIBRARY).iterator().next();
    return NativeLibrary.getInstance(file.toString());
  }

  @Override
  public String name() {
    return "Cuda";
  }

  @Override
  public int device() {
    return device;
  }

  @Override
  public synchronized Optional<Block> allocate(long size) {
    Deque<Block> fitting = spare.get(size);
    if (fitting != null && !fitting.isEmpty()) {
      Block block = fitting.remove();
      taken.add(block);
      return Optional.of(block);
    }
    if (bytes + size > limit) {
      freeSpare();
    }
    if (bytes + size > limit) {
      return Optional.empty();
    }
    select();
    PointerByReference made = new PointerByReference();
    int error = cuda.getFunction("cudaMalloc").invokeInt(new Object[] {made, Math.max(1, size)});
    if (error == OUT_OF_MEMORY) {
      // Others have taken what was free; it must not be reported by a later call as its own error.
      cuda.getFunction("cudaGetLastError").invokeInt(new Object[] {});
      return Optional.empty();
    }
    check(cuda, "cudaMalloc", error);
    bytes += size;
    Block block = new Block(Pointer.nativeValue(made.getValue()), size);
    taken.add(block);
    return Optional.of(block);
  }

  @Override
  public void clear(Block block) {
    select();
    call("cudaMemset", new Pointer(block.address()), 0, block.bytes());
    call("cudaDeviceSynchronize");
  }

  @Override
  public synchronized void free(Block block) {
    if (taken.remove(block)) {
      spare.computeIfAbsent(block.bytes(), size -> new ArrayDeque<>()).add(block);
    }
  }

  @Override
  public void copy(Block block, long from, ByteBuffer to) {
    if (!to.isDirect() || from < 0 || to.remaining() > block.bytes() - from) {
      throw new IllegalArgumentException(
          "%d bytes from %d on of a block of %d cannot be copied"
              .formatted(to.remaining(), from, block.bytes()));
    }
    select();
    Pointer target = Native.getDirectBufferPointer(to.slice());
    Pointer source = new Pointer(block.address() + from);
    call("cudaMemcpy", target, source, (long) to.remaining(), DEVICE_TO_HOST);
  }

  @Override
  public void put(ByteBuffer from, Block block) {
    if (!from.isDirect() || from.remaining() > block.bytes()) {
      throw new IllegalArgumentException(
          "%d bytes do not fit into a block of %d".formatted(from.remaining(), block.bytes()));
    }
    select();
    Pointer source = Native.getDirectBufferPointer(from.slice());
    Pointer target = new Pointer(block.address());
    call("cudaMemcpy", target, source, (long) from.remaining(), HOST_TO_DEVICE);
  }

  private void freeSpare() {
    List<Block> blocks = new ArrayList<>();
    spare.values().forEach(blocks::addAll);
    spare.clear();
    blocks.forEach(this::giveBack);
  }

  private void giveBack(Block block) {
    call("cudaFree", new Pointer(block.address()));
    bytes -= block.bytes();
  }

  /** Each thread has a GPU of its own that its calls are for. */
  private void select() {
    call("cudaSetDevice", device);
  }

  private void call(String function, Object... arguments) {
    check(cuda, function, cuda.getFunction(function).invokeInt(arguments));
  }

  /**
   * Looks at what a function of the CUDA runtime returned.
   *
   * @throws PleasException if that is an error: which
   */
  static void check(NativeLibrary cuda, String function, int error) {
    if (error != 0) {
      String message =
          cuda.getFunction("cudaGetErrorString").invokeString(new Object[] {error}, false);
      throw new PleasException("CUDA's %s failed: %s (%d)".formatted(function, message, error));
    }
  }

  @Override
  public synchronized void close() {
    freeSpare();
    List.copyOf(taken).forEach(this::giveBack);
    taken.clear();
  }
}
