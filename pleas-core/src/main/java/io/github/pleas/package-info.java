/**
 * Merges two trained neural networks of one architecture into one. Start at {@link
 * io.github.pleas.api.NetworkMerge}, or, with networks and data in memory, at {@link
 * io.github.pleas.merge.Merger}; the packages are the stations of the data's way: {@code onnx},
 * {@code runtime}, {@code network}, {@code symmetry}, {@code data}, {@code linalg}, {@code
 * matching}, {@code layout}, {@code budget}, {@code fit}, {@code eval}, {@code merge}, {@code
 * report}, {@code experiment}, {@code api}. What all of them share stands here: errors that a user
 * can act on, and files that appear whole or not at all.
 */
@org.jspecify.annotations.NullMarked
package io.github.pleas;
