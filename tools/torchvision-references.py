#!/usr/bin/env python3
"""Outputs of the real torchvision (and timm, where it is installed), for the tests of package architecture.

    python3 tools/torchvision-references.py OUT

writes OUT/references.zip: for each network one text with its parameters' names and shapes, the recipe of their values, and
what it computes from two images. Needs torch and torchvision; downloads nothing, and takes one to two minutes on a CPU.

No weights are stored: each value follows from the parameter's name and its index, by the recipe below, which the tests
repeat. Most networks are made narrower first: every number of channels is divided, all else, the forward function included,
stays the library's own. Computed in double precision, on the CPU.

The recipe, in 64-bit integers that wrap: mix(z) is the finalizer of SplitMix64, GOLDEN its increment;

    start   = mix(seed * GOLDEN + crc32(name))
    u[i]    = (mix(start + (i + 1) * GOLDEN) >> 40) / 2^24                  in [0, 1)
    value   = float32(low + (high - low) * u[i])

with the range [low, high) by what it is: a tensor of two or more dimensions and more than one element for each of the first,
which is no embedding (of first dimension 1), has -a to a, a = sqrt(gain / elements for each of the first dimension); scales
(a name that ends in "weight", "running_var", "layer_scale" or "gamma") have 0.5 to 1.5; all else -0.1 to 0.1. Images: name
"input", [2, channels, height, width], -1 to 1.
"""

import argparse
import collections
import pathlib
import sys
import time
import traceback
import zipfile
import zlib

import numpy
import torch
import torchvision

SEED = 20260101
CLASSES = 10
GOLDEN = numpy.uint64(0x9E3779B97F4A7C15)
SCALES = ("weight", "running_var", "layer_scale", "gamma")


# ---- the recipe ----------------------------------------------------------------------------------------------------


def mix(z):
    z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return z ^ (z >> numpy.uint64(31))


def uniform(name, shape, low, high):
    """Values of the recipe in a range, in single precision."""
    count = int(numpy.prod(shape, dtype=numpy.int64))
    with numpy.errstate(over="ignore"):
        start = mix(numpy.uint64(SEED) * GOLDEN + numpy.uint64(zlib.crc32(name.encode())))
        bits = mix(start + numpy.arange(1, count + 1, dtype=numpy.uint64) * GOLDEN) >> numpy.uint64(40)
    values = low + (high - low) * (bits.astype(numpy.float64) / 2.0**24)
    return values.astype(numpy.float32).reshape(shape)


def parameter(name, shape, gain):
    """A parameter's values by its name and shape."""
    row = int(numpy.prod(shape[1:], dtype=numpy.int64)) if len(shape) > 1 else 1
    if row > 1 and shape[0] > 1:
        limit = float(numpy.sqrt(gain / row))
        return uniform(name, shape, -limit, limit)
    if name.endswith(SCALES):
        return uniform(name, shape, 0.5, 1.5)
    return uniform(name, shape, -0.1, 0.1)


# ---- narrower networks ---------------------------------------------------------------------------------------------


def narrow(model, divisor):
    """Divides every number of channels, but for the image's and the classes'."""

    def thin(n):
        return n if n in (3, CLASSES) else max(1, n // divisor)

    def replace(module, name, shape):
        old = getattr(module, name, None)
        if old is not None:
            new = torch.zeros(shape)
            setattr(module, name, torch.nn.Parameter(new) if isinstance(old, torch.nn.Parameter) else new)

    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d):
            out, inputs, *kernel = module.weight.shape
            if module.groups > 1 and inputs == 1:
                module.groups = thin(module.groups)
            else:
                inputs = thin(inputs)
            replace(module, "weight", (thin(out), inputs, *kernel))
            replace(module, "bias", (thin(out),))
            module.in_channels, module.out_channels = inputs * module.groups, thin(out)
        elif isinstance(module, torch.nn.Linear):
            out, inputs = module.weight.shape
            replace(module, "weight", (thin(out), thin(inputs)))
            replace(module, "bias", (thin(out),))
            module.in_features, module.out_features = thin(inputs), thin(out)
        elif isinstance(module, torch.nn.BatchNorm2d):
            module.num_features = thin(module.num_features)
            for name in ("weight", "bias", "running_mean", "running_var"):
                replace(module, name, (module.num_features,))
        elif isinstance(module, torch.nn.LayerNorm):
            module.normalized_shape = tuple(thin(n) for n in module.normalized_shape)
            for name in ("weight", "bias"):
                replace(module, name, module.normalized_shape)
        for name in ("layer_scale", "gamma"):
            scale = module._parameters.get(name)
            if scale is not None:
                replace(module, name, (thin(scale.shape[0]), *scale.shape[1:]))
    return model


# ---- the networks --------------------------------------------------------------------------------------------------


class Case:
    """One network: how it is built, and on which images it runs."""

    def __init__(self, label, arch, build, size=(64, 80), divisor=1, gain=3, channels=3):
        self.label, self.arch, self.build = label, arch, build
        self.size, self.divisor, self.gain, self.channels = size, divisor, gain, channels

    def text(self):
        torch.manual_seed(0)
        model = self.build()
        if self.divisor > 1:
            narrow(model, self.divisor)
        model = model.double().eval()
        lines = [f"arch {self.arch}", f"gain {self.gain}", f"seed {SEED}"]
        filled = collections.OrderedDict()
        for name, tensor in model.state_dict().items():
            shape = tuple(tensor.shape)
            if name.endswith("num_batches_tracked"):
                filled[name] = tensor
                continue
            filled[name] = torch.from_numpy(parameter(name, shape, self.gain)).double()
            lines.append(f"parameter {name} {'x'.join(map(str, shape))}")
        filled._metadata = model.state_dict()._metadata
        model.load_state_dict(filled, strict=True)
        shape = (2, self.channels, *self.size)
        images = torch.from_numpy(uniform("input", shape, -1.0, 1.0)).double()
        with torch.no_grad():
            output = model(images)
        assert output.shape == (2, CLASSES), output.shape
        assert bool(torch.isfinite(output).all())
        lines.append(f"input {'x'.join(map(str, shape))}")
        lines += ["output " + " ".join(repr(float(v)) for v in row) for row in output]
        apart = float((output[0] - output[1]).abs().max() / output.abs().max())
        return "\n".join(lines) + "\n", apart


def torchvision_cases():
    models = torchvision.models

    def tv(arch, **options):
        keep = {key: options.pop(key) for key in ("size", "divisor", "gain", "channels") if key in options}
        build = lambda: getattr(models, arch)(weights=None, num_classes=CLASSES, **options)  # noqa: E731
        return Case(arch, arch, build, **keep)

    for arch in ("resnet18", "resnet34"):
        yield tv(arch, divisor=2)
    for arch in ("resnet50", "resnet101", "resnet152", "wide_resnet50_2", "wide_resnet101_2"):
        yield tv(arch, divisor=4)
    for arch in ("resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d"):
        yield tv(arch, divisor=4 if arch.endswith("8d") else 2)
    for arch in ("vgg11", "vgg13", "vgg16", "vgg19"):
        yield tv(arch, divisor=8, gain=6, size=(224, 224))
        yield tv(arch + "_bn", divisor=8, gain=6, size=(224, 224))
    yield tv("alexnet", divisor=4, gain=6, size=(224, 224))
    for arch in ("squeezenet1_0", "squeezenet1_1"):
        yield tv(arch, divisor=2, gain=6, size=(97, 80))
    for arch in ("densenet121", "densenet161", "densenet169", "densenet201"):
        yield tv(arch, divisor=4)
    yield tv("mobilenet_v2", divisor=2)
    yield tv("mobilenet_v3_large", divisor=2, gain=8)
    yield tv("mobilenet_v3_small", divisor=2, gain=8)
    for arch in ("mnasnet0_5", "mnasnet0_75", "mnasnet1_0", "mnasnet1_3"):
        yield tv(arch, divisor=2)
    for k in range(8):
        yield tv(f"efficientnet_b{k}", divisor=4, gain=10)
    for size in "sml":
        yield tv(f"efficientnet_v2_{size}", divisor=4)
    for size in ("tiny", "small", "base", "large"):
        yield tv(f"convnext_{size}", divisor=8)
    for kind in "xy":
        for size in ("400mf", "800mf", "1_6gf", "3_2gf", "8gf", "16gf", "32gf"):
            yield tv(f"regnet_{kind}_{size}", divisor=4 if size in ("400mf", "800mf", "1_6gf", "3_2gf") else 8)
    yield tv("shufflenet_v2_x0_5", divisor=2)
    yield tv("shufflenet_v2_x1_0", divisor=2)
    yield Case("resnet18-grey", "resnet18", lambda: grey(models.resnet18(num_classes=CLASSES)), divisor=4, channels=1)
    transformer = models.vision_transformer.VisionTransformer
    for label, patch, layers, width, heads in (("vit-a", 16, 3, 128, 2), ("vit-b", 8, 2, 192, 3)):
        yield Case(
            label,
            "vit",
            lambda p=patch, n=layers, w=width, h=heads: transformer(48, p, n, h, w, 4 * w, num_classes=CLASSES),
            size=(48, 48),
        )


def grey(model):
    """Takes one channel of input."""
    model.conv1 = torch.nn.Conv2d(1, 64, 7, 2, 3, bias=False)
    return model


def timm_cases():
    try:
        import timm
    except ImportError:
        print("timm is not installed: its networks are left out")
        return

    def of(arch, **options):
        keep = {key: options.pop(key) for key in ("size", "divisor", "gain") if key in options}
        build = lambda: timm.create_model(arch, pretrained=False, num_classes=CLASSES, **options)  # noqa: E731
        return Case("timm-" + arch, "vit" if "depth" in options else arch, build, **keep)

    for arch in ("resnet18", "resnet50", "resnext50_32x4d", "wide_resnet50_2"):
        yield of(arch, divisor=4)
    yield of("vgg11", divisor=8, gain=6, size=(224, 224))
    yield of("vgg16_bn", divisor=8, gain=6, size=(224, 224))
    yield of("densenet121", divisor=4)
    for arch in ("mobilenetv2_100", "mobilenetv3_large_100", "mobilenetv3_small_100", "mnasnet_100"):
        yield of(arch, divisor=2, gain=8 if "v3" in arch else 3)
    for arch in ("efficientnet_b0", "efficientnet_b3", "efficientnet_b5", "efficientnetv2_s", "efficientnetv2_rw_s"):
        yield of(arch, divisor=4, gain=3 if "v2" in arch else 10)
    for arch in ("convnext_tiny", "convnext_small", "convnext_nano"):
        yield of(arch, divisor=8)
    for arch in ("regnetx_002", "regnetx_016", "regnety_002", "regnety_032"):
        yield of(arch, divisor=4)
    yield of("vit_tiny_patch16_224", img_size=48, depth=3, size=(48, 48))
    yield of("vit_small_patch16_224", img_size=48, depth=2, size=(48, 48))
    yield of("deit_tiny_patch16_224", img_size=48, depth=2, size=(48, 48))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path, help="folder for references.zip")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    failed = []
    with zipfile.ZipFile(out / "references.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for case in [*torchvision_cases(), *timm_cases()]:
            start = time.time()
            try:
                text, apart = case.text()
            except Exception as e:  # one network that cannot be built must not lose the others
                failed.append(case.label)
                traceback.print_exc()
                print(f"FAILED {case.label}: {e}", flush=True)
                continue
            entry = zipfile.ZipInfo(case.label + ".txt", (2026, 1, 1, 0, 0, 0))  # the same bytes every time
            archive.writestr(entry, text, zipfile.ZIP_DEFLATED, 9)
            print(f"OK {case.label}: {time.time() - start:.1f} s, images apart {apart:.2g}", flush=True)
    print(f"torch {torch.__version__}, torchvision {torchvision.__version__}; failed: {', '.join(failed) or 'none'}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
