package io.github.pleas.architecture;

import io.github.pleas.InvalidInputException;
import io.github.pleas.checkpoint.StateDict;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The known architectures, and networks of them from state dicts. Depths, widths, classes, input
 * channels and groups are what the parameters' names and shapes say; the rest (strides,
 * activations, constants) comes from the description.
 */
public final class Architectures {
  private static final List<String> FAMILIES =
      List.of(
          "resnet",
          "vgg",
          "densenet",
          "mobilenet",
          "efficientnet",
          "convnext",
          "vit",
          "regnet",
          "mnasnet",
          "squeezenet",
          "shufflenet",
          "alexnet");

  /** What descriptions may leave unsaid. */
  private static final Map<String, String> DEFAULTS =
      Map.of("eps", "1e-5", "layernorm_eps", "1e-6");

  private final List<Description> descriptions;

  private Architectures(List<Description> descriptions) {
    this.descriptions = List.copyOf(descriptions);
  }

  /** Those of torchvision and timm that this library describes. */
  public static Architectures standard() {
    List<Description> descriptions = new ArrayList<>();
    for (String family : FAMILIES) {
      String file = family + ".txt";
      try (InputStream text = Architectures.class.getResourceAsStream(file)) {
        if (text == null) {
          throw new IllegalStateException(
              "the description " + file + " is missing from the program");
        }
        descriptions.addAll(
            DescriptionReader.read(file, new String(text.readAllBytes(), StandardCharsets.UTF_8)));
      } catch (IOException e) {
        throw new UncheckedIOException(file + " cannot be read", e);
      }
    }
    return new Architectures(descriptions);
  }

  /** Every name that can be asked for. */
  public List<String> names() {
    return names(descriptions);
  }

  private static List<String> names(List<Description> descriptions) {
    return descriptions.stream().flatMap(d -> d.names().stream()).distinct().toList();
  }

  /**
   * Builds a network.
   *
   * @param dict its parameters
   * @param architecture a name; {@code auto} for whichever fits; constants may follow, as in {@code
   *     vit:head_width=32}
   * @param imageSize height and width of images; empty leaves them free, or as the architecture has
   *     them where it takes only one size
   * @param source names the state dict in messages
   * @throws InvalidInputException if there is no such architecture, or the parameters are not those
   *     of one: which are missing, of another shape, or left over
   */
  public BuiltNetwork build(
      StateDict dict, String architecture, Optional<int[]> imageSize, String source) {
    ArchitectureRequest request = ArchitectureRequest.of(architecture);
    List<Description> candidates = request.isAuto() ? having(request) : named(request.name());
    List<Recognition> tried = attempts(candidates, dict, request, imageSize);
    requireOne(tried, source);
    Recognition best = best(tried);
    if (!best.fits()) {
      throw new InvalidInputException(
          new Misfit(source, best, this::recognised).message(request, dict, names(candidates)));
    }
    if (!request.isAuto()) {
      requireVariant(best, request, source);
    }
    return new GraphAssembly(best, dict, imageSize, source).build();
  }

  /** The name of the architecture that a state dict is of, by names and shapes alone. */
  public Optional<String> recognise(StateDict dict) {
    return recognised(dict).map(Recognition::name);
  }

  /** Those that have all the constants that the user sets. */
  private List<Description> having(ArchitectureRequest request) {
    List<Description> found =
        descriptions.stream()
            .filter(
                description ->
                    settings(description).keySet().containsAll(request.settings().keySet()))
            .toList();
    if (found.isEmpty()) {
      throw new InvalidInputException(
          "--arch auto: no architecture has " + String.join(" and ", request.settings().keySet()));
    }
    return found;
  }

  private static Map<String, String> settings(Description description) {
    Map<String, String> settings = new HashMap<>(DEFAULTS);
    settings.putAll(description.settings());
    return settings;
  }

  private List<Description> named(String name) {
    List<Description> found =
        descriptions.stream().filter(description -> description.names().contains(name)).toList();
    if (found.isEmpty()) {
      throw new InvalidInputException(Misfit.unknown(name, names()));
    }
    return found;
  }

  private Optional<Recognition> recognised(StateDict dict) {
    ArchitectureRequest any = new ArchitectureRequest(ArchitectureRequest.AUTO, Map.of());
    Recognition best = best(attempts(descriptions, dict, any, Optional.empty()));
    return Optional.of(best).filter(Recognition::fits);
  }

  private static List<Recognition> attempts(
      List<Description> candidates,
      StateDict dict,
      ArchitectureRequest request,
      Optional<int[]> imageSize) {
    List<Recognition> tried = new ArrayList<>();
    for (Description description : candidates) {
      for (int column = 0; column < description.schemes().size(); column++) {
        tried.add(attempt(description, column, dict, request, imageSize));
      }
    }
    return tried;
  }

  private static Recognition best(List<Recognition> tried) {
    return tried.stream()
        .min(Comparator.comparingInt(Recognition::problems))
        .orElseThrow(() -> new IllegalStateException("there is no description"));
  }

  /** Shapes that two architectures share would leave it to chance what is computed. */
  private static void requireOne(List<Recognition> tried, String source) {
    List<String> fitting =
        tried.stream().filter(Recognition::fits).map(Recognition::name).distinct().toList();
    if (fitting.size() > 1) {
      throw new InvalidInputException(
          "%s may be of several architectures; say which by --arch: %s"
              .formatted(source, String.join(", ", fitting)));
    }
  }

  private static Recognition attempt(
      Description description,
      int column,
      StateDict dict,
      ArchitectureRequest request,
      Optional<int[]> imageSize) {
    Map<String, String> settings = settings(description);
    for (String key : request.settings().keySet()) {
      if (!settings.containsKey(key)) {
        throw new InvalidInputException(
            "--arch %s has no constant %s; it has %s"
                .formatted(request.name(), key, String.join(", ", settings.keySet())));
      }
    }
    settings.putAll(request.settings());
    Recognition first = interpret(description, column, dict, settings, imageSize);
    // Which variant it is shows only now, and may bring constants of its own.
    Map<String, String> own = new HashMap<>();
    named(description, request.name())
        .or(first::variant)
        .ifPresent(variant -> own.putAll(variant.settings()));
    own.keySet().removeAll(request.settings().keySet());
    if (own.isEmpty()) {
      return first;
    }
    settings.putAll(own);
    return interpret(description, column, dict, settings, imageSize);
  }

  private static Recognition interpret(
      Description description,
      int column,
      StateDict dict,
      Map<String, String> settings,
      Optional<int[]> imageSize) {
    Parameters parameters = new Parameters(dict);
    GraphDraft draft = new GraphDraft();
    Interpreter interpreter = new Interpreter(description, parameters, draft);
    Scope root = new Scope("", column, settings);
    if (!root.holds(description.requires(), parameters)) {
      parameters.lacks("what tells a " + description.family() + " from its kin");
    }
    OptionalInt usual = description.imageSize();
    int height = imageSize.map(size -> size[0]).orElse(usual.orElse(-1));
    int width = imageSize.map(size -> size[1]).orElse(usual.orElse(-1));
    Value input = new Value(GraphDraft.INPUT, Value.Form.MAP, -1, height, width);
    Value output = interpreter.run(root, input);
    return new Recognition(description, column, parameters, draft, output, interpreter.depths());
  }

  private static Optional<Variant> named(Description description, String name) {
    return description.variants().stream()
        .filter(variant -> variant.names().contains(name))
        .findFirst();
  }

  private static void requireVariant(
      Recognition found, ArchitectureRequest request, String source) {
    named(found.description(), request.name())
        .filter(variant -> !found.is(variant))
        .ifPresent(
            variant -> {
              throw new InvalidInputException(
                  "%s is no %s: it has stages of %s blocks, and is a %s; ask for --arch %s, or auto"
                      .formatted(
                          source, request.name(), found.depths(), found.name(), found.name()));
            });
  }
}
