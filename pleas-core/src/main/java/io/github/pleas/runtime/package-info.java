/**
 * Running graphs, and parts of graphs, in ONNX Runtime: shapes by observation, whole passes over
 * the originals, and the frontier of live tensors from which the merged network is computed segment
 * by segment.
 */
@org.jspecify.annotations.NullMarked
package io.github.pleas.runtime;
