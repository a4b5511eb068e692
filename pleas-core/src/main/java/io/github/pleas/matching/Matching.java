package io.github.pleas.matching;

import io.github.pleas.symmetry.Permutations;

/**
 * For each unit group, the pairs of units.
 *
 * @param permutations {@code of(g)[i] = j}: unit i of A corresponds to unit j of B
 * @param scores for each group and unit of A, how similar the pair is; larger is better, comparable
 *     within a group
 */
public record Matching(Permutations permutations, double[][] scores) {}
