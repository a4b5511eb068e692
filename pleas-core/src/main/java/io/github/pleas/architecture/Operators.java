package io.github.pleas.architecture;

import io.github.pleas.InvalidInputException;
import java.util.HashMap;
import java.util.Map;

/** What computes in descriptions, by name. */
final class Operators {
  /** One use of an operator: where it stands, and on what. */
  record Use(Step step, Scope scope, Value value) {
    /** The full name of the module or parameter that a word names. */
    String module(int word) {
      return scope.name(step.word(word));
    }

    /** A number given as an option, or by a constant's name. */
    int number(String key, int otherwise) {
      String text = step.options().get(key);
      if (text == null) {
        return otherwise;
      }
      try {
        return Integer.parseInt(scope.text(text));
      } catch (NumberFormatException e) {
        throw new InvalidInputException(
            key + " should be a whole number, found " + scope.text(text), e);
      }
    }

    /** A name for nodes without a module of their own. */
    String label() {
      String op = scope.text(step.op());
      return scope.prefix().isEmpty() ? op : scope.prefix() + "." + op;
    }
  }

  /** Adds an operator to the graph. */
  interface Rule {
    Value apply(Use use);
  }

  private final Map<String, Rule> rules = new HashMap<>();

  Operators(Parameters parameters, GraphDraft draft) {
    LayerRules layers = new LayerRules(parameters, draft);
    rules.putAll(layers.rules());
    rules.putAll(new ShapeRules(parameters, draft).rules());
    rules.putAll(new ActivationRules(draft).rules());
    rules.putAll(new TokenRules(parameters, draft, layers).rules());
  }

  Value apply(Step step, Scope scope, Value value) {
    Rule rule = rules.get(scope.text(step.op()));
    if (rule == null) {
      throw step.flaw("there is no operator or block " + step.op());
    }
    return rule.apply(new Use(step, scope, value));
  }
}
