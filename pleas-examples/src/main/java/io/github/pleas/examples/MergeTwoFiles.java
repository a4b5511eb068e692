package io.github.pleas.examples;

import io.github.pleas.api.MergedNetwork;
import io.github.pleas.api.NetworkMerge;
import java.nio.file.Path;

/** Merges two files. Arguments: A, B, images of A's domain, of B's, the file to write. */
public final class MergeTwoFiles {
  private MergeTwoFiles() {}

  // snippet: two files
  public static void main(String[] args) {
    MergedNetwork both =
        NetworkMerge.builder(Path.of(args[0]), Path.of(args[1]))
            .data(Path.of(args[2]), Path.of(args[3]))
            .separateLabels("birds", "pets")
            .build()
            .run();
    both.write(Path.of(args[4]));
    System.out.println(both);
  }
  // end
}
