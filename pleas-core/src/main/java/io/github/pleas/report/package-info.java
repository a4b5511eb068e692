/**
 * What a merge gave, as a page that is kept: one HTML file with its charts, its tables and its
 * style inside, which asks nothing of a network.
 */
@org.jspecify.annotations.NullMarked
package io.github.pleas.report;
