package io.github.pleas.runtime;

import static java.util.Objects.requireNonNull;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import io.github.pleas.PleasException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The C interface of the ONNX Runtime that this process has loaded, for what its Java interface
 * lacks: runs whose inputs and outputs are in a card's memory.
 *
 * <p>It is a table of functions to which each version of ONNX Runtime adds at the end ({@code
 * OrtApi} in {@code onnxruntime_c_api.h}), so that a place in it, once there, stays.
 */
final class OrtInterface {
  /** A function by its place in the table. */
  enum Call {
    GET_ERROR_MESSAGE(2),
    CREATE_ENV(3),
    CREATE_SESSION_FROM_ARRAY(8),
    CREATE_SESSION_OPTIONS(10),
    SET_OPTIMIZATION_LEVEL(23),
    SET_INTRA_OP_THREADS(24),
    SET_INTER_OP_THREADS(25),
    CREATE_TENSOR_WITH_DATA(49),
    CREATE_MEMORY_INFO(68),
    RELEASE_STATUS(93),
    RELEASE_MEMORY_INFO(94),
    RELEASE_SESSION(95),
    RELEASE_VALUE(96),
    RELEASE_SESSION_OPTIONS(100),
    ADD_SESSION_CONFIG_ENTRY(130),
    RUN_WITH_BINDING(133),
    CREATE_IO_BINDING(134),
    RELEASE_IO_BINDING(135),
    BIND_INPUT(136),
    BIND_OUTPUT(137),
    APPEND_CUDA(204),
    CREATE_CUDA_OPTIONS(205),
    UPDATE_CUDA_OPTIONS(206),
    RELEASE_CUDA_OPTIONS(208),
    ADD_EXTERNAL_INITIALIZERS(210),
    REGISTER_CUSTOM_OPS_LIBRARY(228);

    private final int place;

    Call(int place) {
      this.place = place;
    }
  }

  /** ONNX Runtime refused something. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  /** The version of the table that has all of these: that of ONNX Runtime 1.14. */
  private static final int VERSION = 14;

  private static final Pattern LIBRARY = Pattern.compile("libonnxruntime\\.so[.0-9]*");
  private static final String ENCODING = "UTF-8";

  private static final int FATAL = 4;

  /** The functions, made once: a run makes dozens of calls. */
  private final Map<Call, Function> functions = new EnumMap<>(Call.class);

  private final Pointer environment;

  private OrtInterface(Pointer table) throws Refused {
    for (Call call : Call.values()) {
      Pointer pointer = table.getPointer((long) call.place * Native.POINTER_SIZE);
      functions.put(call, Function.getFunction(pointer, Function.C_CONVENTION, ENCODING));
    }
    this.environment = make(Call.CREATE_ENV, FATAL, "pleas");
  }

  /** ONNX Runtime's environment, of which a process has one. */
  Pointer environment() {
    return environment;
  }

  /**
   * That of the loaded library.
   *
   * @throws PleasException if it cannot be told which library that is, or it has no such interface
   */
  static OrtInterface loaded() {
    Set<Path> files = MappedLibraries.named(LIBRARY);
    if (files.size() != 1) {
      throw new PleasException("expected one ONNX Runtime in this process, found " + files);
    }
    NativeLibrary library = NativeLibrary.getInstance(files.iterator().next().toString());
    Pointer base = library.getFunction("OrtGetApiBase").invokePointer(new Object[] {});
    Pointer table = Function.getFunction(base.getPointer(0)).invokePointer(new Object[] {VERSION});
    if (table == null) {
      throw new PleasException("ONNX Runtime has no interface of version " + VERSION);
    }
    try {
      return new OrtInterface(table);
    } catch (Refused e) {
      throw new PleasException("ONNX Runtime does not start: " + e.getMessage(), e);
    }
  }

  /** Whether the system tells which library that is. */
  static boolean isFound() {
    return MappedLibraries.named(LIBRARY).size() == 1;
  }

  /**
   * Calls a function that says whether it succeeded.
   *
   * @throws Refused if it did not, with its message
   */
  void call(Call call, Object... arguments) throws Refused {
    Pointer status = function(call).invokePointer(arguments);
    if (status != null) {
      String message =
          function(Call.GET_ERROR_MESSAGE)
              .invokePointer(new Object[] {status})
              .getString(0, ENCODING);
      release(Call.RELEASE_STATUS, status);
      throw new Refused(message);
    }
  }

  /**
   * Calls a function whose last argument is where it puts what it makes.
   *
   * @param arguments all but the last
   * @return what it made, to be released by the caller
   */
  Pointer make(Call call, Object... arguments) throws Refused {
    PointerByReference made = new PointerByReference();
    Object[] all = new Object[arguments.length + 1];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    all[arguments.length] = made;
    call(call, all);
    return made.getValue();
  }

  /** Calls a function that gives something back and returns nothing. */
  void release(Call call, Pointer what) {
    function(call).invokeVoid(new Object[] {what});
  }

  /** A name as these functions take it, for one that is given often. */
  static Memory name(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    Memory memory = new Memory(bytes.length + 1L);
    memory.write(0, bytes, 0, bytes.length);
    memory.setByte(bytes.length, (byte) 0);
    return memory;
  }

  private Function function(Call call) {
    return requireNonNull(functions.get(call));
  }
}
