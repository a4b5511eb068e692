package io.github.pleas.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.pleas.Version;
import io.github.pleas.network.Layer;
import io.github.pleas.network.Network;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Subgraphs;
import io.github.pleas.onnx.ValueInfo;
import io.github.pleas.runtime.ValueShape;
import io.github.pleas.symmetry.Defect;
import io.github.pleas.symmetry.Proof;
import io.github.pleas.symmetry.SelfCheck;
import io.github.pleas.symmetry.Symmetry;
import io.github.pleas.symmetry.UnitGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** All there is to tell about a network, to be read by programs. */
final class InspectionJson {
  private final Inspection inspection;
  private final Network network;
  private final Map<String, List<String>> readers = new LinkedHashMap<>();
  private final Map<String, String> writers = new LinkedHashMap<>();

  private InspectionJson(Inspection inspection) {
    this.inspection = inspection;
    this.network = inspection.network();
    for (Node node : network.graph().nodes()) {
      for (String value : Subgraphs.reads(node)) {
        readers.computeIfAbsent(value, any -> new ArrayList<>()).add(node.name());
      }
      node.outputs().forEach(value -> writers.put(value, node.name()));
    }
  }

  static String text(Inspection inspection) {
    try {
      return JSON.std
          .with(JSON.Feature.PRETTY_PRINT_OUTPUT)
          .asString(new InspectionJson(inspection).tree());
    } catch (IOException e) {
      throw new UncheckedIOException("writing JSON into a string failed", e);
    }
  }

  private Map<String, Object> tree() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("pleas", Version.current());
    tree.put("network", summary());
    tree.put("hidden_units", hidden());
    tree.put("groups", inspection.groups().stream().map(this::group).toList());
    tree.put("layers", network.layers().stream().map(this::layer).toList());
    tree.put("fixed", inspection.hidden().fixed().stream().map(InspectionJson::fixed).toList());
    tree.put("unknown_operators", inspection.symmetry().unknownOperators());
    tree.put("failed_rules", inspection.symmetry().failedRules());
    inspection.proof().ifPresent(proof -> tree.put("self_check", proof(proof)));
    tree.put("seconds", inspection.seconds());
    Map<String, Object> memory = new LinkedHashMap<>();
    memory.put("heap_bytes", inspection.memory().heapBytes());
    inspection.memory().processBytes().ifPresent(bytes -> memory.put("process_bytes", bytes));
    tree.put("peak_memory", memory);
    return tree;
  }

  private Map<String, Object> summary() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("file", inspection.name());
    tree.put("opset", network.graph().opset());
    List<Map<String, Object>> inputs = network.inputNames().stream().map(this::value).toList();
    tree.put("input", inputs.get(0));
    tree.put("inputs", inputs);
    tree.put(
        "outputs",
        network.graph().outputs().stream().map(ValueInfo::name).map(this::value).toList());
    tree.put("macs", network.macs());
    tree.put("macs_of_products", network.macsOfProducts());
    tree.put("parameters", network.parameters());
    return tree;
  }

  /** A value with its shape for one image; -1 stands for a batch of any size. */
  private Map<String, Object> value(String name) {
    ValueShape shape = network.shape(name);
    int[] dimensions = shape.dimensions();
    if (network.fixedBatch().isPresent()) {
      dimensions = shape.forBatch(network.fixedBatch().getAsInt());
    } else if (shape.batchAxis() >= 0) {
      dimensions[shape.batchAxis()] = -1;
    }
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", name);
    tree.put("shape", dimensions);
    return tree;
  }

  private Map<String, Object> hidden() {
    long total = inspection.hidden().total();
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("total", total);
    tree.put("moving", inspection.hidden().moving());
    if (total > 0) {
      tree.put("share", inspection.hidden().moving() / (double) total);
    }
    return tree;
  }

  private Map<String, Object> group(UnitGroup group) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("index", group.index());
    tree.put("name", group.name());
    tree.put("units", group.size());
    inspection.queryHeads(group).ifPresent(each -> tree.put("query_heads", each));
    inspection
        .blocks(group)
        .ifPresent(
            blocks -> {
              Map<String, Object> in = new LinkedHashMap<>();
              in.put("group", blocks.index());
              in.put("blocks", blocks.size());
              in.put("units_in_each", group.size() / blocks.size());
              tree.put("in_blocks", in);
            });
    String why = inspection.whyNotSeparate(group);
    tree.put("can_be_separate", why.isEmpty());
    if (!why.isEmpty()) {
      tree.put("why_not_separate", why);
    }
    tree.put("members", group.members().stream().map(this::member).toList());
    return tree;
  }

  private Map<String, Object> member(UnitGroup.Member member) {
    String tensor = member.tensor();
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("tensor", tensor);
    tree.put("kind", network.isConstant(tensor) ? "constant" : "value");
    tree.put("axes", member.axes());
    tree.put("fills_axes", member.fills());
    if (writers.containsKey(tensor)) {
      tree.put("written_by", writers.get(tensor));
    }
    tree.put("read_by", readers.getOrDefault(tensor, List.of()));
    return tree;
  }

  private Map<String, Object> layer(Layer layer) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", layer.name());
    tree.put("kind", lower(layer.kind()));
    tree.put("macs", layer.macs(network));
    tree.put("parameters", layer.parameters(network));
    tree.put("reads", side(layer.input(), layer.inputs(), inspection.reads(layer)));
    tree.put("writes", side(layer.output(), layer.outputs(), inspection.writes(layer)));
    return tree;
  }

  private static Map<String, Object> side(String value, int units, Inspection.Side side) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("value", value);
    tree.put("units", units);
    tree.put("groups", side.groups().keySet().stream().map(UnitGroup::index).toList());
    tree.put("fixed_units", side.fixed());
    return tree;
  }

  private static Map<String, Object> fixed(Symmetry.Fixed fixed) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("layer", fixed.layer());
    tree.put("tensor", fixed.tensor());
    tree.put("axes", fixed.axes());
    tree.put("units", fixed.units());
    // The first and the last place of each stretch; on several axes, numbered row-major.
    tree.put("ranges", fixed.ranges().stream().map(r -> List.of(r.first(), r.last())).toList());
    tree.put("reason", fixed.reason());
    fixed.operator().ifPresent(node -> tree.put("operator", node(node)));
    return tree;
  }

  private static Map<String, Object> node(Node node) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("name", node.name());
    tree.put("op", node.op());
    if (!node.isStandard()) {
      tree.put("domain", node.domain());
    }
    return tree;
  }

  private static Map<String, Object> proof(Proof proof) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("verdict", lower(proof.verdict()));
    tree.put("error", proof.error());
    tree.put("tolerance", SelfCheck.TOLERANCE);
    proof.noise().ifPresent(noise -> tree.put("error_of_noise", noise));
    proof.amplification().ifPresent(factor -> tree.put("amplification", factor));
    if (!proof.silent().isEmpty()) {
      tree.put("silent_outputs", proof.silent());
    }
    if (!proof.defects().isEmpty()) {
      tree.put("error_without_defects", proof.remaining());
    }
    tree.put("defects", proof.defects().stream().map(InspectionJson::defect).toList());
    return tree;
  }

  private static Map<String, Object> defect(Defect defect) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("group", defect.group().name());
    tree.put("units", defect.group().size());
    tree.put("error", defect.error());
    tree.put("operators", defect.operators().stream().map(InspectionJson::node).toList());
    return tree;
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
