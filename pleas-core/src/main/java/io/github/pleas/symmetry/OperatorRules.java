package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The rules by operator name. Read each beside the operator's definition. Immutable: rules for
 * operators that are not among the {@link #standard} ones are added to a copy,
 *
 * <pre>{@code
 * OperatorRules standard = OperatorRules.standard();
 * OperatorRules rules = standard
 *     .with("com.example", "Swish", standard.rule("", "Sigmoid").orElseThrow())
 *     .with("com.example", "ChannelGate", (node, ties) -> {
 *       Optional<int[]> channels = ties.elements(node.input(0), 1);
 *       ties.bind(node.input(1), 0, channels, node); // a factor for each channel
 *       ties.assign(node.output(), 1, channels);
 *     });
 * }</pre>
 */
public final class OperatorRules {
  /**
   * A rule, and of how many of its operator's outputs it speaks.
   *
   * @param rule the rule
   * @param outputs how many; where more are read, nothing that enters the node moves
   */
  record Entry(OperatorRule rule, int outputs) {}

  private static final String RUNTIME = "com.microsoft";

  private static final int ALL = Integer.MAX_VALUE;

  private final Map<String, Entry> rules = new HashMap<>();

  private OperatorRules() {}

  /** The rules of all operators that we know. */
  public static OperatorRules standard() {
    OperatorRules all = new OperatorRules();
    all.register(LinearRules::convolution, "Conv");
    all.register(LinearRules::transposed, "ConvTranspose");
    all.register(LinearRules::batchNormalization, "BatchNormalization");
    all.register(ContractionRules::gemm, "Gemm");
    all.register(ContractionRules::matMul, "MatMul");
    all.register(ContractionRules::einsum, "Einsum");
    all.register(RecurrentRules::lstm, ALL, "LSTM");
    all.register(RecurrentRules::gru, ALL, "GRU");
    all.register(RecurrentRules::rnn, ALL, "RNN");
    all.register(ElementWiseRules::apply, ElementWiseRules.OPERATORS.toArray(String[]::new));
    all.register(ElementWiseRules::expand, "Expand");
    all.register(SpatialRules::channelWise, "AveragePool", "LpPool", "MaxPool");
    all.register(
        ReductionRules::overPositions, "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool");
    all.register(SpatialRules::sampled, "GridSample", "MaxRoiPool", "RoiAlign");
    all.register(SpatialRules::cropOrPad, "CenterCropPad");
    all.register(SpatialRules::pad, "Pad");
    all.register(SpatialRules::resize, "Resize", "Upsample");
    all.register(SpatialRules::cumulative, "CumSum");
    all.register(SpatialRules::triangle, "Trilu");
    all.register(SpatialRules::neighbours, "LRN");
    all.register(SpatialRules::top, ALL, "TopK");
    all.register(SpatialRules::extreme, "ArgMax", "ArgMin");
    all.register(SpatialRules::hardmax, "Hardmax");
    all.register(SpatialRules::reverse, "ReverseSequence");
    all.register(IndexRules::gatherElements, "GatherElements");
    all.register(IndexRules::scatterElements, "ScatterElements", "Scatter");
    all.register(IndexRules::gatherNd, "GatherND");
    all.register(IndexRules::scatterNd, "ScatterND");
    all.register(IndexRules::oneHot, "OneHot");
    all.register(AttentionRules::attention, "Attention");
    all.register(AttentionRules::rotary, "RotaryEmbedding");
    // In canonical form, what flattens or squeezes is a Reshape too.
    all.register(ShapeRules::reshape, "Reshape");
    all.register(ShapeRules::transpose, "Transpose");
    all.register(ConcatRule::apply, "Concat");
    all.register(SelectionRules::split, ALL, "Split");
    all.register(SelectionRules::slice, "Slice");
    all.register(SelectionRules::gather, "Gather");
    all.register(SelectionRules::tile, "Tile");
    all.register(SelectionRules::depthToSpace, "DepthToSpace");
    all.register(SelectionRules::spaceToDepth, "SpaceToDepth");
    all.register(ReductionRules::reduce, ReductionRules.OPERATORS.toArray(String[]::new));
    all.register(ReductionRules::softmax, "Softmax", "LogSoftmax");
    all.register(ReductionRules::lpNormalization, "LpNormalization");
    all.register(ReductionRules::meanVariance, "MeanVarianceNormalization");
    all.register(
        ReductionRules::layerNormalization,
        "LayerNormalization",
        "RMSNormalization",
        "SimplifiedLayerNormalization");
    all.register(ReductionRules::instanceNormalization, "InstanceNormalization");
    all.register(ReductionRules::groupNormalization, "GroupNormalization");
    all.register(ShapeRules::readShape, "Shape", "Size");
    all.register(ShapeRules::constantOfShape, "ConstantOfShape");
    all.register(ElementWiseRules::castLike, "CastLike");
    all.registerRuntime(ElementWiseRules::apply, 1, "BiasGelu", "FastGelu", "Gelu", "QuickGelu");
    all.registerRuntime(
        ReductionRules::skipLayerNormalization,
        ALL,
        "SkipLayerNormalization",
        "SkipSimplifiedLayerNormalization");
    all.registerRuntime(AttentionRules::multiHead, 1, "MultiHeadAttention");
    all.registerRuntime(AttentionRules::packed, 1, "Attention");
    all.registerRuntime(GroupQueryRules::apply, 1, "GroupQueryAttention");
    all.registerRuntime(AttentionRules::rotaryOfRuntime, 1, "RotaryEmbedding");
    return all;
  }

  /** Operators of ONNX Runtime's own set, which its optimiser writes. */
  private void registerRuntime(OperatorRule rule, int outputs, String... operators) {
    for (String operator : operators) {
      register(rule, outputs, RUNTIME + "::" + operator);
    }
  }

  private void register(OperatorRule rule, String... operators) {
    register(rule, 1, operators);
  }

  private void register(OperatorRule rule, int outputs, String... operators) {
    for (String operator : operators) {
      if (rules.put(operator, new Entry(rule, outputs)) != null) {
        throw new IllegalStateException("two rules for " + operator);
      }
    }
  }

  /**
   * These rules and one more, which replaces the operator's rule if there is one.
   *
   * @param domain the operator set; "" for ONNX's own
   * @param operator its name there
   * @param rule the rule; it speaks of the operator's first output, and where a network uses others
   *     too, nothing that enters the node moves
   */
  public OperatorRules with(String domain, String operator, OperatorRule rule) {
    return with(domain, operator, 1, rule);
  }

  /** As {@link #with(String, String, OperatorRule)}, for a rule of several outputs. */
  public OperatorRules with(String domain, String operator, int outputs, OperatorRule rule) {
    OperatorRules more = new OperatorRules();
    more.rules.putAll(rules);
    more.rules.put(key(domain, operator), new Entry(rule, outputs));
    return more;
  }

  /** The rule of an operator, if there is one. */
  public Optional<OperatorRule> rule(String domain, String operator) {
    return Optional.ofNullable(rules.get(key(domain, operator))).map(Entry::rule);
  }

  /** ONNX's own operators by their names, others as domain::name. */
  private static String key(String domain, String operator) {
    boolean standard = domain.isEmpty() || domain.equals("ai.onnx");
    return standard ? operator : domain + "::" + operator;
  }

  /** The operators that have a rule; those that are not ONNX's own as domain::name. */
  public Set<String> operators() {
    return Set.copyOf(rules.keySet());
  }

  /** The rule of a node's operator, if there is one. */
  Optional<Entry> of(Node node) {
    return Optional.ofNullable(rules.get(key(node.domain(), node.op())));
  }
}
