package io.github.pleas.spark;

import io.github.pleas.Digest;
import io.github.pleas.merge.Merger;
import io.github.pleas.network.Network;
import io.github.pleas.symmetry.UnitGroup;
import java.util.List;

/**
 * Tells aligned networks apart: executors read and analyse the originals as the driver did, and
 * their sums only add up if they came to the same.
 */
final class Fingerprint {
  private Fingerprint() {}

  /** Of the graphs' nodes and constants' shapes, and of the unit groups. */
  static String of(Merger.Prepared networks) {
    Digest digest = new Digest();
    for (Network network : List.of(networks.a(), networks.b())) {
      network
          .graph()
          .nodes()
          .forEach(
              node -> {
                digest.add(node.op());
                node.inputs().forEach(digest::add);
                node.outputs().forEach(digest::add);
              });
      network
          .graph()
          .initializers()
          .forEach(
              (name, tensor) -> {
                digest.add(name);
                digest.add(tensor.size());
              });
    }
    for (UnitGroup group : networks.checked().symmetry().groups()) {
      digest.add(group.name());
      digest.add(group.size());
      group.members().forEach(member -> digest.add(member.tensor()));
    }
    return digest.hex();
  }
}
