"""Peak anonymous memory: grows neither with the number of releases nor with the size of a document, and hostile assets do not move it."""

import glob
import gzip
import json
import os
import subprocess
import tarfile

from measure import program
from measure.postgres import Server
from measure.process import run

ARCHITECTURES, GRAPH_BYTES, BIG_BYTES = 4, 270_000, 512 << 20
FEW, MANY = 50, 2000


def peak(done):
    return f"{done.peak_anon_kib / 1024:.1f}"


def bench(options):
    yield from history(options)
    yield from one_document(options)
    yield from hostile(options)


def history(options):
    """Collects the oldest 50 of the releases, then all, each into a new store. The median of several runs stands for the 50: they are over in a moment."""
    few, many = max(int(FEW * options.scale), 5), max(int(MANY * options.scale), 20)
    with program.Workspace() as work:
        tree = program.generate(work / "tree", "--releases", many, "--graph-bytes", GRAPH_BYTES, "--seed", options.seed)
        listing = glob.glob(os.path.join(tree, "*", "releases.json"))[0]
        newest_first = json.load(open(listing))
        for jobs in (4, 8):
            peaks = {}
            for count in (few, many):
                with open(listing, "w") as file:
                    json.dump(newest_first[many - count:], file)
                found = []
                with program.FakeGitLab(tree) as server:
                    for number in range(options.runs if count == few else 1):
                        store = work / f"{jobs}-{count}-{number}.store"
                        found.append(run(program.collect_arguments(server.url, 100, store, "--jobs", str(jobs)), interval=0.001).check())
                done = sorted(found, key=lambda one: one.peak_anon_kib)[len(found) // 2]
                peaks[count] = done.peak_anon_kib
                yield {"what": f"RssAnon peak, {count} releases x {ARCHITECTURES} x {GRAPH_BYTES // 1000} KB, --jobs {jobs}",
                       "value": peak(done), "unit": "MiB", "must": "<= 40", "ok": done.peak_anon_kib <= 40 * 1024}
                yield {"what": f"CPU per artifact, {count} releases, --jobs {jobs}",
                       "value": f"{done.cpu * 1000 / count / ARCHITECTURES:.2f}", "unit": "ms"}
            growth = peaks[many] / peaks[few] - 1
            yield {"what": f"growth of the peak from {few} to {many} releases, --jobs {jobs}", "value": f"{growth * 100:+.1f}",
                   "unit": "%", "must": "<= 5 %", "ok": growth <= 0.05}


def one_document(options):
    """One asset whose graph has 512 MB: in, checked, out by every way."""
    size = max(int(BIG_BYTES * options.scale), 16 << 20)
    with program.Workspace() as work:
        tree = program.generate(work / "tree", "--releases", 0, "--big", size, "--seed", options.seed)
        store = work / "big.store"

        def ours(*arguments):
            return [program.WHEELSPOOL, *arguments, "--store", store]

        with program.FakeGitLab(tree) as server:
            done = {"collect": run(program.collect_arguments(server.url, 99, store)).check()}
        artifacts = run(ours("dump", "artifacts", "--format", "json"), sample=False).check()
        key = json.loads(artifacts.stdout)[0]["key"]
        done["verify --data"] = run(ours("verify", "--data")).check()
        done["dump document"] = run(ours("dump", "document", key, "dependency_graph"), stdout=subprocess.DEVNULL).check()
        done["export to NDJSON"] = run(ours("export", f"ndjson:{work / 'out.ndjson'}")).check()
        os.remove(work / "out.ndjson")
        done["export to SQLite"] = run(ours("export", f"sqlite:{work / 'out.sqlite'}")).check()
        os.remove(work / "out.sqlite")
        with Server() as server:
            done["export to PostgreSQL"] = run(ours("export", server.url)).check()
        for name, one in done.items():
            yield {"what": f"RssAnon peak, {name}, a graph of {size >> 20} MiB", "value": peak(one), "unit": "MiB", "must": "<= 64",
                   "ok": one.peak_anon_kib <= 64 * 1024}


def member(name, size, kind=tarfile.REGTYPE, pax=None):
    info = tarfile.TarInfo(f"wheels/release/{name}")
    info.size, info.type, info.pax_headers = size, kind, pax or {}
    return info


def zeros(file, count):
    for _ in range(count >> 20):
        file.write(bytes(1 << 20))


def bomb(file, scale):
    size = max(int((1 << 30) * scale), 64 << 20)
    file.write(member("outputs/graph.json", size).tobuf())
    zeros(file, size)


def crowd(file, scale):
    for number in range(max(int(200_000 * scale), 120_000)):
        file.write(member(f"logs/{number}", 0).tobuf())


def extension(file, scale):
    """A pax header that is as long as a document."""
    size = max(int((64 << 20) * scale), 4 << 20)
    file.write(member("././@PaxHeader", size, tarfile.XHDTYPE).tobuf(tarfile.USTAR_FORMAT))
    zeros(file, size)


def hostile(options):
    """Assets that want to be held: each is refused, the others stored, and the process stays as small as it was."""
    scale = min(options.scale, 1)
    shapes = {"a graph of 1 GiB of zeros": bomb, "200,000 members": crowd, "a pax header of 64 MiB": extension}
    for name, write in shapes.items():
        with program.Workspace() as work:
            tree = program.generate(work / "tree", "--releases", 3, "--graph-bytes", GRAPH_BYTES, "--seed", options.seed)
            victim = sorted(glob.glob(os.path.join(tree, "wheels-*", "v*", "*.tar.gz")))[0]
            with gzip.open(victim, "wb", compresslevel=1) as file:
                write(file, scale)
                file.write(bytes(1024))
            with program.FakeGitLab(tree) as server:
                done = run(program.collect_arguments(server.url, 100, work / "bench.store")).check(3)
            rows = run([program.WHEELSPOOL, "dump", "artifacts", "--format", "json", "--store", work / "bench.store"], sample=False).check()
            stored = len(json.loads(rows.stdout))
            yield {"what": f"RssAnon peak, {name}; {stored} good neighbours stored", "value": peak(done), "unit": "MiB",
                   "must": "<= 40", "ok": done.peak_anon_kib <= 40 * 1024 and stored == 3 * ARCHITECTURES - 1}
