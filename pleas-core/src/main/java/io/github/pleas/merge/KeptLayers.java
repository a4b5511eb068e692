package io.github.pleas.merge;

import io.github.pleas.Digest;
import io.github.pleas.fit.FitJournal;
import io.github.pleas.fit.LayerFit;
import io.github.pleas.journal.Journal;
import io.github.pleas.journal.Numbers;
import io.github.pleas.layout.MergedLayer;
import io.github.pleas.onnx.Tensor;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Locale;
import java.util.Optional;

/**
 * The fitted layers of one merged network, a piece each, in a chain: a piece says by a digest which
 * weights all layers before it had when it was fitted, and is taken only where they have these. So
 * what is damaged or missing is fitted again, and what comes after it is taken where that came out
 * the same.
 */
final class KeptLayers implements FitJournal {
  private static final int DIGITS = 16;

  private final Journal journal;
  private final String merge;
  private String before;
  private int next;

  /**
   * The layers of a merged network.
   *
   * @param network the digest of what it is merged from and how, as far as one request can have
   *     several
   */
  KeptLayers(Journal journal, String network) {
    this.journal = journal;
    this.merge = network.substring(0, DIGITS);
    this.before = network;
  }

  private record Link(String before, Kept layer) {}

  @Override
  public Optional<Kept> take(MergedLayer layer) {
    Optional<Kept> kept =
        journal
            .read(name(), KeptLayers::read)
            .filter(link -> link.before().equals(before))
            .map(Link::layer)
            .filter(own -> own.fit().layer().equals(layer.name()));
    kept.ifPresent(this::proceed);
    return kept;
  }

  @Override
  public void keep(Kept layer) {
    journal.write(name(), out -> write(out, new Link(before, layer)));
    proceed(layer);
  }

  private String name() {
    return String.format(Locale.ROOT, "layer-%s-%05d", merge, next);
  }

  private void proceed(Kept layer) {
    Digest digest = new Digest();
    digest.add(before);
    digest.add(layer.fit().layer());
    digest.add(layer.weight().bytes());
    digest.add(layer.bias().bytes());
    before = digest.hex();
    next++;
  }

  private static void write(DataOutputStream out, Link link) throws IOException {
    out.writeUTF(link.before());
    LayerFit fit = link.layer().fit();
    out.writeUTF(fit.layer());
    out.writeDouble(fit.residual());
    out.writeDouble(fit.ridge());
    out.writeLong(fit.rows());
    out.writeLong(fit.availableRows());
    out.writeInt(fit.unknowns());
    out.writeDouble(fit.seconds());
    write(out, link.layer().weight());
    write(out, link.layer().bias());
  }

  private static Link read(DataInputStream in) throws IOException {
    String before = in.readUTF();
    LayerFit fit =
        new LayerFit(
            in.readUTF(),
            in.readDouble(),
            in.readDouble(),
            in.readLong(),
            in.readLong(),
            in.readInt(),
            in.readDouble());
    return new Link(before, new Kept(readTensor(in), readTensor(in), fit));
  }

  private static void write(DataOutputStream out, Tensor tensor) throws IOException {
    Numbers.write(out, tensor.shape());
    Numbers.write(out, FloatBuffer.wrap(tensor.floats()));
  }

  private static Tensor readTensor(DataInputStream in) throws IOException {
    int[] shape = Numbers.readInts(in);
    float[] numbers = new float[Math.toIntExact(Tensor.count(shape))];
    Numbers.read(in, FloatBuffer.wrap(numbers));
    return Tensor.ofFloats(shape, numbers);
  }
}
