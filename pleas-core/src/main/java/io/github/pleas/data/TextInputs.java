package io.github.pleas.data;

import io.github.pleas.InvalidInputException;
import io.github.pleas.runtime.ModelInput;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What each input of a network takes of a text, by its name. */
final class TextInputs {
  /** What a network may be told of each token. */
  enum Role {
    /** Its number in the vocabulary. */
    IDS(List.of("input_ids", "ids", "tokens", "token_ids", "input")),
    /** 1 for text, 0 for what fills up. */
    MASK(List.of("attention_mask", "input_mask", "mask")),
    /** Which of two texts it is of. */
    TYPES(List.of("token_type_ids", "segment_ids", "type_ids")),
    /** Its place in the text. */
    POSITIONS(List.of("position_ids", "positions"));

    private final List<String> names;

    Role(List<String> names) {
      this.names = names;
    }

    static Optional<Role> of(String name) {
      for (Role role : values()) {
        if (role.names.contains(name.toLowerCase(Locale.ROOT))) {
          return Optional.of(role);
        }
      }
      return Optional.empty();
    }
  }

  private final Map<String, Role> roles = new LinkedHashMap<>();
  private final Map<String, ModelInput> inputs = new LinkedHashMap<>();

  /**
   * The roles of some inputs.
   *
   * @param source the network's name in messages
   * @throws InvalidInputException if one has a name that nobody knows, or none takes ids
   */
  TextInputs(List<ModelInput> inputs, String source) {
    for (ModelInput input : inputs) {
      Role role =
          Role.of(input.name())
              .or(() -> inputs.size() == 1 ? Optional.of(Role.IDS) : Optional.empty())
              .orElseThrow(() -> unknown(input, source));
      roles.put(input.name(), role);
      this.inputs.put(input.name(), input);
      if (input.shape().rank() != 2) {
        throw new InvalidInputException(
            "%s: input '%s' has shape %s; texts give [batch, tokens]"
                .formatted(source, input.name(), input.shape()));
      }
    }
    if (!roles.containsValue(Role.IDS)) {
      throw new InvalidInputException(
          "%s takes %s; for texts, one of its inputs is called input_ids"
              .formatted(source, String.join(", ", roles.keySet())));
    }
  }

  private static InvalidInputException unknown(ModelInput input, String source) {
    return new InvalidInputException(
        "%s: what input '%s' takes of a text is not known; known are input_ids, attention_mask, token_type_ids and position_ids"
            .formatted(source, input.name()));
  }

  Role role(String input) {
    Role role = roles.get(input);
    if (role == null) {
      throw new IllegalArgumentException("no input '" + input + "'");
    }
    return role;
  }

  /** Whether the network is told what fills up. */
  boolean hasMask() {
    return roles.containsValue(Role.MASK);
  }

  /**
   * The token that fills shorter texts up: the tokenizer's, or any other where the network has no
   * row for that but a mask, which hides it.
   *
   * @throws InvalidInputException if the network has neither
   */
  int padding(TextTokenizer tokenizer, String source) {
    int padding = tokenizer.padding();
    for (ModelInput ids : of(Role.IDS)) {
      int rows = ids.limit().orElse(Integer.MAX_VALUE);
      if (padding >= rows && hasMask()) {
        return 0;
      }
      if (padding >= rows) {
        throw new InvalidInputException(
            "%s fills texts up with token %d, and the embedding of '%s' in %s has %d rows; give the tokenizer that belongs to the network"
                .formatted(tokenizer.path(), padding, ids.name(), source, rows));
      }
    }
    return padding;
  }

  /** The inputs of a role. */
  List<ModelInput> of(Role role) {
    return inputs.values().stream().filter(input -> roles.get(input.name()) == role).toList();
  }
}
