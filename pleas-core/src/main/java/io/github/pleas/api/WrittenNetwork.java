package io.github.pleas.api;

import io.github.pleas.AtomicFile;
import io.github.pleas.checkpoint.Precision;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A merged network's file.
 *
 * @param file where it is
 * @param bytes its size
 * @param sha256 its digest
 * @param data the file beside it that holds its large tensors, if it has more than 2 GB
 * @param precision of its weights
 * @param error largest relative difference between the file, loaded afresh, and the network in
 *     memory; of a checkpoint of 16 bits, before its values are rounded
 * @param rounding largest relative difference that rounding to 16 bits makes, where it was done
 * @param macs multiply-accumulates for one image, counted from the file
 * @param parameters numbers in parameters, counted from the file
 */
public record WrittenNetwork(
    Path file,
    long bytes,
    String sha256,
    Optional<AtomicFile.Beside> data,
    Precision precision,
    double error,
    OptionalDouble rounding,
    long macs,
    long parameters) {}
