#!/usr/bin/env python3
"""Exports many networks to ONNX and strips their weights: graphs to test the unit groups with.

Needs PyTorch, torchvision, timm, transformers, onnx, onnxscript and onnxruntime (one of the model libraries may be
missing: its networks are then reported as failed). Nothing is downloaded: all weights are random, from a fixed seed.

    python tools/export-graphs OUT                      # everything, both exporters
    python tools/export-graphs OUT --only 'timm-*vit*' --exporters dynamo --jobs 8
    python tools/export-graphs OUT --list               # only the names

Each network is exported by the TorchScript exporter (folder OUT/script, opset 11 to 20) and by the
torch.export-based one (OUT/dynamo, opset 18 to 23). The opset, whether the batch is free or 1, and whether the exporter
may fold normalisation into layers are drawn from the network's name, so that they are spread over the corpus but the same
every time. Where an operator needs a later opset than the one drawn, the next one is taken. Every graph is run in
ONNX Runtime and compared with PyTorch before its weights are stripped.

Stripped: the data of every FLOAT initializer of more than 64 elements; its dimensions stay. Kept: integers, other types,
small constants, and float constants that are no parameters (masks, which have few distinct values, and buffers of the
model, such as tables of sines). Documentation and metadata, which hold paths, go too. `pleas-bench families` fills the
weights in again.

OUT/index.tsv has a line for each export: what it is, or why it failed.
"""

import argparse
import fnmatch
import multiprocessing
import os
import pathlib
import time
import traceback
import zlib

os.environ["CUDA_VISIBLE_DEVICES"] = ""

import torch  # noqa: E402

import catalogue  # noqa: E402

SCRIPT_OPSETS = (11, 12, 13, 14, 16, 17, 18, 20)
DYNAMO_OPSETS = (18, 20, 21, 23)
LARGEST_KEPT = 64
LARGEST_TABLE = 65536


def draw(name, what, choices):
    """One of some choices, the same for the same name every time."""
    return choices[zlib.crc32(f"{name}/{what}".encode()) % len(choices)]


# ---- weights -------------------------------------------------------------------------------------------------------


@torch.no_grad()
def disturb(module):
    """Makes constant parameters (zeros, ones) random, so that no branch is dead and no two units are equal."""
    for part in module.modules():
        if isinstance(part, torch.nn.modules.batchnorm._BatchNorm):
            for tensor, low in ((part.running_var, 0.5), (part.running_mean, -0.1), (part.weight, 0.5), (part.bias, -0.1)):
                if tensor is not None:
                    tensor.uniform_(low, 1.5 if low > 0 else 0.1)
    for parameter in module.parameters():
        if not parameter.is_floating_point() or parameter.numel() < 2:
            continue
        if bool((parameter == parameter.flatten()[0]).all()):
            noise = torch.randn_like(parameter)
            parameter.add_(0.02 * noise if parameter.numel() > LARGEST_KEPT else 0.1 * noise)


def tables(module):
    """The sorted contents of float buffers that are no running statistics."""
    found = set()
    for name, buffer in module.named_buffers():
        if buffer.dtype == torch.float32 and LARGEST_KEPT < buffer.numel() <= LARGEST_TABLE and "running_" not in name:
            found.add(buffer.flatten().sort().values.numpy().tobytes())
    return found


def strip(model, keep):
    """Takes the weights out of a ModelProto."""
    import numpy
    import onnx.numpy_helper

    for tensor in model.graph.initializer:
        count = int(numpy.prod(tensor.dims)) if tensor.dims else 1
        if tensor.data_type != onnx.TensorProto.FLOAT or count <= LARGEST_KEPT:
            continue
        values = onnx.numpy_helper.to_array(tensor).ravel()
        few = count <= 1 << 22 and len(numpy.unique(values)) <= max(16, count // 16)
        table = count <= LARGEST_TABLE and numpy.sort(values).tobytes() in keep
        if not few and not table:
            tensor.ClearField("raw_data")
            tensor.ClearField("float_data")
    plain(model.graph)
    del model.metadata_props[:]
    model.ClearField("doc_string")
    for function in model.functions:
        for node in function.node:
            node.ClearField("doc_string")
            if hasattr(node, "metadata_props"):
                del node.metadata_props[:]


def plain(graph):
    """Without documentation and metadata, in subgraphs too."""
    graph.ClearField("doc_string")
    del graph.value_info[:]
    if hasattr(graph, "metadata_props"):
        del graph.metadata_props[:]
    for tensor in graph.initializer:
        tensor.ClearField("doc_string")
        if hasattr(tensor, "metadata_props"):
            del tensor.metadata_props[:]
    for node in graph.node:
        node.ClearField("doc_string")
        if hasattr(node, "metadata_props"):
            del node.metadata_props[:]
        for attribute in node.attribute:
            if attribute.HasField("g"):
                plain(attribute.g)


# ---- export --------------------------------------------------------------------------------------------------------


class Export:
    """One network through one exporter."""

    def __init__(self, name, build, exporter, folder):
        self.name, self.exporter = name, exporter
        self.path = folder / exporter / f"{name}.onnx"
        self.free = draw(name, "batch", (True, False))
        self.fold = draw(name, exporter + "fold", (True, True, False))
        self.opset = draw(name, exporter, SCRIPT_OPSETS if exporter == "script" else DYNAMO_OPSETS)
        torch.manual_seed(0)
        self.module, shape = build()
        self.module.eval()
        for parameter in self.module.parameters():
            parameter.requires_grad_(False)
        disturb(self.module)
        self.shape = shape

    def run(self):
        """Exports; the columns of the index after name, exporter and status."""
        import onnx

        images = torch.randn(2 if self.free else 1, *self.shape)
        with torch.no_grad():
            expected = self.module(images)
        expected = [expected] if isinstance(expected, torch.Tensor) else list(expected)
        names = ["output"] if len(expected) == 1 else [f"output{i}" for i in range(len(expected))]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        model, error, notes = self.attempt(images, names, expected)
        strip(model, tables(self.module))
        onnx.save(model, self.path)
        opset = next(o.version for o in model.opset_import if o.domain in ("", "ai.onnx"))
        batch = "free" if self.free else "1"
        return opset, batch, "folded" if self.fold else "unfolded", len(model.graph.node), f"{error:.1e}", notes

    def attempt(self, images, names, expected):
        """Exports at the opset drawn, else at the next one that has all operators; a free batch is given up last."""
        import onnx

        part = self.path.with_suffix(".part")
        opsets = [o for o in (SCRIPT_OPSETS if self.exporter == "script" else DYNAMO_OPSETS) if o >= self.opset]
        first = None
        for free in (True, False) if self.free else (False,):
            for opset in opsets:
                try:
                    self.free = free
                    some = images if free else images[:1]
                    (self.script if self.exporter == "script" else self.dynamo)(some, names, opset, part)
                    model = onnx.load(part)
                    error = compare(model, some, [e[: len(some)] for e in expected])
                    return model, error, "" if first is None else "first try: " + first
                except Exception as failure:
                    first = first or short(failure)
                    if isinstance(failure, (TypeError, AttributeError)):
                        break
                finally:
                    part.unlink(missing_ok=True)
        raise RuntimeError(first)

    def script(self, images, names, opset, path):
        axes = {name: {0: "batch"} for name in ["input", *names]} if self.free else None
        training = torch.onnx.TrainingMode.EVAL if self.fold else torch.onnx.TrainingMode.PRESERVE
        options = dict(input_names=["input"], output_names=names, dynamic_axes=axes, opset_version=opset)
        if "dynamo" in torch.onnx.export.__code__.co_varnames:
            options["dynamo"] = False
        with torch.no_grad():
            torch.onnx.export(self.module, (images,), str(path), training=training, **options)

    def dynamo(self, images, names, opset, path):
        shapes = ({0: torch.export.Dim("batch")},) if self.free else None
        options = dict(input_names=["input"], output_names=names, dynamic_shapes=shapes, opset_version=opset)
        with torch.no_grad():
            torch.onnx.export(
                self.module,
                (images,),
                str(path),
                dynamo=True,
                external_data=False,
                optimize=self.fold,
                verbose=False,
                **options,
            )


def compare(model, images, expected):
    """Runs a graph in ONNX Runtime: the largest error relative to PyTorch's largest output."""
    import numpy
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    found = session.run(None, {session.get_inputs()[0].name: images.numpy()})
    worst = 0.0
    for one, other in zip(found, expected):
        other = other.numpy()
        if one.shape != other.shape:
            raise RuntimeError(f"ONNX Runtime gives shape {one.shape}, PyTorch {other.shape}")
        worst = max(worst, float(numpy.abs(one - other).max() / max(1e-20, numpy.abs(other).max())))
    return worst


def short(failure):
    """The first line of a failure that says something."""
    lines = [line.strip() for line in str(failure).splitlines() if line.strip()]
    return f"{type(failure).__name__}: {lines[0] if lines else ''}".replace("\t", " ")[:300]


# ---- many at a time ------------------------------------------------------------------------------------------------


def work(name, build, exporter, folder, index):
    """In a process of its own: a network that crashes or hangs takes no other with it."""
    torch.set_num_threads(1)
    torch.backends.mha.set_fastpath_enabled(False)  # one fused operator, which ONNX does not have
    log = os.open(folder / "log" / f"{name}.{exporter}.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    start = time.time()
    try:
        columns = ("ok", *Export(name, build, exporter, folder).run())
    except BaseException as failure:
        traceback.print_exc()
        columns = ("failed", "", "", "", "", "", short(failure))
    line = "\t".join(map(str, (name, exporter, *columns, f"{time.time() - start:.1f}")))
    with open(index, "a", encoding="utf-8") as out:
        out.write(line + "\n")


def export_all(folder, tasks, jobs, limit, until):
    """Runs tasks, some at a time; each ends after `limit` seconds, all of them at the time `until`."""
    index = folder / "index.tsv"
    (folder / "log").mkdir(parents=True, exist_ok=True)
    if not index.exists():
        index.write_text("name\texporter\tstatus\topset\tbatch\tfolding\tnodes\terror\tnotes\tseconds\n")
    context = multiprocessing.get_context("fork")
    running, waiting = [], list(tasks)
    while running or waiting:
        while waiting and len(running) < jobs and time.time() < until:
            name, build, exporter = waiting.pop(0)
            process = context.Process(target=work, args=(name, build, exporter, folder, index))
            process.start()
            running.append((process, time.time(), name, exporter))
        if time.time() >= until:
            waiting = []
        time.sleep(0.05)
        for entry in list(running):
            process, start, name, exporter = entry
            if process.is_alive() and time.time() < min(start + limit, until):
                continue
            late = process.is_alive()
            if late:
                process.kill()
            process.join()
            running.remove(entry)
            if late or process.exitcode != 0:
                why = f"still running after {limit} s" if late else f"exit code {process.exitcode}"
                with open(index, "a", encoding="utf-8") as out:
                    out.write(f"{name}\t{exporter}\tfailed\t\t\t\t\t\t{why}\t{time.time() - start:.1f}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path, help="folder to write to")
    parser.add_argument("--only", action="append", help="pattern of names (may be repeated)")
    parser.add_argument("--exporters", nargs="+", default=["script", "dynamo"], choices=["script", "dynamo"])
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="exports at a time")
    parser.add_argument("--limit", type=float, default=240, help="seconds for one export")
    parser.add_argument("--total", type=float, default=1e9, help="seconds for everything; what is left then is not done")
    parser.add_argument("--list", action="store_true", help="only print the names")
    arguments = parser.parse_args()
    until = time.time() + arguments.total
    named = {
        name: build
        for name, build in catalogue.all_cases().items()
        if not arguments.only or any(fnmatch.fnmatch(name, pattern) for pattern in arguments.only)
    }
    if arguments.list:
        print("\n".join(named))
        return
    tasks = [(n, b, e) for e in arguments.exporters for n, b in named.items()]
    done = sum(1 for _ in tasks)
    export_all(arguments.out, tasks, arguments.jobs, arguments.limit, until)
    lines = [line.split("\t") for line in (arguments.out / "index.tsv").read_text().splitlines()[1:]]
    failed = [line for line in lines if line[2] != "ok"]
    print(f"{done} exports asked for, {len(lines) - len(failed)} written, {len(failed)} failed")
    for line in failed:
        print(line[0], line[1], line[8])


if __name__ == "__main__":
    main()
