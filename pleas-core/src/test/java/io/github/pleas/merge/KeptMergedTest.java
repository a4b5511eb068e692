package io.github.pleas.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.pleas.budget.BudgetOptions;
import io.github.pleas.checkpoint.Precision;
import io.github.pleas.eval.Agreement;
import io.github.pleas.eval.Pooling;
import io.github.pleas.eval.Predictor;
import io.github.pleas.fit.FitMethod;
import io.github.pleas.fit.HeadFit;
import io.github.pleas.journal.Journal;
import io.github.pleas.journal.JournalFolder;
import io.github.pleas.layout.Heads;
import io.github.pleas.layout.LayerLayout;
import io.github.pleas.layout.Layout;
import io.github.pleas.network.Network;
import io.github.pleas.network.SmallNetworks;
import io.github.pleas.network.StoredPrecision;
import io.github.pleas.onnx.Graph;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a merged network gave when its last layer was fitted is what it gives when it runs. */
class KeptMergedTest {
  /** No multiple of a batch, of the agreement's or of the fit's. */
  private static final CalibrationImages IMAGES = Merging.twoDomains(77);

  private static final MergeSession.Purpose MEASURED = new MergeSession.Purpose(2, true);

  @TempDir private Path folder;
  private final CountedImages images = CountedImages.of(IMAGES);

  private MergeSession open(SmallNetworks net, MergeOptions options, Journal journal) {
    Merger merger = new Merger(Merging.runtime(), options);
    return merger.open(
        merger.align(net.network(1), net.network(2)),
        images,
        MEASURED,
        journal,
        MergeListener.NONE);
  }

  private MergeSession open(SmallNetworks net, MergeOptions options) {
    return open(net, options, Journal.NONE);
  }

  private static MergeResult merge(MergeSession session, double fraction) {
    SizePlan plan = session.plan(BudgetOptions.ofFraction(fraction));
    return session.merge(plan, MergeListener.NONE);
  }

  private static MergeOptions options(boolean separate, FitMethod method, HeadFit heads) {
    return Merging.options(separate ? Merging.SEPARATE : Heads.shared(), method, heads, 0.4);
  }

  private static MergeOptions options() {
    return options(true, FitMethod.PROGRESSIVE, HeadFit.JOINT);
  }

  /** The agreement as the session measures it, and by how many images read. */
  private Agreement.Measured measured(MergeSession session, Graph graph, long read) {
    images.read().set(0);
    Agreement.Measured found = session.agreement(graph, signature(graph), List.of(Pooling.TOKENS));
    assertThat(images.read().get()).isEqualTo(read);
    return found;
  }

  private static Predictor.Signature signature(Graph graph) {
    return Predictor.Signature.of(SmallNetworks.read(graph));
  }

  private static void assertIsThatOfRunning(
      Agreement.Measured found, SmallNetworks net, Graph graph) {
    Network a = net.network(1);
    Network b = net.network(2);
    Agreement.Measured expected =
        new Agreement(new Predictor(Merging.runtime()), a, b)
            .of(graph, signature(graph), Agreement.Domain.of(IMAGES));
    assertThat(found.explained()).isCloseTo(expected.explained(), within(1e-5));
    assertThat(found.top()).isEqualTo(expected.top());
  }

  static Stream<Arguments> fits() {
    return Stream.of(FitMethod.values())
        .flatMap(
            method ->
                Stream.of(HeadFit.values())
                    .flatMap(
                        heads ->
                            Stream.of(true, false).map(own -> Arguments.of(method, heads, own))));
  }

  /** The published objective with one head reads the originals' features only. */
  @ParameterizedTest
  @MethodSource("fits")
  void ofEveryFitThatRunsTheMergedNetwork(FitMethod method, HeadFit heads, boolean separate) {
    SmallNetworks net = SmallNetworks.RESIDUAL;
    MergeOptions options = options(separate, method, heads);
    boolean runs =
        method != FitMethod.PUBLISHED || separate || options.fit().heads() != HeadFit.ORIGINAL;
    try (MergeSession session = open(net, options)) {
      MergeResult merged = session.merge(session.plan(options.size()), MergeListener.NONE);
      Agreement.Measured found = measured(session, merged.graph(), runs ? 0 : images.size());
      assertIsThatOfRunning(found, net, merged.graph());
    }
  }

  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void inBlocksItIsTheSameFunction(SmallNetworks net) {
    MergeOptions options = options().withLayout(Layout.BLOCKS);
    try (MergeSession session = open(net, options)) {
      MergeResult merged = session.merge(session.plan(options.size()), MergeListener.NONE);
      assertThat(merged.layouts()).extracting(LayerLayout::form).contains(LayerLayout.Form.BLOCKS);
      assertIsThatOfRunning(measured(session, merged.graph(), 0), net, merged.graph());
    }
  }

  @Test
  void anotherNetworkThanTheLastRuns() {
    SmallNetworks net = SmallNetworks.CONVOLUTIONAL;
    try (MergeSession session = open(net, options())) {
      Graph first = merge(session, 0).graph();
      Graph second = merge(session, 0.5).graph();
      assertIsThatOfRunning(measured(session, first, images.size()), net, first);
      assertIsThatOfRunning(measured(session, second, 0), net, second);
      assertIsThatOfRunning(measured(session, second, 0), net, second);
    }
  }

  /** In single precision the stored network has the same weights, in 16 bits others. */
  @Test
  void aNetworkOfRoundedWeightsRuns() {
    SmallNetworks net = SmallNetworks.RESIDUAL;
    try (MergeSession session = open(net, options())) {
      Graph graph = merge(session, 0.5).graph();
      Graph half = StoredPrecision.of(graph, Precision.FLOAT16);
      assertThat(half).isNotEqualTo(graph);
      assertIsThatOfRunning(measured(session, half, images.size()), net, half);
      Graph single = StoredPrecision.of(graph, Precision.FLOAT32);
      assertIsThatOfRunning(measured(session, single, 0), net, single);
    }
  }

  /** Another order of outputs asks for another comparison: A's output for B, and B's for A. */
  @Test
  void outputsInAnotherOrderThanItsOwnRun() {
    try (MergeSession session = open(SmallNetworks.RESIDUAL, options())) {
      Graph graph = merge(session, 0.5).graph();
      Predictor.Signature own = signature(graph);
      Predictor.Signature other =
          new Predictor.Signature(
              own.inputs(),
              List.of(own.outputs().get(1), own.outputs().get(0)),
              own.shapes(),
              own.fixedBatch());
      Agreement.Measured found = measured(session, graph, 0);
      images.read().set(0);
      Agreement.Measured crossed = session.agreement(graph, other, List.of(Pooling.TOKENS));
      assertThat(images.read().get()).isEqualTo(images.size());
      assertThat(crossed.explained()).isLessThan(found.explained());
    }
  }

  /**
   * Stopped anywhere, and then behind all layers, it goes on by the same steps, so that what is
   * reported is the same to the last bit.
   */
  @ParameterizedTest
  @EnumSource(SmallNetworks.class)
  void aMergeThatGoesOnMeasuresTheSameToTheLastBit(SmallNetworks net) throws Exception {
    Agreement.Measured whole = resumed(net, Integer.MAX_VALUE);
    assertThat(resumed(net, Integer.MAX_VALUE)).isEqualTo(whole);
    assertThat(resumed(net, 1)).isEqualTo(whole);
  }

  /** Goes on with so many layers at most. */
  private Agreement.Measured resumed(SmallNetworks net, int layers) throws Exception {
    Path kept = folder.resolve("kept");
    if (Files.exists(kept)) {
      try (Stream<Path> files = Files.list(kept)) {
        for (Path file :
            files
                .filter(piece -> piece.getFileName().toString().startsWith("layer-"))
                .sorted()
                .skip(layers)
                .toList()) {
          Files.delete(file);
        }
      }
    }
    try (JournalFolder journal = JournalFolder.open(kept, Map.of("what", "same"), note -> {});
        MergeSession session = open(net, options(), journal)) {
      MergeResult merged = session.mergeLast(session.plan(options().size()), MergeListener.NONE);
      return measured(session, merged.graph(), 0);
    }
  }
}
