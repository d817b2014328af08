"""Memory, time and file size against the number of releases, beside the accumulate-everything algorithm (tools/accumulate).

Both begin with nothing and end with the same SQLite tables; wheelspool collects into its store and then exports. The references for the file are single zstd -3
values and the SQLite file. Plots: tools/bench plots.
"""

import glob
import json
import os
import subprocess
import sys
import tarfile

from measure import program
from measure.process import median, run

RELEASES, ARCHITECTURES, GRAPH_BYTES = (25, 50, 100, 200, 400), 4, 200_000
ACCUMULATE = os.path.join(program.ROOT, "tools", "accumulate")
DOCUMENTS = ("outputs/graph.json", "outputs/build-sequence-summary.json", "outputs/constraints.txt")


def bench(options):
    counts = sorted({max(int(count * options.scale), 3) for count in RELEASES})
    with program.Workspace() as work:
        tree = program.generate(work / "tree", "--releases", counts[-1], "--graph-bytes", GRAPH_BYTES, "--seed", options.seed)
        listing = glob.glob(os.path.join(tree, "*", "releases.json"))[0]
        with open(listing) as file:
            newest_first = json.load(file)
        folder = os.path.dirname(listing)
        with program.FakeGitLab(tree) as server:
            sizes = {}
            for count in counts:
                kept = newest_first[len(newest_first) - count:]
                with open(listing + ".new", "w") as file:
                    json.dump(kept, file)
                os.replace(listing + ".new", listing)
                yield from measure(work, server, count, options.runs)
                for row in kept:
                    if row["tag_name"] not in sizes:
                        sizes[row["tag_name"]] = single_values(os.path.join(folder, row["tag_name"]))
                singles = sum(sizes[row["tag_name"]] for row in kept)
                yield {"what": f"single zstd -3 values, {count} releases", "value": f"{singles / 1e6:.2f}", "unit": "MB", "plot": ["file", "single zstd -3 values", count]}


def single_values(folder):
    """What the documents of a release's tarballs take as single zstd -3 frames, in bytes."""
    total = 0
    for path in glob.glob(os.path.join(glob.escape(folder), "*.tar.gz")):
        with tarfile.open(path) as tarball:
            for member in tarball:
                if member.name.endswith(DOCUMENTS):
                    packed = subprocess.run(["zstd", "-3", "-q", "-c"], input=tarball.extractfile(member).read(), stdout=subprocess.PIPE, check=True)
                    total += len(packed.stdout)
    return total


def measure(work, server, count, runs):
    sides = {"collect": [], "export": [], "accumulate": []}
    for number in range(max(runs // 2, 1)):
        store, database, other = (work / f"{count}-{number}.{suffix}" for suffix in ("store", "sqlite", "other.sqlite"))
        sides["collect"].append(run(program.collect_arguments(server.url, 100, store)).check())
        sides["export"].append(run([program.WHEELSPOOL, "export", "sqlite:" + database, "--store", store]).check())
        sides["accumulate"].append(run([sys.executable, ACCUMULATE, server.url, "100", other]).check())
    for name, done in sides.items():
        peak = max(one.peak_anon_kib for one in done) / 1024
        yield {"what": f"RssAnon peak of {name}, {count} releases", "value": f"{peak:.1f}", "unit": "MiB", "plot": ["memory", name, count]}
    ours = median([a.wall + b.wall for a, b in zip(sides["collect"], sides["export"])])
    theirs = median([one.wall for one in sides["accumulate"]])
    again = run(program.collect_arguments(server.url, 100, store), sample=False).check().cpu
    for name, cpu in (("collect and export", median([a.cpu + b.cpu for a, b in zip(sides["collect"], sides["export"])])),
                      ("accumulate", median([one.cpu for one in sides["accumulate"]])), ("collect, nothing new", again)):
        yield {"what": f"CPU of {name}, {count} releases", "value": f"{cpu:.3f}", "unit": "s", "plot": ["time", name, count]}
    yield {"what": f"wall of collect and export, {count} releases", "value": f"{ours:.2f}", "unit": "s"}
    yield {"what": f"wall of accumulate, {count} releases", "value": f"{theirs:.2f}", "unit": "s"}
    for name, path in (("data.mdb", os.path.join(store, "data.mdb")), ("SQLite target", database)):
        yield {"what": f"{name}, {count} releases", "value": f"{os.path.getsize(path) / 1e6:.2f}", "unit": "MB", "plot": ["file", name, count]}
