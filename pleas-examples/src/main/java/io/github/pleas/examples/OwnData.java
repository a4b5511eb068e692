package io.github.pleas.examples;

import io.github.pleas.api.MergedNetwork;
import io.github.pleas.api.NetworkMerge;
import io.github.pleas.data.TensorSamples;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Merges on data from elsewhere. Arguments: A, B, archives of A's and B's images, a file. */
public final class OwnData {
  private OwnData() {}

  // snippet: own data
  public static void main(String[] args) throws IOException {
    List<float[]> birds = GreyImages.of(Path.of(args[2])); // [1, 28, 28] each, normalised
    List<float[]> pets = GreyImages.of(Path.of(args[3]));
    MergedNetwork both =
        NetworkMerge.builder(Path.of(args[0]), Path.of(args[1]))
            .data(
                TensorSamples.of(birds), // in memory, or read when it is asked for:
                TensorSamples.of(pets.size(), (input, sample) -> pets.get(sample)))
            .separateLabels("birds", "pets")
            .build()
            .run();
    both.write(Path.of(args[4]));
    both.warnings().forEach(System.out::println);
  }
  // end
}
