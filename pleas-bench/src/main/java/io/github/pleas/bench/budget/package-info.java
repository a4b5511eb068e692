/** The budget's solver on the cost of real architectures, beside CP-SAT of OR-tools. */
@org.jspecify.annotations.NullMarked
package io.github.pleas.bench.budget;
