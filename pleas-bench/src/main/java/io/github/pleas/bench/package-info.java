/**
 * Measures what pleas takes against what the machine could do at best: kernels against matrix
 * products, and a whole merge against its floor.
 */
@org.jspecify.annotations.NullMarked
package io.github.pleas.bench;
