package io.github.pleas.symmetry;

import static io.github.pleas.network.GraphBuilder.ints;
import static io.github.pleas.symmetry.OperatorCase.transposed;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pleas.network.GraphBuilder;
import io.github.pleas.onnx.Attribute;
import io.github.pleas.onnx.Graph;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Units in blocks: which blocks are interchangeable, and what in them. */
class BlocksTest {
  private static final Attribute ONE = new Attribute.Int(1);
  private static final Map<String, Attribute> CHANNELS = Map.of("axis", ONE);

  private final GraphBuilder g = new GraphBuilder(11);
  private final String x = g.input("x", 3, 6, 6);

  /** A further group of 4 units and the head. */
  private Graph finished(String h, int channels) {
    return g.build(g.gemm(g.pooled(g.relu(g.conv(h, channels, 4, 1))), 4, 3));
  }

  private String gather(String h, long... channels) {
    return g.node("Gather", CHANNELS, h, g.longs(channels));
  }

  private String joined(String... parts) {
    return g.node("Concat", CHANNELS, parts);
  }

  // Halves of {0..3 | 4..7} and of {0, 1, 4, 5 | 2, 3, 6, 7} cross, so both stay; the four pairs
  // are
  // told apart by the halves that they are in, and only the two of a pair change places. What the
  // halves write moves within each half, what the pairs write within each pair.
  @Test
  void blocksWithinBlocksThatCrossStay() {
    String h = g.relu(g.conv(x, 3, 8, 3));
    String pairs = g.conv(h, 8, 8, 1, 1, 4);
    String halves = g.conv(h, 8, 8, 1, 1, 2);
    String others = g.conv(gather(h, 0, 1, 4, 5, 2, 3, 6, 7), 8, 8, 1, 1, 2);
    Checked.of(finished(joined(pairs, halves, others), 24))
        .hasGroups(2, 2, 2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4);
  }

  // The pairs within a half are interchangeable, and so are the halves.
  @Test
  void blocksStandInLargerBlocks() {
    String h = g.relu(g.conv(x, 3, 8, 3));
    String pairs = g.conv(h, 8, 4, 1, 1, 4);
    String halves = g.conv(h, 8, 6, 1, 1, 2);
    Checked.of(finished(joined(pairs, halves), 10)).hasBlocks("2(2(2) 3)", "4");
  }

  // The same triples once more in another order are the same blocks; each stands in two places.
  @Test
  void blocksThatHoldTheSameUnitsAreOne() {
    String h = g.relu(g.conv(x, 3, 6, 3));
    String once = g.conv(h, 6, 2, 1, 1, 2);
    String again = g.conv(gather(h, 5, 4, 3, 2, 1, 0), 6, 4, 1, 1, 2);
    Checked.of(finished(joined(once, again), 6)).hasBlocks("2(2 3)", "4");
  }

  // Thirds {0 1 | 2 3 | 4 5} are finer than the halves {0 2 4 | 1 3 5} that they cross: they stay,
  // the halves move. A half moves as {0 2 4} -> {1 3 5}, each third staying.
  @Test
  void ofCrossingBlocksTheFinerStay() {
    String h = g.relu(g.conv(x, 3, 6, 3));
    String thirds = g.conv(h, 6, 3, 1, 1, 3);
    String halves = g.conv(gather(h, 0, 2, 4, 1, 3, 5), 6, 4, 1, 1, 2);
    Checked.of(finished(joined(thirds, halves), 7)).hasBlocks("2(2)", "4");
  }

  // Unit 0 has an element in the first column and one in the second; unit 1 has, too, but the other
  // way round. Columns do not move, so neither do these.
  @Test
  void unitsThatStandInTheSameBlocksCrosswiseStay() {
    String a = g.relu(g.conv(x, 3, 2, 3));
    String b = g.relu(g.conv(x, 3, 2, 3));
    String tied = g.conv(g.add(a, b), 2, 2, 1);
    String table = g.node("Reshape", gather(joined(a, b), 0, 1, 3, 2), g.longs(0, 2, 2, 6, 6));
    String sums = g.node("ReduceSum", Map.of("keepdims", new Attribute.Int(0)), table, g.longs(1));
    Checked.of(finished(joined(tied, sums), 4)).hasGroups(2, 4);
  }

  // Two heads that are tied to each other, and cannot move for another reason: features of one do
  // not go to the other.
  @Test
  void blocksThatAreTiedAndFixedAreStillTwo() {
    String h = g.conv(x, 3, 6, 3);
    String heads = g.node("Reshape", h, g.longs(0, 2, 3, 6, 6));
    Map<String, Attribute> dropped = Map.of("keepdims", new Attribute.Int(0));
    String sums = g.node("ReduceSum", dropped, heads, g.longs(2));
    String fixed = g.node("CumSum", sums, g.longs(1));
    String tied = g.add(sums, gather(sums, 1, 0));
    Checked.of(finished(joined(g.conv(h, 6, 2, 1), fixed, tied), 6)).hasGroups(3, 3, 2, 4);
  }

  // One unit's filters stand before it and after it in turn.
  @Test
  void partsOfAUnitThatStandInAnotherOrderKeepTheirs() {
    String h = g.relu(g.conv(x, 3, 2, 3));
    String two = g.relu(g.conv(h, 2, 4, 3, 1, 2));
    String odd = gather(two, 1, 3);
    String even = g.conv(gather(two, 0, 2), 2, 2, 1);
    String mixed = gather(joined(h, odd), 0, 2, 3, 1);
    Checked.of(finished(joined(even, mixed), 6)).hasBlocks("2(1 1)", "2", "4");
  }

  // A factor for each head and feature, and elsewhere for each of two units and each of three.
  @Test
  void aConstantOverTwoAxesMovesAsBothOfItsUsesDo() {
    String factor = g.weight(1, 2, 3, 1, 1);
    String heads = g.node("Reshape", g.conv(x, 3, 6, 3), g.longs(0, 2, 3, 6, 6));
    String a = g.node("Reshape", g.node("Mul", heads, factor), g.longs(0, 6, 6, 6));
    String two = g.node("Unsqueeze", g.conv(x, 3, 2, 3), g.longs(2));
    String three = g.node("Unsqueeze", g.conv(x, 3, 3, 3), g.longs(1));
    String b = g.node("Mul", g.node("Mul", two, three), factor);
    String flat = g.node("Reshape", b, g.longs(0, 6, 6, 6));
    Checked found = Checked.of(finished(joined(a, flat), 12));
    // Two move, and with them what is in them; three stay, being the finer of the two.
    found.hasBlocks("2", "4");
  }

  // Pixel shuffle: each channel's four parts go to its four places.
  @Test
  void channelsOfAPixelShuffleMoveWithTheirParts() {
    String h = g.node("Reshape", g.conv(x, 3, 12, 3), g.longs(0, 3, 2, 2, 6, 6));
    String large = g.node("Reshape", transposed(g, h, 0, 1, 4, 2, 5, 3), g.longs(0, 3, 12, 12));
    Checked.of(finished(g.relu(large), 3)).hasGroups(3, 4);
  }

  // Channels of both groups go to both groups behind the shuffle: {0 1 2 | 3 4 5} and {0 3 1 | 4 2
  // 5} cross, so that the groups stay. Of each, two are alike, and the third alone of its kind. The
  // eight around are in one group each.
  @Test
  void groupedConvolutionsAroundAShuffleKeepTheirGroups() {
    String stem = g.relu(g.conv(x, 3, 8, 3));
    String mid = g.relu(g.conv(stem, 8, 6, 1, 1, 2));
    String deep = g.conv(shuffled(mid, 6), 6, 6, 3, 1, 6);
    String out = g.relu(g.add(stem, g.conv(deep, 6, 8, 1, 1, 2)));
    Checked.of(finished(out, 8)).hasGroups(4, 4, 2, 2, 4);
  }

  private String shuffled(String h, int channels) {
    String split = g.node("Reshape", h, g.longs(0, 2, channels / 2, 6, 6));
    return g.node("Reshape", transposed(g, split, 0, 2, 1, 3, 4), g.longs(0, channels, 6, 6));
  }

  // ShuffleNet v2: the second half goes through a branch, then the halves are shuffled. Of the
  // stem's first half two go on in the first half, two through the second branch; so do two of what
  // the first branch writes.
  @Test
  void halvesThatAreShuffledMoveByWhereTheyGo() {
    String stem = g.relu(g.conv(x, 3, 8, 3));
    String out = shuffleUnit(shuffleUnit(stem));
    Checked.of(finished(out, 8)).hasGroups(2, 2, 4, 2, 2, 4, 4, 4, 4);
  }

  private String shuffleUnit(String h) {
    List<String> halves = g.nodes("", "Split", CHANNELS, 2, h, g.longs(4, 4));
    String deep = g.conv(g.relu(g.conv(halves.get(1), 4, 4, 1)), 4, 4, 3, 1, 4);
    return shuffled(joined(halves.get(0), g.relu(g.conv(deep, 4, 4, 1))), 8);
  }

  // GroupNorm as PyTorch's exporter writes it: its scale and offset are those of all channels.
  @Test
  void channelsOfAGroupNormMoveInTheirGroups() {
    String rows = g.node("Reshape", g.conv(x, 3, 6, 3), g.longs(0, 2, -1));
    String normal = g.node("InstanceNormalization", rows, g.positive(2), g.weight(1, 2));
    String back = g.node("Reshape", normal, g.longs(0, 6, 6, 6));
    String scaled = g.node("Mul", back, g.weight(1, 6, 1, 1));
    Checked found = Checked.of(finished(g.add(scaled, g.weight(1, 6, 1, 1)), 6));
    found.hasBlocks("2(3)", "4").isRigid("normalises over the units");
    assertThat(found.whyNotSeparate()).contains("InstanceNormalization '" + normal + "'");
  }

  // Behind the shuffle {0 2 4 | 1 3 5} the pooled copy of the second channel comes before the
  // channel
  // itself, those of the others behind them.
  @Test
  void aChannelAndItsPooledCopyAreToldApart() {
    String h = g.relu(g.conv(x, 3, 3, 3));
    Map<String, Attribute> window = Map.of("kernel_shape", ints(3, 3), "pads", ints(1, 1, 1, 1));
    String both = joined(h, g.node("MaxPool", window, h));
    String cut = g.node("Reshape", both, g.longs(0, 3, 2, 6, 6));
    String mixed = g.node("Reshape", transposed(g, cut, 0, 2, 1, 3, 4), g.longs(0, 6, 6, 6));
    Checked.of(finished(mixed, 6)).hasGroups(2, 4);
  }

  // The same with places of a flattened channel.
  @Test
  void positionsOfAFlattenedChannelAreToldApart() {
    String h = g.node("Reshape", g.relu(g.conv(x, 3, 3, 3)), g.longs(0, 3, 36));
    String two = g.node("Slice", h, g.longs(0), g.longs(2), g.longs(2));
    String flat = g.node("Reshape", two, g.longs(0, 6));
    Checked.of(g.build(g.gemm(g.relu(g.gemm(gather(flat, 0, 3, 4, 2, 1, 5), 6, 4)), 4, 3)))
        .hasGroups(2, 4);
  }

  // The first of two heads is read once more, so that they are told apart; both are in one group of
  // a convolution. Queries stay in their heads.
  @Test
  void whatStandsInDifferentPartsOfABlockIsNotInterchangeable() {
    String t = OperatorCase.tokens(g, x, 3);
    String q = OperatorCase.heads(g, t, 3, 2, 2);
    String k = OperatorCase.heads(g, t, 3, 2, 2);
    String v = OperatorCase.heads(g, t, 3, 2, 1);
    String scores = g.node("Softmax", g.node("MatMul", q, transposed(g, k, 0, 1, 3, 2)));
    String rows = OperatorCase.joined(g, g.node("MatMul", scores, v), 2);
    String heads = OperatorCase.image(g, rows, 2);
    String groups = g.conv(joined(heads, g.conv(x, 3, 2, 3)), 4, 4, 1, 1, 2);
    String first = g.conv(gather(heads, 0), 1, 3, 1);
    Checked.of(finished(joined(groups, first), 7)).hasGroups(2, 2, 2, 2, 2, 3, 4);
  }

  // Triples {0 1 2 | 3 4 5} move as wholes, if at all; of the pairs {0 1 | 2 3 | 4 5} that are
  // groups
  // of a convolution the middle one has a place of each triple, but not the same place.
  @Test
  void unitsThatStandInABlockWithDifferentPlacesStay() {
    String h = g.relu(g.conv(x, 3, 6, 3));
    String triples = g.node("CumSum", g.node("Reshape", h, g.longs(0, 2, 3, 6, 6)), g.longs(2));
    String back = g.node("Reshape", triples, g.longs(0, 6, 6, 6));
    String pairs = g.conv(h, 6, 6, 1, 1, 3);
    Checked.of(finished(joined(back, pairs), 12)).hasGroups(2, 2, 2, 4);
  }
}
