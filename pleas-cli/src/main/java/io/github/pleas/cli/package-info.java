/** The {@code pleas} command: a class for each subcommand, and what they show while they work. */
@org.jspecify.annotations.NullMarked
package io.github.pleas.cli;
