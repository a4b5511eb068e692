package io.github.pleas.experiment;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A network of an experiment.
 *
 * @param name as tables have it
 * @param file its model
 * @param domain what it was trained on
 * @param group networks of one group are merged with each other, and share tables: mostly an
 *     architecture's name
 * @param base what it was fine-tuned from, if that is given: networks of two bases are merged
 * @param line where the experiment's file names it
 */
public record NetworkFile(
    String name, Path file, Domain domain, String group, Optional<String> base, int line) {}
