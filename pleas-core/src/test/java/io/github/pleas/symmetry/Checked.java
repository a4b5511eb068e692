package io.github.pleas.symmetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.network.Network;
import io.github.pleas.network.Runs;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A network with its symmetry, which has proved itself. */
record Checked(Network network, Symmetry symmetry) {
  private static final double ROUNDING = 1e-5;

  /** Reads and analyses a graph; under three random reorderings its outputs stay. */
  static Checked of(Graph graph) {
    Network network = Runs.read(graph);
    Symmetry symmetry = new SymmetryAnalysis(OperatorRules.standard()).analyse(network);
    Checked checked = new Checked(network, symmetry);
    checked.outputsStay();
    return checked;
  }

  void outputsStay() {
    for (long seed = 1; seed <= 3; seed++) {
      assertThat(new SelfCheck(Runs.RUNTIME).error(network, symmetry, seed)).isLessThan(ROUNDING);
    }
  }

  /**
   * The groups have these sizes, in any order, and none of them stands in blocks of another. Each
   * of them moves constants, and moving only one of these breaks the outputs: the check above would
   * notice a place that was forgotten.
   */
  Checked hasGroups(int... sizes) {
    return hasBlocks(Arrays.stream(sizes).mapToObj(Integer::toString).toArray(String[]::new));
  }

  /**
   * As {@link #hasGroups}, where units stand in blocks: "3(4 5)" are three blocks, and in each four
   * units of one kind and five of another.
   */
  Checked hasBlocks(String... groups) {
    List<String> found =
        symmetry.groups().stream()
            .filter(g -> g.blocks().isEmpty())
            .map(g -> structure(g, 1))
            .toList();
    assertThat(found).as("%s", symmetry.groups()).containsExactlyInAnyOrder(groups);
    for (UnitGroup group : symmetry.groups()) {
      if (perBlock(group) == 1) {
        continue; // it only goes where its block goes
      }
      Map<String, Tensor> changed = changedBy(group);
      assertThat(changed).as("constants that %s moves", group.name()).isNotEmpty();
      String one = changed.keySet().iterator().next();
      assertThat(errorOf(network.withConstants(Map.of(one, changed.get(one)))))
          .as("error when '%s' alone moves", one)
          .isGreaterThan(10 * ROUNDING);
    }
    return this;
  }

  /** The operator is still there when the rules are applied: no canonical form has replaced it. */
  Checked has(String op) {
    assertThat(network.graph().nodes())
        .extracting(n -> n.isStandard() ? n.op() : n.domain() + "::" + n.op())
        .contains(op);
    return this;
  }

  private String structure(UnitGroup group, int blocks) {
    String inside =
        symmetry.inside(group).stream()
            .map(g -> structure(g, group.size()))
            .sorted()
            .collect(Collectors.joining(" "));
    return group.size() / blocks + (inside.isEmpty() ? "" : "(" + inside + ")");
  }

  private int perBlock(UnitGroup group) {
    return group.blocks().isPresent()
        ? group.size() / symmetry.groups().get(group.blocks().getAsInt()).size()
        : group.size();
  }

  /** Constants that differ when a group's units stand in reverse, within each block. */
  private Map<String, Tensor> changedBy(UnitGroup group) {
    int perBlock = perBlock(group);
    int[] reversed = new int[group.size()];
    for (int u = 0; u < reversed.length; u++) {
      reversed[u] = u / perBlock * perBlock + perBlock - 1 - u % perBlock;
    }
    Permutations moved = Permutations.identity(symmetry).with(group.index(), reversed);
    for (UnitGroup inside : symmetry.family(group)) {
      if (inside.index() != group.index()) {
        // Blocks take along what stands in them.
        int[] blocks = moved.of(inside.blocks().orElseThrow());
        int size = inside.size() / blocks.length;
        int[] order =
            IntStream.range(0, inside.size())
                .map(u -> blocks[u / size] * size + u % size)
                .toArray();
        moved = moved.with(inside.index(), order);
      }
    }
    Network permuted = new Permuter(symmetry).permute(network, moved);
    Map<String, Tensor> changed = new LinkedHashMap<>();
    permuted
        .graph()
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (!tensor.equals(network.constant(name))) {
                changed.put(name, tensor);
              }
            });
    return changed;
  }

  private double errorOf(Network other) {
    int[] shape = network.inputs().get(0).shape().forBatch(network.fixedBatch().orElse(2));
    List<Tensor> before = Runs.outputs(network.graph(), 5, shape);
    List<Tensor> after = Runs.outputs(other.graph(), 5, shape);
    double worst = 0;
    for (int i = 0; i < before.size(); i++) {
      float[] expected = before.get(i).floats();
      worst = Math.max(worst, SelfCheck.relativeError(expected, after.get(i).floats()));
    }
    return worst;
  }

  /** Permuting the constant at one input of the nodes of an operator moves elements on an axis. */
  Checked moves(String op, int input, int axis) {
    List<String> constants = constants(op, input);
    assertThat(constants).isNotEmpty();
    for (String name : constants) {
      assertThat(symmetry.axis(name, axis)).as("%s axis %d", name, axis).isPresent();
      assertThat(symmetry.axis(name, axis).orElseThrow().moves()).isTrue();
    }
    return this;
  }

  List<String> constants(String op, int input) {
    return network.graph().nodes().stream()
        .filter(n -> n.is(op) && network.isConstant(n.input(input)))
        .map(n -> n.input(input))
        .toList();
  }

  Checked reportsFixed(String part) {
    assertThat(symmetry.fixed().stream().map(Symmetry.Fixed::reason).toList())
        .anyMatch(reason -> reason.contains(part));
    return this;
  }

  Checked isRigid(String part) {
    assertThat(symmetry.groups().stream().flatMap(g -> g.whyRigid().stream()).toList())
        .anyMatch(reason -> reason.contains(part));
    return this;
  }

  /** Why no pairs of the one group of blocks can stay separate; empty where they can. */
  String whyNotSeparate() {
    Separability separability = Separability.of(network, symmetry);
    List<String> reasons =
        symmetry.groups().stream()
            .filter(g -> g.blocks().isEmpty() && !symmetry.inside(g).isEmpty())
            .map(g -> separability.whyNot(g.index()).orElse(""))
            .toList();
    assertThat(reasons).hasSize(1);
    return reasons.get(0);
  }

  Checked isNowhereRigid() {
    assertThat(symmetry.groups()).allMatch(g -> g.whyRigid().isEmpty());
    return this;
  }
}
