package io.github.pleas.cli;

import io.github.pleas.api.Originals;
import io.github.pleas.data.Normalization;
import io.github.pleas.data.Samples;
import io.github.pleas.merge.MergeListener;
import io.github.pleas.merge.MergeOptions;
import io.github.pleas.merge.MergeResult;
import io.github.pleas.merge.Provenance;
import io.github.pleas.network.ModelOptions;
import java.nio.file.Path;
import java.util.List;

/**
 * Merges where the images are, if they are not on this machine: the command reads the originals,
 * and writes and reports what comes back.
 */
public interface MergeElsewhere {
  /**
   * What is asked for.
   *
   * @param data where the images are, in the user's words: A's domain, then B's, or one for both
   * @param options how to merge
   * @param samples images of a domain; all of them if 0
   * @param models how the originals were read
   * @param normalization of pixels
   */
  record Asked(
      List<String> data,
      MergeOptions options,
      int samples,
      ModelOptions models,
      Normalization normalization) {
    public Asked {
      data = List.copyOf(data);
    }
  }

  /**
   * What comes back.
   *
   * @param result the merged network
   * @param first some images, on which the file is proven
   * @param images how many images of each domain it was merged on
   * @param available how many images each domain has
   * @param inputs the domains, for the file to tell
   * @param notes what the user should know of them
   * @param skipped a message for each image that could not be read
   */
  record Merged(
      MergeResult result,
      Samples first,
      List<Integer> images,
      List<Integer> available,
      List<Provenance.Input> inputs,
      List<String> notes,
      List<String> skipped) {}

  /**
   * Refuses what cannot be merged there, before anything is read.
   *
   * @param out the file that is to be written
   * @throws io.github.pleas.InvalidInputException what it is, and what to do
   */
  void check(Asked asked, Path out);

  /**
   * Merges.
   *
   * @throws io.github.pleas.PleasException if something fails that a user can act on
   */
  Merged merge(Originals originals, Asked asked, MergeListener listener);
}
