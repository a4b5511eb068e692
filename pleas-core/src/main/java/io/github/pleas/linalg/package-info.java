/**
 * Dense linear algebra in the way from activations to weights: moments of rows (X'X, X'T),
 * correlations between units, the Cholesky solve of least-squares problems, and exact assignment.
 * Products and factorisations run in OpenBLAS on native memory that its owner closes; what comes in
 * and goes out are plain row-major arrays, [rows, columns] at {@code row * columns + column}.
 */
@org.jspecify.annotations.NullMarked
package io.github.pleas.linalg;
