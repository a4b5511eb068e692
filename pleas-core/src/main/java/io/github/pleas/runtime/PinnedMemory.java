package io.github.pleas.runtime;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;

/**
 * Memory of the processor's that stays where it is, so that an NVIDIA GPU copies to and from it by
 * itself: several times as fast as by way of the driver's own. For several threads.
 */
final class PinnedMemory implements HostMemory {
  private static final int FOR_ALL_THREADS = 1;
  private static final int OUT_OF_MEMORY = 2;

  private final NativeLibrary cuda;
  private final int device;

  /**
   * Memory for a GPU.
   *
   * @param cuda the CUDA runtime library
   * @param device the GPU's number
   */
  PinnedMemory(NativeLibrary cuda, int device) {
    this.cuda = cuda;
    this.device = device;
  }

  /** {@inheritDoc} Where no more of it can be had, it is ordinary memory. */
  @Override
  public NativeBuffer allocate(long bytes) {
    check("cudaSetDevice", call("cudaSetDevice", device));
    PointerByReference made = new PointerByReference();
    int error = call("cudaHostAlloc", made, Math.max(1, bytes), FOR_ALL_THREADS);
    if (error == OUT_OF_MEMORY) {
      // It must not be reported by a later call as its own error.
      call("cudaGetLastError");
      return new NativeBuffer(bytes);
    }
    check("cudaHostAlloc", error);
    Pointer block = made.getValue();
    return new NativeBuffer(
        block.getByteBuffer(0, bytes), () -> check("cudaFreeHost", call("cudaFreeHost", block)));
  }

  private int call(String function, Object... arguments) {
    return cuda.getFunction(function).invokeInt(arguments);
  }

  private void check(String function, int error) {
    CudaMemory.check(cuda, function, error);
  }
}
