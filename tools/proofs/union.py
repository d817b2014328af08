"""Lets two stores export into one database at the same moment, again and again: it must hold the union of both, as if one had come after the other.

Both stores have the same product and the same artifact keys in different repositories, so they share drops. Then a follower stays at one target
while its store is collected anew and compacted, until a signal ends it.
"""

import os
import signal
import subprocess

from measure import program
from measure.process import run
from proofs.postgres import BINARIES, Databases

DEFAULT_N, SLICE_N = 10, 2


def add_arguments(parser):
    parser.add_argument("--releases", type=int, default=24)
    parser.add_argument("--document-type", choices=("json", "jsonb", "text"), default="json")


def skipped():
    return None if os.path.exists(BINARIES) else "PostgreSQL 15 is not installed"


def collect(tree, repository, store, project=100):
    with program.FakeGitLab(tree) as server:
        arguments = program.collect_arguments(server.url, project, store)
        arguments[arguments.index("wheels")] = repository
        run(arguments, sample=False).check()


def export(store, address, *options):
    return [program.WHEELSPOOL, "export", "--store", store, "--batch", "1", *options, address]


def generate(work, name, releases, seed):
    return program.generate(work / name, "--releases", releases, "--graph-bytes", 20000, "--archs", "x86_64,aarch64", "--seed", seed)


def prove(options):
    losses, seen = [], 0
    with program.Workspace() as work:
        stores = []
        for number in (0, 1):
            stores.append(work / f"{number}.store")
            collect(generate(work, f"tree{number}", options.releases, options.seed + number), f"wheels-{number}", stores[-1])
        databases = Databases(options)
        try:
            golden = databases.make()
            for store in stores:
                run(export(store, databases.address(golden)), sample=False).check()
            wanted = databases.content(golden)
            rows = databases.rows(golden)
            for round in range(options.n):
                target = databases.make()
                both = [subprocess.Popen(export(store, databases.address(target)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                        for store in (stores if round % 2 else reversed(stores))]
                for process in both:
                    _, err = process.communicate(timeout=120)
                    if process.returncode:
                        losses.append(f"round {round}: export exits {process.returncode}: {err.decode(errors='replace')[-300:]}")
                found = databases.content(target)
                losses += [f"round {round}: {table} is {found[table]}, not {wanted[table]}" for table in wanted if found[table] != wanted[table]]
                for store in stores:
                    losses += differences(store, databases.address(target), f"round {round}")
                databases.drop(target)
                seen += 1
            follow(work, databases, options, losses)
        finally:
            databases.close()
    return {"rounds": seen, "rows": rows, "followed": 3, "lost": len(losses)}, losses


def differences(store, address, when):
    checked = run([program.WHEELSPOOL, "verify", "--store", store, "--target", address, "--data"], sample=False)
    return [f"{when}: verify exits {checked.returncode}: {checked.stderr.decode(errors='replace')[-300:]}"] if checked.returncode else []


def follow(work, databases, options, losses):
    """A follower of each kind of target sees two collects and a compact, and ends with 143."""
    trees = [generate(work, f"early{number}", options.releases // 2 * (number + 1), options.seed + 7) for number in (0, 1)]
    store = work / "followed.store"
    collect(trees[0], "wheels", store)
    addresses = [databases.address(databases.make()), "sqlite:" + work / "followed.sqlite", "ndjson:" + work / "followed.ndjson"]
    followers = [subprocess.Popen(export(store, address, "--follow"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for address in addresses]

    def caught_up(address):
        answer = run([program.WHEELSPOOL, "status", "--store", store, "--target", address], sample=False)
        return answer.returncode == 0 and b"up to date" in answer.stdout

    try:
        for step in (lambda: collect(trees[1], "wheels", store),
                     lambda: run([program.WHEELSPOOL, "compact", "--store", store], sample=False).check(),
                     lambda: collect(generate(work, "late", options.releases, options.seed + 8), "wheels", store)):
            step()
            for address in addresses:
                program.wait_until(lambda: caught_up(address), seconds=60, every=0.05)
    finally:
        for process, address in zip(followers, addresses):
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=30)
            if process.returncode != 143:
                losses.append(f"the follower of {address} exits {process.returncode}: {err.decode(errors='replace')[-300:]}")
    for address in addresses:
        losses += differences(store, address, "after following")
