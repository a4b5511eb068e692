package io.github.pleas.bench;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import io.github.pleas.linalg.Blas;
import io.github.pleas.runtime.Workers;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** A product of large square matrices on each thread at once: what the processor does at best. */
final class SquareProducts implements AutoCloseable {
  private static final int SIZE = 1024;

  private final Workers workers;
  private final List<Pointer> memory = new ArrayList<>();
  private final List<Runnable> products = new ArrayList<>();

  private SquareProducts(int threads) {
    Blas.useCallingThread();
    this.workers = new Workers(threads);
  }

  static SquareProducts single(int threads) {
    SquareProducts all = new SquareProducts(threads);
    for (int k = 0; k < threads; k++) {
      FloatPointer a = all.kept(new FloatPointer((long) SIZE * SIZE));
      FloatPointer b = all.kept(new FloatPointer((long) SIZE * SIZE));
      FloatPointer c = all.kept(new FloatPointer((long) SIZE * SIZE));
      all.products.add(
          () ->
              cblas_sgemm(
                  CblasRowMajor,
                  CblasNoTrans,
                  CblasNoTrans,
                  SIZE,
                  SIZE,
                  SIZE,
                  1f,
                  a,
                  SIZE,
                  b,
                  SIZE,
                  0f,
                  c,
                  SIZE));
    }
    return all;
  }

  static SquareProducts twice(int threads) {
    SquareProducts all = new SquareProducts(threads);
    for (int k = 0; k < threads; k++) {
      DoublePointer a = all.kept(new DoublePointer((long) SIZE * SIZE));
      DoublePointer b = all.kept(new DoublePointer((long) SIZE * SIZE));
      DoublePointer c = all.kept(new DoublePointer((long) SIZE * SIZE));
      all.products.add(
          () ->
              cblas_dgemm(
                  CblasRowMajor,
                  CblasNoTrans,
                  CblasNoTrans,
                  SIZE,
                  SIZE,
                  SIZE,
                  1,
                  a,
                  SIZE,
                  b,
                  SIZE,
                  0,
                  c,
                  SIZE));
    }
    return all;
  }

  private <P extends Pointer> P kept(P pointer) {
    pointer.zero();
    memory.add(pointer);
    return pointer;
  }

  void run() {
    workers.forEach(products.size(), k -> products.get(k).run());
  }

  /** Multiply-accumulates of one run. */
  long macs() {
    return (long) products.size() * SIZE * SIZE * SIZE;
  }

  @Override
  public void close() {
    workers.close();
    memory.forEach(Pointer::close);
  }
}
