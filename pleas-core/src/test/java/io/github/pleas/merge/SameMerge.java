package io.github.pleas.merge;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.github.pleas.onnx.Tensor;

/** Holds that two merges are the same, to {@value #TOLERANCE} of each tensor's largest number. */
final class SameMerge {
  private static final double TOLERANCE = 1e-6;

  private SameMerge() {}

  /** What was matched, merged and solved. */
  static void assertSame(MergeResult expected, MergeResult found) {
    assertThat(found.plan().separate()).isEqualTo(expected.plan().separate());
    for (int g = 0; g < expected.groups().size(); g++) {
      assertThat(found.groups().get(g).partners()).isEqualTo(expected.groups().get(g).partners());
      assertThat(found.groups().get(g).scores())
          .containsExactly(expected.groups().get(g).scores(), offset(1e-12));
    }
    expected
        .graph()
        .initializers()
        .forEach(
            (name, tensor) -> {
              if (tensor.isFloat()) {
                assertClose(name, tensor, requireNonNull(found.graph().initializers().get(name)));
              }
            });
    for (int k = 0; k < expected.layers().size(); k++) {
      assertThat(found.layers().get(k).rows()).isEqualTo(expected.layers().get(k).rows());
      assertThat(found.layers().get(k).availableRows())
          .isEqualTo(expected.layers().get(k).availableRows());
      assertThat(found.layers().get(k).residual())
          .isCloseTo(expected.layers().get(k).residual(), offset(TOLERANCE));
    }
  }

  private static void assertClose(String name, Tensor expected, Tensor found) {
    float[] a = expected.floats();
    float[] b = found.floats();
    assertThat(b).as(name).hasSameSizeAs(a);
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i]));
      difference = Math.max(difference, Math.abs((double) a[i] - b[i]));
    }
    assertThat(difference).as(name).isLessThanOrEqualTo(TOLERANCE * largest);
  }
}
