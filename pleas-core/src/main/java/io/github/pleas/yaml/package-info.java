/**
 * YAML files as texts, lists and maps, with the line of each, and all that is wrong told at once.
 */
@org.jspecify.annotations.NullMarked
package io.github.pleas.yaml;
