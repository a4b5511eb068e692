/**
 * The merged architecture: which units of A and B each unit of the merged network stands for, on
 * every axis of every tensor, and the graph of that size.
 */
@org.jspecify.annotations.NullMarked
package io.github.pleas.layout;
