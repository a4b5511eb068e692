/**
 * Tries what pleas does on many exported graphs: each read, analysed, checked and perhaps merged in
 * a process of its own, so that one that fails takes no other with it.
 */
@org.jspecify.annotations.NullMarked
package io.github.pleas.bench.families;
