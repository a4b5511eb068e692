/**
 * Merges on images that are spread over a Spark cluster: a program's side ({@link
 * io.github.pleas.spark.ClusterMerge}), the command's ({@link io.github.pleas.spark.Main}), and
 * what runs in executors, which hold a part of the images each and answer with sums.
 */
@NullMarked
package io.github.pleas.spark;

import org.jspecify.annotations.NullMarked;
