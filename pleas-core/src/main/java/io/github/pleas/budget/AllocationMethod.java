package io.github.pleas.budget;

/** How a budget is spread over the unit groups. */
public enum AllocationMethod {
  /** Where the predicted residual falls most for the cost: {@link PredictedGains}. */
  PREDICTED,
  /** The same separate fraction for every group: {@link UniformAllocation}. */
  UNIFORM,
  /** Merged from the input up to a cut, separate behind it: {@link StageAllocation}. */
  STAGES,
  /** Where leaving a group out was measured to matter most for the cost: {@link LeaveOneOut}. */
  LEAVE_ONE_OUT
}
