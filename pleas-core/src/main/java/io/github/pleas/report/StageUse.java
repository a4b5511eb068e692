package io.github.pleas.report;

import java.util.OptionalLong;

/**
 * What a stage of a merge took.
 *
 * @param name the stage
 * @param seconds its time
 * @param peakBytes the most memory of the whole process while it ran; none where the system does
 *     not tell
 */
public record StageUse(String name, double seconds, OptionalLong peakBytes) {}
