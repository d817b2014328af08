"""Fuzzes every reader of bytes from outside: JSON, gzip and tar, records of the store, configuration, listing pages, content of assets.

With --seconds each target is built for libFuzzer and driven by coverage, starting from the inputs in fixtures/fuzz; what ends the process is
kept in --artifacts and printed as a loss. Without it, as continuous integration runs it, --n seeded mutations of the same inputs go through
each target in the debug build that the tests use: no coverage, no other build. Build once, then: tools/prove fuzz --seconds 600.
"""

import glob
import os
import re
import subprocess
import sys

from measure import program

DEFAULT_N, SLICE_N = 20_000, 1500
NEEDS_PROGRAM = False
TARGETS = ("json", "tarball", "records", "configuration", "listing", "content")
LONGEST = {"tarball": 16_384}
# The TOML library keeps the text of each error for ever: nothing to a program that reads one file, much to millions. So a process
# ends after some seconds, and the next goes on with what it found.
ROUND_SECONDS = {"configuration": 120}
MEBIBYTES = {"configuration": 4096}
CORPUS = os.path.join(program.ROOT, "fixtures", "fuzz")


def add_arguments(parser):
    parser.add_argument("--target", choices=TARGETS, action="append", help="only this one (repeatable)")
    parser.add_argument("--seconds", type=int, default=0, help="of libFuzzer for each target, instead of --n mutations")
    parser.add_argument("--artifacts", default="", help="where inputs that ended the process are kept (default: a folder of its own in the temporary one)")
    parser.add_argument("--corpus", default="", help="where libFuzzer keeps what it finds, to be continued; default: nowhere")


def skipped():
    return None


def build(scratch, *options):
    command = ["swift", "build", "--scratch-path", scratch, "--product", "wheelspool-fuzz", *options]
    done = subprocess.run(command, cwd=program.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        sys.stderr.buffer.write(done.stdout[-4000:])
        raise SystemExit("the fuzzing build failed")


def prove(options):
    return guided(options) if options.seconds else mutated(options)


def mutated(options):
    losses, figures = [], {"guide": "none"}
    build(os.path.join(program.ROOT, ".build"))
    driver = os.path.join(program.ROOT, ".build", "debug", "wheelspool-fuzz")
    for target in options.target or TARGETS:
        inputs = sorted(glob.glob(os.path.join(CORPUS, target, "*")))
        done = subprocess.run([driver, target, "--mutate", str(options.n), "--seed", str(options.seed), *inputs],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode:
            losses.append(f"{target}: ended with {done.returncode}: {done.stderr.decode(errors='replace')[-600:]}")
        else:
            executions, taken = map(int, done.stdout.split())
            figures[target] = executions
            if not taken:
                losses.append(f"{target}: not one of {executions} inputs was taken: only refusals were proven")
    return {**figures, "crashes": len(losses)}, losses


def guided(options):
    losses, figures = [], {"guide": "libFuzzer"}
    scratch = os.path.join(program.ROOT, ".build-fuzz")
    # libFuzzer brings a main of its own, the driver another, which calls it.
    build(scratch, "-c", "release", "-Xswiftc", "-enable-testing", "-Xswiftc", "-DTESTABLE", "-Xswiftc", "-sanitize=fuzzer", "-Xswiftc", "-DLIBFUZZER", "-Xlinker", "-zmuldefs")
    artifacts = options.artifacts or os.path.join(program.Workspace("wheelspool-crashes-").path)
    os.makedirs(artifacts, exist_ok=True)
    with program.Workspace() as work:
        for target in options.target or TARGETS:
            found = os.path.join(options.corpus, target) if options.corpus else work / target
            os.makedirs(found, exist_ok=True)
            figures[target], left, number = 0, options.seconds, 0
            while left > 0:
                seconds = min(left, ROUND_SECONDS.get(target, left))
                executions, loss = fuzz(scratch, target, options.seed + number, seconds, artifacts, found)
                figures[target] += executions
                left, number = left - seconds, number + 1
                if loss:
                    losses.append(f"{target}: {loss}; the input is in {artifacts}")
                    break
    if not losses and not options.artifacts:
        os.rmdir(artifacts)
    return {**figures, "seconds_each": options.seconds, "crashes": len(losses)}, losses


def fuzz(scratch, target, seed, seconds, artifacts, found):
    """One process of libFuzzer: how many inputs it tried, and what was wrong if anything was."""
    done = subprocess.run(
        [os.path.join(scratch, "release", "wheelspool-fuzz"), f"-max_total_time={seconds}", f"-seed={seed}",
         f"-max_len={LONGEST.get(target, 4096)}", "-timeout=10", f"-rss_limit_mb={MEBIBYTES.get(target, 1024)}", "-print_final_stats=1", "-verbosity=0",
         f"-artifact_prefix={artifacts}/{target}-", found, os.path.join(CORPUS, target)],
        env={**os.environ, "FUZZ_TARGET": target, "SWIFT_BACKTRACE": "enable=no"},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    said = done.stderr.decode(errors="replace")
    executions = re.search(r"stat::number_of_executed_units:\s*(\d+)", said)
    loss = f"ended with {done.returncode}: {said[-1500:]}" if done.returncode or not executions else None
    return int(executions.group(1)) if executions else 0, loss
