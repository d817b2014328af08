"""Breaks exports by the hundred, and then looks whether the target has each row once, and equal to the oracle's.

kill -9 and signals at random moments; and of PostgreSQL: COMMITs that are lost, COMMITs whose reply is lost, connections cut after a random byte,
servers that crash and come back. Every other target is a restored older state, so that rows are replaced as well as added.
"""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time

from measure import program
from measure.breaker import Breaker
from measure.postgres import BINARIES, Server
from measure.process import run
from proofs.kill import kill_after

DEFAULT_N, SLICE_N = 100, 2
KEYS = {"releases": "product_key, repository_key, tag", "artifacts": "product_key, repository_key, artifact_key",
        "drops": "product_key, drop_key", "artifact_packages": "product_key, repository_key, artifact_key, name, version",
        "watermarks": "product_key, store_id", "export_issues": "product_key, repository_key, artifact_key, column_name, store_id"}
UNEQUAL = ("updated_at", "noted_at")


def add_arguments(parser):
    parser.add_argument("--target", choices=("postgres", "sqlite", "ndjson", "all"), default="all")
    parser.add_argument("--releases", type=int, default=24)
    parser.add_argument("--document-type", choices=("json", "jsonb", "text"), default="json")


def skipped():
    return None if os.path.exists(BINARIES) else "PostgreSQL 15 is not installed"


class Databases:
    """Targets in databases of one server, and what is in them."""

    def __init__(self, options):
        self.server, self.options = Server(), ["--document-type", options.document_type]
        self.breaker = Breaker(self.server.port)
        self.count = 0

    def make(self, template="template1"):
        self.count += 1
        self.server.psql(f"create database t{self.count} template {template}")
        return f"t{self.count}"

    def drop(self, name):
        self.server.psql(f"drop database {name} with (force)")

    def address(self, name, breaks=False):
        return f"postgresql://postgres@127.0.0.1:{self.breaker.port if breaks else self.server.port}/{name}?sslmode=disable"

    def psql(self, name, sql):
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.address(name), "-c", sql],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode:
            raise SystemExit(f"psql: {done.stderr.decode()}")
        return done.stdout.decode().strip()

    def content(self, name):
        """Of each table (rows, different keys, digest of all rows)."""
        found = {}
        for table, key in KEYS.items():
            unequal = " ".join(f"- '{column}'" for column in UNEQUAL)
            row = "t::text" if table not in ("watermarks", "export_issues") else f"(to_jsonb(t) {unequal})::text"
            found[table] = self.psql(name, f"select count(*), count(distinct ({key})), md5(string_agg(md5({row}), '' order by md5({row}))) "
                                           f"from wheelspool.{table} t")
        return found

    def rows(self, name):
        return int(self.psql(name, "select " + " + ".join(f"(select count(*) from wheelspool.{table})" for table in list(KEYS)[:4])))

    def releases(self, name):
        return int(self.psql(name, "select count(*) from wheelspool.releases") if "releases" in self.psql(
            name, "select relname from pg_class where relname = 'releases'") else 0)

    def check(self, name, tree):
        return oracle("check-postgres", tree, self.address(name))

    def close(self):
        self.breaker.close()
        self.server.__exit__()


class Files:
    """Targets that are files: SQLite databases or JSON lines."""

    def __init__(self, kind, work):
        self.kind, self.work, self.options, self.count = kind, work, [], 0

    def make(self, template=None):
        self.count += 1
        path = self.work / f"{self.kind}{self.count}"
        if template:
            with open(template, "rb") as source, open(path, "wb") as copy:
                copy.write(source.read())
        return path

    def drop(self, path):
        for end in ("", "-wal", "-shm"):
            if os.path.exists(path + end):
                os.remove(path + end)

    def address(self, path):
        return f"{self.kind}:{path}"

    def content(self, path):
        if self.kind == "ndjson":  # batches begin where they would have begun, so the very bytes are the same
            with open(path, "rb") as file:
                return {"lines": file.read()}
        found, database = {}, sqlite3.connect(path)
        for table, key in KEYS.items():
            names = [row[1] for row in database.execute(f"pragma table_info({table})") if row[1] not in UNEQUAL]
            columns = ", ".join(f'"{name}"' for name in names)
            found[table] = database.execute(f"select {columns} from {table} order by {key}").fetchall()
        database.close()
        return found

    def rows(self, path):
        if self.kind == "ndjson":
            with open(path, "rb") as file:
                return sum(1 for _ in file)
        return sum(len(rows) for rows in list(self.content(path).values())[:4])

    def releases(self, path):
        if not os.path.exists(path):
            return 0
        if self.kind == "ndjson":  # up to the last watermark line: what follows it is no more than a beginning
            with open(path, "rb") as file:
                kept = file.read().rpartition(b'\n{"kind":"watermark"')[0]
            return len({line[:line.index(b'"name"')] for line in kept.split(b"\n") if line.startswith(b'{"kind":"release"')})
        with sqlite3.connect(path) as database:
            return database.execute("select count(*) from releases").fetchone()[0] if database.execute(
                "select 1 from sqlite_master where name = 'releases'").fetchone() else 0

    def check(self, path, tree):
        return oracle(f"check-{self.kind}", tree, path)

    def close(self):
        pass


def oracle(command, tree, target):
    done = subprocess.run([sys.executable, os.path.join(program.ROOT, "tools", "oracle.py"), command, "--tree", tree, "--product", "bench",
                           "--project", "100=wheels", target], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return [f"{target} differs from the oracle: {done.stdout.decode(errors='replace')[-2000:]}"] if done.returncode else []


class Breaking:
    """One kind of target, its undisturbed exports to compare with, and what was lost."""

    def __init__(self, targets, stores, tree, options):
        self.targets, self.dice, self.losses, self.figures = targets, random.Random(options.seed), [], {}
        self.stores, self.tree, self.turn = stores, tree, 0
        self.older = targets.make()
        self.export(self.older, self.stores[0]).check()
        self.golden, self.walls = [], []
        for template in (None, self.older):
            target = targets.make(*([template] if template else []))
            done = self.export(target, self.stores[1]).check()
            self.golden.append(targets.content(target))
            self.walls.append(done.wall)
            self.losses += targets.check(target, tree)
            self.total = targets.rows(target)
            targets.drop(target)

    def command(self, target, store, **more):
        return [program.WHEELSPOOL, "export", "--store", store, "--batch", "2", *self.targets.options, self.targets.address(target, **more)]

    def export(self, target, store, **more):
        return run(self.command(target, store, **more), sample=False)

    def next(self):
        """A new target: empty, or the older state restored."""
        self.turn += 1
        self.which = self.turn % 2
        return self.targets.make(*([self.older] if self.which else []))

    def finish(self, target, what):
        """The next undisturbed export must bring the rest, and nothing twice."""
        done = self.export(target, self.stores[1])
        if done.returncode:
            self.losses.append(f"after {what} export exits {done.returncode}: {done.stderr.decode()[-300:]}")
        found = self.targets.content(target)
        for table, wanted in self.golden[self.which].items():
            if found[table] != wanted:
                self.losses.append(f"after {what}: {table} differs: {str(found[table])[:100]} is not {str(wanted)[:100]}")
            if isinstance(wanted, str) and found[table].split("|")[0] != found[table].split("|")[1]:
                self.losses.append(f"after {what}: {table} has a row twice")
        self.targets.drop(target)

    def signals(self, count, numbers, what):
        sent = targets = 0
        kept_least = None
        while sent < count and not self.losses:
            target, targets, code = self.next(), targets + 1, None
            before = 0
            while sent < count and code != 0:
                number = self.dice.choice(numbers)
                code, _, err = kill_after(self.command(target, self.stores[1]), self.dice.uniform(0.002, self.walls[self.which] * 0.7), number)
                sent += code != 0
                if number == signal.SIGKILL:
                    if code not in (0, -number):
                        self.losses.append(f"export ended with {code}: {err[-300:]}")
                elif code not in (0, 128 + number, -number):  # -number: before the program could ask for signals
                    self.losses.append(f"signal {number} gave exit {code}: {err[-300:]}")
                after = self.targets.releases(target)
                if after < before:
                    self.losses.append(f"{what} took back {before - after} releases")
                before = after
            self.finish(target, f"{sent} {what}")
        self.figures[what] = sent
        self.figures["targets"] = self.figures.get("targets", 0) + targets

    def connections(self, count, kind):
        broken = 0
        breaker = self.targets.breaker
        for _ in range(count):
            target = self.next()
            if not hasattr(self, "traffic"):  # how much there is to break, of either kind of target
                self.traffic = {}
            if self.which not in self.traffic:
                breaker.expect(None)
                self.export(target, self.stores[1], breaks=True).check()
                self.traffic[self.which] = breaker.commits, breaker.bytes
                self.targets.drop(target)
                target = self.targets.make(*([self.older] if self.which else []))
            commits, size = self.traffic[self.which]
            breaker.expect((kind, self.dice.randrange(1, size) if kind == "cut" else self.dice.randint(1, commits)))
            done = self.export(target, self.stores[1], breaks=True)
            if done.returncode:
                self.losses.append(f"{kind}: export exits {done.returncode}: {done.stderr.decode()[-300:]}")
            if not breaker.breaks:
                self.losses.append(f"{kind}: nothing broke")
            broken += breaker.breaks
            self.finish(target, kind)
        self.figures[kind] = broken

    def restarts(self, count):
        server = self.targets.server
        for _ in range(count):
            target = self.next()

            def restart():
                time.sleep(self.dice.uniform(0.02, self.walls[self.which] * 0.7))
                server.stop()
                server.start()

            crash = threading.Thread(target=restart)
            crash.start()
            done = self.export(target, self.stores[1])
            crash.join()
            if done.returncode:
                self.losses.append(f"restart: export exits {done.returncode}: {done.stderr.decode()[-300:]}")
            self.finish(target, "a restart")
        self.figures["restarts"] = count


    def full_disk(self):
        """The tables' disk is full until the exporter has said so: then there is room, and it must go on by itself."""
        server, self.which = self.targets.server, 1
        place = server.folder + "/small"
        os.mkdir(place)
        if os.getuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "none", place], stderr=subprocess.DEVNULL, check=False).returncode:
            self.figures["full_disk"] = "skipped"  # only root mounts
            return
        try:
            shutil.chown(place, server.user, server.user)
            server.psql(f"create tablespace small location '{place}'")
            server.psql(f"create database narrow tablespace small template {self.older}")
            self.targets.psql("narrow", "select 1")  # the first session writes a file that every session needs
            with open(place + "/filler", "wb", buffering=0) as filler:
                try:
                    while filler.write(bytes(1 << 16)):
                        pass
                except OSError:
                    pass
            process = subprocess.Popen(self.command("narrow", self.stores[1]), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            said = process.stderr.readline()
            os.remove(place + "/filler")
            said += process.communicate(timeout=120)[1]
            if b"No space left" not in said or process.returncode:
                self.losses.append(f"full disk: export exits {process.returncode} after saying {said[:600]}")
            self.finish("narrow", "a full disk")
            server.psql("drop tablespace small")
            self.figures["full_disk"] = 1
        finally:
            subprocess.run(["umount", place], check=False)


def make_stores(work, options):
    """A tree, a store of it, and that store as it was when half of the releases had other content and a quarter was not there."""
    make = lambda name, count, seed: program.generate(work / name, "--releases", count, "--graph-bytes", 20000, "--archs",
                                                      "x86_64,aarch64", "--seed", seed)
    tree, earlier = make("tree", options.releases, options.seed), make("earlier", options.releases * 3 // 4, options.seed + 1000)
    older, store = work / "older.store", work / "a.store"
    with program.FakeGitLab(earlier) as server:
        run(program.collect_arguments(server.url, 100, store), sample=False).check()
    subprocess.run(["cp", "-r", store, older], check=True)
    with program.FakeGitLab(tree) as server:
        run(program.collect_arguments(server.url, 100, store), sample=False).check()
    return tree, (older, store)


def prove(options):
    losses, figures = [], {}
    with program.Workspace() as work:
        tree, stores = make_stores(work, options)
        for kind in ("postgres", "sqlite", "ndjson") if options.target == "all" else (options.target,):
            targets = Databases(options) if kind == "postgres" else Files(kind, work)
            try:
                breaking = Breaking(targets, stores, tree, options)
                breaking.signals(options.n, (signal.SIGKILL,), "kills")
                breaking.signals(max(options.n // 5, 2), (signal.SIGTERM, signal.SIGINT), "signals")
                if kind == "postgres":
                    for order in ("lose-reply", "lose-request", "cut"):
                        breaking.connections(max(options.n // 5, 2), order)
                    breaking.restarts(max(options.n // 33, 1))
                    breaking.full_disk()
            finally:
                targets.close()
            losses += [f"{kind}: {loss}" for loss in breaking.losses]
            figures.update({f"{kind}_{name.replace('-', '_')}": value for name, value in breaking.figures.items()})
            figures[f"{kind}_rows"] = breaking.total
    return {**figures, "lost": len(losses)}, losses
