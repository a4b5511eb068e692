package io.github.pleas.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.AtomicFile;
import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.eval.Accuracy;
import io.github.pleas.eval.Agreement;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.fit.AdamOptions;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.FitOptions;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.fit.LayerFit;
import io.github.pleas.fit.PublishedOptions;
import io.github.pleas.layout.LayerLayout;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.merge.MergeMethod;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.SizePlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/** The report as JSON: every number of the table, and all that it was made from. */
final class MergeJson {
  private MergeJson() {}

  /**
   * Writes the report.
   *
   * @param last done when the file is complete, before it takes its name
   */
  static void write(MergeReport report, Path file, Runnable last) {
    byte[] text = (text(report) + "\n").getBytes(StandardCharsets.UTF_8);
    AtomicFile.replace(file, out -> out.write(text), complete -> last.run());
  }

  static String text(MergeReport report) {
    try {
      return JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(tree(report));
    } catch (IOException e) {
      throw new UncheckedIOException("writing JSON into a string failed", e);
    }
  }

  private static Map<String, Object> tree(MergeReport report) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("versions", report.versions());
    Map<String, Object> inputs = new LinkedHashMap<>();
    report
        .provenance()
        .inputs()
        .forEach(
            (role, input) ->
                inputs.put(role, Map.of("name", input.name(), input.kind(), input.digest())));
    tree.put("inputs", inputs);
    tree.put("options", options(report));
    tree.put("accuracy", report.evaluation().map(MergeJson::accuracy).orElse(List.of()));
    report
        .agreement()
        .ifPresent(
            measured -> tree.put("agreement", agreement(report.agreementImages(), measured)));
    if (!report.probes().isEmpty()) {
      tree.put("probes", report.probes().stream().map(MergeJson::probe).toList());
    }
    tree.put("cost", cost(report.result().cost()));
    tree.put("size", plan(report.result().plan()));
    report
        .output()
        .flatMap(MergeReport.Output::latency)
        .ifPresent(latency -> tree.put("latency", latency(latency, report.result().plan())));
    tree.put("groups", groups(report.result()));
    tree.put("layers", layers(report.result()));
    tree.put("seconds", report.seconds());
    tree.put("total_seconds", report.totalSeconds());
    tree.put("peak_tensor_bytes", report.result().peakTensorBytes());
    PeakMemory peak = report.seen().peak();
    tree.put("peak_heap_bytes", peak.heapBytes());
    peak.processBytes().ifPresent(bytes -> tree.put("peak_process_bytes", bytes));
    tree.put("warnings", report.warnings());
    tree.put("skipped_images", report.skipped());
    Map<String, Object> output = new LinkedHashMap<>();
    output.put("file", report.request().out().toString());
    report
        .output()
        .ifPresent(
            file -> {
              output.put("bytes", file.bytes());
              output.put("sha256", file.sha256());
              file.data().ifPresent(data -> output.put("data", data(data)));
              output.put("precision", WordConverter.word(file.precision()));
              output.put("reload_error", file.error());
              file.rounding().ifPresent(error -> output.put("rounding_error", error));
              output.put("macs_counted", file.macs());
              output.put("parameters_counted", file.parameters());
            });
    tree.put("output", output);
    return tree;
  }

  private static Map<String, Object> data(AtomicFile.Beside data) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("file", Paths.name(data.path()));
    tree.put("bytes", data.bytes());
    tree.put("sha256", data.sha256());
    return tree;
  }

  static Map<String, Object> options(MergeReport report) {
    MergeOptions options = report.request().options();
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("labels", options.heads().separate() ? "separate" : "shared");
    tree.put("name_a", options.heads().nameA());
    tree.put("name_b", options.heads().nameB());
    options.heads().fork().ifPresent(node -> tree.put("fork_at", node));
    size(options.size(), tree);
    tree.put("layout", WordConverter.word(options.layout()));
    MergeMethod.of(options).ifPresent(method -> tree.put("method", WordConverter.word(method)));
    tree.put("match", WordConverter.word(options.match()));
    tree.put("stream", WordConverter.word(options.stream()));
    if (options.match() == MergeOptions.MatchOn.ZIP) {
      tree.put("zip_alpha", options.zip().alpha());
      tree.put("zip_beta", options.zip().beta());
    }
    tree.put("fit", WordConverter.word(options.fit().method()));
    tree.put("heads", heads(options));
    tree.put("alpha", options.fit().alpha());
    tree.put("shrinkage", options.fit().shrinkage());
    tree.put("smallest_ridge", options.fit().smallestRidge());
    tree.put("largest_ridge", options.fit().largestRidge());
    tree.put("channel_ridge", options.fit().channelRidge());
    tree.put("head_ridge", options.fit().headRidge());
    published(options.fit(), tree);
    tree.put("rows_per_unknown", options.fit().rowsPerUnknown());
    tree.put("precision", WordConverter.word(report.request().precision()));
    tree.put("samples", report.request().samples());
    tree.put("calibration_images", report.calibration());
    tree.put("seed", options.seed());
    tree.put("threads", options.threads());
    tree.put(
        options.memory().ofProcess() ? "memory" : "memory_for_tensors", options.memory().bytes());
    List<Path> libraries = report.request().images().networks().libraries();
    if (!libraries.isEmpty()) {
      tree.put("custom_ops", libraries.stream().map(Path::toString).toList());
    }
    tree.put("preprocessing", report.preparation().described());
    return tree;
  }

  private static void size(BudgetOptions size, Map<String, Object> tree) {
    size.budget()
        .ifPresentOrElse(
            budget -> {
              tree.put("budget", budget);
              tree.put("cost", WordConverter.word(size.cost()));
              tree.put("allocation", WordConverter.word(size.allocation()));
            },
            () -> tree.put("separate", size.fraction()));
    tree.put("width_multiple", size.widthMultiple());
    tree.put("keep_separate", size.keepSeparate().stream().map(Pattern::pattern).toList());
    tree.put("merge", size.merge().stream().map(Pattern::pattern).toList());
  }

  private static Map<String, Object> plan(SizePlan plan) {
    Map<String, Object> tree = new LinkedHashMap<>();
    plan.asked().budget().ifPresent(budget -> tree.put("budget", budget));
    plan.limit().ifPresent(limit -> tree.put("limit", limit));
    tree.put("planned", plan.cost());
    tree.put("original", plan.original());
    tree.put("relative_planned", plan.relativeCost());
    tree.put("layout", WordConverter.word(plan.layout()));
    plan.gap().ifPresent(gap -> tree.put("allocation_gap", gap));
    tree.put("predicted_residual", plan.residual());
    return tree;
  }

  private static Map<String, Object> latency(Latency latency, SizePlan plan) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("threads", latency.threads());
    tree.put("batch", latency.batch());
    tree.put("ms_a", latency.a());
    tree.put("ms_b", latency.b());
    latency.asked(plan).ifPresent(asked -> tree.put("ms_asked", asked));
    tree.put("ms_planned", latency.planned(plan));
    tree.put("ms_measured", latency.merged());
    tree.put("relative_planned", plan.relativeCost());
    tree.put("relative_measured", latency.relative());
    return tree;
  }

  /** How heads were found; with shared labels there is one, and nothing to choose but this. */
  private static String heads(MergeOptions options) {
    boolean one = !options.heads().separate() && options.fit().heads() != HeadFit.ORIGINAL;
    return one ? "shared" : WordConverter.word(options.fit().heads());
  }

  private static List<Object> accuracy(Evaluation evaluation) {
    List<Object> rows = new ArrayList<>();
    for (Evaluation.Row row : evaluation.rows()) {
      Map<String, Object> tree = new LinkedHashMap<>();
      tree.put("network", WordConverter.word(row.subject()));
      Map<String, Object> domains = new LinkedHashMap<>();
      row.byDomain().forEach((domain, accuracy) -> domains.put(domain, share(accuracy)));
      tree.put("domains", domains);
      row.mean().ifPresent(mean -> tree.put("mean", mean));
      row.joint()
          .ifPresent(
              joint -> {
                tree.put("joint", share(joint.raw()));
                tree.put("joint_softmax", share(joint.softmax()));
              });
      tree.put("calibration_error", row.calibration());
      rows.add(tree);
    }
    return rows;
  }

  private static Map<String, Object> agreement(String images, Agreement.Measured measured) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("images", images);
    tree.put("explained", measured.explained());
    measured.top().ifPresent(top -> tree.put("same_top", share(top)));
    measured.cosine().ifPresent(cosine -> tree.put("cosine", List.of(cosine.a(), cosine.b())));
    return tree;
  }

  private static Map<String, Object> probe(Probes.Probed probed) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("domain", probed.domain());
    tree.put("original", share(probed.original()));
    tree.put("merged", share(probed.merged()));
    return tree;
  }

  private static Map<String, Object> share(Accuracy accuracy) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("rate", accuracy.rate());
    tree.put("standard_error", accuracy.standardError());
    tree.put("low_95", accuracy.interval().low());
    tree.put("high_95", accuracy.interval().high());
    tree.put("correct", accuracy.correct());
    tree.put("images", accuracy.images());
    return tree;
  }

  private static Map<String, Object> cost(MergeResult.Cost cost) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("macs_a", cost.macsA());
    tree.put("macs_b", cost.macsB());
    tree.put("macs", cost.macs());
    tree.put("macs_dense", cost.macsDense());
    tree.put("macs_blocks", cost.macsBlocks());
    tree.put("relative", cost.relative(cost.macs()));
    tree.put("relative_dense", cost.relative(cost.macsDense()));
    tree.put("relative_blocks", cost.relative(cost.macsBlocks()));
    tree.put("parameters_a", cost.parametersA());
    tree.put("parameters_b", cost.parametersB());
    tree.put("parameters", cost.parameters());
    return tree;
  }

  private static List<Map<String, Object>> groups(MergeResult result) {
    List<Map<String, Object>> groups = new ArrayList<>();
    for (MergeResult.Group group : result.groups()) {
      Map<String, Object> tree = group(group);
      result
          .plan()
          .effects()
          .ifPresent(effects -> tree.put("effect", effects.effects()[groups.size()]));
      groups.add(tree);
    }
    return groups;
  }

  private static void published(FitOptions options, Map<String, Object> tree) {
    if (options.method() != FitMethod.PUBLISHED) {
      return;
    }
    PublishedOptions published = options.published();
    tree.put("targets", WordConverter.word(published.targets()));
    if (published.adam().isEmpty()) {
      tree.put("published_ridge", published.ridge());
      return;
    }
    AdamOptions adam = published.adam().get();
    tree.put("adam_steps", adam.steps());
    tree.put("adam_images", adam.images());
    tree.put("adam_learning_rate", adam.learningRate());
  }

  private static Map<String, Object> group(MergeResult.Group group) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", group.name());
    tree.put("units", group.units());
    tree.put("width", group.width());
    tree.put("separate_pairs", group.separate());
    if (!group.whyRigid().isEmpty()) {
      tree.put("merged_fully_because", group.whyRigid());
    }
    tree.put("mean_score", group.meanScore());
    if (group.zipped().isEmpty()) {
      tree.put("partners", group.partners());
    } else {
      tree.put(
          "zipped",
          group.zipped().stream().map(unit -> Map.of("a", unit.a(), "b", unit.b())).toList());
    }
    tree.put("scores", group.scores());
    return tree;
  }

  private static List<Map<String, Object>> layers(MergeResult result) {
    Map<String, LayerLayout> layouts = new LinkedHashMap<>();
    result.layouts().forEach(layout -> layouts.put(layout.layer(), layout));
    Map<String, MergedLayer> merged = new LinkedHashMap<>();
    result.architecture().layers().forEach(layer -> merged.put(layer.name(), layer));
    return result.layers().stream()
        .map(
            fit -> {
              Map<String, Object> tree =
                  layer(fit, Objects.requireNonNull(layouts.get(fit.layer())));
              width(Objects.requireNonNull(merged.get(fit.layer())), result, tree);
              return tree;
            })
        .toList();
  }

  /** How large the merged layer is; its weight has a shape where it is not in blocks. */
  private static void width(MergedLayer layer, MergeResult result, Map<String, Object> tree) {
    tree.put("in", layer.in().length());
    tree.put("out", layer.out().length());
    Optional.ofNullable(result.graph().initializers().get(layer.weight()))
        .ifPresent(weight -> tree.put("weight", weight.shape()));
  }

  private static Map<String, Object> layer(LayerFit fit, LayerLayout layout) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", fit.layer());
    tree.put("residual", fit.residual());
    tree.put("ridge", fit.ridge());
    tree.put("rows", fit.rows());
    tree.put("available_rows", fit.availableRows());
    tree.put("unknowns", fit.unknowns());
    tree.put("layout", WordConverter.word(layout.form()));
    if (!layout.reason().isEmpty()) {
      tree.put("dense_because", layout.reason());
    }
    tree.put("macs", layout.macs());
    tree.put("macs_dense", layout.denseMacs());
    tree.put("macs_blocks", layout.blockMacs());
    tree.put("seconds", fit.seconds());
    return tree;
  }
}
