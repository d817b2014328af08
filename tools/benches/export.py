"""Export to PostgreSQL beside psql \\copy of the same rows into the same columns and keys."""

import os

from measure import program
from measure.postgres import Server
from measure.process import median, run

RELEASES, ARCHITECTURES, GRAPH_BYTES = 400, 4, 200_000


def bench(options):
    releases = max(int(RELEASES * options.scale), 5)
    with program.Workspace() as work, Server() as server:
        tree = program.generate(
            work / "tree", "--releases", releases, "--graph-bytes", GRAPH_BYTES, "--seed", options.seed)
        store = work / "bench.store"
        with program.FakeGitLab(tree) as gitlab:
            run(program.collect_arguments(gitlab.url, 100, store), sample=False).check()

        def export(schema):
            return run([program.WHEELSPOOL, "export", server.url, "--schema", schema, "--store", store]).check()

        export("golden")
        for table in ("artifacts", "artifact_packages", "releases", "drops"):
            server.psql(f"\\copy golden.{table} to '{work / table}'")
        ddl = run([program.WHEELSPOOL, "export", server.url, "--print-schema", "--schema", "copied", "--store", store], sample=False).check()
        rows = int(server.psql("select count(*) from golden.artifact_packages"))
        ours, theirs, packages, peaks = [], [], [], []
        for number in range(options.runs):
            schema = f"export{number}"
            done = export(schema)
            ours.append(done.wall)
            peaks.append(done.peak_anon_kib)
            server.psql(f"drop schema {schema} cascade")
            server.psql(ddl.stdout.decode())
            copy = [f"\\copy copied.{table} from '{work / table}'" for table in ("releases", "artifacts", "drops", "artifact_packages")]
            theirs.append(server.timed(*copy))
            server.psql("drop schema copied cascade; checkpoint")
        ratio = median([b / a for a, b in zip(ours, theirs)])
        yield {"what": f"rows/s / psql \\copy, {releases} x {ARCHITECTURES} x {GRAPH_BYTES // 1000} KB", "value": f"{ratio:.2f}",
               "must": ">= 0.85", "ok": ratio >= 0.85}
        yield {"what": "wall of export", "value": f"{median(ours):.2f}", "unit": "s"}
        yield {"what": "package rows/s, documents included", "value": f"{rows / median(ours):.0f}"}
        yield {"what": "RssAnon peak of export", "value": f"{max(peaks) / 1024:.1f}", "unit": "MiB", "must": "<= 40", "ok": max(peaks) <= 40960}
