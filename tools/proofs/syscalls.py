"""Fails every write-type system call on the store, one at a time: killed there, disk full, I/O error, short write.

A run over a few releases is repeated once for each k-th call of each kind (strace injects the fault). After each the exit code must not be 0
when an error was injected, what was printed as committed must be there, the store must verify, and a further run must make it equal
to that of a run nobody disturbed.
"""

import os
import re
import shutil
import subprocess

from measure import program
from measure.process import run
from proofs.kill import check_store, committed, stable_dump

DEFAULT_N, SLICE_N = 0, 12
CALLS = ("pwrite64", "writev", "pwritev", "fdatasync", "fsync", "ftruncate", "write")
FAULTS = {"kill": "signal=KILL", "ENOSPC": "error=ENOSPC", "EIO": "error=EIO", "short": "retval=100"}


def add_arguments(parser):
    parser.add_argument("--releases", type=int, default=6)


def skipped():
    if not shutil.which("strace"):
        return "strace is not installed"
    probe = subprocess.run(["strace", "-e", "trace=write", "true"], capture_output=True, check=False)
    return "strace may not trace here" if probe.returncode else None


def traced(command, store, arguments, output="/dev/null"):
    return run(["strace", "-f", "-qq", "-o", output, "-P", store + "/data.mdb", "-P", store + "/HEAD", "-P", store + "/STORE",
                "-P", store, *arguments, *command], sample=False)


def prove(options):
    losses, points, injected = [], 0, {fault: 0 for fault in FAULTS}
    with program.Workspace() as work:
        tree = program.generate(work / "tree", "--releases", options.releases, "--graph-bytes", 30000, "--seed", options.seed)
        with program.FakeGitLab(tree) as server:
            def collect(store):
                arguments = program.collect_arguments(server.url, 100, store)
                arguments[arguments.index("none")] = "lines"
                return arguments
            golden = work / "golden.store"
            run(collect(golden), sample=False).check()
            expected = stable_dump(golden)
            counted = work / "counted.store"
            traced(collect(counted), counted, ["-e", "trace=" + ",".join(CALLS)], work / "trace").check()
            # strace counts when= per thread: so does this
            most = {}
            for line in open(work / "trace"):
                match = re.match(r"(\d+) +(\w+)\(", line)
                if match and match[2] in CALLS:
                    most[match[1], match[2]] = most.get((match[1], match[2]), 0) + 1
            calls = {}
            for (_, call), count in most.items():
                calls[call] = max(calls.get(call, 0), count)
            cases = [(call, number, fault) for call, count in sorted(calls.items()) for number in range(1, count + 1)
                     for fault in FAULTS if fault != "short" or "write" in call]
            if options.n:
                cases = cases[::max(len(cases) // options.n, 1)][:options.n]
            for call, number, fault in cases:
                store = work / "case.store"
                arguments = ["-e", f"trace={call}", "-e", f"inject={call}:{FAULTS[fault]}:when={number}"]
                trace = work / "case.trace"
                done = traced(collect(store), store, arguments, trace)
                hit = fault == "kill" and "SIGKILL" in open(trace).read() or "INJECTED" in open(trace).read()
                points += 1
                injected[fault] += hit
                name = f"{fault} at {call} {number}"
                seen = {tag: sequence for sequence, tag in committed(done.stdout.decode())}
                if hit and fault in ("ENOSPC", "EIO") and done.returncode == 0 and call not in ("fsync",):
                    if stable_dump(store) != expected:
                        losses.append(f"{name}: exit 0 although something is missing")
                if done.returncode not in (0, 7, 137, -9, 1, 3, 6):
                    losses.append(f"{name}: exit {done.returncode}: {done.stderr.decode()[-300:]}")
                if os.path.isdir(store):
                    losses += [f"{name}: {loss}" for loss in check_store(store, seen, started=bool(seen))]
                again = run(collect(store), sample=False)
                if again.returncode != 0 or stable_dump(store) != expected:
                    losses.append(f"{name}: a further run exits {again.returncode}: {again.stderr.decode()[-300:]}")
                shutil.rmtree(store, ignore_errors=True)
                if len(losses) > 20:
                    break
    return {"points": points, **{f"injected_{fault}": count for fault, count in injected.items()}, "lost": len(losses)}, losses
