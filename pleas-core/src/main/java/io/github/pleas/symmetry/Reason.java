package io.github.pleas.symmetry;

import io.github.pleas.onnx.Node;
import java.util.Optional;

/**
 * Why something does not move.
 *
 * @param text for the user
 * @param node the operator at which it was found to stay, if it was at one
 */
record Reason(String text, Optional<Node> node) {}
