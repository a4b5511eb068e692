/**
 * A network as the method sees it: the graph in canonical form (constants folded,
 * BatchNormalization folded into the layer before it, one way of writing each linear layer), the
 * true shape of every value, the layers with weights; and the comparison of two networks'
 * architectures.
 */
@org.jspecify.annotations.NullMarked
package io.github.pleas.network;
