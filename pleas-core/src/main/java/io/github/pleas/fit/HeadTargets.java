package io.github.pleas.fit;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.matching.Calibration;
import java.util.Arrays;

/** What heads are fitted to. */
final class HeadTargets {
  private HeadTargets() {}

  /** How a head is found: one with layers behind it gives no answer that another could dispute. */
  static HeadFit fit(MergedLayer head, HeadFit asked) {
    boolean branch = head.role() == MergedLayer.Role.BRANCH;
    return branch && asked == HeadFit.JOINT ? HeadFit.TASKS : asked;
  }

  static LayerRows.Rule rule(MergedLayer head, Calibration images, HeadFit fit) {
    int[] unitA = head.out().a();
    int[] unitB = head.out().b();
    if (isShared(head)) {
      return (image, a, b, t) -> {
        boolean mean = !images.hasTwoDomains() || fit == HeadFit.ORIGINAL;
        for (int o = 0; o < t.length; o++) {
          t[o] =
              mean
                  ? 0.5f * (a[unitA[o]] + b[unitB[o]])
                  : image < images.sizeA() ? a[unitA[o]] : b[unitB[o]];
        }
      };
    }
    boolean ofA = head.out().isOnlyA(0);
    return (image, a, b, t) -> {
      float[] own = ofA ? a : b;
      System.arraycopy(own, 0, t, 0, t.length);
      boolean ownDomain = !images.hasTwoDomains() || image < images.sizeA() == ofA;
      boolean disputes = head.role() != MergedLayer.Role.APPENDED;
      if (!ownDomain && disputes && fit == HeadFit.JOINT) {
        // On the other domain's images this head should lose against the other: its smallest logit,
        // for every class.
        float smallest = Float.POSITIVE_INFINITY;
        for (float logit : own) {
          smallest = Math.min(smallest, logit);
        }
        Arrays.fill(t, smallest);
      }
    };
  }

  static boolean isShared(MergedLayer head) {
    return head.out().isMerged(0);
  }

  /** Whether an image gives rows to a head's fit. */
  static boolean uses(MergedLayer head, Calibration images, HeadFit fit, int image) {
    return fit != HeadFit.TASKS
        || isShared(head)
        || !images.hasTwoDomains()
        || image < images.sizeA() == head.out().isOnlyA(0);
  }
}
