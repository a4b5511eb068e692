package io.github.pleas.merge;

import io.github.pleas.journal.Numbers;
import io.github.pleas.matching.Matching;
import io.github.pleas.matching.Zip;
import io.github.pleas.runtime.Chunks;
import io.github.pleas.symmetry.Permutations;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The pairs of units, and how the images were batched, as a piece of a journal. */
final class MatchingPiece {
  private MatchingPiece() {}

  static void write(DataOutputStream out, OriginalsPass.Seen seen) throws IOException {
    Chunks chunks = seen.chunks();
    out.writeInt(chunks.images());
    out.writeInt(chunks.size());
    out.writeBoolean(chunks.fixed());
    Matching matching = seen.matching();
    int groups = matching.permutations().groups();
    out.writeInt(groups);
    for (int g = 0; g < groups; g++) {
      Numbers.write(out, matching.permutations().of(g));
      Numbers.write(out, matching.scores()[g]);
    }
    out.writeBoolean(matching.zip().isPresent());
    if (matching.zip().isPresent()) {
      write(out, matching.zip().get().groups());
    }
  }

  private static void write(DataOutputStream out, List<List<Zip.Unit>> groups) throws IOException {
    out.writeInt(groups.size());
    for (List<Zip.Unit> units : groups) {
      out.writeInt(units.size());
      for (Zip.Unit unit : units) {
        Numbers.write(out, unit.a());
        Numbers.write(out, unit.b());
      }
    }
  }

  static OriginalsPass.Seen read(DataInputStream in) throws IOException {
    Chunks chunks = new Chunks(in.readInt(), in.readInt(), in.readBoolean());
    int groups = in.readInt();
    int[][] orders = new int[groups][];
    double[][] scores = new double[groups][];
    for (int g = 0; g < groups; g++) {
      orders[g] = Numbers.readInts(in);
      scores[g] = Numbers.readDoubles(in);
    }
    Optional<Zip> zip = in.readBoolean() ? Optional.of(new Zip(readGroups(in))) : Optional.empty();
    return new OriginalsPass.Seen(new Matching(new Permutations(orders), scores, zip), chunks);
  }

  private static List<List<Zip.Unit>> readGroups(DataInputStream in) throws IOException {
    List<List<Zip.Unit>> groups = new ArrayList<>();
    int count = in.readInt();
    for (int g = 0; g < count; g++) {
      List<Zip.Unit> units = new ArrayList<>();
      int size = in.readInt();
      for (int u = 0; u < size; u++) {
        units.add(new Zip.Unit(Numbers.readInts(in), Numbers.readInts(in)));
      }
      groups.add(units);
    }
    return groups;
  }
}
