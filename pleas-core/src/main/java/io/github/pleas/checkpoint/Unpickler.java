package io.github.pleas.checkpoint;

import java.math.BigInteger;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a pickle, Python's format for objects, as data (Python's {@code pickletools} describes each
 * opcode; protocols 0 to 5). A pickle is a program for a small stack machine, which may name any
 * function of Python and have it called. Here a name is only looked up among {@link Constructors},
 * and an unknown one ends the reading. The stack, what is remembered, and the number of steps are
 * limited; there is no recursion.
 *
 * <p>The library for this ({@code net.razorvine:pickle}) is not used: its constructors are
 * registered for the whole JVM, a name that it does not know becomes an object that is built
 * anyway, it calls {@code __setstate__} by reflection, and it allocates what a length asks for
 * before it sees whether so many bytes are there.
 */
final class Unpickler {
  /** What may be named, and what it makes: data. */
  interface Constructors {
    /**
     * What a name stands for.
     *
     * @param name with its module, {@code collections.OrderedDict}
     * @throws io.github.pleas.InvalidInputException if it is not known
     */
    Object named(String name);

    /** What a constructor makes of its arguments. */
    Object construct(Object constructor, List<Object> arguments);

    /** What stands for something outside of the pickle. */
    Object outside(Object id);
  }

  private static final int MOST_STEPS = 5_000_000;
  private static final int MOST_MARKS = 1000;
  private static final int HIGHEST_PROTOCOL = 5;

  private final PickleInput in;
  private final Constructors constructors;
  private final List<Object> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final Map<Long, Object> memo = new HashMap<>();

  Unpickler(PickleInput in, Constructors constructors) {
    this.in = in;
    this.constructors = constructors;
  }

  /**
   * Reads one pickle and stops behind it.
   *
   * @throws io.github.pleas.InvalidInputException if it is damaged, past a limit, or names
   *     something unknown
   */
  Object read() {
    for (int steps = 0; steps < MOST_STEPS; steps++) {
      int opcode = in.unsignedByte();
      if (opcode == '.') {
        return pop();
      }
      step(opcode);
    }
    throw in.refuse("no end after " + MOST_STEPS + " steps");
  }

  private void step(int opcode) {
    switch (opcode) {
      // how the pickle is written
      case 0x80 -> protocol(in.unsignedByte());
      case 0x95 -> in.signedLong(); // a frame's length, which only helps buffering
      // plain values
      case 'N' -> push(Pickled.None.NONE);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'K' -> push((long) in.unsignedByte());
      case 'M' -> push((long) in.unsignedShort());
      case 'J' -> push((long) in.signedInt());
      case 'I' -> push(number(in.decimal())); // 00 and 01 are false and true, and numbers here
      case 'L' -> push(number(in.decimal()));
      case 0x8a -> push(number(in.integer(in.unsignedByte())));
      case 0x8b -> push(number(in.integer(Integer.toUnsignedLong(in.signedInt()))));
      case 'G' -> push(in.bigEndianDouble());
      case 'F' -> push(real(in.line()));
      case 'U' -> push(latin(in.unsignedByte()));
      case 'T' -> push(latin(Integer.toUnsignedLong(in.signedInt())));
      case 'S', 'V' -> push(in.line()); // with quotes and escapes: no name or number has any
      case 0x8c -> push(utf8(in.unsignedByte()));
      case 'X' -> push(utf8(Integer.toUnsignedLong(in.signedInt())));
      case 0x8d -> push(utf8(in.signedLong()));
      case 'C' -> push(in.bytes(in.unsignedByte()));
      case 'B' -> push(in.bytes(Integer.toUnsignedLong(in.signedInt())));
      case 0x8e, 0x96 -> push(in.bytes(in.signedLong()));
      // containers
      case '(' -> mark();
      case ')' -> push(new Pickled.Sequence(List.of()));
      case 0x85 -> push(tuple(1));
      case 0x86 -> push(tuple(2));
      case 0x87 -> push(tuple(3));
      case 't', 'l', 0x91 -> push(new Pickled.Sequence(popMark()));
      case ']', 0x8f -> push(new Pickled.Sequence(new ArrayList<>(0)));
      case 'a' -> append(List.of(pop()));
      case 'e', 0x90 -> append(popMark());
      case '}' -> push(new Pickled.Dictionary());
      case 'd' -> dictionary(popMark());
      case 's' -> setItem();
      case 'u' -> setItems(popMark());
      // the stack and what is remembered
      case '0' -> pop();
      case '1' -> popMark();
      case '2' -> push(top());
      case 'p' -> memo.put(number(in.decimal()) instanceof Long at ? at : -1L, top());
      case 'q' -> memo.put((long) in.unsignedByte(), top());
      case 'r' -> memo.put(Integer.toUnsignedLong(in.signedInt()), top());
      case 0x94 -> memo.put((long) memo.size(), top());
      case 'g' -> push(remembered(number(in.decimal())));
      case 'h' -> push(remembered((long) in.unsignedByte()));
      case 'j' -> push(remembered(Integer.toUnsignedLong(in.signedInt())));
      // names and what they make
      case 'c' -> push(constructors.named(in.line() + "." + in.line()));
      case 0x93 -> stackNamed();
      case 'R', 0x81 -> construct(pop());
      case 0x92 -> constructWithNames(pop());
      case 'b' -> build();
      case 'i' -> instance(constructors.named(in.line() + "." + in.line()), popMark());
      case 'o' -> instance(popMark());
      case 'Q' -> push(constructors.outside(pop()));
      case 'P' -> push(constructors.outside(in.line()));
      default -> throw in.refuse("the unknown opcode 0x" + Integer.toHexString(opcode));
    }
  }

  private void protocol(int version) {
    if (version > HIGHEST_PROTOCOL) {
      throw in.refuse("protocol " + version + ", expected at most " + HIGHEST_PROTOCOL);
    }
  }

  private static Object number(BigInteger value) {
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  private Object real(String line) {
    try {
      return Double.parseDouble(line);
    } catch (NumberFormatException e) {
      throw in.refuse("something else where a number should be");
    }
  }

  private String utf8(long length) {
    return in.text(length, StandardCharsets.UTF_8);
  }

  /** Texts of Python 2, whose encoding nobody knows; names are the same in all. */
  private String latin(long length) {
    Charset latin = StandardCharsets.ISO_8859_1;
    return in.text(length, latin);
  }

  private void push(Object value) {
    stack.add(value);
  }

  private Object top() {
    int floor = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
    if (stack.size() <= floor) {
      throw in.refuse("nothing where a value should be");
    }
    return stack.get(stack.size() - 1);
  }

  private Object pop() {
    Object top = top();
    stack.remove(stack.size() - 1);
    return top;
  }

  private void mark() {
    if (marks.size() == MOST_MARKS) {
      throw in.refuse("a nesting deeper than " + MOST_MARKS);
    }
    marks.add(stack.size());
  }

  /** All values since the last mark. */
  private List<Object> popMark() {
    if (marks.isEmpty()) {
      throw in.refuse("an end of something that has no beginning");
    }
    List<Object> since = stack.subList(marks.remove(marks.size() - 1), stack.size());
    List<Object> items = new ArrayList<>(since);
    since.clear();
    return items;
  }

  private Pickled.Sequence tuple(int size) {
    Object[] items = new Object[size];
    for (int i = size - 1; i >= 0; i--) {
      items[i] = pop();
    }
    return new Pickled.Sequence(List.of(items));
  }

  private void append(List<Object> items) {
    if (top() instanceof Pickled.Sequence list && list.items() instanceof ArrayList) {
      list.items().addAll(items);
    } else if (!(top() instanceof Pickled.Other)) {
      throw in.refuse("something appended to what is no list");
    }
  }

  private void setItem() {
    Object value = pop();
    Object key = pop();
    setItems(List.of(key, value));
  }

  private void dictionary(List<Object> items) {
    push(new Pickled.Dictionary());
    setItems(items);
  }

  /** Sets keys and values in the dictionary on the stack. */
  private void setItems(List<Object> items) {
    if (items.size() % 2 != 0) {
      throw in.refuse("a key without a value");
    }
    if (top() instanceof Pickled.Dictionary dictionary) {
      for (int i = 0; i < items.size(); i += 2) {
        dictionary.put(items.get(i), items.get(i + 1));
      }
    } else if (!(top() instanceof Pickled.Other)) {
      throw in.refuse("a key set in what is no dictionary");
    }
  }

  private Object remembered(Object index) {
    Object found = index instanceof Long at ? memo.get(at) : null;
    if (found == null) {
      throw in.refuse("a reference to nothing");
    }
    return found;
  }

  private void stackNamed() {
    Object name = pop();
    Object module = pop();
    if (!(name instanceof String) || !(module instanceof String)) {
      throw in.refuse("a name that is no text");
    }
    push(constructors.named(module + "." + name));
  }

  private void construct(Object arguments) {
    if (!(arguments instanceof Pickled.Sequence given)) {
      throw in.refuse("a constructor without a list of arguments");
    }
    push(constructors.construct(pop(), given.items()));
  }

  private void constructWithNames(Object named) {
    if (!(named instanceof Pickled.Dictionary)) {
      throw in.refuse("a constructor without its named arguments");
    }
    construct(pop());
  }

  private void instance(List<Object> items) {
    if (items.isEmpty()) {
      throw in.refuse("an object without its constructor");
    }
    instance(items.get(0), items.subList(1, items.size()));
  }

  private void instance(Object constructor, List<Object> arguments) {
    push(constructors.construct(constructor, arguments));
  }

  /** The attributes of an object. Of those that are made here, none has one that matters. */
  private void build() {
    pop();
    boolean known =
        top() instanceof Pickled.Dictionary
            || top() instanceof Pickled.Other
            || top() instanceof Pickled.TensorView;
    if (!known) {
      throw in.refuse("a state set to what has none");
    }
  }
}
