"""Answers over 10,000 artifacts, from process start to exit.

Each command is started by posix_spawn, with its output in a file, and timed until it has been waited for; the lists also into a pipe
that another process empties. Memory is measured in runs of their own.
"""

import json
import os
import subprocess
import time

from measure import program
from measure.process import median, run

RELEASES, ARCHITECTURES, GRAPH_BYTES = 2500, 4, 20_000
FORMATS = ("table", "json", "ndjson", "csv")


def bench(options):
    releases = max(int(RELEASES * options.scale), 5)
    with program.Workspace() as work:
        tree = program.generate(
            work / "tree", "--releases", releases, "--graph-bytes", GRAPH_BYTES, "--seed", options.seed)
        store = work / "bench.store"
        with program.FakeGitLab(tree) as gitlab:
            run(program.collect_arguments(gitlab.url, 100, store), sample=False).check()
        keys, commands = questions(store)
        for (name, arguments, must) in commands:
            command = [program.WHEELSPOOL, *arguments, *(["--store", store] if must == 50 or name == "status" else [])]
            wall = median([timed(command, work / "answer") for _ in range(options.runs * 2 + 1)]) * 1000
            # A list is sampled often enough to see its peak, in runs that are not timed.
            anon = max(run(command, interval=0.001, stdout=subprocess.DEVNULL).check().peak_anon_kib for _ in range(3)) / 1024
            yield {"what": f"{name}, {len(keys)} artifacts", "value": f"{wall:.1f}", "unit": "ms", "must": f"<= {must} ms", "ok": wall <= must}
            yield {"what": f"{name}, RssAnon peak", "value": f"{anon:.1f}", "unit": "MiB", "must": "<= 24", "ok": anon <= 24}
        for form in FORMATS:
            command = [program.WHEELSPOOL, "dump", "artifacts", "--format", form, "--store", store]
            wall = median([piped(command) for _ in range(options.runs * 2 + 1)]) * 1000
            yield {"what": f"dump artifacts --format {form} into a pipe", "value": f"{wall:.1f}", "unit": "ms", "must": "<= 50 ms",
                   "ok": wall <= 50}


def questions(store):
    """The artifact keys, and for each question its name, its arguments and the milliseconds it may take."""
    def ask(*arguments):
        return run([program.WHEELSPOOL, *arguments, "--store", store], sample=False).check().stdout

    keys = ask("dump", "artifacts", "--format", "csv", "--columns", "key").decode().split()[1:]
    tags = ask("dump", "releases", "--format", "csv", "--columns", "tag", "--sort", "created_at").decode().split()[1:]
    latest = ask("dump", "artifacts", "--tag", tags[-1], "--format", "csv", "--columns", "key").decode().split()[1]
    inside = set(json.loads(ask("dump", "artifact", latest, "--format", "json"))["package_names"])
    listed = [row for row in json.loads(ask("packages", "--all", "--format", "json")) if row["name"] in inside]
    package = max(listed, key=lambda row: (row["artifacts"], row["version_count"]))["name"]
    commands = [("--version", ["--version"], 30), ("status", ["status"], 30), ("dump", ["dump"], 50)]
    for name in ("products", "releases", "artifacts", "drops", "packages", "failures", "runs", "log"):
        commands += [(f"dump {name} --format {form}", ["dump", name, "--format", form], 50) for form in FORMATS]
    commands += [
        ("dump artifacts --sort -created_at", ["dump", "artifacts", "--sort", "-created_at"], 50),
        ("dump artifacts --arch x86_64", ["dump", "artifacts", "--arch", "x86_64"], 50),
        ("dump artifact KEY", ["dump", "artifact", latest], 50),
        ("dump document KEY dependency_graph", ["dump", "document", latest, "dependency_graph"], 50),
        ("packages NAME", ["packages", package], 50),
        ("packages NAME --format json", ["packages", package, "--format", "json"], 50),
        ("packages --all", ["packages", "--all"], 50),
        ("diff of two artifacts", ["diff", keys[0], keys[-1]], 50),
        ("diff of two tags", ["diff", tags[0], tags[-1]], 50),
        ("diff --previous KEY", ["diff", "--previous", latest], 50),
        ("graph why KEY PACKAGE", ["graph", "why", latest, package], 50),
    ]
    return keys, commands


def timed(command, path):
    """Seconds from the start of a process, which writes to a file, to its end."""
    with open(path, "wb") as file:
        actions = [(os.POSIX_SPAWN_DUP2, file.fileno(), 1)]
        started = time.perf_counter()
        status = os.waitpid(os.posix_spawn(command[0], command, os.environ, file_actions=actions), 0)[1]
        wall = time.perf_counter() - started
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return wall


def piped(command):
    """The same with a pipe that another process empties."""
    reader = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    actions = [(os.POSIX_SPAWN_DUP2, reader.stdin.fileno(), 1)]
    started = time.perf_counter()
    status = os.waitpid(os.posix_spawn(command[0], command, os.environ, file_actions=actions), 0)[1]
    wall = time.perf_counter() - started
    reader.stdin.close()
    reader.wait()
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return wall
