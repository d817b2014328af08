"""Kills collect, export or compact with SIGKILL at random moments, again and again, and looks for what was lost.

After every kill the store must verify, and every release that was printed as committed must be there. After the last one the
run is left to finish, and the store must be equal to that of a run nobody disturbed.
"""

import json
import random
import signal
import subprocess
import time

from measure import program
from measure.process import run

DEFAULT_N, SLICE_N = 200, 6
# With 4 workers and 4 assets a release: those of the release to be committed next and of the one being read ahead, at most.
MOST_IN_HAND = 8


def add_arguments(parser):
    parser.add_argument("--what", choices=("collect", "export", "compact"), default="collect")
    parser.add_argument("--releases", type=int, default=50)


def skipped():
    return None


def stable_dump(store):
    """Everything the store says of itself that does not depend on when it was collected."""
    return {
        table: run([program.WHEELSPOOL, "dump", table, "--format", "ndjson", "--stable", "--store", store], sample=False).check().stdout
        for table in ("releases", "artifacts", "drops", "failures")
    }


def verify(store, *options):
    return run([program.WHEELSPOOL, "verify", "--store", store, *options], sample=False)


def kill_after(command, seconds, number=signal.SIGKILL):
    """Starts a command, sends a signal after some seconds unless it has ended, and returns (return code, stdout, stderr)."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    return process.returncode, out.decode(), err.decode(errors="replace")


def committed(lines):
    """The (sequence, tag) pairs that a run printed as committed, whole lines only."""
    return [(int(line.split()[1]), line.split()[4]) for line in lines.split("\n")[:-1] if line.startswith("committed ")]


def prove(options):
    if options.what == "export":
        return prove_export(options)
    if options.what == "compact":
        from proofs import compact

        options.releases = min(options.releases, 12)
        return compact.prove(options)
    dice, losses = random.Random(options.seed), []
    with program.Workspace() as work:
        tree = program.generate(work / "tree", "--releases", options.releases, "--graph-bytes", 40000, "--seed", options.seed)
        with program.FakeGitLab(tree, "--latency-ms", "2") as server:
            golden = work / "golden.store"
            whole = run(program.collect_arguments(server.url, 100, golden), sample=False).check()
            expected = stable_dump(golden)
            assets = server.stats()["packages"]
            kills = rounds = acknowledged = 0
            store, number = None, 0
            while kills < options.n:
                if store is None:
                    number += 1
                    store, seen = work / f"{number}.store", {}
                lines = [*program.collect_arguments(server.url, 100, store)]
                lines[lines.index("none")] = "lines"
                code, out, err = kill_after(lines, dice.uniform(0.002, whole.wall * 0.6))
                for sequence, tag in committed(out):
                    if tag in seen:
                        losses.append(f"{tag} was committed twice: {seen[tag]} and {sequence}")
                    seen[tag] = sequence
                    acknowledged += 1
                if code == -signal.SIGKILL:
                    kills += 1
                elif code != 0:
                    losses.append(f"collect ended with {code}: {err[-300:]}")
                if code in (0, -signal.SIGKILL):
                    losses += check_store(store, seen, started=bool(seen))
                if code == 0:
                    rounds += 1
                    if stable_dump(store) != expected:
                        losses.append(f"store {number} differs from the undisturbed one")
                    store = None
                if losses:
                    break
            if store is not None:
                run(program.collect_arguments(server.url, 100, store), sample=False).check()
                rounds += 1
                if stable_dump(store) != expected:
                    losses.append(f"store {number} differs from the undisturbed one")
            again = server.stats()["packages"] - assets * (rounds + 1)
            if again > kills * MOST_IN_HAND:
                losses.append(f"{again} assets were fetched again after {kills} kills: more than were in hand")
    figures = {"kills": kills, "stores": rounds, "acknowledged": acknowledged, "assets_again": again, "lost": len(losses)}
    return {"what": "collect", **figures}, losses


def check_store(store, seen, started):
    checked = verify(store, "--data")
    if checked.returncode != 0:
        if not started and checked.returncode == 6:  # killed before the store was made
            return []
        return [f"verify ended with {checked.returncode}: {checked.stderr.decode()[-300:]}"]
    listed = run([program.WHEELSPOOL, "dump", "releases", "--format", "ndjson", "--store", store], sample=False).check()
    there = {row["tag"]: row["sequence"] for row in map(json.loads, listed.stdout.splitlines())}
    return [f"{tag} was acknowledged as {sequence} and is lost" for tag, sequence in seen.items() if there.get(tag) != sequence]


def prove_export(options):
    dice, losses = random.Random(options.seed), []
    with program.Workspace() as work:
        tree = program.generate(work / "tree", "--releases", options.releases, "--graph-bytes", 40000, "--seed", options.seed)
        store, target, golden = work / "a.store", work / "target.sqlite", work / "golden.sqlite"
        with program.FakeGitLab(tree) as server:
            run(program.collect_arguments(server.url, 100, store), sample=False).check()
        export = [program.WHEELSPOOL, "export", "--store", store, "--batch", "2"]
        whole = run([*export, "sqlite:" + golden], sample=False).check()
        kills = targets = 0
        while kills < options.n and not losses:
            code, _, err = kill_after([*export, "sqlite:" + target], dice.uniform(0.001, whole.wall * 0.5))
            kills += code == -signal.SIGKILL
            if code == 0:
                losses += same_rows(golden, target)
                targets += 1
                target = work / f"target{targets}.sqlite"
            elif code != -signal.SIGKILL:
                losses.append(f"export ended with {code}: {err[-300:]}")
        run([*export, "sqlite:" + target], sample=False).check()
        losses += same_rows(golden, target)
    return {"what": "export", "kills": kills, "targets": targets + 1, "lost": len(losses)}, losses


def same_rows(golden, target):
    import sqlite3

    wrong = []
    databases = [sqlite3.connect(path) for path in (golden, target)]
    for table, key in (("releases", 3), ("artifacts", 3), ("drops", 2), ("artifact_packages", 5)):
        order = ",".join(str(column + 1) for column in range(key))
        rows = [database.execute(f"select * from {table} order by {order}").fetchall() for database in databases]
        if rows[0] != rows[1]:
            wrong.append(f"{table}: {len(rows[1])} rows differ from the {len(rows[0])} of an undisturbed export")
    for database in databases:
        database.close()
    return wrong
