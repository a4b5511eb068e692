package io.github.pleas.experiment;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.eval.Accuracy;
import io.github.pleas.eval.Agreement;
import io.github.pleas.eval.Evaluation;
import io.github.pleas.merge.MergeResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A cell's result as JSON, and back: what is written is what is read. */
final class CellJson {
  private CellJson() {}

  /**
   * A result as text.
   *
   * @param name of the cell, for readers
   */
  static String text(String name, CellKey key, CellResult result) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("cell", name);
    tree.put("digest", key.digest());
    tree.put("key", key.parts());
    if (result instanceof CellResult.Refused refused) {
      tree.put("refused", refused.reason());
    } else if (result instanceof CellResult.Measured measured) {
      tree.put("evaluation", evaluation(measured.evaluation()));
      tree.put("cost", cost(measured.cost()));
      tree.put("warnings", measured.warnings());
      tree.put("seconds", measured.seconds());
    }
    try {
      return JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(tree) + "\n";
    } catch (IOException e) {
      throw new UncheckedIOException("writing JSON into a string failed", e);
    }
  }

  private static Map<String, Object> evaluation(Evaluation evaluation) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("domains", evaluation.domains());
    tree.put("images", evaluation.images());
    List<Object> rows = new ArrayList<>();
    for (Evaluation.Row row : evaluation.rows()) {
      Map<String, Object> each = new LinkedHashMap<>();
      each.put("network", row.subject().name());
      each.put("name", row.name());
      Map<String, Object> domains = new LinkedHashMap<>();
      row.byDomain().forEach((domain, accuracy) -> domains.put(domain, share(accuracy)));
      each.put("domains", domains);
      each.put("calibration_error", row.calibration());
      row.joint()
          .ifPresent(
              joint -> {
                each.put("joint", share(joint.raw()));
                each.put("joint_softmax", share(joint.softmax()));
              });
      rows.add(each);
    }
    tree.put("rows", rows);
    tree.put("explained", evaluation.agreement().explained());
    evaluation.agreement().top().ifPresent(top -> tree.put("same_top", share(top)));
    return tree;
  }

  private static List<Integer> share(Accuracy accuracy) {
    return List.of(accuracy.correct(), accuracy.images());
  }

  private static Map<String, Object> cost(MergeResult.Cost cost) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("macs_a", cost.macsA());
    tree.put("macs_b", cost.macsB());
    tree.put("macs", cost.macs());
    tree.put("macs_dense", cost.macsDense());
    tree.put("macs_blocks", cost.macsBlocks());
    tree.put("parameters_a", cost.parametersA());
    tree.put("parameters_b", cost.parametersB());
    tree.put("parameters", cost.parameters());
    return tree;
  }

  /**
   * The result of a text.
   *
   * @return empty if it is not that of the key: damaged, or edited
   */
  static Optional<CellResult> read(String text, CellKey key) {
    try {
      JsonTree tree = new JsonTree(JSON.std.mapFrom(text));
      if (!tree.text("digest").equals(key.digest())) {
        return Optional.empty();
      }
      if (tree.has("refused")) {
        return Optional.of(new CellResult.Refused(tree.text("refused")));
      }
      return Optional.of(
          new CellResult.Measured(
              evaluation(tree.tree("evaluation")),
              cost(tree.tree("cost")),
              tree.texts("warnings"),
              tree.number("seconds").doubleValue()));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Evaluation evaluation(JsonTree tree) {
    List<Evaluation.Row> rows = new ArrayList<>();
    for (JsonTree row : tree.trees("rows")) {
      Map<String, Accuracy> domains = new LinkedHashMap<>();
      JsonTree shares = row.tree("domains");
      shares.keys().forEach(domain -> domains.put(domain, share(shares, domain)));
      Map<String, Double> errors = new LinkedHashMap<>();
      JsonTree calibration = row.tree("calibration_error");
      calibration
          .keys()
          .forEach(domain -> errors.put(domain, calibration.number(domain).doubleValue()));
      rows.add(
          new Evaluation.Row(
              Evaluation.Subject.valueOf(row.text("network")),
              row.text("name"),
              domains,
              errors,
              row.has("joint")
                  ? Optional.of(
                      new Evaluation.Joint(share(row, "joint"), share(row, "joint_softmax")))
                  : Optional.empty()));
    }
    return new Evaluation(
        tree.texts("domains"),
        tree.numbers("images").stream().map(Number::intValue).toList(),
        rows,
        new Agreement.Measured(
            tree.number("explained").doubleValue(),
            tree.has("same_top") ? Optional.of(share(tree, "same_top")) : Optional.empty()));
  }

  private static Accuracy share(JsonTree tree, String key) {
    List<Number> two = tree.numbers(key);
    if (two.size() != 2) {
      throw new IllegalArgumentException(key + " is no share");
    }
    return new Accuracy(two.get(0).intValue(), two.get(1).intValue());
  }

  private static MergeResult.Cost cost(JsonTree tree) {
    return new MergeResult.Cost(
        tree.number("macs_a").longValue(),
        tree.number("macs_b").longValue(),
        tree.number("macs").longValue(),
        tree.number("macs_dense").longValue(),
        tree.number("macs_blocks").longValue(),
        tree.number("parameters_a").longValue(),
        tree.number("parameters_b").longValue(),
        tree.number("parameters").longValue());
  }
}
