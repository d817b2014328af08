"""The charts of the benchmarks, out of rows that carry "plot": [chart, series, x]."""

import os

from measure import plot

CHARTS = {
    "memory": ("Memory against releases", "releases (4 artifacts each)", "peak anonymous memory, MiB (logarithmic)", True),
    "time": ("Time against releases", "releases (4 artifacts each)", "CPU seconds of the client", False),
    "file": ("File size against releases", "releases (4 artifacts each)", "MB (logarithmic)", True),
}


def write(rows, folder):
    """Writes one SVG for each chart that the rows have points of."""
    os.makedirs(folder, exist_ok=True)
    for name, (title, x_name, y_name, logarithmic) in CHARTS.items():
        series = {}
        for row in rows:
            if row.get("plot", [None])[0] == name:
                _, line, x = row["plot"]
                series.setdefault(line, []).append((x, float(row["value"])))
        if series:
            with open(os.path.join(folder, f"{name}-against-releases.svg"), "w") as file:
                file.write(plot.chart(title, x_name, y_name, [(line, sorted(points)) for line, points in series.items()], logarithmic))
