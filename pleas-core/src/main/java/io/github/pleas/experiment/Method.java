package io.github.pleas.experiment;

import io.github.pleas.budget.AllocationMethod;
import io.github.pleas.layout.Layout;
import io.github.pleas.merge.MethodSettings;

/**
 * A way of merging.
 *
 * @param name as tables have it
 * @param settings the method, and what is changed in it
 * @param allocation how a budget is spread
 * @param layout how layers are written
 */
public record Method(
    String name, MethodSettings settings, AllocationMethod allocation, Layout layout) {}
