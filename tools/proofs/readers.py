"""Reads a store while others are at work on it: each answer shows whole releases only, and none fails.

Beside a running collect, beside compact, beside export, from a directory that may not be written, and after the collector was killed.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import tempfile

from measure import program
from measure.process import run

DEFAULT_N, SLICE_N = 1000, 40
ARCHITECTURES = 4


def add_arguments(parser):
    parser.add_argument("--releases", type=int, default=60)


def skipped():
    return None


class Reader:
    """Dumps a store and looks at each answer; what it must hold once the store is whole is learned from `golden`."""

    def __init__(self, dice, losses):
        self.dice, self.losses, self.count, self.codes = dice, losses, 0, {}

    def ask(self, store, *arguments, user=()):
        self.count += 1
        done = run([*user, program.WHEELSPOOL, *arguments, "--format", "ndjson", "--store", store], sample=False)
        if done.returncode:
            self.losses.append(f"{' '.join(arguments)} ends with {done.returncode}: {done.stderr.decode()[-300:]}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def one(self, store, where, least=0, user=()):
        """One answer of a random kind; returns how many releases it showed, or None when it does not tell."""
        kind = self.dice.choice(["releases", "artifacts", "artifacts", "drops", "log", "packages", "overview", "sorted"])
        if kind in ("artifacts", "drops", "sorted"):
            order = ("--sort", "-created_at") if kind == "sorted" else ()
            rows = self.ask(store, "dump", "drops" if kind == "drops" else "artifacts", *order, user=user)
            shown = {}
            for row in rows:
                key = row["name"] if kind == "drops" else row["key"]
                shown.setdefault(key.rpartition("-")[0], set()).add(key)
                if kind != "drops" and not row["package_names"]:
                    self.losses.append(f"{where}: {key} has no packages")
            for release, keys in shown.items():
                if len(keys) != ARCHITECTURES:
                    self.losses.append(f"{where}: {kind} shows {len(keys)} artifacts of {release}")
            count = len(shown)
        elif kind == "releases":
            rows = self.ask(store, "dump", "releases", user=user)
            for row in rows:
                if len(row["artifact_keys"]) != ARCHITECTURES or not row["complete"]:
                    self.losses.append(f"{where}: {row['tag']} is not whole")
            count = len(rows)
        elif kind == "log":
            sequences = [row["sequence"] for row in self.ask(store, "dump", "log", user=user)]
            if sequences != list(range(1, len(sequences) + 1)):
                self.losses.append(f"{where}: the log has gaps: {sequences}")
            count = len(sequences)
        elif kind == "packages":
            for row in self.ask(store, "packages", "--all", user=user):
                if row["version_count"] != len(row["versions"]):
                    self.losses.append(f"{where}: {row['name']} has {row['version_count']} versions, {len(row['versions'])} are shown")
            return None
        else:
            row, = self.ask(store, "dump", user=user)
            if row["artifacts"] != ARCHITECTURES * row["releases"] or row["drops"] != row["artifacts"]:
                self.losses.append(f"{where}: the overview has {row['artifacts']} artifacts of {row['releases']} releases")
            count = row["releases"]
        if count < least:
            self.losses.append(f"{where}: {kind} shows {count} releases after {least} were seen")
        return count


def prove(options):
    dice, losses = random.Random(options.seed), []
    reader, figures = Reader(dice, losses), {}
    share = max(options.n // 8, 2)
    with program.Workspace() as work:
        tree = program.generate(
            work / "tree", "--releases", options.releases, "--graph-bytes", 12000, "--seed", options.seed)
        with program.FakeGitLab(tree, "--latency-ms", "4") as gitlab:
            store = beside_collect(options.n - 4 * share, reader, gitlab, work, figures)
            figures["after_kill"] = after_kill(share, reader, gitlab, work)
        figures["beside_compact"] = beside(share, reader, store, lambda _: ["compact", "--store", store])
        figures["beside_export"] = beside(
            share, reader, store, lambda n: ["export", "sqlite:" + work / f"{n}.sqlite", "--store", store, "-q"])
        figures["read_only"] = read_only(share, reader, store)
    return {"dumps": reader.count, **figures, "losses": len(losses)}, losses


def beside_collect(wanted, reader, gitlab, work, figures):
    """Reads while a collect runs, as often as it takes; returns the last store, whole."""
    done, growing, number = 0, 0, 0
    while done < wanted and not reader.losses:
        number += 1
        store = work / f"{number}.store"
        collector = subprocess.Popen(program.collect_arguments(gitlab.url, 100, store), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
        program.wait_until(lambda: os.path.exists(os.path.join(store, "HEAD")), seconds=60)
        least, seen = 0, set()
        while collector.poll() is None and done < wanted:
            count = reader.one(store, "beside a collect", least)
            done += 1
            if count is not None:
                least = max(least, count)
                seen.add(count)
        growing += len(seen)
        if collector.wait() != 0:
            reader.losses.append("the collect failed beside its readers")
    figures["beside_collect"], figures["states_seen"] = done, growing
    return store


def after_kill(wanted, reader, gitlab, work):
    for number in range(wanted):
        store = work / f"killed{number % 4}.store"
        if number < 4:
            collector = subprocess.Popen(program.collect_arguments(gitlab.url, 100, store), stdin=subprocess.DEVNULL,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            program.wait_until(lambda: os.path.exists(os.path.join(store, "HEAD")), seconds=60)
            try:
                collector.wait(timeout=reader.dice.uniform(0.05, 0.5))
            except subprocess.TimeoutExpired:
                collector.send_signal(signal.SIGKILL)
                collector.wait()
        reader.one(store, "after a kill")
    return wanted


def beside(wanted, reader, store, command):
    """Reads while a command runs again and again: every answer is that of the whole store."""
    whole = reader.ask(store, "dump")[0]["releases"]
    done, runs, other = 0, 0, None
    while done < wanted and not reader.losses:
        if other is None or other.poll() is not None:
            if other is not None and other.returncode:
                reader.losses.append(f"{command(runs)[0]} ended with {other.returncode}")
            runs += 1
            other = subprocess.Popen([program.WHEELSPOOL, *command(runs)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
        reader.one(store, f"beside {command(runs)[0]}", whole)
        done += 1
    if other is not None and other.wait():
        reader.losses.append(f"{command(runs)[0]} ended with {other.returncode}")
    return done


def read_only(wanted, reader, store):
    """Reads a copy as a user who may write neither the files nor the folder."""
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "copy.store")
        shutil.copytree(store, copy)
        os.chmod(folder, 0o755)
        for name in os.listdir(copy):
            os.chmod(os.path.join(copy, name), 0o444)
        os.chmod(copy, 0o555)
        try:
            whole = reader.ask(copy, "dump", user=user)[0]["releases"]
            for _ in range(wanted):
                reader.one(copy, "read-only", whole, user)
        finally:
            os.chmod(copy, 0o755)
    return wanted
