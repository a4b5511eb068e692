package io.github.pleas.runtime;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.github.pleas.PleasException;
import io.github.pleas.onnx.DetachedModel;
import io.github.pleas.onnx.ElementType;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.OrtInterface.Call;
import io.github.pleas.runtime.OrtInterface.Refused;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A graph that is loaded and ready to run where some of what it takes and gives may stay in a
 * card's memory. Used by one thread at a time.
 */
final class CardSession implements Runner {
  private static final int DEVICE_ALLOCATOR = 0;
  private static final int ARENA_ALLOCATOR = 1;
  private static final int DEFAULT_MEMORY = 0;

  private final OrtInterface ort;
  private final Map<String, ElementType> inputTypes = new HashMap<>();

  /** The names that are bound in each run, in native memory. */
  private final Map<String, Memory> names = new HashMap<>();

  private final List<Runnable> releases = new ArrayList<>();
  private final Pointer host;
  private final Pointer card;
  private final Pointer session;

  /** Sets the options of a session. */
  @FunctionalInterface
  interface Settings {
    void set(OrtOptions options) throws Refused;
  }

  /**
   * Loads a graph.
   *
   * @param model the graph, serialized
   * @param memory where arrays on the card are
   * @param threads of operators that run on the processor
   * @throws Refused if ONNX Runtime refuses it
   */
  CardSession(
      OrtInterface ort,
      Graph graph,
      DetachedModel model,
      CardMemory memory,
      int threads,
      Settings settings)
      throws Refused {
    this.ort = ort;
    for (ValueInfo input : graph.inputs()) {
      inputTypes.put(input.name(), input.type());
    }
    boolean complete = false;
    try {
      this.host = owned(Call.RELEASE_MEMORY_INFO, memoryInfo("Cpu", ARENA_ALLOCATOR, 0));
      this.card =
          owned(
              Call.RELEASE_MEMORY_INFO,
              memoryInfo(memory.name(), DEVICE_ALLOCATOR, memory.device()));
      try (OrtOptions options = new OrtOptions(ort, threads)) {
        settings.set(options);
        options.add(model.weights(), host);
        byte[] bytes = model.bytes();
        this.session =
            owned(
                Call.RELEASE_SESSION,
                ort.make(
                    Call.CREATE_SESSION_FROM_ARRAY,
                    ort.environment(),
                    bytes,
                    (long) bytes.length,
                    options.pointer()));
      }
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  private Pointer memoryInfo(String name, int allocator, int device) throws Refused {
    return ort.make(Call.CREATE_MEMORY_INFO, name, allocator, device, DEFAULT_MEMORY);
  }

  private Pointer owned(Call release, Pointer pointer) {
    releases.add(() -> ort.release(release, pointer));
    return pointer;
  }

  @Override
  public void run(Map<String, ? extends RunArray> inputs, Map<String, ? extends RunArray> outputs) {
    List<Pointer> values = new ArrayList<>();
    // What native code reads must not be collected under it.
    List<TypedArray> arrays = new ArrayList<>();
    try {
      Pointer binding = ort.make(Call.CREATE_IO_BINDING, session);
      try {
        bind(Call.BIND_INPUT, binding, inputs, values, arrays);
        bind(Call.BIND_OUTPUT, binding, outputs, values, arrays);
        ort.call(Call.RUN_WITH_BINDING, session, Pointer.NULL, binding);
      } finally {
        ort.release(Call.RELEASE_IO_BINDING, binding);
      }
    } catch (Refused e) {
      throw new PleasException(
          "running the network failed: " + e.getMessage() + Session.advice(e), e);
    } finally {
      values.forEach(value -> ort.release(Call.RELEASE_VALUE, value));
      arrays.forEach(java.lang.ref.Reference::reachabilityFence);
    }
  }

  private void bind(
      Call call,
      Pointer binding,
      Map<String, ? extends RunArray> named,
      List<Pointer> values,
      List<TypedArray> arrays)
      throws Refused {
    for (Map.Entry<String, ? extends RunArray> entry : named.entrySet()) {
      Pointer value = value(entry.getKey(), entry.getValue(), call == Call.BIND_OUTPUT, arrays);
      values.add(value);
      ort.call(call, binding, names.computeIfAbsent(entry.getKey(), OrtInterface::name), value);
    }
  }

  private Pointer value(String name, RunArray array, boolean output, List<TypedArray> arrays)
      throws Refused {
    if (array instanceof CardArray there) {
      long[] shape = Arrays.stream(there.shape()).asLongStream().toArray();
      Pointer data = new Pointer(there.block().address());
      return tensor(card, data, there.block().bytes(), shape, there.type());
    }
    HostArray here = (HostArray) array;
    if (output) {
      Session.requireDirect(name, here);
    }
    ElementType declared =
        output ? ElementType.FLOAT : inputTypes.getOrDefault(name, ElementType.FLOAT);
    TypedArray typed = TypedArray.of(name, here, declared);
    arrays.add(typed);
    Pointer data = Native.getDirectBufferPointer(typed.data().slice());
    return tensor(host, data, typed.bytes(), typed.shape(), typed.type());
  }

  private Pointer tensor(Pointer memory, Pointer data, long bytes, long[] shape, ElementType type)
      throws Refused {
    return ort.make(
        Call.CREATE_TENSOR_WITH_DATA, memory, data, bytes, shape, (long) shape.length, type.code());
  }

  @Override
  public void close() {
    for (int i = releases.size() - 1; i >= 0; i--) {
      releases.get(i).run();
    }
    releases.clear();
    names.values().forEach(Memory::close);
    names.clear();
  }
}
