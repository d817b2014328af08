"""Where the program under measurement is, and the servers and data it is measured with."""

import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RELEASE = os.path.join(ROOT, ".build", "release")
WHEELSPOOL = os.path.join(RELEASE, "wheelspool")


def build(*products):
    """Builds release binaries, the program and the fake GitLab unless named (nothing to do when they are up to date)."""
    for product in products or ("wheelspool", "fake-gitlab"):
        command = ["swift", "build", "-c", "release", "--static-swift-stdlib", "--product", product]
        result = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if result.returncode:
            sys.stderr.buffer.write(result.stdout[-4000:])
            raise SystemExit("the release build failed")


def binary(product):
    """Builds another release binary and returns its path."""
    build(product)
    return os.path.join(RELEASE, product)


class Workspace:
    """A temporary folder that is removed at the end."""

    def __init__(self, prefix="wheelspool-", folder=None):
        self.path = tempfile.mkdtemp(prefix=prefix, dir=folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def __truediv__(self, name):
        return os.path.join(self.path, name)


class FakeGitLab:
    """The project's fake GitLab, serving a tree on a free port."""

    def __init__(self, tree, *options):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [os.path.join(RELEASE, "fake-gitlab"), "--tree", tree, *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log)
        line = self.process.stdout.readline().decode()
        self.url = next((word for word in line.split() if word.startswith("http")), None)
        if not self.url:
            raise SystemExit(f"the fake GitLab did not start: {line}")
        self.storage_url = self.process.stdout.readline().decode().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def stats(self, log=0):
        return self._control("GET", f"stats?log={log}")

    def reset(self):
        self._control("POST", "reset")

    def add_faults(self, faults):
        self._control("POST", "faults", json.dumps(faults).encode())

    def clear_faults(self):
        self._control("DELETE", "faults")

    def _control(self, method, path, body=None):
        # The certificate may be a bad one, on purpose.
        context = ssl._create_unverified_context() if self.url.startswith("https") else None
        request = urllib.request.Request(self.url + "/_fake/" + path, data=body, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
        with opener.open(request) as answer:
            return json.load(answer)


def generate(out, *options):
    """Makes a synthetic tree with tools/gen."""
    subprocess.run([sys.executable, os.path.join(ROOT, "tools", "gen"), "--out", out, *map(str, options)], check=True,
                   stdout=subprocess.DEVNULL)
    return out


def collect_arguments(url, project, store, *options):
    return [WHEELSPOOL, "collect", "--gitlab", url, "--project", str(project), "--product", "bench", "--repository", "wheels",
            "--store", store, "--progress", "none", *options]


def wait_until(condition, seconds=10, every=0.01):
    """Waits for a condition, or says that it never came."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("waited in vain")
        time.sleep(every)
