"""How the cost of collect grows with one thing at a time: architectures, size of a graph, jobs, latency of the server."""

import os

from measure import program
from measure.process import median, run

RELEASES, ARCHITECTURES, GRAPH_BYTES = 50, 4, 200_000
NAMES = ("x86_64", "aarch64", "ppc64le", "s390x", "riscv64", "armv7l", "i686", "loongarch64")


def bench(options):
    releases = max(int(RELEASES * options.scale), 4)
    runs = max(options.runs // 2, 1)
    with program.Workspace() as work:

        def tree(name, architectures=ARCHITECTURES, graph=GRAPH_BYTES):
            return program.generate(work / name, "--releases", releases, "--graph-bytes", graph, "--archs", ",".join(NAMES[:architectures]),
                                    "--seed", options.seed)

        def rows(label, artifacts, path, server_options=(), collect_options=()):
            with program.FakeGitLab(path, *server_options) as server:
                done = []
                for number in range(runs):
                    store = work / f"{label}-{number}.store".replace(" ", "-")
                    done.append(run(program.collect_arguments(server.url, 100, store, *collect_options)).check())
            size = os.path.getsize(os.path.join(store, "data.mdb"))
            yield {"what": f"CPU of an artifact, {label}", "value": f"{median([one.cpu for one in done]) * 1000 / artifacts:.2f}", "unit": "ms"}
            yield {"what": f"wall of {artifacts} artifacts, {label}", "value": f"{median([one.wall for one in done]):.2f}", "unit": "s"}
            yield {"what": f"RssAnon peak, {label}", "value": f"{max(one.peak_anon_kib for one in done) / 1024:.1f}", "unit": "MiB"}
            yield {"what": f"data.mdb of an artifact, {label}", "value": f"{size / artifacts / 1000:.2f}", "unit": "KB"}

        usual = tree("usual")
        for count in (1, 2, 8):
            yield from rows(f"{count} architectures", releases * count, tree(f"a{count}", architectures=count))
        for graph in (20_000, 800_000, 3_200_000):
            yield from rows(f"graphs of {graph // 1000} KB", releases * ARCHITECTURES, tree(f"g{graph}", graph=graph))
        for jobs in (1, 2, 4, 8, 16):
            yield from rows(f"{jobs} jobs", releases * ARCHITECTURES, usual, collect_options=("--jobs", str(jobs)))
        for latency in (20, 100):
            for jobs in (4, 16):
                yield from rows(f"{latency} ms and {jobs} jobs", releases * ARCHITECTURES, usual, ("--latency-ms", str(latency)), ("--jobs", str(jobs)))
