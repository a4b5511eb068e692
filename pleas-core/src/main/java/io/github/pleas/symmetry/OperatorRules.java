package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The rules by operator name (ONNX's own operator set). Read each beside the operator's definition.
 */
public final class OperatorRules {
  private final Map<String, OperatorRule> rules = new HashMap<>();

  private OperatorRules() {}

  /** The rules of all operators that we know. */
  public static OperatorRules standard() {
    OperatorRules all = new OperatorRules();
    all.register(LinearRules::convolution, "Conv");
    all.register(LinearRules::gemm, "Gemm");
    all.register(LinearRules::matMul, "MatMul");
    all.register(LinearRules::batchNormalization, "BatchNormalization");
    all.register(
        ElementWiseRules::apply,
        "Abs",
        "Acos",
        "Acosh",
        "Add",
        "And",
        "Asin",
        "Asinh",
        "Atan",
        "Atanh",
        "Cast",
        "Ceil",
        "Celu",
        "Clip",
        "Cos",
        "Cosh",
        "Div",
        "Dropout",
        "Elu",
        "Equal",
        "Erf",
        "Exp",
        "Floor",
        "Gelu",
        "Greater",
        "GreaterOrEqual",
        "HardSigmoid",
        "HardSwish",
        "Identity",
        "IsInf",
        "IsNaN",
        "LeakyRelu",
        "Less",
        "LessOrEqual",
        "Log",
        "Max",
        "Mean",
        "Min",
        "Mish",
        "Mod",
        "Mul",
        "Neg",
        "Not",
        "Or",
        "PRelu",
        "Pow",
        "Reciprocal",
        "Relu",
        "Round",
        "Selu",
        "Shrink",
        "Sigmoid",
        "Sign",
        "Sin",
        "Sinh",
        "Softplus",
        "Softsign",
        "Sqrt",
        "Sub",
        "Sum",
        "Tan",
        "Tanh",
        "ThresholdedRelu",
        "Where",
        "Xor");
    all.register(
        SpatialRules::pooling,
        "AveragePool",
        "GlobalAveragePool",
        "GlobalLpPool",
        "GlobalMaxPool",
        "LpPool",
        "MaxPool");
    all.register(SpatialRules::pad, "Pad");
    all.register(ShapeRules::reshape, "Reshape", "Flatten", "Squeeze", "Unsqueeze");
    all.register(ShapeRules::transpose, "Transpose");
    all.register(ShapeRules::concat, "Concat");
    all.register(
        ReductionRules::reduce,
        "ReduceL1",
        "ReduceL2",
        "ReduceLogSum",
        "ReduceLogSumExp",
        "ReduceMax",
        "ReduceMean",
        "ReduceMin",
        "ReduceProd",
        "ReduceSum",
        "ReduceSumSquare");
    all.register(ReductionRules::softmax, "Softmax", "LogSoftmax");
    all.register(ShapeRules::readShape, "Shape", "Size");
    return all;
  }

  private void register(OperatorRule rule, String... operators) {
    for (String operator : operators) {
      if (rules.put(operator, rule) != null) {
        throw new IllegalStateException("two rules for " + operator);
      }
    }
  }

  /** The operators that have a rule. */
  public Set<String> operators() {
    return Set.copyOf(rules.keySet());
  }

  /** The rule of a node's operator, if there is one. */
  public Optional<OperatorRule> of(Node node) {
    return node.isStandard() ? Optional.ofNullable(rules.get(node.op())) : Optional.empty();
  }
}
