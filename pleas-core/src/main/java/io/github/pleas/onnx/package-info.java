/**
 * ONNX files in and out: the graph of a network as plain data, read from and written to files
 * without trusting what they state.
 */
package io.github.pleas.onnx;
