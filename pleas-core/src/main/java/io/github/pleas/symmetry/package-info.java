/**
 * Which units of a network can be reordered without changing its function. Rules, one for each
 * operator, tie the elements of axes to each other; the classes of tied elements are the units, and
 * units that stand in the same places are interchangeable: a unit group.
 */
@org.jspecify.annotations.NullMarked
package io.github.pleas.symmetry;
