"""Reads stores with tools/storereader, written from docs/format.md alone, and compares every list and document with `wheelspool dump`.

The stores: the one that never changes in fixtures/, one collected from all of fixtures/, and a generated one with deep chains, before
and after `compact`. --n is the number of releases of the generated one.
"""

import json
import os
import shutil
from collections import defaultdict

from measure import program
from measure.process import run
from proofs.oracle import configuration
from storereader.store import Store

DEFAULT_N, SLICE_N = 60, 20
LISTS = ("products", "releases", "artifacts", "drops", "failures", "runs", "log")


def add_arguments(parser):
    pass


def skipped():
    return None


def dump(store, *arguments):
    done = run([program.WHEELSPOOL, "dump", *arguments, "--format", "ndjson", "--store", store], sample=False).check()
    return [json.loads(line) for line in done.stdout.splitlines()]


def compare(name, path, counts):
    """Losses of one store."""
    losses, store = [], Store(path)

    def same(what, ours, theirs):
        if ours != theirs:
            differing = next((pair for pair in zip(ours, theirs) if pair[0] != pair[1]), (len(ours), len(theirs)))
            losses.append(f"{name}: {what}: by the document {str(differing[0])[:300]}, by wheelspool {str(differing[1])[:300]}")

    for table in LISTS:
        rows = getattr(store, table)()
        same(table, rows, dump(path, table))
        counts["records"] += len(rows)

    uses = defaultdict(dict)
    for package, artifact, versions in store.uses():
        uses[package][artifact] = versions
    listed = {row["name"]: (row["artifacts"], set(row["versions"])) for row in dump(path, "packages")}
    ours = {package: (len(found), {version for versions in found.values() for version in versions}) for package, found in uses.items()}
    same("packages", sorted(ours.items()), sorted(listed.items()))
    for package, found in sorted(uses.items()):
        done = run([program.WHEELSPOOL, "packages", package, "--format", "ndjson", "--store", path], sample=False).check()
        rows = map(json.loads, done.stdout.splitlines())
        theirs = {(row["product_key"], row["repository_key"], row["artifact_key"]): row["versions"] for row in rows}
        same(f"packages {package}", sorted(found.items()), sorted(theirs.items()))
        counts["packages"] += 1

    for _, record in store.tables["artifacts"]:
        key = "/".join(record.text(tag) for tag in (1, 2, 3))
        found = store.references(record)
        rows = store.package_rows(found.pop("packages")["id"])
        pairs = {(package, version) for package, version in rows}
        told = {(package, version) for package, versions in uses.items()
                for version in versions.get(tuple(record.text(tag) for tag in (1, 2, 3)), ())}
        same(f"package rows of {key}", sorted(pairs), sorted(told))
        for kind, document in found.items():
            done = run([program.WHEELSPOOL, "dump", "document", key, kind, "--store", path], sample=False).check()
            same(f"{key} {kind}", [store.document(document["id"])], [done.stdout])
            counts["documents"] += 1
            counts["bytes"] += len(done.stdout)
    counts["deepest"] = max([counts["deepest"], *(header.number(7, 0) for header, _ in store.headers.values())])
    for header, _ in store.headers.values():
        counts[f"codec_{header.number(1)}"] += 1
    return losses


def prove(options):
    losses, counts = [], defaultdict(int)
    with program.Workspace() as work:
        golden = os.path.join(program.ROOT, "fixtures", "golden-1")
        if os.path.isdir(golden):
            losses += compare("the golden store", shutil.copytree(golden, work / "golden.store"), counts)
        with program.FakeGitLab(os.path.join(program.ROOT, "fixtures")) as server:
            store = work / "fixtures.store"
            configuration(work / "wheelspool.toml", server.url, store)
            command = [program.WHEELSPOOL, "collect", "--config", work / "wheelspool.toml", "--progress", "none"]
            run(command, env={"GITLAB_TOKEN": "test-token"}, sample=False).check(0, 3)
        losses += compare("the fixtures' store", store, counts)
        tree = program.generate(work / "tree", "--releases", options.n, "--graph-bytes", 30000, "--seed", options.seed)
        store = work / "generated.store"
        with program.FakeGitLab(tree) as server:
            run(program.collect_arguments(server.url, 100, store), sample=False).check()
        losses += compare("a generated store", store, counts)
        run([program.WHEELSPOOL, "compact", "--repack", "--store", store], sample=False).check()
        losses += compare("a compacted store", store, counts)
    return {**{name: counts[name] for name in sorted(counts)}, "different": len(losses)}, losses
