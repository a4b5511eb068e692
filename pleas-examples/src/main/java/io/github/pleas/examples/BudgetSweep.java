package io.github.pleas.examples;

import io.github.pleas.api.MergedNetwork;
import io.github.pleas.api.NetworkMerge;
import io.github.pleas.layout.Layout;
import java.nio.file.Path;
import java.util.Collections;

/** Merges at several budgets, to choose among. Arguments: A, B, images of both, a folder. */
public final class BudgetSweep {
  private BudgetSweep() {}

  // snippet: several budgets
  public static void main(String[] args) {
    NetworkMerge merge =
        NetworkMerge.builder(Path.of(args[0]), Path.of(args[1]))
            .data(Path.of(args[2]), Path.of(args[3]))
            .separateLabels("birds", "pets")
            .layout(Layout.BLOCKS)
            .seed(7)
            .build();
    for (MergedNetwork network : merge.sweep(1.0, 1.3, 1.6)) {
      double budget = network.budget().orElseThrow();
      network.write(Path.of(args[4], "merged-" + budget + ".onnx"));
      System.out.printf(
          "budget %.1f: %.3f originals, %,d parameters, residual of the worst layer %.2f%n",
          budget,
          network.cost(),
          network.result().cost().parameters(),
          Collections.max(network.residuals().values()));
    }
  }
  // end
}
