"""Runs processes and measures them from outside: peak anonymous memory, CPU seconds, wall seconds."""

import os
import resource
import subprocess
import threading
import time


class Measured:
    """What one finished process cost. Memory is the peak of RssAnon in KiB, sampled every few milliseconds."""

    def __init__(self, returncode, wall, user, system, peak_anon_kib, stdout, stderr):
        self.returncode, self.wall, self.user, self.system = returncode, wall, user, system
        self.peak_anon_kib, self.stdout, self.stderr = peak_anon_kib, stdout, stderr

    @property
    def cpu(self):
        return self.user + self.system

    def check(self, *allowed):
        if self.returncode not in (allowed or (0,)):
            raise SystemExit(f"command failed with {self.returncode}: {self.stderr.decode(errors='replace')[-2000:]}")
        return self


def rss_anon_kib(pid):
    """The anonymous resident memory of a process now, in KiB; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/status", "rb") as status:
            for line in status:
                if line.startswith(b"RssAnon:"):
                    return int(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


def run(arguments, env=None, stdout=subprocess.PIPE, interval=0.003, cwd=None, sample=True):
    """Runs a command to its end and returns a Measured."""
    started = time.monotonic()
    process = subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, cwd=cwd,
        env={**os.environ, **(env or {})})
    peak, done = [0], threading.Event()

    def sampler():
        while not done.is_set():
            peak[0] = max(peak[0], rss_anon_kib(process.pid))
            done.wait(interval)

    collected = {}

    def drain(name, stream):
        collected[name] = stream.read() if stream else b""

    readers = [threading.Thread(target=drain, args=(name, getattr(process, name))) for name in ("stdout", "stderr")]
    for reader in readers:
        reader.start()
    if sample:
        watcher = threading.Thread(target=sampler)
        watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - started
    done.set()
    for reader in readers:
        reader.join()
    if sample:
        watcher.join()
    return Measured(process.returncode, wall, usage.ru_utime, usage.ru_stime, peak[0], collected["stdout"], collected["stderr"])


def self_cpu():
    """CPU seconds of this process and its children so far."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
