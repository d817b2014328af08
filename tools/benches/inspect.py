"""Answers over 10,000 artifacts, from process start to exit."""

import json
import subprocess

from measure import program
from measure.process import median, run

RELEASES, ARCHITECTURES, GRAPH_BYTES = 2500, 4, 20_000


def bench(options):
    releases = max(int(RELEASES * options.scale), 5)
    with program.Workspace() as work:
        tree = program.generate(
            work / "tree", "--releases", releases, "--graph-bytes", GRAPH_BYTES, "--seed", options.seed)
        store = work / "bench.store"
        with program.FakeGitLab(tree) as gitlab:
            run(program.collect_arguments(gitlab.url, 100, store), sample=False).check()
        artifacts = run([program.WHEELSPOOL, "dump", "artifacts", "--format", "csv", "--columns", "key", "--store", store], sample=False)
        keys = artifacts.check().stdout.decode().split()[1:]
        catalogue = run([program.WHEELSPOOL, "packages", "--all", "--format", "json", "--store", store], sample=False).check()
        package = json.loads(catalogue.stdout)[0]["name"]
        commands = {
            "--version": (["--version"], 30),
            "status": (["status", "--store", store], 30),
            "dump": (["dump", "--store", store], 50),
            "dump releases": (["dump", "releases", "--store", store], 50),
            "dump artifacts": (["dump", "artifacts", "--store", store], 50),
            "dump drops": (["dump", "drops", "--store", store], 50),
            "dump log": (["dump", "log", "--store", store], 50),
            "packages NAME": (["packages", package, "--store", store], 50),
            "packages --all": (["packages", "--all", "--store", store], 50),
            "diff": (["diff", keys[0], keys[-1], "--store", store], 50),
            "dump document": (["dump", "document", keys[-1], "dependency_graph", "--store", store], 50),
        }
        for name, (arguments, must) in commands.items():
            done = [run([program.WHEELSPOOL, *arguments], interval=0.001, stdout=subprocess.PIPE).check() for _ in range(options.runs * 2 + 1)]
            wall = median([one.wall for one in done]) * 1000
            anon = max(one.peak_anon_kib for one in done) / 1024
            yield {"what": f"{name}, {len(keys)} artifacts", "value": f"{wall:.1f}", "unit": "ms", "must": f"<= {must} ms", "ok": wall <= must}
            yield {"what": f"{name}, RssAnon peak", "value": f"{anon:.1f}", "unit": "MiB", "must": "<= 24", "ok": anon <= 24}
