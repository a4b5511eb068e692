/**
 * The weights of the merged network, layer by layer, as least-squares solutions: what a layer reads
 * in the merged network (X), what it should write (T), their moments X'X and X'T, and the ridge
 * solve that follows from them.
 */
@org.jspecify.annotations.NullMarked
package io.github.pleas.fit;
