/**
 * What of a long work is done already, kept in a folder in pieces, so that the work goes on after
 * it was stopped. Each piece is a file that appears whole or not at all and ends with its digest.
 */
@NullMarked
package io.github.pleas.journal;

import org.jspecify.annotations.NullMarked;
