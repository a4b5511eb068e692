package io.github.pleas.symmetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.network.Network;
import io.github.pleas.network.Runs;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Graph;
import io.github.pleas.onnx.Node;
import io.github.pleas.onnx.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rules that are wrong on purpose, and networks that no check can judge. */
class DefectsTest {
  private static final SelfCheck CHECK = new SelfCheck(Runs.RUNTIME);

  /** Forgets that what comes out is what went in. */
  private static final OperatorRule FORGETFUL =
      (node, ties) -> {
        ties.elements(node.input(0));
        ties.newUnits(node.output(), 1);
      };

  private static SelfCheck.Checked check(Network network, OperatorRules rules) {
    SymmetryAnalysis analysis = new SymmetryAnalysis(rules);
    return CHECK.check(network, analysis.analyse(network), analysis, 1);
  }

  /** Units of 5, 6, ... behind each other; those behind an operator go through it. */
  private static Network chain(String... operators) {
    GraphBuilder g = new GraphBuilder(1);
    String h = g.input("x", 3, 4, 4);
    int channels = 3;
    for (int k = 0; k < operators.length; k++) {
      h = g.node(operators[k], g.conv(h, channels, 5 + k, 3));
      channels = 5 + k;
    }
    return Runs.read(g.build(g.gemm(g.pooled(h), channels, 2)));
  }

  private static int[] sizes(Symmetry symmetry) {
    return symmetry.groups().stream().mapToInt(UnitGroup::size).toArray();
  }

  @Test
  void whatIsRightPassesAndNoFurtherQuestionsAreAsked() {
    SelfCheck.Checked checked = check(chain("Relu", "Tanh", "Relu"), OperatorRules.standard());
    Proof proof = checked.proof();
    assertThat(proof.verdict()).isEqualTo(Proof.Verdict.PASSED);
    assertThat(proof.error()).isLessThan(1e-5).isEqualTo(proof.remaining());
    assertThat(proof.noise()).isEmpty();
    assertThat(sizes(checked.symmetry())).containsExactly(5, 6, 7);
  }

  @Test
  void theGroupsAtAWrongRuleAreFoundAndFixedAndTheOthersMove() {
    Network network = chain("Relu", "Relu", "Tanh", "Relu", "Relu", "Tanh", "Relu");
    SelfCheck.Checked checked =
        check(network, OperatorRules.standard().with("", "Tanh", FORGETFUL));
    Proof proof = checked.proof();
    assertThat(proof.verdict()).isEqualTo(Proof.Verdict.DEFECT);
    assertThat(proof.error()).isGreaterThan(0.01);
    assertThat(proof.remaining()).isLessThan(1e-5);
    // What each Tanh reads, and what it writes.
    assertThat(proof.defects()).extracting(d -> d.group().size()).containsExactly(7, 7, 10, 10);
    assertThat(proof.defects())
        .allSatisfy(
            defect -> {
              assertThat(defect.error()).isGreaterThan(0.001);
              assertThat(defect.operators()).extracting(Node::op).contains("Tanh", "Conv");
              assertThat(defect.toString()).contains("group '", "1 Conv, 1 Tanh");
            });
    assertThat(sizes(checked.symmetry())).containsExactly(5, 6, 8, 9, 11);
    HiddenUnits hidden = HiddenUnits.of(network, checked.symmetry());
    assertThat(hidden.total()).isEqualTo(5 + 6 + 7 + 8 + 9 + 10 + 11);
    assertThat(hidden.moving()).isEqualTo(5 + 6 + 8 + 9 + 11);
    assertThat(hidden.fixed())
        .extracting(Symmetry.Fixed::reason)
        .containsOnly("refuted by the self-check, a defect of the analysis");
    assertThat(proof.toString())
        .contains(
            "DEFECT", "without 4 groups", "all of the groups stand at Conv, Tanh", "please report");
  }

  @Test
  void whereEveryGroupIsWrongNothingMoves() {
    SelfCheck.Checked checked =
        check(chain("Tanh", "Tanh"), OperatorRules.standard().with("", "Tanh", FORGETFUL));
    assertThat(checked.symmetry().groups()).isEmpty();
    assertThat(checked.proof().remaining()).isZero();
    assertThat(checked.proof().defects()).hasSize(4);
  }

  /**
   * Factors that are the same within a group of a convolution and differ between groups: a rule
   * that forgets them is right about units and wrong about blocks.
   */
  @Test
  void blocksAreBlamedAloneAndUnitsGoOnMovingInsideThem() {
    GraphBuilder g = new GraphBuilder(2);
    String h = g.relu(g.conv(g.input("x", 3, 4, 4), 3, 8, 3));
    h = g.conv(h, 8, 8, 3, 1, 2);
    float[] factors = {1, 1, 1, 1, 3, 3, 3, 3};
    h = g.node("Mul", h, g.constant(Tensor.ofFloats(new int[] {1, 8, 1, 1}, factors)));
    Network network = Runs.read(g.build(g.gemm(g.pooled(g.relu(h)), 8, 2)));
    assertThat(sizes(check(network, OperatorRules.standard()).symmetry()))
        .as("with the right rule factors move along")
        .containsExactlyInAnyOrder(2, 8, 8);
    OperatorRule forgetsFactors =
        (node, ties) -> ties.elements(node.input(0)).forEach(e -> ties.assign(node.output(), e));
    SelfCheck.Checked checked =
        check(network, OperatorRules.standard().with("", "Mul", forgetsFactors));
    assertThat(checked.proof().defects())
        .singleElement()
        .satisfies(
            defect -> {
              assertThat(defect.group().size()).isEqualTo(2);
              assertThat(defect.group().name()).startsWith("blocks of");
              assertThat(defect.operators()).extracting(Node::op).contains("Mul");
            });
    assertThat(sizes(checked.symmetry())).containsExactly(4, 4, 4, 4);
    assertThat(checked.proof().remaining()).isLessThan(1e-5);
    assertThat(HiddenUnits.of(network, checked.symmetry()).fixed()).isEmpty();
  }

  /** Two wrongs on one output, each within a limit that both together exceed. */
  @Test
  void ofGroupsThatAreToBlameOnlyTogetherOneIsFound() {
    GraphBuilder g = new GraphBuilder(4);
    String x = g.input("x", 3, 4, 4);
    String one = g.node("Tanh", g.conv(x, 3, 8, 3));
    String other = g.node("Tanh", g.conv(x, 3, 8, 3));
    Network network =
        Runs.read(g.build(g.add(g.gemm(g.pooled(one), 8, 1), g.gemm(g.pooled(other), 8, 1))));
    OperatorRule wrong =
        (node, ties) -> {
          // The units that are read stay, those that are written do not: one group for each Tanh.
          ties.elements(node.input(0)).forEach(e -> ties.fix(e.ids(), "for the test"));
          ties.newUnits(node.output(), 1);
        };
    Symmetry symmetry =
        new SymmetryAnalysis(OperatorRules.standard().with("", "Tanh", wrong)).analyse(network);
    assertThat(sizes(symmetry)).containsExactly(8, 8);
    Trial trial = new Trial(Runs.RUNTIME, network, 1);
    int tried = 0;
    for (long seed = 1; seed <= 20; seed++) {
      double first = trial.error(symmetry, Permutations.random(symmetry, seed, k -> k == 0));
      double second = trial.error(symmetry, Permutations.random(symmetry, seed, k -> k == 1));
      double both = trial.error(symmetry, Permutations.random(symmetry, seed));
      if (both > 1.1 * Math.max(first, second)) {
        double limit = (both + Math.max(first, second)) / 2;
        List<Defect> found = new Culprits(trial, network, symmetry, limit, seed).find();
        assertThat(found).singleElement().satisfies(d -> assertThat(d.error()).isEqualTo(both));
        tried++;
      }
    }
    assertThat(tried).isPositive();
  }

  /** Two equal units with weights of 1e9 and -1e9: what is left depends on the order of adding. */
  @Test
  void aNetworkThatAmplifiesRoundingProvesNothing() {
    GraphBuilder g = new GraphBuilder(1);
    float[] first = new float[6 * 192];
    for (int i = 0; i < first.length; i++) {
      first[i] = (float) Math.sin(i < 2 * 192 ? i % 192 : i);
    }
    float[] second = new float[5 * 6];
    for (int i = 0; i < second.length; i++) {
      second[i] = i % 6 == 0 ? 1e9f : i % 6 == 1 ? -1e9f : 1;
    }
    String h = g.relu(linear(g, g.node("Flatten", g.input("x", 3, 8, 8)), 6, first));
    Network network = Runs.read(g.build(linear(g, h, 5, second)));
    SelfCheck.Checked checked = check(network, OperatorRules.standard());
    Proof proof = checked.proof();
    assertThat(proof.verdict()).isEqualTo(Proof.Verdict.UNPROVEN);
    assertThat(proof.defects()).isEmpty();
    assertThat(proof.amplification().orElseThrow()).isGreaterThan(1e4);
    assertThat(proof.toString()).contains("unproven: the network amplifies rounding by ");
    assertThat(sizes(checked.symmetry())).containsExactly(6);
  }

  /** The square root of what is below zero: as many NaN before as after, whatever moves. */
  @Test
  void outputsThatAreNoFiniteNumbersProveNothing() {
    for (boolean wrong : new boolean[] {false, true}) {
      GraphBuilder g = new GraphBuilder(1);
      String h = g.node("Tanh", g.conv(g.input("x", 3, 4, 4), 3, 5, 3));
      String below = g.node("Neg", g.node("Exp", g.gemm(g.pooled(h), 5, 2)));
      OperatorRules rules = OperatorRules.standard();
      SelfCheck.Checked checked =
          check(
              Runs.read(g.build(g.node("Sqrt", below))),
              wrong ? rules.with("", "Tanh", FORGETFUL) : rules);
      assertThat(checked.proof().verdict()).isEqualTo(Proof.Verdict.UNPROVEN);
      assertThat(checked.proof().defects()).isEmpty();
      assertThat(checked.proof().toString()).contains("unproven", "no finite number", "'sqrt_");
    }
  }

  /** One output says nothing, but a wrong rule shows in the other. */
  @Test
  void anOutputThatProvesNothingHidesNoDefectFromTheOthers() {
    GraphBuilder g = new GraphBuilder(1);
    String h = g.node("Tanh", g.conv(g.input("x", 3, 4, 4), 3, 5, 3));
    String seen = g.gemm(g.pooled(h), 5, 2);
    String silent = g.node("Sqrt", g.node("Neg", g.node("Exp", seen)));
    Network network = Runs.read(g.build(g.node("Relu", g.node("Abs", seen)), silent));
    OperatorRules rules = OperatorRules.standard();
    assertThat(check(network, rules).proof().verdict()).isEqualTo(Proof.Verdict.UNPROVEN);
    assertThat(check(network, rules.with("", "Tanh", FORGETFUL)).proof().verdict())
        .isEqualTo(Proof.Verdict.DEFECT);
  }

  private static String linear(GraphBuilder g, String x, int outputs, float[] weight) {
    String w = g.constant(Tensor.ofFloats(new int[] {outputs, weight.length / outputs}, weight));
    return g.node("Gemm", Map.of("transB", new Attribute.Int(1)), x, w);
  }

  /** One of ONNX Runtime's own operators, whatever the rules that we bring say of it. */
  private static Network withCustomOperator() {
    GraphBuilder g = new GraphBuilder(1);
    String h = g.relu(g.conv(g.input("x", 3, 4, 4), 3, 6, 3));
    Graph graph = g.build(g.gemm(g.pooled(h), 6, 2));
    List<Node> nodes =
        graph.nodes().stream()
            .map(
                node ->
                    node.is("Relu")
                        ? new Node(
                            node.name(),
                            "QuickGelu",
                            "com.microsoft",
                            node.inputs(),
                            node.outputs(),
                            Map.of())
                        : node)
            .toList();
    return Runs.read(
        new Graph(
            graph.name(),
            graph.inputs(),
            graph.outputs(),
            nodes,
            graph.initializers(),
            Map.of("", 17, "com.microsoft", 1),
            graph.irVersion(),
            graph.metadata()));
  }

  @Test
  void aRuleForACustomOperatorLetsItsUnitsMove() {
    Network network = withCustomOperator();
    OperatorRules standard = OperatorRules.standard();
    OperatorRules without =
        standard.with(
            "com.microsoft", "QuickGelu", (node, ties) -> ties.fixInputs(node, "not this one"));
    Symmetry fixed = new SymmetryAnalysis(without).analyse(network);
    assertThat(fixed.groups()).isEmpty();
    assertThat(HiddenUnits.of(network, fixed).fixed())
        .singleElement()
        .satisfies(
            f -> {
              assertThat(f.units()).isEqualTo(6);
              assertThat(f.reason()).isEqualTo("not this one");
              assertThat(f.operator().orElseThrow().op()).isEqualTo("QuickGelu");
            });
    OperatorRules rules =
        without.with("com.microsoft", "QuickGelu", standard.rule("", "Relu").orElseThrow());
    SelfCheck.Checked checked = check(network, rules);
    assertThat(sizes(checked.symmetry())).containsExactly(6);
    assertThat(checked.proof().verdict()).isEqualTo(Proof.Verdict.PASSED);
    assertThat(rules.operators()).contains("com.microsoft::QuickGelu", "Relu");
    // Each set of rules is what it was.
    assertThat(new SymmetryAnalysis(without).analyse(network).groups()).isEmpty();
    assertThat(OperatorRules.standard().operators()).isEqualTo(standard.operators());
  }

  /** The rule that the class's documentation shows, for an operator that does what it says. */
  @Test
  void aRuleOfThreeLinesForAFactorOfEachChannelIsEnough() {
    GraphBuilder g = new GraphBuilder(1);
    String h = g.conv(g.input("x", 3, 4, 4), 3, 6, 3);
    h = g.node("PRelu", h, g.weight(1, 6, 1, 1));
    Network network = Runs.read(g.build(g.gemm(g.pooled(h), 6, 2)));
    OperatorRule rule =
        (node, ties) -> {
          Optional<int[]> channels = ties.elements(node.input(0), 1);
          ties.bind(node.input(1), 0, channels, node);
          ties.assign(node.output(), 1, channels);
        };
    SelfCheck.Checked checked = check(network, OperatorRules.standard().with("", "PRelu", rule));
    assertThat(checked.proof().verdict()).isEqualTo(Proof.Verdict.PASSED);
    assertThat(sizes(checked.symmetry())).containsExactly(6);
    assertThat(checked.symmetry().groups().get(0).members())
        .extracting(UnitGroup.Member::tensor)
        .as("the factors move along")
        .contains(network.graph().nodes().get(1).input(1));
  }

  @Test
  void onlyWhatIsNoOutputIsExpectedToMove() {
    Network network = chain("Relu", "Relu");
    Symmetry symmetry = new SymmetryAnalysis(OperatorRules.standard()).analyse(network);
    assertThat(symmetry.fixed())
        .singleElement()
        .satisfies(
            f -> {
              assertThat(f.units()).isEqualTo(2);
              assertThat(f.output()).isTrue();
            });
    assertThat(HiddenUnits.of(network, symmetry)).isEqualTo(new HiddenUnits(11, List.of()));
  }
}
