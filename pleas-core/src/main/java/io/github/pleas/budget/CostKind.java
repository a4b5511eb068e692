package io.github.pleas.budget;

/** In what a budget is counted. */
public enum CostKind {
  /** Multiply-accumulates of all layers for one image. */
  MACS,
  /** Numbers in floating-point constants. */
  PARAMS,
  /** The time that ONNX Runtime takes for an image on this machine, measured. */
  LATENCY
}
