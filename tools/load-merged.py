#!/usr/bin/env python3
"""Loads a merged checkpoint into torchvision's code, strictly, and compares it with the merged ONNX file.

    python3 tools/load-merged.py merged.pth --arch resnet18 --onnx merged.onnx --size 64

Needs torch, torchvision and, for the comparison, onnxruntime. A merged network may be wider than its originals, and was trained
with other widths than torchvision's in the first place: `resize` gives a network the widths of a state dict.
"""

import argparse
import sys

import numpy
import torch
import torchvision


def resize(model, state):
    """Gives each layer of a network the widths that its parameters have in a state dict."""
    for name, module in model.named_modules():
        prefix = name + "." if name else ""
        own = [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]
        for key, tensor in own:
            new = state.get(prefix + key)
            if new is None or new.shape == tensor.shape:
                continue
            if isinstance(module, torch.nn.Conv2d) and key == "weight":
                depthwise = module.groups > 1 and tensor.shape[1] == 1
                same_groups = new.shape[1] == tensor.shape[1] and module.groups > 1
                if depthwise or same_groups:
                    module.groups = module.groups * new.shape[0] // tensor.shape[0]
            if isinstance(module, torch.nn.LayerNorm):
                module.normalized_shape = tuple(new.shape)
            empty = torch.zeros(new.shape, dtype=tensor.dtype)
            setattr(module, key, torch.nn.Parameter(empty) if isinstance(tensor, torch.nn.Parameter) else empty)
    return model


def read(path):
    """A state dict of .pth or .safetensors in single precision, and whether it is stored so."""
    if path.endswith(".safetensors"):
        from safetensors.torch import load_file

        state = load_file(path)
    else:
        state = torch.load(path, weights_only=True)
    single = {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in state.items()}
    return single, all(state[name].dtype == tensor.dtype for name, tensor in single.items())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("--arch", required=True, help="torchvision's name")
    parser.add_argument("--onnx", help="the same merged network, to compare with")
    parser.add_argument("--size", type=int, default=224, help="height and width of images")
    arguments = parser.parse_args()
    state, stored_single = read(arguments.checkpoint)
    model = resize(getattr(torchvision.models, arguments.arch)(weights=None), state)
    model.load_state_dict(state, strict=True)
    model.eval()
    print(f"{arguments.checkpoint}: loads strictly, {sum(p.numel() for p in model.parameters()):,} parameters")
    if not arguments.onnx:
        return
    import onnxruntime

    session = onnxruntime.InferenceSession(arguments.onnx, providers=["CPUExecutionProvider"])
    channels = session.get_inputs()[0].shape[1]
    images = numpy.random.default_rng(0).standard_normal((8, channels, arguments.size, arguments.size)).astype("float32")
    expected = numpy.concatenate(session.run(None, {session.get_inputs()[0].name: images}), axis=1)
    with torch.no_grad():
        found = model(torch.from_numpy(images)).numpy()
    error = float(abs(found - expected).max() / abs(expected).max())
    print(f"logits differ by {error:.1e} of the largest from {arguments.onnx}")
    # The weights of half precision have eleven bits, and those of the two files are not the same: one has folded its
    # BatchNormalization before it was rounded.
    sys.exit(0 if error < (1e-3 if stored_single else 1e-2) else 1)


if __name__ == "__main__":
    main()
