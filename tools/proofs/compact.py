"""Rewrites a store ten times, compacts it, and kills compact at every call to the system that matters, and at random moments.

A kill in the gap between removing the lock file and renaming is among them, with even and with odd transaction numbers. After each the
store must verify and show what it showed; a list that was being written meanwhile ends right; a follower sees what is collected later.
"""

import itertools
import os
import random
import re
import shutil
import signal
import subprocess

from measure import program
from measure.process import run
from proofs.kill import stable_dump, verify
from storereader.lmdbfile import DataFile

DEFAULT_N, SLICE_N = 50, 4
CALLS = ("mkdir", "openat", "pwrite64", "writev", "fdatasync", "fsync", "truncate", "ftruncate", "unlink", "rename", "rmdir")
# Of these every call is a case of its own, of the others some.
DECISIVE = ("fsync", "unlink", "rename", "rmdir", "truncate", "mkdir")
REWRITES = 10


def add_arguments(parser):
    parser.add_argument("--releases", type=int, default=12)


def skipped():
    return None


def check(store):
    checked = verify(store, "--data")
    return [f"verify ended with {checked.returncode}: {checked.stderr.decode()[-300:]}"] if checked.returncode else []


def transaction(store):
    return DataFile(os.path.join(store, "data.mdb")).transaction


def size(store):
    return os.path.getsize(os.path.join(store, "data.mdb"))


def collect(tree, store):
    with program.FakeGitLab(tree) as server:
        run(program.collect_arguments(server.url, 100, store), sample=False).check()


def compact(store, *options):
    return [program.WHEELSPOOL, "compact", *options, "--store", store]


def copy(store, target):
    """A copy of a store that nobody has open."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(store, target, ignore=shutil.ignore_patterns("lock.mdb"))
    return target


def rewritten(work, options):
    """A store whose releases were all replaced ten times, one with a transaction number of the other parity, and a fresh one."""
    store = work / "base.store"
    for seed in range(REWRITES + 1):
        tree = work / "tree"
        shutil.rmtree(tree, ignore_errors=True)
        program.generate(tree, "--releases", options.releases, "--graph-bytes", 20000, "--seed", options.seed + seed)
        collect(tree, store)
    other = copy(store, work / "other.store")
    for _ in range(4):
        if transaction(other) % 2 != transaction(store) % 2:
            break
        run([program.WHEELSPOOL, "collect", "--gitlab", "http://127.0.0.1:9", "--project", "100", "--product", "bench", "--repository",
             "wheels", "--store", other, "--progress", "none"], sample=False)
    fresh = work / "fresh.store"
    collect(tree, fresh)
    return store, other, fresh


def points(work, store):
    """All (call, number) of a whole run of compact, numbered as strace numbers them."""
    whole, trace = copy(store, work / "traced.store"), work / "trace"
    run(["strace", "-f", "-qq", "-o", trace, "-e", "trace=" + ",".join(CALLS), *compact(whole)], sample=False).check()
    counts = {}
    for line in open(trace):
        match = re.match(r"(\d+) +(\w+)\(.*(case|traced)\.store", line)
        plain = re.match(r"(\d+) +(\w+)\(", line)
        if match or plain and plain[2] in ("pwrite64", "writev", "fdatasync", "fsync", "ftruncate"):
            counts[plain[1], plain[2]] = counts.get((plain[1], plain[2]), 0) + 1
    most = {}
    for (_, call), count in counts.items():
        most[call] = max(most.get(call, 0), count)
    shutil.rmtree(whole)
    return [(call, number) for call, count in most.items() for number in range(1, count + 1)]


class BlockedReader:
    """A list that has begun and waits for someone to read on."""

    def __init__(self, store):
        self.process = subprocess.Popen([program.WHEELSPOOL, "dump", "artifacts", "--format", "ndjson", "--stable", "--store", store],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.begun = os.read(self.process.stdout.fileno(), 1)

    def finish(self):
        rest, error = self.process.communicate(timeout=60)
        return self.process.returncode, self.begun + rest, error


def prove(options):
    dice, losses = random.Random(options.seed), []
    figures = {"kills": 0, "in_the_gap": 0, "even": 0, "odd": 0, "at_random": 0, "finished": 0}
    with program.Workspace() as work:
        store, other, fresh = rewritten(work, options)
        variants = [store, other]
        if transaction(store) % 2 == transaction(other) % 2:
            losses.append("no second parity of transaction numbers")
        shown, case = {variant: stable_dump(variant) for variant in variants}, work / "case.store"
        losses += give_back(work, store, fresh, shown[store], figures)

        known = points(work, store) if shutil.which("strace") else []
        decisive = [point for point in known if point[0] in DECISIVE]
        others = [point for point in known if point[0] not in DECISIVE]
        plan = [(point, variant) for point in decisive for variant in variants]
        plan = sorted(plan, key=lambda item: ("rename", "unlink", item[0][0]).index(item[0][0]))
        dice.shuffle(others)
        plan += list(zip(others, itertools.cycle(variants)))
        plan = plan[:max(options.n * 3 // 4, 2)] + [(None, variant) for variant in variants] * options.n
        whole = min(run(compact(copy(store, case)), sample=False).check().wall for _ in range(3))
        for point, variant in plan:
            if figures["kills"] >= options.n or losses:
                break
            expected, reader = shown[variant], BlockedReader(copy(variant, case))
            if point:
                inject = ["-e", f"trace={point[0]}", "-e", f"inject={point[0]}:signal=KILL:when={point[1]}"]
                code = run(["strace", "-f", "-qq", "-o", "/dev/null", *inject, *compact(case)], sample=False).returncode
                killed = code in (-signal.SIGKILL, 137)
            else:
                process = subprocess.Popen(compact(case), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                try:
                    process.wait(timeout=dice.uniform(0.0005, whole * 1.1))
                except subprocess.TimeoutExpired:
                    process.kill()
                killed = process.wait() == -signal.SIGKILL
                figures["at_random"] += killed
            name = f"killed at {point or 'a random moment'}"
            figures["kills"] += killed
            figures["finished"] += not killed
            figures["even" if transaction(variant) % 2 == 0 else "odd"] += killed
            in_gap = not os.path.exists(case + "/lock.mdb") and os.path.exists(case + "/rebuild.tmp/data.mdb")
            figures["in_the_gap"] += in_gap
            losses += [f"{name}: {loss}" for loss in check(case)]
            if not losses and stable_dump(case) != expected:
                losses.append(f"{name}: the store shows something else")
            code, said, error = reader.finish()
            if code != 0 or said != expected["artifacts"]:
                losses.append(f"{name}: a reader at work meanwhile ends with {code}: {error[-300:]}")
            if not losses and (in_gap or figures["kills"] % 5 == 0):
                again = run(compact(case), sample=False)
                if again.returncode or stable_dump(case) != expected or os.path.isdir(case + "/rebuild.tmp"):
                    losses.append(f"{name}: a further compact ends with {again.returncode}: {again.stderr.decode()[-300:]}")
        if known and not losses:
            losses += follow(work, store, options, figures)
    if known and not figures["in_the_gap"] and options.n >= 2:
        losses.append("no kill hit the gap between unlink and rename")
    return {**figures, "lost": len(losses)}, losses


def give_back(work, store, fresh, expected, figures):
    """The space that ten rewrites left behind comes back."""
    losses, small = [], copy(store, work / "small.store")
    run(compact(small), sample=False).check()
    figures.update({"bytes_rewritten": size(store), "bytes_compacted": size(small)})
    run(compact(fresh), sample=False).check()
    figures["bytes_fresh"] = size(fresh)
    if size(small) > size(fresh) * 1.3:
        losses.append(f"compact leaves {size(small)} bytes where a fresh store takes {size(fresh)}")
    run(compact(small, "--repack"), sample=False).check()
    figures["bytes_repacked"] = size(small)
    if size(small) > figures["bytes_compacted"]:
        losses.append("repacking makes the store larger")
    if stable_dump(small) != expected:
        losses.append("a compacted store shows something else")
    return losses


def follow(work, store, options, figures):
    """A follower goes on after a whole compact, and after one killed in the gap: what is collected later reaches its target."""
    losses, case = [], copy(store, work / "followed.store")
    target = "sqlite:" + work / "followed.sqlite"
    follower = subprocess.Popen([program.WHEELSPOOL, "export", target, "--follow", "--store", case, "--quiet"],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def caught_up():
        return run([program.WHEELSPOOL, "verify", "--target", target, "--store", case], sample=False).returncode == 0

    try:
        program.wait_until(caught_up, 60)
        for number, inject in enumerate(([], ["-e", "inject=rename:signal=KILL:when=1"])):
            done = run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=rename", *inject, *compact(case)], sample=False)
            if done.returncode not in (0, 137, -9):
                losses.append(f"compact under a follower ends with {done.returncode}: {done.stderr.decode()[-300:]}")
            tree = program.generate(work / f"tree{number}", "--releases", options.releases + number + 1, "--graph-bytes", 20000,
                                    "--seed", options.seed + 50 + number)
            collect(tree, case)
            try:
                program.wait_until(caught_up, 60, every=0.2)
            except SystemExit:
                losses.append(f"a follower does not see what came after a compact ({'killed' if inject else 'whole'})")
            if follower.poll() is not None:
                losses.append(f"the follower ended with {follower.returncode}: {follower.stderr.read()[-300:]}")
                break
        figures["followed"] = 2 - len(losses)
    finally:
        follower.kill()
        follower.wait()
    return losses
