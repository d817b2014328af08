"""Line charts as SVG, with the standard library alone."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 74, 24, 58, 92
INK, FAINT, GRID = "#24292f", "#57606a", "#d8dee4"
# Told apart by people who see colours differently, and in print by their dashes.
COLOURS = ("#0b5cad", "#c2410c", "#15803d", "#7c3aed", "#a16207", "#be185d")
DASHES = ("", "7 4", "2 3", "10 3 2 3", "1 4", "12 4")


class Axis:
    """A scale from zero (or, logarithmic, from a power of ten) to a round number above the largest value."""

    def __init__(self, values, pixels, logarithmic=False, whole=False):
        largest = max(values, default=1) or 1
        self.logarithmic, self.pixels = logarithmic, pixels
        if logarithmic:
            smallest = min(value for value in values if value > 0)
            self.low, self.high = math.floor(math.log10(smallest)), math.ceil(math.log10(largest * 1.0001))
            self.ticks = [10.0 ** power for power in range(self.low, self.high + 1)]
        else:
            step = 10 ** math.floor(math.log10(largest / 5))
            step = next(step * factor for factor in (1, 2, 2.5, 5, 10) if step * factor * 6 >= largest)
            self.low, self.high = 0, step * math.ceil(largest / step * 0.9999)
            self.ticks = [step * number for number in range(int(round(self.high / step)) + 1)]

    def place(self, value):
        if self.logarithmic:
            value = math.log10(max(value, 10.0 ** self.low))
        return (value - self.low) / (self.high - self.low) * self.pixels


def label(value):
    text = f"{value:,.3f}".rstrip("0").rstrip(".")
    return text or "0"


def text(x, y, content, anchor="middle", size=12, colour=FAINT, extra=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}"{extra}>{escape(content)}</text>')


def chart(title, x_name, y_name, series, logarithmic=False, limit=None, markers=True):
    """Returns the SVG of a chart.

    `series` is a list of (name, [(x, y), …]); `limit` a pair of (name, y): a bound, drawn as a thin red line.
    """
    points = [point for _, line in series for point in line]
    across = Axis([x for x, _ in points], WIDTH - LEFT - RIGHT)
    heights = [y for _, y in points] + ([limit[1]] if limit else [])
    up = Axis(heights, HEIGHT - TOP - BOTTOM, logarithmic)
    bottom = HEIGHT - BOTTOM

    def x_of(value):
        return LEFT + across.place(value)

    def y_of(value):
        return bottom - up.place(value)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'font-family="Helvetica, Arial, \'DejaVu Sans\', sans-serif">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        text(LEFT, 24, title, "start", 16, INK, ' font-weight="bold"'),
        text(LEFT, 44, y_name, "start", 12),
    ]
    for tick in up.ticks:
        y = y_of(tick)
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="{GRID}"/>')
        parts.append(text(LEFT - 8, y + 4, label(tick), "end"))
    for tick in across.ticks:
        x = x_of(tick)
        parts.append(f'<line x1="{x:.1f}" y1="{bottom}" x2="{x:.1f}" y2="{bottom + 5}" stroke="{FAINT}"/>')
        parts.append(text(x, bottom + 20, label(tick)))
    parts.append(f'<line x1="{LEFT}" y1="{bottom}" x2="{WIDTH - RIGHT}" y2="{bottom}" stroke="{FAINT}"/>')
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, bottom + 40, x_name))
    if limit:
        y = y_of(limit[1])
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#b91c1c" stroke-dasharray="3 3"/>')
        parts.append(text(WIDTH - RIGHT, y - 5, limit[0], "end", 11, "#b91c1c"))
    legend = LEFT
    for number, (name, line) in enumerate(series):
        colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        path = " ".join(f"{x_of(x):.1f},{y_of(y):.1f}" for x, y in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"{dashed}/>')
        if markers:
            parts += [f'<circle cx="{x_of(x):.1f}" cy="{y_of(y):.1f}" r="3" fill="{colour}"/>' for x, y in line]
        row = HEIGHT - 30 + 18 * (number // 3)
        x = LEFT + (number % 3) * (WIDTH - LEFT - RIGHT) / 3
        parts.append(f'<line x1="{x:.1f}" y1="{row}" x2="{x + 26:.1f}" y2="{row}" stroke="{colour}" stroke-width="2"{dashed}/>')
        parts.append(text(x + 32, row + 4, name, "start", 12, INK))
        legend = row
    return "\n".join(parts) + "\n</svg>\n"


def thinned(line, most=400):
    """At most so many points of a long line: of each stretch the one with the largest value, so that peaks stay."""
    if len(line) <= most:
        return line
    size = len(line) / most
    return [max(line[int(number * size):max(int((number + 1) * size), int(number * size) + 1)], key=lambda point: point[1])
            for number in range(most)]
