"""Sends SIGINT and SIGTERM to collect: it must end within 5 s with 130 or 143, and go on where it stopped.

At random moments of an ordinary run, and in the middle of everything that can take long: a large asset, a server that stalls, trickles, says
nothing, refuses the connection or asks to wait, a rate limit.
"""

import os
import random
import signal
import subprocess
import time

from measure import collecting, program
from measure.process import run
from proofs.kill import check_store, committed, kill_after, stable_dump, verify

DEFAULT_N, SLICE_N = 100, 4
MOST_SECONDS = 5
HANGING = {
    "a large asset": [{"origin": "storage", "do": "slow", "bytes_per_second": 400_000}],
    "a stall": [{"origin": "storage", "do": "cut", "after": 3000, "by": "stall"}],
    "a trickle": [{"origin": "storage", "do": "slow", "bytes_per_second": 600}],
    "silence": [{"path": "*/packages/*", "do": "silence"}],
    "a silent listing": [{"path": "*/releases?*", "do": "silence"}],
    "resets": [{"origin": "storage", "do": "reset"}],
    "a wait": [{"origin": "storage", "do": "status", "status": 503, "retry_after": 50}],
    "a hold of all": [{"path": "*/packages/*", "do": "status", "status": 429, "retry_after": 50}],
    "a rate limit": [{"origin": "api", "do": "rate", "limit": 2, "seconds": 50}],
}


def add_arguments(parser):
    parser.add_argument("--releases", type=int, default=40)


def skipped():
    return None


def prove(options):
    dice, losses = random.Random(options.seed), []
    sent = slowest = stores = early = 0
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
                if code == -number and not out and not err:
                    early += 1  # It came while the program was being loaded: the system's own answer, which a shell shows alike.
                    continue
                sent += 1
                slowest = max(slowest, took)
                if code != 128 + number:
                    losses.append(f"signal {number} gave exit {code}: {err[-300:]}")
                if took > MOST_SECONDS:
                    losses.append(f"signal {number} was obeyed after {took:.1f} s")
                losses += check_store(store, seen, started=bool(seen))
            run(program.collect_arguments(server.url, 100, store), sample=False).check()
            if stable_dump(store) != expected:
                losses.append("a resumed store differs from the undisturbed one")
        hangs, slowest_hang = hanging(work, options, dice, losses)
    return {"signals": sent, "while_loading": early, "slowest_s": f"{slowest:.2f}", "stores": stores + 1, "hangs": hangs, "slowest_hang_s": f"{slowest_hang:.2f}",
            "lost": len(losses)}, losses


def hanging(work, options, dice, losses):
    """Signals a run that hangs in each way; then it must complete against a healthy server."""
    tree = program.generate(work / "large", "--releases", 2, "--archs", "x86_64,aarch64", "--graph-bytes", 12_000_000 if options.n > 20 else 2_000_000,
                            "--seed", options.seed)
    chosen, slowest = [(name, number) for name in HANGING for number in (signal.SIGINT, signal.SIGTERM)], 0
    if len(chosen) > options.n:
        chosen = dice.sample(chosen, options.n)
    with program.FakeGitLab(tree) as server:
        golden = work / "large.store"
        run(program.collect_arguments(server.url, 100, golden), sample=False).check()
        expected = collecting.stable(golden, server.url)
        for turn, (name, number) in enumerate(chosen):
            store = work / f"hanging{turn}.store"
            server.reset()
            server.add_faults(HANGING[name])
            process = subprocess.Popen(program.collect_arguments(server.url, 100, store), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.PIPE)
            if "listing" not in name:
                program.wait_until(lambda: server.stats()["listings"] > 0)
            program.wait_until(lambda: os.path.exists(os.path.join(store, "data.mdb")))
            time.sleep(dice.uniform(0.2, 0.6))
            started = time.monotonic()
            process.send_signal(number)
            try:
                _, err = process.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                _, err = process.communicate()
            took = time.monotonic() - started
            slowest = max(slowest, took)
            if process.returncode != 128 + number or took > MOST_SECONDS:
                losses.append(f"{name}: signal {number} gave exit {process.returncode} after {took:.1f} s: {err.decode(errors='replace')[-200:]}")
            checked = verify(store, "--data")
            if checked.returncode != 0:
                losses.append(f"{name}: verify ended with {checked.returncode}: {checked.stderr.decode()[-300:]}")
            server.clear_faults()
            run(program.collect_arguments(server.url, 100, store), sample=False).check()
            losses += [f"{name}: {text}" for text in collecting.differences(expected, collecting.stable(store, server.url))]
    return len(chosen), slowest
