package io.github.pleas.onnx;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One operator of a graph.
 *
 * @param name its name; never empty, the reader makes one up where the file has none
 * @param op the operator's name, such as Conv
 * @param domain the operator set; "" for ONNX's own
 * @param inputs names of values; "" stands for an optional input that is left out
 * @param outputs names of values; "" stands for an optional output that is left out
 * @param attributes by name, in the file's order
 */
public record Node(
    String name,
    String op,
    String domain,
    List<String> inputs,
    List<String> outputs,
    Map<String, Attribute> attributes) {
  public Node {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
  }

  /** Whether this is an operator of ONNX's own set. */
  public boolean isStandard() {
    return domain.isEmpty() || domain.equals("ai.onnx");
  }

  /** Whether this is ONNX's own operator of a name. */
  public boolean is(String operator) {
    return isStandard() && op.equals(operator);
  }

  /** The name of an input, "" if it is left out. */
  public String input(int index) {
    return index < inputs.size() ? inputs.get(index) : "";
  }

  public boolean hasInput(int index) {
    return !input(index).isEmpty();
  }

  /** The name of the first output. */
  public String output() {
    return outputs.get(0);
  }

  public long intAttribute(String key, long otherwise) {
    return attributes.get(key) instanceof Attribute.Int found ? found.value() : otherwise;
  }

  public float floatAttribute(String key, float otherwise) {
    return attributes.get(key) instanceof Attribute.Float found ? found.value() : otherwise;
  }

  public String textAttribute(String key, String otherwise) {
    return attributes.get(key) instanceof Attribute.Text found ? found.value() : otherwise;
  }

  /** A list of integers, as an array; {@code otherwise} where the attribute is missing. */
  public int[] intsAttribute(String key, int[] otherwise) {
    return attributes.get(key) instanceof Attribute.Ints found
        ? found.values().stream().mapToInt(Math::toIntExact).toArray()
        : otherwise;
  }

  public Node withInputs(List<String> replacement) {
    return new Node(name, op, domain, replacement, outputs, attributes);
  }

  public Node withOutputs(List<String> replacement) {
    return new Node(name, op, domain, inputs, replacement, attributes);
  }

  public Node withName(String replacement) {
    return new Node(replacement, op, domain, inputs, outputs, attributes);
  }

  /** This node with one attribute set. */
  public Node withAttribute(String key, Attribute value) {
    Map<String, Attribute> changed = new LinkedHashMap<>(attributes);
    changed.put(key, value);
    return new Node(name, op, domain, inputs, outputs, changed);
  }

  /** This node without one attribute. */
  public Node withoutAttribute(String key) {
    Map<String, Attribute> changed = new LinkedHashMap<>(attributes);
    changed.remove(key);
    return new Node(name, op, domain, inputs, outputs, changed);
  }
}
