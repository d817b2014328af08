"""Damages a store in every way a disk can: each damage must be reported with the right exit code, or harm nothing.

Single-bit flips over the whole data file, truncations, an empty file, damaged first and second meta page, a foreign file, a newer format.
After each, every reading command either fails with exit 6 (or names the document it cannot give), or prints just what it printed before:
all lists, packages, status, documents, an export of everything, verify --data.
"""

import concurrent.futures
import os
import random
import shutil

from measure import program
from measure.process import run

DEFAULT_N, SLICE_N = 1000, 12
# How many single documents are dumped after each damage; the export holds all of them.
DOCUMENTS = 6
KINDS = ("constraints_file", "build_sequence_summary", "dependency_graph")


def add_arguments(parser):
    parser.add_argument("--releases", type=int, default=12)


def skipped():
    return None


def reading_commands(keys, package):
    """Everything that shows what the store holds; of single documents all that there are."""
    lists = ("products", "releases", "artifacts", "drops", "packages", "failures", "runs", "log")
    tag = keys[0].rsplit("-", 1)[0]
    commands = [["verify", "--data"], *(["dump", table, "--format", "ndjson"] for table in lists)]
    commands += [
        ["dump", "--format", "json", "--stable"],
        ["status", "--format", "json", "--stable"],
        ["dump", "artifacts", "--repository", "wheels", "--tag", "v" + tag, "--format", "ndjson"],
        ["packages", "--all", "--format", "ndjson"],
        ["packages", package, "--format", "ndjson"],
        ["dump", "artifact", keys[0], "--format", "json"],
        ["diff", keys[0], keys[-1], "--format", "ndjson"],
        ["export", "ndjson:-"],
    ]
    documents = [["dump", "document", key, kind] for key in keys for kind in KINDS]
    return commands, documents


def outputs(store, commands):
    """Runs the reading commands; returns [(command, exit code, stdout, stderr)]."""
    results = []
    for command in commands:
        done = run(["timeout", "--signal=KILL", "60", program.WHEELSPOOL, *command, "--store", store], sample=False)
        results.append((command, done.returncode, done.stdout, done.stderr))
    return results


def judge(name, clean, now):
    """Losses of one damaged store: silent wrong output, signals, hangs; and whether anything was reported."""
    losses, reported = [], False
    for (command, code, out, _), (_, code_now, out_now, err_now) in zip(clean, now):
        if code_now < 0 or code_now >= 128:
            losses.append(f"{name}: {command} died of a signal or hung ({code_now}): {err_now[-300:]}")
        elif code_now == 0 and command[0] != "verify" and out_now != out:
            losses.append(f"{name}: {command} exits 0 with other output ({len(out_now)} bytes, not {len(out)})")
        elif code_now not in (0, 6):
            losses.append(f"{name}: {command} exits {code_now}: {err_now[-300:]}")
        reported = reported or code_now != code
    return losses, reported


def prove(options):
    dice, losses = random.Random(options.seed), []
    counts = {"flips": 0, "truncations": 0, "others": 0, "outputs": 0, "reported": 0, "harmless": 0}
    with program.Workspace() as work:
        tree = program.generate(work / "tree", "--releases", options.releases, "--graph-bytes", 20000, "--seed", options.seed)
        original = work / "original.store"
        with program.FakeGitLab(tree) as server:
            run(program.collect_arguments(server.url, 100, original), sample=False).check()
        def column(table, name):
            listed = run([program.WHEELSPOOL, "dump", table, "--format", "csv", "--columns", name, "--store", original], sample=False)
            return listed.check().stdout.decode().split()[1:]

        keys, package = column("artifacts", "key"), column("packages", "name")[3]
        commands, documents = reading_commands(keys, package)
        clean = outputs(original, commands + documents)
        for command, code, _, error in clean:
            if code:
                losses.append(f"undamaged: {command} exits {code}: {error[-300:]}")
        data = open(os.path.join(original, "data.mdb"), "rb").read()
        with program.FakeGitLab(tree) as server:
            run(program.collect_arguments(server.url, 100, work / "stranger.store"), sample=False).check()
        stranger = open(work / "stranger.store/data.mdb", "rb").read()

        def damaged(number, name, change, must_report):
            store = work / f"{number}.store"
            shutil.copytree(original, store)
            os.unlink(os.path.join(store, "lock.mdb"))
            change(store)
            chosen = list(range(len(commands))) + random.Random(number).sample(range(len(commands), len(clean)), DOCUMENTS)
            now = outputs(store, [clean[place][0] for place in chosen])
            found = judge(name, [clean[place] for place in chosen], now)
            if must_report and not found[1]:
                found[0].append(f"{name}: nothing was reported")
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
        cases.append(("others", "100 bytes", rewrite(lambda file: file.truncate(100))))
        cases.append(("others", "both metas zeroed", overwrite(0, bytes(8192))))
        cases.append(("others", "another store's data", rewrite(lambda file: file.write(stranger))))
        for page in (0, 4096):
            cases.append(("others", f"other version at {page}", overwrite(page + 16 + 4, b"\x02")))
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
            futures = [(kind, pool.submit(damaged, number, name, change, kind == "others")) for number, (kind, name, change) in enumerate(cases)]
            for kind, future in futures:
                found, reported = future.result()
                counts[kind] += 1
                counts["outputs"] += len(commands) + DOCUMENTS
                counts["reported" if reported else "harmless"] += 1
                losses += found
    return {**counts, "silent": len(losses)}, losses
