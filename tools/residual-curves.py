"""Draws the residual of each fitted layer in several merges of one pair, as an SVG.

    python3 tools/residual-curves.py OUT.svg NAME=REPORT.json ...

REPORT.json is what 'pleas merge' writes beside its output (--json); heads, which may not be fitted, are left out.
Prints how far each is above the last one, over the layers that the last one does not fit exactly.
"""

import json
import sys
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 820, 380, 60, 130, 20, 60
COLOURS = ["#9ecae1", "#6baed6", "#3182bd", "#08519c", "#d6604d", "#4d4d4d"]


def residuals(file):
    with open(file, encoding="utf-8") as stream:
        layers = json.load(stream)["layers"]
    # A head of separate labels is called after its task: two layers of one name but for the end.
    return [(layer["name"], layer["residual"]) for layer in layers if not layer["name"].endswith(("_a", "_b"))]


def main(out, given):
    curves = [(name, residuals(file)) for name, file in (text.split("=", 1) for text in given)]
    names = [name for name, _ in curves[0][1]]
    for name, curve in curves:
        if [layer for layer, _ in curve] != names:
            raise SystemExit(f"{name} has other layers than {curves[0][0]}")
    last = [value for _, value in curves[-1][1]]
    for name, curve in curves[:-1]:
        above = [value / least - 1 for (_, value), least in zip(curve, last) if least > 1e-5]
        lower = sum(value < least for (_, value), least in zip(curve, last))
        print(f"{name}: {100 * sum(above) / len(above):.2f} % above {curves[-1][0]} on average, below it in {lower} of {len(last)} layers")
    top = max(value for _, curve in curves for _, value in curve)
    x = lambda i: LEFT + i * (WIDTH - LEFT - RIGHT) / max(1, len(names) - 1)
    y = lambda value: TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for k in range(5):
        value = top * k / 4
        parts.append(f'<path d="M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.2f}</text>')
    for k, (name, curve) in enumerate(curves):
        points = " ".join(f"{x(i):.1f},{y(value):.1f}" for i, (_, value) in enumerate(curve))
        colour = COLOURS[k % len(COLOURS)]
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<path d="M{WIDTH - RIGHT + 12} {TOP + 20 * k + 6}h20" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 38}" y="{TOP + 20 * k + 10}">{escape(name)}</text>')
    parts.append(
        f'<text x="{(WIDTH + LEFT - RIGHT) / 2}" y="{HEIGHT - 20}" text-anchor="middle">layers, from the input on</text>'
    )
    parts.append(
        f'<text transform="translate(16 {(HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">|X W - T| / |T|</text>'
    )
    parts.append("</svg>")
    with open(out, "w", encoding="utf-8") as stream:
        stream.write("\n".join(parts) + "\n")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    main(sys.argv[1], sys.argv[2:])
