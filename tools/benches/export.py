"""Export to PostgreSQL beside psql \\copy of the same rows into the same columns and keys: documents of 200 KB, and package rows almost alone."""

import json
import random

from measure import program
from measure.postgres import Server
from measure.process import median, run
from measure.trees import ARCHITECTURES, Tree

RELEASES, GRAPH_BYTES = 400, 200_000
PACKAGE_RELEASES, PACKAGES = 100, 1500
TABLES = ("releases", "artifacts", "drops", "artifact_packages")


def bench(options):
    releases = max(int(RELEASES * options.scale), 5)
    with program.Workspace() as work, Server() as server:
        tree = program.generate(work / "tree", "--releases", releases, "--graph-bytes", GRAPH_BYTES, "--seed", options.seed)
        store = work / "documents.store"
        with program.FakeGitLab(tree) as gitlab:
            run(program.collect_arguments(gitlab.url, 100, store), sample=False).check()
        found = beside_copy(server, work, store, options.runs)
        yield {"what": f"rows/s / psql \\copy, {releases} x {len(ARCHITECTURES)} x {GRAPH_BYTES // 1000} KB", "value": f"{found.ratio:.2f}",
               "must": ">= 0.85", "ok": found.ratio >= 0.85}
        yield {"what": "wall of export", "value": f"{median(found.ours):.2f}", "unit": "s"}
        yield {"what": "artifacts/s with their package rows", "value": f"{found.artifacts / median(found.ours):.0f}"}
        yield {"what": "RssAnon peak of export", "value": f"{found.peak / 1024:.1f}", "unit": "MiB", "must": "<= 40", "ok": found.peak <= 40960}

        store = work / "packages.store"
        count = max(int(PACKAGE_RELEASES * options.scale), 5)
        with program.FakeGitLab(package_tree(work / "packages", count, options.seed)) as gitlab:
            run(program.collect_arguments(gitlab.url, 15, store), sample=False, env={"GITLAB_TOKEN": "test-token"}).check()
        found = beside_copy(server, work, store, options.runs)
        ours, theirs = (found.packages / median(walls) for walls in (found.ours, found.theirs))
        yield {"what": f"package rows/s, {count} x {len(ARCHITECTURES)} x {PACKAGES} rows, small documents", "value": f"{ours:.0f}",
               "must": ">= 70000", "ok": ours >= 70000}
        yield {"what": "psql \\copy of the same tables, package rows/s", "value": f"{theirs:.0f}"}
        yield {"what": "rows/s / psql \\copy, package rows", "value": f"{found.ratio:.2f}", "must": ">= 0.85", "ok": found.ratio >= 0.85}


class Found:
    def __init__(self, artifacts, packages):
        self.artifacts, self.packages, self.ours, self.theirs, self.peak = artifacts, packages, [], [], 0

    @property
    def ratio(self):
        return median([theirs / ours for ours, theirs in zip(self.ours, self.theirs)])


def beside_copy(server, work, store, runs):
    """Exports, and copies the same rows with psql, in turns."""
    def export(schema):
        return run([program.WHEELSPOOL, "export", server.url, "--schema", schema, "--store", store]).check()

    export("golden")
    for table in TABLES:
        server.psql(f"\\copy golden.{table} to '{work / table}'")
    found = Found(*(int(server.psql(f"select count(*) from golden.{table}")) for table in ("artifacts", "artifact_packages")))
    server.psql("drop schema golden cascade; checkpoint")
    ddl = run([program.WHEELSPOOL, "export", server.url, "--print-schema", "--schema", "copied", "--store", store], sample=False).check()
    for number in range(runs):
        done = export(f"export{number}")
        found.ours.append(done.wall)
        found.peak = max(found.peak, done.peak_anon_kib)
        server.psql(f"drop schema export{number} cascade", "checkpoint")
        server.psql(ddl.stdout.decode())
        found.theirs.append(server.timed(*(f"\\copy copied.{table} from '{work / table}'" for table in TABLES)))
        server.psql("drop schema copied cascade", "checkpoint")
    return found


def package_tree(folder, releases, seed):
    """Graphs whose nodes have no more than a name and a version; a few versions change from one release to the next."""
    dice, tree = random.Random(seed), Tree("packages")
    versions = {f"package-{dice.randrange(1 << 40):x}-{number}": [1, number % 40, 0] for number in range(PACKAGES)}
    for number in range(releases):
        for name in dice.sample(sorted(versions), PACKAGES // 30):
            versions[name][2] += 1
        nodes = {"": {"canonicalized_name": "", "version": "0"}}
        for name, parts in versions.items():
            version = ".".join(map(str, parts))
            nodes[f"{name}=={version}"] = {"canonicalized_name": name, "version": version}
        tree.release(f"v1.{number}.0+packages", json.dumps(nodes, separators=(",", ":")))
    return tree.write(folder)
