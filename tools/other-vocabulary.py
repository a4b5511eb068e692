#!/usr/bin/env python3
"""Gives an encoder of texts another vocabulary: the same network, other tokens.

    python3 tools/other-vocabulary.py model.onnx tokenizer.json other.onnx other.json [--every 3] [--seed 0]

For encoders with a WordPiece tokenizer, to try out merging networks of different vocabularies. Of the whole words every third
(--every) is taken out of the vocabulary, so that the tokenizer cuts it into pieces that are left; special tokens, pieces
(##...) and words of fewer than four characters stay. Then all tokens are numbered anew, in random order (--seed), in the
tokenizer and in the rows of the network's embedding alike. The network still computes what it did of every text of which no
word was taken out; of others what it makes of their pieces. Needs onnx and numpy.
"""

import argparse
import json

import numpy
import onnx
from onnx import numpy_helper


def left(vocabulary, special, every):
    """The tokens that stay, in their old order."""
    kept, words = [], 0
    for token in sorted(vocabulary, key=vocabulary.get):
        whole = token.isalpha() and len(token) >= 4 and token not in special
        words += whole
        if not whole or words % every:
            kept.append(token)
    return kept


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ["model", "tokenizer", "out_model", "out_tokenizer"]:
        parser.add_argument(name)
    parser.add_argument("--every", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    with open(arguments.tokenizer, encoding="utf-8") as file:
        tokenizer = json.load(file)
    if tokenizer["model"]["type"] != "WordPiece":
        parser.error(f"{arguments.tokenizer} is no WordPiece tokenizer, of which words can be cut into pieces")
    old = tokenizer["model"]["vocab"]
    special = {token["content"] for token in tokenizer["added_tokens"]}
    kept = left(old, special, arguments.every)
    order = numpy.random.default_rng(arguments.seed).permutation(len(kept))
    new = {kept[k]: number for number, k in enumerate(order)}

    tokenizer["model"]["vocab"] = new
    for token in tokenizer["added_tokens"]:
        token["id"] = new[token["content"]]
    tokenizer["added_tokens"].sort(key=lambda token: token["id"])
    processor = tokenizer.get("post_processor") or {"type": "none"}
    if processor["type"] not in ["none", "TemplateProcessing", "ByteLevel"]:
        parser.error(f"{arguments.tokenizer} has a post-processor {processor['type']}, whose token ids are not renumbered here; expected TemplateProcessing")
    for token in processor.get("special_tokens", {}).values():
        token["ids"] = [new[content] for content in token["tokens"]]
    with open(arguments.out_tokenizer, "w", encoding="utf-8") as file:
        json.dump(tokenizer, file, ensure_ascii=False)

    model = onnx.load(arguments.model)
    tables = {node.input[0] for node in model.graph.node if node.op_type == "Gather" and node.input[1] == "input_ids"}
    found = [tensor for tensor in model.graph.initializer if tensor.name in tables]
    if not found:
        parser.error(f"{arguments.model} has no embedding of which 'input_ids' picks rows")
    for tensor in found:
        rows = numpy_helper.to_array(tensor)[[old[kept[k]] for k in order]]
        tensor.CopyFrom(numpy_helper.from_array(rows, tensor.name))
    onnx.save(model, arguments.out_model)
    print(f"{len(old)} tokens before, {len(new)} after")


if __name__ == "__main__":
    main()
