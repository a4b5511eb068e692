package io.github.pleas.architecture;

import io.github.pleas.onnx.Attribute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Follows a description over the parameters of a state dict and builds the graph: how deep and wide
 * the network is, the parameters say. Control is here ({@code if}, {@code each}, {@code sum}), what
 * computes is in {@link Operators}.
 *
 * <ul>
 *   <li>{@code if CONDITION...}, {@code elif}, {@code else}
 *   <li>{@code each PATTERN BLOCK key=v,w}: the block for each module of a numbered list, its
 *       values in order, the last for all that follow; {@code gaps} allows missing numbers
 *   <li>{@code rows PATTERN BLOCK}: the block for each, its values in a line of a table each
 *   <li>{@code sum} and {@code concat} of each {@code path} from here
 *   <li>{@code skip STRIDE}: adds what is there before, where it has the same shape
 *   <li>{@code gate}: multiplies what is there before
 *   <li>{@code NAME MODULE key=value}: a block in a module
 * </ul>
 */
final class Interpreter {
  private final Description description;
  private final Parameters parameters;
  private final GraphDraft draft;
  private final Operators operators;
  private final List<Integer> depths = new ArrayList<>();

  Interpreter(Description description, Parameters parameters, GraphDraft draft) {
    this.description = description;
    this.parameters = parameters;
    this.draft = draft;
    this.operators = new Operators(parameters, draft);
  }

  /** The value that the whole description computes from one. */
  Value run(Scope scope, Value input) {
    return run(description.steps(), scope, input);
  }

  /** How many modules each list had, in order. */
  List<Integer> depths() {
    return List.copyOf(depths);
  }

  private Value run(List<Step> steps, Scope scope, Value input) {
    Value value = input;
    boolean decided = false; // whether a branch of the present if was taken
    for (Step step : steps) {
      switch (step.op()) {
        case "if", "elif", "else" -> {
          boolean open = step.op().equals("if") || !decided;
          boolean holds = open && scope.holds(step.words(), parameters);
          decided = holds || (decided && !step.op().equals("if"));
          value = holds ? run(step.children(), scope, value) : value;
        }
        default -> value = apply(step, scope, value);
      }
    }
    return value;
  }

  private Value apply(Step step, Scope scope, Value value) {
    return switch (step.op()) {
      case "each" -> each(step, scope, value);
      case "rows" -> rows(step, scope, value);
      case "sum" -> sum(step, scope, value);
      case "concat" -> concat(step, scope, value);
      case "skip" -> skip(step, scope, value);
      case "gate" -> {
        Value factor = run(step.children(), scope, value);
        yield value.named(draft.node(label(scope, "gate"), "Mul", value.name(), factor.name()));
      }
      default -> {
        Description.Block block = description.blocks().get(scope.text(step.op()));
        yield block == null ? operators.apply(step, scope, value) : call(block, step, scope, value);
      }
    };
  }

  private static String label(Scope scope, String op) {
    return scope.prefix().isEmpty() ? op : scope.prefix() + "." + op;
  }

  private Value call(Description.Block block, Step step, Scope scope, Value value) {
    Map<String, String> arguments = new HashMap<>();
    step.options().forEach((key, text) -> arguments.put(key, scope.text(text)));
    String module = step.words().isEmpty() ? scope.prefix() : scope.name(step.word(0));
    return run(block.steps(), scope.inside(module, arguments), value);
  }

  private Description.Block block(Step step) {
    Description.Block block = description.blocks().get(step.word(1));
    if (block == null) {
      throw step.flaw("there is no block " + step.word(1));
    }
    return block;
  }

  private Value each(Step step, Scope scope, Value input) {
    Description.Block block = block(step);
    List<String> modules = modules(step, scope);
    Value value = input;
    for (int k = 0; k < modules.size(); k++) {
      Map<String, String> arguments = new HashMap<>();
      for (Map.Entry<String, String> option : step.options().entrySet()) {
        String[] inOrder = option.getValue().split(",");
        arguments.put(option.getKey(), inOrder[Math.min(k, inOrder.length - 1)]);
      }
      value = run(block.steps(), scope.inside(modules.get(k), arguments), value);
    }
    return value;
  }

  private List<String> modules(Step step, Scope scope) {
    String name = scope.name(step.word(0));
    ModulePattern pattern = new ModulePattern(name);
    List<String> modules = pattern.find(parameters.names());
    if (step.words().contains("gaps")) {
      depths.add(modules.size());
    } else if (!pattern.all().isEmpty()) {
      modules = pattern.all();
    } else if (modules.isEmpty()) {
      parameters.lacks(name + " (not one block)");
      depths.add(0);
    } else {
      depths.add(modules.size());
      modules = withoutGaps(modules, pattern, name);
    }
    return modules;
  }

  /**
   * A list from its first number to its last: what is missing between is then missed by name. A
   * list that is mostly gaps is none.
   */
  private List<String> withoutGaps(List<String> modules, ModulePattern pattern, String name) {
    if (name.indexOf('*') != name.lastIndexOf('*') || name.contains("{")) {
      return modules;
    }
    int first = Math.min(1, pattern.number(modules.get(0)));
    int last = pattern.number(modules.get(modules.size() - 1));
    if (last - first >= 2 * modules.size()) {
      parameters.lacks(name + " (most of " + first + " to " + last + ")");
      return modules;
    }
    return IntStream.rangeClosed(first, last).mapToObj(pattern::module).toList();
  }

  private Value rows(Step step, Scope scope, Value input) {
    Description.Block block = block(step);
    ModulePattern pattern = new ModulePattern(scope.name(step.word(0)));
    List<String> modules =
        pattern.all().isEmpty() ? pattern.find(parameters.names()) : pattern.all();
    List<Step> rows = step.children();
    if (modules.size() != rows.size()) {
      parameters.lacks(
          "%s: expected %d blocks, found %d"
              .formatted(scope.name(step.word(0)), rows.size(), modules.size()));
    }
    Value value = input;
    for (int k = 0; k < Math.min(rows.size(), modules.size()); k++) {
      Step row = rows.get(k);
      Map<String, String> arguments = new HashMap<>();
      arguments.put(block.parameters().get(0), row.op());
      for (int p = 1; p < block.parameters().size(); p++) {
        arguments.put(block.parameters().get(p), row.word(p - 1));
      }
      value = run(block.steps(), scope.inside(modules.get(k), arguments), value);
    }
    return value;
  }

  private List<Value> paths(Step step, Scope scope, Value value) {
    List<Value> results = new ArrayList<>();
    for (Step path : step.children()) {
      if (!path.op().equals("path")) {
        throw path.flaw("expected a path, found " + path.op());
      }
      results.add(run(path.children(), scope, value));
    }
    return results;
  }

  private Value sum(Step step, Scope scope, Value value) {
    List<Value> paths = paths(step, scope, value);
    Value sum = paths.get(0);
    for (Value other : paths.subList(1, paths.size())) {
      requireSame(scope, sum, other);
      sum = sum.named(draft.node(label(scope, "add"), "Add", sum.name(), other.name()));
    }
    return sum;
  }

  private Value concat(Step step, Scope scope, Value value) {
    List<Value> paths = paths(step, scope, value);
    boolean known = paths.stream().allMatch(path -> path.channels() >= 0);
    String joined =
        draft.node(
            label(scope, "concat"),
            "Concat",
            Map.of("axis", new Attribute.Int(1)),
            paths.stream().map(Value::name).toArray(String[]::new));
    return paths
        .get(0)
        .named(joined)
        .ofChannels(known ? paths.stream().mapToInt(Value::channels).sum() : -1);
  }

  private Value skip(Step step, Scope scope, Value value) {
    Value result = run(step.children(), scope, value);
    boolean same = scope.text(step.word(0)).equals("1") && result.channels() == value.channels();
    return same
        ? result.named(draft.node(label(scope, "add"), "Add", result.name(), value.name()))
        : result;
  }

  private void requireSame(Scope scope, Value a, Value b) {
    if (a.channels() >= 0 && b.channels() >= 0 && a.channels() != b.channels()) {
      parameters.lacks(
          "%s: a shortcut from %d to %d channels"
              .formatted(scope.prefix(), b.channels(), a.channels()));
    }
  }
}
