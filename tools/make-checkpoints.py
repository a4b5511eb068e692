"""Makes small checkpoints of every kind with a real PyTorch, and loads those that pleas wrote.

    python tools/make-checkpoints.py make FOLDER            # writes the files and manifest.json
    python tools/make-checkpoints.py check WRITTEN [MADE]   # loads the files of a folder, prints OK or what is wrong

Every value is known without the files: element i (row-major) of the tensor at place t of its dictionary is
((7 i + 13 t) mod 251 - 125) / 64, which half precision and bfloat16 hold exactly, and (7 i + 13 t) mod 101 where the
type is an integer, so that the tests of the reader need no PyTorch.

`check` loads each file with torch.load(weights_only=True), mapped and not, or as safetensors. A file of the stem of one
of MADE's must hold the same bits (rounded to its precision); any other must be the small network's. Names that are the
small network's are loaded into it, strictly.
"""

import argparse
import collections
import json
import pathlib
import struct
import sys

import torch
from torch import nn

DTYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64,
    "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8, "BOOL": torch.bool,
}  # fmt: skip


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.fc = nn.Linear(4, 5)

    def forward(self, x):
        return self.fc(torch.relu(self.bn1(self.conv1(x))).mean((2, 3)))


class Hostile:
    def __reduce__(self):
        import os

        return os.system, ("echo executed > pleas-was-here",)


def values(place, shape, dtype):
    count = 1
    for dimension in shape:
        count *= dimension
    numbers = 7 * torch.arange(count, dtype=torch.int64) + 13 * place
    if dtype == torch.bool:
        found = numbers % 2 == 1
    elif dtype.is_complex:
        found = ((numbers % 251 - 125).double() / 64).to(dtype) * (1 + 2j)
    elif dtype.is_floating_point:
        found = ((numbers % 251 - 125).double() / 64).to(dtype)
    else:
        found = (numbers % 101).to(dtype)
    return found.reshape(shape)


def filled(state):
    for place, (name, tensor) in enumerate(state.items()):
        state[name] = values(place, tensor.shape, tensor.dtype)
    return state


def small(dtype=torch.float32):
    return filled(Small().to(dtype).state_dict())


def prefixed(prefix):
    return collections.OrderedDict((prefix + name, tensor) for name, tensor in small().items())


def training():
    network = Small()
    network.load_state_dict(small())
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    network(torch.ones(2, 3, 5, 5)).sum().backward()
    optimizer.step()
    network.load_state_dict(small())
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[3, 6])
    return {
        "epoch": 3,
        "arch": "small",
        "state_dict": network.state_dict(),
        "best_acc1": torch.tensor(71.5),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
    }


def views():
    base = values(0, (6, 10), torch.float32)
    cube = values(1, (2, 3, 4), torch.float16)
    return {
        "whole": base,
        "transposed": base.t(),
        "row": base[2],
        "column": base[:, 3],
        "window": base[1:5, 2:7],
        "every_other": base[::2, 1::3],
        "expanded": base[0].expand(3, 10),
        "permuted": cube.permute(2, 0, 1),
        "channels_last": values(2, (2, 3, 4, 5), torch.float32).to(memory_format=torch.channels_last),
    }


def tied():
    weight = values(0, (5, 4), torch.float32)
    return {"embedding.weight": weight, "norm.weight": values(1, (4,), torch.float32), "head.weight": weight,
            "proxy.weight": weight.detach()}  # fmt: skip


def types():
    kinds = ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"]
    return {kind: values(place, (2, 3), getattr(torch, kind)) for place, kind in enumerate(kinds)}


def shapes():
    wanted = [(), (0,), (3, 0, 2), (1,), (1, 1, 1), (2, 1, 3)]
    return {"x".join(map(str, shape)) or "scalar": values(place, shape, torch.float32)
            for place, shape in enumerate(wanted)}  # fmt: skip


class Maker:
    def __init__(self, folder):
        self.folder = folder
        self.manifest = {"torch": torch.__version__, "files": {}}

    def save(self, name, content, entry="", prefix="", refused="", formats=("zip", "old"), **options):
        for kind in formats:
            file = name + ("-old" if kind == "old" else "") + ".pth"
            torch.save(content, self.folder / file, _use_new_zipfile_serialization=kind == "zip", **options)
            self.note(file, entry, prefix, refused)

    def note(self, file, entry="", prefix="", refused=""):
        self.manifest["files"][file] = {"entry": entry, "prefix": prefix, "refused": refused}

    def optional(self, what, make):
        """What an older or newer PyTorch may not have."""
        try:
            make()
        except Exception as reason:  # noqa: BLE001: whatever it is, the other files are wanted
            print(f"left out: {what}: {type(reason).__name__}: {reason}")

    def checkpoints(self):
        self.save("small", small())
        self.save("half", small(torch.float16))
        self.save("bfloat16", small(torch.bfloat16))
        self.save("double", small(torch.float64))
        self.save("types", types())
        self.save("shapes", shapes())
        self.save("tied", tied())
        self.save("views", views())
        network = Small()
        network.load_state_dict(small())
        self.save("named-parameters", dict(network.named_parameters()))
        self.save("dataparallel", prefixed("module."), prefix="module.")
        self.save("compiled", prefixed("_orig_mod."), prefix="_orig_mod.")
        self.save("both-prefixes", prefixed("_orig_mod.module."), prefix="_orig_mod.module.")
        self.save("wrapped-model", {"model": small(), "epoch": 7, "name": "small", "none": None}, entry="model")
        self.save("wrapped-state-dict", {"state_dict": prefixed("module.")}, entry="state_dict", prefix="module.")
        self.save("wrapped-twice", {"checkpoint": {"model_state_dict": small()}}, entry="checkpoint.model_state_dict")
        self.save("averaged", {"model": small(), "model_ema": small(torch.float16)}, entry="model_ema")
        self.save("training", training(), entry="state_dict")
        namespace = argparse.Namespace(lr=0.1, data="/data", flags=[1, 2.5, True], nothing=None)
        self.save("namespace", {"model": small(), "args": namespace}, entry="model")
        self.save("facts", {"model": small(), "size": torch.Size([1, 2]), "dtype": torch.float16, "set": {1, 2},
                            "device": torch.device("cpu"), "complex": 1 + 2j, "bytes": b"\0\1", "big": 1 << 70,
                            "negative": -(1 << 40), "pi": 3.25, "text": "\u00e4\u4e2d\U0001f600"},
                  entry="model")  # fmt: skip
        for protocol in (3, 4, 5):
            self.save(f"protocol{protocol}", {"model": small(), "big": 1 << 70, "bytes": b"\0" * 300},
                      entry="model", pickle_protocol=protocol)  # fmt: skip
        self.save("hostile", {"model": small(), "extra": Hostile()}, refused="system")
        self.save("module", Small(), refused="Small")
        self.save("sparse", {"weight": torch.eye(3).to_sparse()}, refused="sparse")
        self.save("no-tensors", {"epoch": 3}, refused="no tensors")
        self.optional("quantized", self.quantized)
        self.optional("numpy scalars", self.numpy)
        self.optional("unsigned", self.unsigned)
        self.optional("complex", lambda: self.save("complex", {"c": values(0, (2, 3), torch.complex64)}))
        self.optional("script", self.script)
        self.optional("GPU", self.gpu)
        self.optional("safetensors", self.safetensors)
        (self.folder / "manifest.json").write_text(json.dumps(self.manifest, indent=1) + "\n")
        print(f"{len(self.manifest['files'])} files in {self.folder}, made by PyTorch {torch.__version__}")

    def quantized(self):
        tensor = torch.quantize_per_tensor(torch.ones(2, 3), 0.5, 3, torch.qint8)
        self.save("quantized", {"weight": tensor}, refused="_rebuild_qtensor")

    def numpy(self):
        import numpy

        facts = {"state_dict": small(), "best": numpy.float64(0.75), "step": numpy.int64(3)}
        self.save("numpy", facts, entry="state_dict")

    def unsigned(self):
        kinds = ["uint16", "uint32", "uint64"]
        self.save("unsigned", {k: values(p, (2, 3), getattr(torch, k)) for p, k in enumerate(kinds)}, formats=("zip",))

    def script(self):
        torch.jit.script(Small()).save(str(self.folder / "script.pth"))
        self.note("script.pth", refused="TorchScript")

    def gpu(self):
        if not torch.cuda.is_available():
            raise RuntimeError("there is none")
        self.save("gpu", collections.OrderedDict((n, t.cuda()) for n, t in small().items()))

    def safetensors(self):
        from safetensors.torch import save_file

        for name, content in [("small", small()), ("half", small(torch.float16)), ("bfloat16", small(torch.bfloat16)),
                              ("types", types()), ("shapes", shapes())]:  # fmt: skip
            save_file(content, self.folder / f"{name}.safetensors", metadata={"format": "pt"})
            self.note(f"{name}.safetensors")
        shards = self.folder / "sharded"
        shards.mkdir(exist_ok=True)
        names = list(small())
        index = {"metadata": {"total_size": 0}, "weight_map": {}}
        for number, part in enumerate([names[:3], names[3:]], 1):
            file = f"model-{number:05}-of-00002.safetensors"
            save_file({name: small()[name] for name in part}, shards / file, metadata={"format": "pt"})
            index["weight_map"] |= {name: file for name in part}
        (shards / "model.safetensors.index.json").write_text(json.dumps(index, indent=2))
        self.note("sharded/model.safetensors.index.json")


def read_safetensors(file):
    try:
        from safetensors.torch import load_file

        return load_file(file)
    except ImportError:
        print("(safetensors is not installed; read by hand)", end=" ")
    content = file.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    found = {}
    for name, tensor in json.loads(content[8 : 8 + length]).items():
        if name != "__metadata__":
            begin, end = (8 + length + offset for offset in tensor["data_offsets"])
            raw = torch.frombuffer(bytearray(content[begin:end]) or bytearray(1), dtype=torch.uint8)[: end - begin]
            found[name] = raw.view(DTYPES[tensor["dtype"]]).reshape(tensor["shape"])
    return found


def load(file):
    """All ways in which PyTorch loads a file; they must agree."""
    if file.suffix == ".safetensors":
        return [read_safetensors(file)]
    return [torch.load(file, map_location="cpu", weights_only=True),
            torch.load(file, map_location="cpu", weights_only=True, mmap=True)]  # fmt: skip


def original(file, facts):
    if file.suffix == ".safetensors":
        return read_safetensors(file)
    if file.suffix == ".json":
        return small()
    found = torch.load(file, map_location="cpu", weights_only=False)
    for key in filter(None, facts["entry"].split(".")):
        found = found[key]
    return {name.removeprefix(facts["prefix"]): tensor for name, tensor in found.items() if torch.is_tensor(tensor)}


def same(name, found, wanted):
    if found.shape != wanted.shape:
        raise ValueError(f"{name} has shape {tuple(found.shape)}, expected {tuple(wanted.shape)}")
    wanted = wanted.detach()
    if wanted.is_floating_point() and found.is_floating_point():
        wanted = wanted.to(found.dtype)
    if found.dtype != wanted.dtype:
        raise ValueError(f"{name} is {found.dtype}, expected {wanted.dtype}")
    if not torch.equal(found, wanted):
        raise ValueError(f"{name} has other values, the largest difference is {(found - wanted).abs().max()}")


def compare(found, wanted):
    if list(found) != list(wanted) and set(found) != set(wanted):
        raise ValueError(f"names are {list(found)}, expected {list(wanted)}")
    for name, tensor in wanted.items():
        same(name, found[name], tensor)
    if set(found) == set(Small().state_dict()):
        network = Small()
        network.load_state_dict({name: tensor.clone() for name, tensor in found.items()}, strict=True)
        return f"{len(found)} tensors, loaded strictly"
    return f"{len(found)} tensors"


def check(written, made):
    facts = json.loads((made / "manifest.json").read_text())["files"] if made else {}
    stems = {}
    for file in facts:
        stems.setdefault(pathlib.Path(file).name.split(".")[0], file)
    failures = 0
    files = sorted(file for file in written.iterdir() if file.suffix in (".pth", ".pt", ".safetensors"))
    for file in files:
        stem = file.name.split(".")[0]
        try:
            wanted = original(made / stems[stem], facts[stems[stem]]) if stem in stems else small()
            print("OK", file.name, "; ".join(compare(found, wanted) for found in load(file)))
        except Exception as reason:  # noqa: BLE001: every file is to be told of
            print("FAILED", file.name, f"{type(reason).__name__}: {reason}")
            failures += 1
    print(f"{len(files) - failures} of {len(files)} files OK, PyTorch {torch.__version__}")
    return 1 if failures or not files else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("make").add_argument("folder", type=pathlib.Path)
    checking = commands.add_parser("check")
    checking.add_argument("written", type=pathlib.Path)
    checking.add_argument("made", type=pathlib.Path, nargs="?")
    arguments = parser.parse_args()
    if arguments.command == "check":
        return check(arguments.written, arguments.made)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    Maker(arguments.folder).checkpoints()
    return 0


if __name__ == "__main__":
    sys.exit(main())
