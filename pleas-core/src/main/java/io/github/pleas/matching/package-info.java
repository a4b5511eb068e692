/**
 * Which unit of B corresponds to which unit of A: similarities of units, on activations or on
 * weights, and the assignment that is best in each unit group.
 */
@org.jspecify.annotations.NullMarked
package io.github.pleas.matching;
