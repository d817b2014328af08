"""Sends SIGINT and SIGTERM to collect at random moments: it must end within 5 s with 130 or 143, and go on where it stopped."""

import random
import signal
import time

from measure import program
from measure.process import run
from proofs.kill import check_store, committed, kill_after, stable_dump

DEFAULT_N, SLICE_N = 100, 4


def add_arguments(parser):
    parser.add_argument("--releases", type=int, default=40)


def skipped():
    return None


def prove(options):
    dice, losses = random.Random(options.seed), []
    sent = slowest = stores = 0
    with program.Workspace() as work:
        tree = program.generate(work / "tree", "--releases", options.releases, "--graph-bytes", 40000, "--seed", options.seed)
        with program.FakeGitLab(tree, "--latency-ms", "5") as server:
            golden = work / "golden.store"
            whole = run(program.collect_arguments(server.url, 100, golden), sample=False).check()
            expected = stable_dump(golden)
            store, seen = work / "0.store", {}
            while sent < options.n and not losses:
                number = dice.choice((signal.SIGINT, signal.SIGTERM))
                delay = dice.uniform(0.03, whole.wall * 0.6)
                arguments = program.collect_arguments(server.url, 100, store)
                arguments[arguments.index("none")] = "lines"
                started = time.monotonic()
                code, out, err = kill_after(arguments, delay, number)
                took = time.monotonic() - started - delay
                seen.update({tag: sequence for sequence, tag in committed(out)})
                if code == 0:
                    if stable_dump(store) != expected:
                        losses.append("a resumed store differs from the undisturbed one")
                    stores += 1
                    store, seen = work / f"{stores}.store", {}
                    continue
                sent += 1
                slowest = max(slowest, took)
                if code != 128 + number:
                    losses.append(f"signal {number} gave exit {code}: {err[-300:]}")
                if took > 5:
                    losses.append(f"signal {number} was obeyed after {took:.1f} s")
                losses += check_store(store, seen, started=bool(seen))
            run(program.collect_arguments(server.url, 100, store), sample=False).check()
            if stable_dump(store) != expected:
                losses.append("a resumed store differs from the undisturbed one")
    return {"signals": sent, "slowest_s": f"{slowest:.2f}", "stores": stores + 1, "lost": len(losses)}, losses
