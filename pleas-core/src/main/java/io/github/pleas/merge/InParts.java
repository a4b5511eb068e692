package io.github.pleas.merge;

import io.github.pleas.InvalidInputException;
import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.budget.CostKind;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.network.Network;
import io.github.pleas.runtime.Device;

/** What can be merged on images in parts: what needs sums over images only. */
public final class InParts {
  private InParts() {}

  /**
   * Refuses what cannot.
   *
   * @throws InvalidInputException what it is, and what to do
   */
  public static void require(MergeOptions options, Merger.Prepared networks, Device device) {
    require(options, device);
    Network network = networks.a();
    require(
        network.inputs().stream().noneMatch(input -> input.type().isInteger()),
        network.source() + " reads texts, and a cluster merges on images; merge it on one machine");
    require(
        network.inputs().size() == 1,
        "%s has %d inputs, and a cluster merges networks of one; merge it on one machine"
            .formatted(network.source(), network.inputs().size()));
    require(
        networks.queries().isEmpty() || options.match() != MergeOptions.MatchOn.ACTIVATIONS,
        network.source()
            + " has query heads that share heads of keys, whose order is found on one machine only;"
            + " give --match weights or none, or merge there");
  }

  /** The same of the options alone. */
  public static void require(MergeOptions options, Device device) {
    require(
        options.match() != MergeOptions.MatchOn.ZIP,
        "zipped units (--method zipit, --match zip) are not merged on a cluster; match on"
            + " activations, weights or none, or merge on one machine");
    require(
        options.fit().method() != FitMethod.REGMEAN,
        "RegMean (--method regmean, --fit regmean) is not computed on a cluster; give --fit"
            + " progressive, published or none, or merge on one machine");
    require(
        options.fit().method() != FitMethod.PUBLISHED || options.fit().published().adam().isEmpty(),
        "gradient steps (--solver adam) are not taken on a cluster; give --solver closed, or merge"
            + " on one machine");
    require(
        options.stream() == MergeOptions.StreamMap.PERMUTATION,
        "residual streams are not rotated (--stream orthogonal) on a cluster; leave --stream out, or"
            + " merge on one machine");
    boolean budgeted = options.size().budget().isPresent();
    require(
        !budgeted || options.size().cost() != CostKind.LATENCY,
        "time (--cost latency) is not measured on a cluster; give --cost macs or params, or merge"
            + " on the machine that the network is for");
    require(
        !budgeted || options.size().allocation() != AllocationMethod.LEAVE_ONE_OUT,
        "groups are not left out one by one (--allocation leave-one-out) on a cluster; give"
            + " --allocation predicted, uniform or stages, or merge on one machine");
    require(
        device.cuda().isEmpty(),
        "a cluster's executors run on their processors; leave --device out, or merge on one"
            + " machine");
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new InvalidInputException(message);
    }
  }
}
