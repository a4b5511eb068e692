/**
 * From a state dict to a graph: well-known architectures, described as text ({@code *.txt} beside
 * these classes) and fitted to the names and shapes of the parameters that are there.
 */
@org.jspecify.annotations.NullMarked
package io.github.pleas.architecture;
