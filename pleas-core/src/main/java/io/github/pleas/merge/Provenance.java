package io.github.pleas.merge;

import io.github.pleas.Digest;
import io.github.pleas.Version;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.LayerFit;
import io.github.pleas.fit.PublishedOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where a merged network comes from, as properties of its file: what was merged, how, and what came
 * out, so that the file alone answers these questions.
 *
 * @param inputs each input by role ("a", "b", "data.a", ...), with its name and digest
 * @param options how it was merged
 */
public record Provenance(Map<String, Input> inputs, MergeOptions options) {
  /**
   * Something that went into the merge.
   *
   * @param name as the user gave it, without folders
   * @param kind what was digested: "sha256" (the content of a file), "files-sha256" (the names and
   *     contents of several files that are one model) or "listing-sha256" (names, labels, sizes and
   *     stamps of images, which tells data sets apart without reading them)
   * @param digest lower-case hexadecimal
   */
  public record Input(String name, String kind, String digest) {
    /** A file whose content was digested. */
    public static Input ofContent(String name, String sha256) {
      return new Input(name, "sha256", sha256);
    }

    /**
     * A model of one file or several.
     *
     * @param files the file that was named first; the others by their names, in their order
     * @throws io.github.pleas.InvalidInputException if one cannot be read
     */
    public static Input ofModel(List<Path> files) {
      Path first = files.get(0);
      if (files.size() == 1) {
        return ofContent(name(first), Digest.sha256(first));
      }
      Digest digest = new Digest();
      for (Path file : files) {
        digest.add(name(file));
        digest.add(Digest.sha256(file));
      }
      return new Input(name(first), "files-sha256", digest.hex());
    }

    private static String name(Path file) {
      Path name = file.getFileName();
      return name == null ? file.toString() : name.toString();
    }

    /** A data set whose listing was digested. */
    public static Input ofListing(String name, String sha256) {
      return new Input(name, "listing-sha256", sha256);
    }
  }

  public Provenance {
    inputs = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
  }

  /** The properties, in a fixed order. */
  public Map<String, String> metadata(MergeResult result) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("pleas.version", Version.current());
    inputs.forEach(
        (role, input) -> {
          all.put("pleas." + role, input.name());
          all.put("pleas." + role + "." + input.kind(), input.digest());
        });
    all.put("pleas.labels", options.heads().separate() ? "separate" : "shared");
    options.heads().fork().ifPresent(node -> all.put("pleas.fork-at", node));
    BudgetOptions size = options.size();
    if (size.budget().isPresent()) {
      all.put("pleas.budget", number(size.budget().getAsDouble()));
      all.put("pleas.cost", lower(size.cost()));
      all.put("pleas.allocation", lower(size.allocation()));
    } else {
      all.put("pleas.separate-fraction", number(size.fraction()));
    }
    if (size.widthMultiple() > 1) {
      all.put("pleas.width-multiple", Integer.toString(size.widthMultiple()));
    }
    if (!size.keepSeparate().isEmpty()) {
      all.put("pleas.keep-separate", patterns(size.keepSeparate()));
    }
    if (!size.merge().isEmpty()) {
      all.put("pleas.merge", patterns(size.merge()));
    }
    all.put("pleas.layout", lower(options.layout()));
    all.put("pleas.match", lower(options.match()));
    all.put("pleas.stream", lower(options.stream()));
    if (options.match() == MergeOptions.MatchOn.ZIP) {
      all.put("pleas.zip", number(options.zip().alpha()) + " " + number(options.zip().beta()));
    }
    all.put("pleas.fit", lower(options.fit().method()));
    if (options.fit().method() == FitMethod.PUBLISHED) {
      PublishedOptions published = options.fit().published();
      all.put("pleas.targets", lower(published.targets()));
      published.adam().ifPresent(adam -> all.put("pleas.adam-steps", "" + adam.steps()));
    }
    all.put("pleas.heads", lower(options.fit().heads()));
    all.put("pleas.seed", Long.toString(options.seed()));
    all.put("pleas.macs", Long.toString(result.cost().macs()));
    all.put("pleas.macs-dense", Long.toString(result.cost().macsDense()));
    all.put("pleas.macs-blocks", Long.toString(result.cost().macsBlocks()));
    all.put("pleas.widths", widths(result.groups()));
    all.put("pleas.residuals", residuals(result.layers()));
    return all;
  }

  private static String patterns(List<Pattern> patterns) {
    return patterns.stream().map(Pattern::pattern).collect(Collectors.joining(" "));
  }

  private static String widths(List<MergeResult.Group> groups) {
    return groups.stream()
        .map(group -> group.name() + "=" + group.width())
        .collect(Collectors.joining(" "));
  }

  private static String residuals(List<LayerFit> layers) {
    return layers.stream()
        .map(fit -> fit.layer() + "=" + number(fit.residual()))
        .collect(Collectors.joining(" "));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
