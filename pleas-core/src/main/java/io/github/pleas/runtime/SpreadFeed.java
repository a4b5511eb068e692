package io.github.pleas.runtime;

import java.nio.FloatBuffer;
import java.util.function.Function;

/**
 * A feed whose samples are copied by several threads: where memory is new, each page of it is made
 * by the system when it is first written to, which takes longer than the copy.
 *
 * @param feed gives any sample to any thread
 * @param shapes of each input
 * @param workers threads that copy
 */
public record SpreadFeed(Frontier.Feed feed, Function<String, ValueShape> shapes, Workers workers)
    implements Frontier.Feed {
  @Override
  public void copyTo(String input, int first, int count, FloatBuffer target) {
    int each = Math.toIntExact(shapes.apply(input).elementsPerImage());
    int start = target.position();
    FloatBuffer all = target.slice();
    workers.forEach(count, k -> feed.copyTo(input, first + k, 1, all.slice(k * each, each)));
    target.position(start + count * each);
  }
}
