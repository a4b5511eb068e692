package io.github.pleas.architecture;

import io.github.pleas.checkpoint.Precision;
import io.github.pleas.onnx.Graph;

/**
 * A network built from a state dict.
 *
 * @param architecture what it was recognised as: a variant such as resnet18, or a family where no
 *     variant has its depths
 * @param scheme whose names its parameters have: torchvision, timm
 * @param graph the network, in single precision; its initializers have the parameters' names, and
 *     BatchNormalization stands as such
 * @param stored the precision that the state dict's tensors have
 */
public record BuiltNetwork(String architecture, String scheme, Graph graph, Precision stored) {}
