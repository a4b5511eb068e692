/**
 * Small programs that use the library: each one is a way of merging, and docs/java-api.md shows it.
 */
@NullMarked
package io.github.pleas.examples;

import org.jspecify.annotations.NullMarked;
