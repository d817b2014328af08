"""A PostgreSQL 15 of our own in a temporary folder, on a free loopback port."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

BINARIES = "/usr/lib/postgresql/15/bin"


class Server:
    def __init__(self, *settings):
        self.folder = tempfile.mkdtemp(prefix="wheelspool-pg-")
        self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []
        self.user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        if self.as_user:
            shutil.chown(self.folder, "postgres", "postgres")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.settings = settings
        self._as("initdb", "-D", self.folder + "/data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        self.start()

    def _as(self, tool, *arguments):
        subprocess.run([*self.as_user, f"{BINARIES}/{tool}", *arguments], check=True, cwd=self.folder,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self):
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder} " + " ".join(f"-c {setting}" for setting in self.settings)
        self._as("pg_ctl", "-D", self.folder + "/data", "-o", options, "-l", self.folder + "/log", "-w", "start")

    def stop(self, mode="immediate"):
        self._as("pg_ctl", "-D", self.folder + "/data", "-m", mode, "-w", "stop")

    @property
    def url(self):
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def psql(self, *commands):
        arguments = [part for command in commands for part in ("-c", command)]
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *arguments, self.url],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode:
            raise SystemExit(f"psql: {done.stderr.decode()}")
        return done.stdout.decode().strip()

    def timed(self, *commands):
        started = time.monotonic()
        self.psql(*commands)
        return time.monotonic() - started

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
