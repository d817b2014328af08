"""The store's size beside single zstd -3 values, and what a commit costs as history grows."""

import glob
import json
import os
import subprocess
import tarfile

from measure import program
from measure.process import run

RELEASES, ARCHITECTURES, GRAPH_BYTES = 100, 4, 235_000


def single_values(tree):
    """What the wanted members of every tarball take as single zstd -3 frames, in bytes."""
    total = 0
    for path in glob.glob(os.path.join(tree, "*", "*", "*.tar.gz")):
        with tarfile.open(path) as tarball:
            for member in tarball:
                if member.name.endswith(("outputs/graph.json", "outputs/build-sequence-summary.json", "outputs/constraints.txt")):
                    content = tarball.extractfile(member).read()
                    total += len(subprocess.run(["zstd", "-3", "-q", "-c"], input=content, stdout=subprocess.PIPE, check=True).stdout)
    return total


def bench(options):
    for name, extra, must in (("1-5 % drift", (), 0.25), ("no resemblance at all", ("--random",), 1.3)):
        releases = max(int(RELEASES * options.scale / (1 if not extra else 5)), 5)
        with program.Workspace() as work:
            tree = program.generate(work / "tree", "--releases", releases,
                                    "--graph-bytes", GRAPH_BYTES, "--seed", options.seed, *extra)
            store = work / "bench.store"
            with program.FakeGitLab(tree) as server:
                run(program.collect_arguments(server.url, 100, store), sample=False).check()
            ratio = os.path.getsize(os.path.join(store, "data.mdb")) / single_values(tree)
            yield {"what": f"data.mdb / single zstd -3 values, {releases} releases, {name}", "value": f"{ratio:.3f}",
                   "must": f"<= {must}", "ok": ratio <= must}
    yield from commit_cost(options)


def commit_cost(options):
    """CPU of the same number of new releases while the store holds about 100 and about 10,000 artifacts, listing walk subtracted."""
    step = max(int(25 * options.scale), 5)
    total = max(int(2500 * options.scale), 10 * step)
    with program.Workspace() as work:
        tree = program.generate(work / "tree", "--releases", total, "--graph-bytes", 20_000,
                                "--seed", options.seed)
        listing = glob.glob(os.path.join(tree, "*", "releases.json"))[0]
        newest_first = json.load(open(listing))
        store, costs = work / "bench.store", []
        with program.FakeGitLab(tree) as server:

            def collect(count):
                with open(listing, "w") as file:
                    json.dump(newest_first[len(newest_first) - count:], file)
                os.utime(listing, (count, count))
                return run(program.collect_arguments(server.url, 100, store), sample=False).check().cpu

            for history in (step, total - step):
                collect(history)
                walk = collect(history)
                costs.append((collect(history + step) - walk) * 1000 / step)
        ratio = costs[1] / costs[0]
        yield {"what": f"CPU of a release at {(total - step) * ARCHITECTURES} artifacts / at {step * ARCHITECTURES}", "value": f"{ratio:.2f}",
               "must": "<= 1.3", "ok": ratio <= 1.3}
        yield {"what": "CPU of a release at the larger history", "value": f"{costs[1]:.2f}", "unit": "ms"}
