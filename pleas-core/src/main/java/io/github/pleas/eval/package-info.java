/**
 * How good a network is: logits on labelled images, accuracy on each domain and over all classes at
 * once.
 */
@org.jspecify.annotations.NullMarked
package io.github.pleas.eval;
