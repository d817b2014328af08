"""Damages each database in turn, repairs, collects: the store must then be what it was, and everything wrong must have been reported.

For each of the store's databases, and for LMDB's own pages, bytes are flipped in values, in keys and in the headers of pages. Then
`verify` must report it (or all must read as before), `verify --repair` must leave a store that verifies, showing nothing that the sound
one did not show, and a collect must bring back what repair had to leave out.
"""

import json
import os
import random
import shutil
import struct

from measure import program
from measure.process import run
from proofs.kill import stable_dump, verify
from storereader.lmdbfile import BIG, BRANCH, OVERFLOW, DataFile
from storereader.store import DATABASES

DEFAULT_N, SLICE_N = 12, 1


def add_arguments(parser):
    parser.add_argument("--releases", type=int, default=12)


def skipped():
    return None


def places(file, tree, dice):
    """Offsets to damage: in a value, in a key, in a page's header, in a page's list of nodes."""
    pages = list(file.pages(tree))
    number, flags = dice.choice(pages)
    start = number * file.page_bytes
    if flags == OVERFLOW:
        return {"value": start + 16 + dice.randrange(200), "header": start + dice.randrange(16)}
    _, flags, nodes = file.page(number)
    found = {"header": start + 10 + dice.randrange(6), "list": start + 16 + dice.randrange(2 * len(nodes))}
    node = dice.choice(nodes)
    low, high, node_flags, key_bytes = struct.unpack_from("<HHHH", file.bytes, node)
    found["node"] = node + dice.randrange(8)
    if key_bytes:
        found["key"] = node + 8 + dice.randrange(key_bytes)
    if not flags & BRANCH and not node_flags & BIG:
        found["value"] = node + 8 + key_bytes + dice.randrange(max(low | high << 16, 1))
    return found


def rows(output):
    return [json.loads(line) for line in output.splitlines()]


def prove(options):
    dice, losses = random.Random(options.seed), []
    figures = {"damages": 0, "reported": 0, "harmless": 0, "repaired": 0, "collected_again": 0, "artifacts_left_out": 0, "refused": 0}
    with program.Workspace() as work:
        original, case = work / "original.store", work / "case.store"
        earlier = program.generate(work / "earlier", "--releases", options.releases, "--graph-bytes", 20000, "--seed", options.seed + 1)
        with program.FakeGitLab(earlier) as server:
            run(program.collect_arguments(server.url, 100, original), sample=False).check()
        tree = program.generate(work / "tree", "--releases", options.releases, "--graph-bytes", 20000, "--seed", options.seed)
        with program.FakeGitLab(tree) as server:
            def collect(store):
                return run(program.collect_arguments(server.url, 100, store), sample=False)

            collect(original).check()
            expected = stable_dump(original)
            sound = {row["key"]: row for row in rows(expected["artifacts"])}
            file = DataFile(os.path.join(original, "data.mdb"))
            trees = {**{name: file.trees[name] for name in ["meta", *DATABASES]}, "LMDB's own": file.main}
            for name, tree_of in trees.items():
                if not tree_of.entries:
                    continue
                for _ in range(options.n):
                    kind, offset = dice.choice(sorted(places(file, tree_of, dice).items()))
                    title = f"{name}: {kind} at {offset}"
                    shutil.rmtree(case, ignore_errors=True)
                    shutil.copytree(original, case, ignore=shutil.ignore_patterns("lock.mdb"))
                    with open(os.path.join(case, "data.mdb"), "r+b") as data:
                        data.seek(offset)
                        byte = file.bytes[offset] ^ 1 << dice.randrange(8)
                        data.write(bytes([byte]))
                    losses += [f"{title}: {loss}" for loss in heal(case, collect, expected, sound, name, figures)]
                if len(losses) > 10:
                    break
    return {"databases": len(trees), **figures, "lost": len(losses)}, losses


def heal(case, collect, expected, sound, name, figures):
    figures["damages"] += 1
    found = verify(case, "--data")
    if found.returncode == 0:
        figures["harmless"] += 1
        return [] if stable_dump(case) == expected else ["verify finds nothing, and a list shows something else"]
    if found.returncode != 6:
        return [f"verify ends with {found.returncode}: {found.stderr.decode()[-300:]}"]
    figures["reported"] += 1
    repaired = verify(case, "--repair")
    if repaired.returncode == 6 and name == "LMDB's own":
        # Without the list of databases there is nothing to build from; the next step is a new store.
        figures["refused"] += 1
        shutil.rmtree(case)
    elif repaired.returncode:
        return [f"repair ends with {repaired.returncode}: {repaired.stderr.decode()[-500:]}"]
    else:
        figures["repaired"] += 1
        clean = verify(case, "--data")
        if clean.returncode:
            return [f"after repair verify ends with {clean.returncode}: {clean.stdout.decode()[-500:]}{clean.stderr.decode()[-300:]}"]
        left = rows(stable_dump(case)["artifacts"])
        wrong = [row["key"] for row in left if row != sound.get(row["key"])]
        if wrong:
            return [f"after repair artifacts show something else: {wrong[:3]}"]
        figures["artifacts_left_out"] += len(sound) - len(left)
    again = collect(case)
    if again.returncode:
        return [f"collect after repair ends with {again.returncode}: {again.stderr.decode()[-300:]}"]
    figures["collected_again"] += 1
    clean = verify(case, "--data")
    if clean.returncode:
        return [f"after repair and collect verify ends with {clean.returncode}: {clean.stdout.decode()[-300:]}"]
    now = stable_dump(case)
    different = [table for table in expected if now[table] != expected[table]]
    return [f"after repair and collect {table} shows something else" for table in different]
