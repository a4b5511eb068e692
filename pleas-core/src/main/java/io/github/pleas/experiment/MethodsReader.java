package io.github.pleas.experiment;

import io.github.pleas.InvalidInputException;
import io.github.pleas.Words;
import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.fit.PublishedOptions;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.Layout;
import io.github.pleas.merge.MergeMethod;
import io.github.pleas.merge.MergeOptions.MatchOn;
import io.github.pleas.merge.MergeOptions.StreamMap;
import io.github.pleas.merge.MethodSettings;
import io.github.pleas.yaml.Problems;
import io.github.pleas.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the part of an experiment's file that says how networks are merged. */
final class MethodsReader {
  private final Fields root;
  private final Problems problems;
  private final Heads heads;
  private final Layout layout;
  private final Optional<AllocationMethod> allocation;

  /**
   * A reader.
   *
   * @param heads what the merged networks' outputs are
   */
  MethodsReader(Fields root, Problems problems, Heads heads) {
    this.root = root;
    this.problems = problems;
    this.heads = heads;
    this.layout = root.word("layout", Layout.class).orElse(Layout.AUTO);
    this.allocation = root.word("allocation", AllocationMethod.class);
  }

  /** The methods: a list of names, or settings by name; all of them if there is neither. */
  List<Method> read() {
    List<Method> methods = new ArrayList<>();
    Optional<YamlNode> node = root.node("methods");
    if (node.isPresent() && node.get() instanceof YamlNode.Mapping) {
      Fields all = root.fields("methods");
      for (String name : all.keys()) {
        method(name, all.fields(name)).ifPresent(methods::add);
      }
    } else {
      Set<String> names = new LinkedHashSet<>(root.texts("methods"));
      if (node.isEmpty() || names.equals(Set.of("all"))) {
        for (MergeMethod each : MergeMethod.values()) {
          names.add(Words.of(each));
        }
        names.remove("all");
      }
      for (String name : names) {
        Map<String, YamlNode> nothing = new LinkedHashMap<>();
        YamlNode none = new YamlNode.Mapping(root.line("methods"), nothing, new LinkedHashMap<>());
        method(name, Fields.of(none, root.path("methods") + "." + name, problems))
            .ifPresent(methods::add);
      }
    }
    return methods;
  }

  private Optional<Method> method(String name, Fields fields) {
    Optional<String> said = fields.text("method");
    Optional<MergeMethod> method = Words.value(MergeMethod.class, said.orElse(name));
    if (method.isEmpty()) {
      problems.add(
          said.isPresent() ? fields.line("method") : fields.line(),
          fields.path("method"),
          "there is no method '%s'; expected one of %s%s"
              .formatted(
                  said.orElse(name),
                  Words.all(MergeMethod.class),
                  said.isPresent() ? "" : ", or a name of your own with such a method under it"));
    }
    MethodSettings settings =
        new MethodSettings(
            method.orElse(MergeMethod.PLEAS),
            fields.word("match", MatchOn.class),
            fields.word("stream", StreamMap.class),
            fields.word("fit", FitMethod.class),
            fields.word("heads", HeadFit.class),
            fields.number("zip-alpha"),
            fields.number("zip-beta"),
            fields.word("targets", PublishedOptions.Targets.class),
            fields.word("solver", MethodSettings.Solver.class),
            fields.integer("steps"));
    AllocationMethod spread =
        fields
            .word("allocation", AllocationMethod.class)
            // Zipped units know no other way than theirs, unless that is asked of them alone.
            .or(() -> allocation.filter(any -> settings.matched() != MatchOn.ZIP))
            .orElse(settings.matched().allocation());
    Layout form = fields.word("layout", Layout.class).orElse(layout);
    fields.end();
    try {
      settings.options(heads, 0, "");
    } catch (InvalidInputException e) {
      problems.add(
          fields.line(), root.path("methods") + "." + name, String.valueOf(e.getMessage()));
    }
    return method.map(known -> new Method(name, settings, spread, form));
  }
}
