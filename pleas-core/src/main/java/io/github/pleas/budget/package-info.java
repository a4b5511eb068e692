/** How many pairs of units each group merges, and what the merged network then costs. */
@org.jspecify.annotations.NullMarked
package io.github.pleas.budget;
