"""The store's size beside single zstd -3 values, and what a commit costs as history grows."""

import glob
import json
import os
import shutil
import subprocess
import tarfile

from measure import program
from measure.process import median, run

RELEASES, ARCHITECTURES, GRAPH_BYTES = 100, 4, 235_000
WANTED = ("/release/outputs/graph.json", "/release/outputs/build-sequence-summary.json", "/release/outputs/constraints.txt")


def single_values(tree):
    """What the wanted members of every tarball take as single zstd -3 frames, in bytes."""
    total = 0
    for path in glob.glob(os.path.join(tree, "*", "*", "*.tar.gz")):
        with tarfile.open(path) as tarball:
            for member in tarball:
                if member.name.endswith(WANTED):
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
    yield from reading(options)


def commit_cost(options):
    """CPU of new releases while the store holds about 100 and about 10,000 artifacts, beside that of one new release, whose listing walk is the same.

    Both sides begin with a copy of the same store each time, and take turns.
    """
    step = max(int(100 * options.scale), 10)
    small, large = 25, max(int(2400 * options.scale), 60) - 1
    with program.Workspace() as work:
        tree = program.generate(work / "tree", "--releases", large + 1 + step, "--graph-bytes", 20_000,
                                "--seed", options.seed)
        listing = glob.glob(os.path.join(tree, "*", "releases.json"))[0]
        newest_first = json.load(open(listing))
        store, costs = work / "bench.store", {small: [], large: []}
        with program.FakeGitLab(tree) as server:

            def collect(count):
                with open(listing, "w") as file:
                    json.dump(newest_first[len(newest_first) - count:], file)
                os.utime(listing, (count, count))
                return run(program.collect_arguments(server.url, 100, store), sample=False).check().cpu

            for history in costs:
                collect(history)
                shutil.copytree(store, f"{store}.{history}")
            for _ in range(options.runs):
                for history, found in costs.items():
                    shutil.rmtree(store)
                    shutil.copytree(f"{store}.{history}", store)
                    one = collect(history + 1)
                    found.append((collect(history + 1 + step) - one) * 1000 / step)
        ratio = median(costs[large]) / median(costs[small])
        yield {"what": f"CPU of a release at {large * ARCHITECTURES} artifacts / at {small * ARCHITECTURES}", "value": f"{ratio:.2f}",
               "must": "<= 1.3", "ok": ratio <= 1.3}
        yield {"what": "CPU of a release at the larger history", "value": f"{median(costs[large]):.2f}", "unit": "ms"}


def reading(options):
    """One document at the worst depth, decoded again and again in one process, nothing kept between."""
    for size, releases in ((260_000, 17), (5_000_000, 17)):
        with program.Workspace() as work:
            tree = program.generate(work / "tree", "--releases", releases, "--graph-bytes", int(size * min(options.scale, 1)),
                                    "--archs", "x86_64,aarch64", "--seed", options.seed)
            store = work / "bench.store"
            with program.FakeGitLab(tree) as server:
                run(program.collect_arguments(server.url, 100, store), sample=False).check()
            done = run([program.binary("read-timer"), store, str(options.runs * 40)], sample=False).check()
            depth, length, micros, stored, alone = (int(word) for word in done.stdout.split())
            name = f"{length / 1000:.0f} KB"
            must = {"must": "<= 1.0 ms", "ok": micros <= 1000} if size < 1_000_000 else {}
            yield {"what": f"reading a document of {name} at depth {depth}, median", "value": f"{micros / 1000:.3f}", "unit": "ms", **must}
            yield {"what": f"a delta of {name} / the document alone, on average", "value": f"{stored / alone:.3f}", "must": "<= 0.25",
                   "ok": stored <= 0.25 * alone}
