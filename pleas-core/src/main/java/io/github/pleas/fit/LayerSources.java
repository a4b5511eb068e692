package io.github.pleas.fit;

import io.github.pleas.layout.MergedLayer;
import io.github.pleas.onnx.Tensor;
import java.util.List;
import java.util.Map;

/** Gives what each layer of a merged network is solved from, one after another. */
interface LayerSources extends AutoCloseable {
  /**
   * Of a layer of the trunk.
   *
   * @param target what it is fitted to
   * @return one, or one for each group of a grouped convolution
   */
  List<? extends LayerSolver.Source> trunk(MergedLayer layer, TargetPlan.Target target);

  /**
   * Of a head.
   *
   * @param heads all of them
   */
  LayerSolver.Source head(MergedLayer head, List<MergedLayer> heads);

  /**
   * Told, before a layer of the trunk is asked for, which one will be next: what it needs may be
   * got ready meanwhile. If then other is asked for, that is dropped.
   *
   * @param target what the next one is fitted to
   */
  void expectTrunk(MergedLayer next, TargetPlan.Target target);

  /**
   * The same of a head.
   *
   * @param heads all of them
   */
  void expectHead(MergedLayer next, List<MergedLayer> heads);

  /** A layer of the trunk was fitted before: what it is solved from is not asked for. */
  void passTrunk(TargetPlan.Target target);

  /** The same of a head. */
  void passHead(MergedLayer head, List<MergedLayer> heads);

  /**
   * A layer is solved, or was before; nothing is asked for it any more.
   *
   * @param constants its own
   */
  void solved(MergedLayer layer, Map<String, Tensor> constants);

  /**
   * All layers are solved: hands the network's outputs out where they are at hand, on all images or
   * on none.
   *
   * @param heads all of them
   */
  void finish(List<MergedLayer> heads, OutputObserver observer);

  @Override
  void close();
}
