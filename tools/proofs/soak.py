"""Collects, edits of the upstream, exports, dumps and compactions, all at once for --minutes: nothing may be lost, and nothing may grow.

The upstream is edited about once a second: releases appear, are withdrawn and come back, get new notes, and assets are replaced under a new link or
behind the old one. Meanwhile collect runs again and again, one export follows into SQLite, others replay into PostgreSQL and NDJSON, readers
list and verify, and the store is compacted. At the end the upstream rests: the store must verify byte by byte, show the same as a new store collected
from the upstream's last state, and every target must equal it.

Flat means, after a first fifth that counts as warm-up and judged by the middle and last third of the rest: the peak of anonymous memory of collect, of one-shot
exports and of the following export, and the smallest data file after a compaction, are in the last third at most a tenth above the middle third (memory: and 1 MiB).
The file is counted without the log, which keeps a short entry for every change for ever; the log's own pages are shown apart.
"""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import threading
import time

from measure import plot, program
from measure.postgres import BINARIES, Server
from measure.process import rss_anon_kib, run
from proofs.kill import stable_dump

DEFAULT_N, SLICE_N = 1, 1
MINUTES, SLICE_MINUTES = 30.0, 0.33
RELEASES, SLICE_RELEASES, ARCHITECTURES, GRAPH_BYTES = 200, 40, "x86_64,aarch64", 60_000
# Uploads that replace others are made among the newest releases, as upstreams do: a document is encoded against the last one of its lineage, and
# old releases that are overwritten in any order resemble that one less and less.
RECENT = 10
# Assets that hold another release's bytes at a time; the oldest gets its own back.
FOREIGN_ASSETS = 10


def add_arguments(parser):
    parser.add_argument("--minutes", type=float, default=None, help=f"how long (default {MINUTES:.0f}; of the slice {SLICE_MINUTES})")
    parser.add_argument("--plot", metavar="PREFIX", help="write PREFIX-memory.svg, PREFIX-file.svg and PREFIX.json")


def skipped():
    return None if os.path.exists(BINARIES) else "PostgreSQL 15 is not installed"


class Upstream:
    """A project whose listing is edited: a pool of releases, some of which are there."""

    def __init__(self, tree, seed):
        self.dice = random.Random(seed)
        self.folder = next(entry.path for entry in os.scandir(tree) if entry.is_dir())
        self.listing = os.path.join(self.folder, "releases.json")
        with open(self.listing) as file:
            self.pool = json.load(file)  # newest first
        self.waiting, self.gone, self.rows = self.pool[:], [], []
        self.link_id = 90_000_000
        self.pristine = tree + ".pristine"
        shutil.copytree(self.folder, self.pristine)
        self.foreign = []  # assets that hold other bytes than at first, the oldest first
        self.edits = {"appeared": 0, "withdrawn": 0, "returned": 0, "notes": 0, "relinked": 0, "replaced": 0}
        for _ in range(len(self.pool) // 4):
            self.appear()
        self.write()

    def appear(self):
        self.rows.append(self.waiting.pop())
        self.edits["appeared"] += 1

    def write(self):
        temporary = self.listing + ".new"
        with open(temporary, "w") as file:
            json.dump(sorted(self.rows, key=lambda row: row["created_at"], reverse=True), file)
        os.replace(temporary, self.listing)

    def asset(self, row, link, folder=None):
        return os.path.join(folder or self.folder, row["tag_name"].replace("/", "%2F"), link["name"])

    def other_content(self, row, link):
        """Puts the bytes of another release's asset of the same architecture behind a link, as a new upload would."""
        architecture = link["name"].rsplit("-", 1)[1]
        donor = self.dice.choice(self.recent())
        source = next((other for other in donor["assets"]["links"] if other["name"].endswith(architecture)), None)
        if not source:
            return
        target = self.asset(row, link)
        self.upload(self.asset(donor, source, self.pristine), target)
        if target in self.foreign:
            self.foreign.remove(target)
        self.foreign.append(target)
        if len(self.foreign) > FOREIGN_ASSETS:
            oldest = self.foreign.pop(0)
            self.upload(os.path.join(self.pristine, os.path.relpath(oldest, self.folder)), oldest)

    def recent(self):
        return sorted(self.rows, key=lambda row: row["created_at"])[-RECENT:]

    @staticmethod
    def upload(source, target):
        shutil.copyfile(source, target + ".new")
        os.replace(target + ".new", target)

    def edit(self):
        row = self.dice.choice(self.rows)
        what = self.dice.random()
        if self.waiting and what < 0.6:
            self.appear()
        elif what < 0.15 and len(self.rows) > len(self.pool) // 4:
            self.rows.remove(row)
            self.gone.append(row)
            self.edits["withdrawn"] += 1
        elif what < 0.35 and self.gone:
            self.rows.append(self.gone.pop(0))
            self.edits["returned"] += 1
        elif what < 0.55:
            row["description"] = f"notes, edited {self.edits['notes']} times"
            self.edits["notes"] += 1
        elif what < 0.8:
            row = self.dice.choice(self.recent())
            link = self.dice.choice(row["assets"]["links"])
            self.other_content(row, link)
            self.link_id += 1
            link["id"] = self.link_id
            self.edits["relinked"] += 1
        else:
            row = self.dice.choice(self.recent())
            self.other_content(row, self.dice.choice(row["assets"]["links"]))
            self.edits["replaced"] += 1
        self.write()


class Soak:
    def __init__(self, work, postgres, gitlab, upstream, seconds):
        self.work, self.postgres, self.gitlab, self.upstream = work, postgres, gitlab, upstream
        self.started, self.seconds = time.monotonic(), seconds
        self.resting = threading.Event()
        self.store = work / "soak.store"
        self.targets = {"sqlite": "sqlite:" + work / "soak.sqlite", "ndjson": "ndjson:" + work / "soak.ndjson", "postgres": postgres.url}
        self.losses, self.counts, self.lock = [], {}, threading.Lock()
        # (seconds, KiB or bytes) by what is watched
        self.samples = {"collect": [], "export": [], "export --follow": [], "data.mdb": [], "after compact": [], "log": []}
        self.busy = threading.Lock()  # held by whoever wants to be the only writer: a compaction among collects

    @property
    def now(self):
        return time.monotonic() - self.started

    def command(self, name, *arguments, allowed=(0,)):
        """Runs wheelspool; an exit code that is not expected is a loss."""
        done = run([program.WHEELSPOOL, *arguments, *(() if "--store" in arguments else ("--store", self.store))], interval=0.005)
        with self.lock:
            self.counts[name] = self.counts.get(name, 0) + 1
            if name in self.samples:
                self.samples[name].append((self.now, done.peak_anon_kib))
            if done.returncode not in allowed:
                self.losses.append(f"{name} ended with {done.returncode} after {self.now:.0f} s: {done.stderr.decode(errors='replace')[-400:]}")
        return done

    def collect(self, *options, allowed=(0, 3)):
        """An asset may vanish between listing and download, so a partial run (3) is expected while the upstream moves."""
        with self.busy:
            return self.command("collect", *program.collect_arguments(self.gitlab.url, 100, self.store, *options)[1:], allowed=allowed)

    def collecting(self):
        number = 0
        while not self.resting.is_set():
            number += 1
            self.collect(*(("--recheck",) if number % 5 == 0 else ()), *(("--retry-failed",) if number % 7 == 0 else ()))
            self.resting.wait(0.05)

    def editing(self):
        while not self.resting.wait(min(1.0, self.seconds / 100)):
            self.upstream.edit()

    def exporting(self):
        while not self.resting.is_set():
            for name in ("postgres", "ndjson"):
                self.command("export", "export", self.targets[name])
            self.resting.wait(0.2)

    def reading(self):
        while not self.resting.is_set():
            for table in ("releases", "artifacts", "drops", "log", "failures"):
                self.command("dump", "dump", table, "--format", "ndjson", allowed=(0, 5))
            self.command("packages", "packages", "--all", "--format", "csv", allowed=(0, 5))
            self.command("verify", "verify", "--data", "--subset", f"{1 + self.counts.get('verify', 0) % 4}/4", allowed=(0, 5))
            self.resting.wait(0.2)

    def compacting(self):
        while not self.resting.wait(min(30.0, self.seconds / 12)):
            with self.busy:
                self.command("compact", "compact")
                log = self.log_bytes()
                size = os.path.getsize(os.path.join(self.store, "data.mdb")) - log
            with self.lock:
                self.samples["after compact"].append((self.now, size))
                self.samples["log"].append((self.now, log))

    def log_bytes(self):
        """What the log's pages take, as LMDB's own tool counts them."""
        said = subprocess.run(["mdb_stat", "-s", "log", self.store], stdout=subprocess.PIPE, check=True).stdout.decode()
        return 4096 * sum(int(count) for count in re.findall(r"(?:Branch|Leaf|Overflow) pages: (\d+)", said))

    def watching(self):
        while not self.resting.is_set():
            with self.lock:
                self.samples["export --follow"].append((self.now, rss_anon_kib(self.follower.pid)))
                try:
                    self.samples["data.mdb"].append((self.now, os.path.getsize(os.path.join(self.store, "data.mdb"))))
                except FileNotFoundError:
                    pass
            if self.follower.poll() is not None:
                self.losses.append(f"export --follow ended with {self.follower.returncode}")
                return
            self.resting.wait(min(0.5, self.seconds / 100))

    def run(self):
        self.collect(allowed=(0,))
        with open(self.work / "follower.log", "wb") as log:
            self.follower = subprocess.Popen(
                [program.WHEELSPOOL, "export", "--follow", self.targets["sqlite"], "--store", self.store],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            work = (self.collecting, self.editing, self.exporting, self.reading, self.compacting, self.watching)
            threads = [threading.Thread(target=self.guarded, args=(each,)) for each in work]
            for thread in threads:
                thread.start()
            deadline = self.started + self.seconds
            while time.monotonic() < deadline and not self.losses:
                time.sleep(0.1)
            self.resting.set()
            for thread in threads:
                thread.join()
            self.settle()
        finally:
            self.resting.set()
            if self.follower.poll() is None:
                self.follower.kill()
            self.follower.wait()

    def guarded(self, work):
        try:
            work()
        except Exception as error:  # a thread that dies must not look like one that found nothing
            self.losses.append(f"{work.__name__}: {error!r}")

    def settle(self):
        """The upstream rests: the store catches up, then everything must be equal."""
        for _ in range(3):  # a withdrawal needs two complete listings
            self.collect("--retry-failed", "--recheck")
        self.collect("--retry-failed", "--recheck", allowed=(0,))
        self.follower.send_signal(signal.SIGTERM)
        code = self.follower.wait(timeout=30)
        if code != 128 + signal.SIGTERM:
            with open(self.work / "follower.log", "rb") as log:
                self.losses.append(f"export --follow ended with {code}: {log.read()[-400:]}")
        self.command("verify", "verify", "--data")
        for name, target in self.targets.items():
            self.command("export", "export", target)
            self.command("verify --target", "verify", "--data", "--target", target)
        fresh = self.work / "fresh.store"
        run(program.collect_arguments(self.gitlab.url, 100, fresh), sample=False).check()
        ours, theirs = stable_dump(self.store), stable_dump(fresh)
        for table in ("releases", "artifacts"):
            live = [line for line in ours[table].splitlines() if not json.loads(line).get("withdrawn_at")]
            if live != theirs[table].splitlines():
                self.losses.append(f"{table}: the {len(live)} living ones differ from the {len(theirs[table].splitlines())} of a new store")

    def flatness(self):
        """The middle and the last third after the warm-up, by what is watched; and what grew."""
        warm, figures, grown = self.seconds / 5, {}, []
        third = (self.seconds - warm) / 3
        for name, slack, best in (("collect", 1024, max), ("export", 1024, max), ("export --follow", 1024, max), ("after compact", 0, min), ("log", None, min)):
            values = [[value for at, value in self.samples[name] if warm + part * third <= at < warm + (part + 1) * third] for part in (1, 2)]
            if not all(values):
                continue
            middle, last = map(best, values)
            unit = 1 << 20 if name in ("after compact", "log") else 1024
            figures[name.replace(" ", "_").replace("--", "")] = f"{middle / unit:.2f}→{last / unit:.2f}MiB"
            if slack is not None and last > middle * 1.1 + slack:
                grown.append(f"{name} grew from {middle / unit:.1f} to {last / unit:.1f} MiB")
        return figures, grown

    def write_plots(self, prefix):
        memory = [(name, plot.thinned([(at / 60, value / 1024) for at, value in self.samples[name]])) for name in ("collect", "export", "export --follow")]
        with open(prefix + "-memory.svg", "w") as file:
            file.write(plot.chart("Memory while everything happens at once", "minutes", "peak anonymous memory of a process, MiB", memory, markers=False))
        size = [(name, plot.thinned([(at / 60, value / 1048576) for at, value in self.samples[name]])) for name in ("data.mdb", "after compact", "log")]
        with open(prefix + "-file.svg", "w") as file:
            file.write(plot.chart("The store's file while everything happens at once", "minutes", "data.mdb, MiB", size, markers=False))
        with open(prefix + ".json", "w") as file:
            json.dump({"seconds": self.seconds, "samples": self.samples, "counts": self.counts, "edits": self.upstream.edits}, file)


def prove(options):
    is_slice = getattr(options, "slice", False)
    minutes = options.minutes or (SLICE_MINUTES if is_slice else MINUTES)
    releases = SLICE_RELEASES if is_slice else RELEASES
    with program.Workspace() as work, Server() as postgres:
        tree = program.generate(work / "tree", "--releases", releases, "--archs", ARCHITECTURES, "--graph-bytes", GRAPH_BYTES, "--seed", options.seed)
        upstream = Upstream(tree, options.seed)
        with program.FakeGitLab(tree) as gitlab:
            soak = Soak(work, postgres, gitlab, upstream, minutes * 60)
            soak.run()
        figures, grown = soak.flatness()
        if minutes >= 5:  # shorter runs are all warm-up
            soak.losses += grown
        if options.plot:
            soak.write_plots(options.plot)
    counts = {f"{name.replace(' --', '_')}s": value for name, value in sorted(soak.counts.items())}
    return {"minutes": f"{minutes:g}", "edits": sum(upstream.edits.values()), **counts, **figures, "lost": len(soak.losses)}, soak.losses
