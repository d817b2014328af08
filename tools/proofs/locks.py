"""Opens a store in every way that is not the usual one, and checks what each reader and collector gets to see.

Another user's read-only directory, a read-only mount, little address space, a second collector, a collector that was killed, a reader
that holds back pages. Each case is one sentence of the manual. --n repeats all of them.
"""

import json
import os
import shutil
import signal
import subprocess

from measure import program
from measure.process import run
from proofs.compact import BlockedReader
from proofs.kill import stable_dump, verify

DEFAULT_N, SLICE_N = 3, 1
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def add_arguments(parser):
    parser.add_argument("--releases", type=int, default=20)


def skipped():
    if os.getuid() != 0:
        return "becoming another user and mounting need root"
    for tool in ("setpriv", "prlimit", "mount"):
        if not shutil.which(tool):
            return f"{tool} is not installed"
    return None


class Cases:
    def __init__(self, work, url, store):
        self.work, self.url, self.store, self.losses, self.count = work, url, store, [], 0
        self.expected = stable_dump(store)["artifacts"]

    def collect(self, store, *options):
        return program.collect_arguments(self.url, 100, store, *options)

    def dump(self, store, before=()):
        return [*before, program.WHEELSPOOL, "dump", "artifacts", "--format", "ndjson", "--stable", "--store", store]

    def expect(self, sentence, command, code, says="", output=None):
        """Runs a command and compares exit code, a part of what it says on standard error, and its output."""
        self.count += 1
        done = run(["timeout", "60", *command], sample=False)
        text = done.stderr.decode()
        if done.returncode != code or says not in text or output not in (None, done.stdout):
            self.losses.append(f"{sentence}: exit {done.returncode} ({code}): {text[-400:]}")

    def true(self, sentence, fact):
        self.count += 1
        if not fact:
            self.losses.append(sentence)

    def read_only_directory(self):
        store = shutil.copytree(self.store, self.work / "closed.store")
        os.chmod(store, 0o555)
        self.expect("another user reads a directory closed to him", self.dump(store, NOBODY), 0, output=self.expected)
        self.expect("another user may not collect", [*NOBODY, *self.collect(store)], 7, "ermission")
        self.expect("another user may not compact", [*NOBODY, program.WHEELSPOOL, "compact", "--store", store], 7, "ermission")
        process = subprocess.Popen(self.dump(store, NOBODY), stdout=subprocess.PIPE)
        os.read(process.stdout.fileno(), 1)
        self.expect("a reader without locks keeps collectors away", self.collect(store), 5, "being read by a user")
        process.communicate()
        with self.stopped_collector(store) as collector:
            self.expect("without locks nobody reads beside a collector", self.dump(store, NOBODY), 5, "collector")
            self.expect("with locks everybody does", self.dump(store), 0)
            self.expect("a second collector learns who is first", self.collect(store), 5, f"process {collector.pid}")
            self.expect("so does compact", [program.WHEELSPOOL, "compact", "--store", store], 5, f"process {collector.pid}")
            self.expect("so does repair", [program.WHEELSPOOL, "verify", "--repair", "--store", store], 5, f"process {collector.pid}")
        self.expect("a killed collector leaves no lock", self.collect(store), 0)
        os.unlink(store + "/lock.mdb")
        self.expect("without a lock file as well", self.dump(store, NOBODY), 0, output=self.expected)
        os.chmod(store, 0o700)
        self.expect("a directory closed altogether", self.dump(store, NOBODY), 7, "ermission")
        shutil.rmtree(store)

    def stopped_collector(self, store):
        """A collector that holds the lock and does nothing."""
        cases = self

        class Stopped:
            def __enter__(self):
                self.process = subprocess.Popen(cases.collect(store, "--recheck"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                lock = store + "/collector.lock"
                program.wait_until(lambda: os.path.exists(lock) and open(lock).read() == f"{self.process.pid}\n", every=0.0005)
                self.process.send_signal(signal.SIGSTOP)
                return self.process

            def __exit__(self, *_):
                self.process.kill()
                self.process.wait()

        return Stopped()

    def read_only_mount(self):
        for has_lock in (True, False):
            store, mount = shutil.copytree(self.store, self.work / "media.store"), self.work / "media"
            if not has_lock:
                os.unlink(store + "/lock.mdb")
            os.makedirs(mount, exist_ok=True)
            subprocess.run(["mount", "--bind", store, mount], check=True)
            try:
                subprocess.run(["mount", "-o", "remount,bind,ro", mount], check=True)
                self.expect("a read-only medium is read", self.dump(mount), 0, output=self.expected)
                self.expect("and verified", [program.WHEELSPOOL, "verify", "--data", "--store", mount], 0)
                self.expect("and not written", self.collect(mount), 7, "ead-only")
            finally:
                subprocess.run(["umount", mount], check=True)
            shutil.rmtree(store)

    def little_address_space(self):
        for mebibytes in (512, 256):
            limit = ["prlimit", f"--as={mebibytes << 20}"]
            self.expect(f"{mebibytes} MiB of address space are enough to read", self.dump(self.store, limit), 0, output=self.expected)
            store = self.work / f"small{mebibytes}.store"
            self.expect(f"{mebibytes} MiB of address space are enough to collect", [*limit, *self.collect(store)], 0)
            self.true("what was collected so is the same", stable_dump(store)["artifacts"] == self.expected)

    def long_reader(self):
        store = shutil.copytree(self.store, self.work / "read.store")

        def readers():
            done = run([program.WHEELSPOOL, "status", "--format", "json", "--store", store], sample=False).check()
            return {reader["pid"]: reader["commits_behind"] for reader in json.loads(done.stdout)["reader_list"]}

        process = None
        for attempt in range(400):
            process = subprocess.Popen([program.WHEELSPOOL, "verify", "--store", store], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(0.004 + attempt % 50 / 1000)  # when it reads depends on the machine
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGSTOP)
                if process.pid in readers():
                    break
                process.kill()
                process.wait()
        self.true("a reader at work is listed by status", process.poll() is None)
        run(self.collect(store, "--recheck"), sample=False).check()
        self.true("a long reader is listed with what it holds back", readers().get(process.pid, 0) > 0)
        table = run([program.WHEELSPOOL, "status", "--store", store], sample=False).check().stdout.decode()
        self.true("and shown to people", f"process {process.pid} holds back" in table)
        process.kill()
        process.wait()
        self.true("the slot of a killed reader is freed", process.pid not in readers())
        shutil.rmtree(store)

    def waiting_reader(self):
        store = shutil.copytree(self.store, self.work / "waiting.store")
        reader = BlockedReader(store)
        run([program.WHEELSPOOL, "compact", "--store", store], sample=False).check()
        code, said, _ = reader.finish()
        self.true("a reader whose output waits sees the right data after compact", code == 0 and said == self.expected)
        self.true("and the store is whole", verify(store, "--data").returncode == 0)
        shutil.rmtree(store)


def prove(options):
    losses, count = [], 0
    with program.Workspace() as work:
        os.chmod(work.path, 0o755)
        tree = program.generate(work / "tree", "--releases", options.releases, "--graph-bytes", 40000, "--seed", options.seed)
        with program.FakeGitLab(tree) as server:
            store = work / "a.store"
            run(program.collect_arguments(server.url, 100, store), sample=False).check()
            for _ in range(options.n):
                cases = Cases(work, server.url, store)
                for case in (cases.read_only_directory, cases.read_only_mount, cases.little_address_space, cases.long_reader,
                             cases.waiting_reader):
                    case()
                losses += cases.losses
                count += cases.count
                for name in ("small512.store", "small256.store"):
                    shutil.rmtree(work / name, ignore_errors=True)
    return {"cases": count, "wrong": len(losses)}, losses
