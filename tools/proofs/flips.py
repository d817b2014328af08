"""Damages a store in every way a disk can: each damage must be reported with the right exit code, or harm nothing.

Single-bit flips over the whole data file, truncations, an empty file, damaged first and second meta page, a foreign file, a newer format.
After each, every reading command either fails with exit 6 (or names the document it cannot give), or prints just what it printed before.
"""

import concurrent.futures
import os
import random
import shutil

from measure import program
from measure.process import run

DEFAULT_N, SLICE_N = 1000, 25


def add_arguments(parser):
    parser.add_argument("--releases", type=int, default=12)


def skipped():
    return None


def outputs(store, key):
    """Runs the reading commands; returns [(exit code, stdout)]."""
    commands = (
        ["verify", "--data"],
        ["dump", "releases", "--format", "ndjson"],
        ["dump", "artifacts", "--format", "ndjson"],
        ["dump", "drops", "--format", "ndjson"],
        ["dump", "log", "--format", "ndjson"],
        ["packages", "--all", "--format", "ndjson"],
        ["dump", "document", key, "dependency_graph"],
        ["export", "ndjson:-"],
    )
    results = []
    for command in commands:
        done = run([program.WHEELSPOOL, *command, "--store", store], sample=False)
        results.append((command[0:3], done.returncode, done.stdout, done.stderr))
    return results


def judge(name, clean, now):
    """Losses of one damaged store: silent wrong output, signals, hangs; and whether anything was reported."""
    losses, reported = [], False
    for (command, code, out, _), (_, code_now, out_now, err_now) in zip(clean, now):
        if code_now < 0 or code_now >= 128:
            losses.append(f"{name}: {command} died of a signal ({code_now}): {err_now[-300:]}")
        elif code_now == 0 and command[0] != "verify" and out_now != out:
            losses.append(f"{name}: {command} exits 0 with other output ({len(out_now)} bytes, not {len(out)})")
        elif code_now not in (0, 1, 4, 6):
            losses.append(f"{name}: {command} exits {code_now}: {err_now[-300:]}")
        reported = reported or code_now != code
    return losses, reported


def prove(options):
    dice, losses = random.Random(options.seed), []
    counts = {"flips": 0, "truncations": 0, "others": 0, "reported": 0, "harmless": 0}
    with program.Workspace() as work:
        tree = program.generate(work / "tree", "--releases", options.releases, "--graph-bytes", 20000, "--seed", options.seed)
        original = work / "original.store"
        with program.FakeGitLab(tree) as server:
            run(program.collect_arguments(server.url, 100, original), sample=False).check()
        listed = run([program.WHEELSPOOL, "dump", "artifacts", "--format", "csv", "--columns", "key", "--store", original], sample=False)
        key = listed.check().stdout.decode().split()[-1]
        clean = outputs(original, key)
        data = open(os.path.join(original, "data.mdb"), "rb").read()

        def damaged(number, name, change):
            store = work / f"{number}.store"
            shutil.copytree(original, store)
            os.unlink(os.path.join(store, "lock.mdb"))
            change(store)
            found = judge(name, clean, outputs(store, key))
            shutil.rmtree(store)
            return found

        def rewrite(make):
            def change(store):
                with open(os.path.join(store, "data.mdb"), "r+b") as file:
                    make(file)
            return change

        def flip(position, bit):
            def make(file):
                file.seek(position)
                file.write(bytes([data[position] ^ 1 << bit]))
            return rewrite(make)

        cases = []
        for _ in range(options.n):
            position, bit = dice.randrange(len(data)), dice.randrange(8)
            cases.append(("flips", f"bit {bit} of byte {position}", flip(position, bit)))
        for _ in range(max(options.n // 20, 2)):
            length = dice.randrange(len(data))
            cases.append(("truncations", f"cut to {length}", rewrite(lambda file, length=length: file.truncate(length))))

        def overwrite(position, content):
            def make(file):
                file.seek(position)
                file.write(content)
            return rewrite(make)

        cases.append(("others", "empty file", rewrite(lambda file: file.truncate(0))))
        for page in (0, 4096):
            cases.append(("others", f"zeroed meta at {page}", overwrite(page, bytes(4096))))
            cases.append(("others", f"page size 0 at {page}", overwrite(page + 16 + 24, bytes(4))))
            cases.append(("others", f"transaction id 0 at {page}", overwrite(page + 16 + 24 + 48 * 2 + 8, bytes(8))))
        cases.append(("others", "foreign file", overwrite(0, b"SQLite format 3\0" + os.urandom(8176))))
        marker = os.path.join(original, "STORE")

        def newer(store):
            text = open(marker).read()
            with open(os.path.join(store, "STORE"), "w") as file:
                file.write(text.replace("1", "2", 1))
        cases.append(("others", "newer format", newer))
        cases.append(("others", "no marker", lambda store: os.unlink(os.path.join(store, "STORE"))))

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            futures = [(kind, pool.submit(damaged, number, name, change)) for number, (kind, name, change) in enumerate(cases)]
            for kind, future in futures:
                found, reported = future.result()
                counts[kind] += 1
                counts["reported" if reported else "harmless"] += 1
                losses += found
    return {**counts, "silent": len(losses)}, losses
