"""Collects onto file systems that are too small: exit 7 saying so, what was committed stays readable, and more room mends it."""

import os
import shutil
import subprocess

from measure import program
from measure.process import run
from proofs.kill import check_store, committed, stable_dump

DEFAULT_N, SLICE_N = 20, 3


def add_arguments(parser):
    parser.add_argument("--releases", type=int, default=30)


def skipped():
    if os.getuid() != 0:
        return "mounting needs root"
    with program.Workspace() as work:
        os.mkdir(work / "mount")
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", work / "mount"], check=False, stderr=subprocess.DEVNULL).returncode:
            return "mounting a tmpfs is not allowed here"
        subprocess.run(["umount", work / "mount"], check=True)
    return None


def prove(options):
    losses, full, kept = [], 0, 0
    with program.Workspace() as work:
        tree = program.generate(work / "tree", "--releases", options.releases, "--graph-bytes", 60000, "--random", "--seed", options.seed)
        with program.FakeGitLab(tree) as server:
            golden = work / "golden.store"
            run(program.collect_arguments(server.url, 100, golden), sample=False).check()
            expected = stable_dump(golden)
            size = os.path.getsize(os.path.join(golden, "data.mdb"))
            mount = work / "mount"
            os.mkdir(mount)
            for number in range(options.n):
                room = int(size * (number + 1) / (options.n + 1))
                subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={max(room, 65536)}", "tmpfs", mount], check=True)
                try:
                    store = os.path.join(mount, "a.store")
                    arguments = program.collect_arguments(server.url, 100, store)
                    arguments[arguments.index("none")] = "lines"
                    done = run(arguments, sample=False)
                    seen = {tag: sequence for sequence, tag in committed(done.stdout.decode())}
                    full += done.returncode == 7
                    kept += len(seen)
                    if done.returncode != 7 or b"full" not in done.stderr:
                        losses.append(f"{room} bytes: exit {done.returncode}: {done.stderr.decode()[-300:]}")
                    if seen:
                        losses += [f"{room} bytes: {loss}" for loss in check_store(store, seen, started=True)]
                    subprocess.run(["mount", "-o", f"remount,size={size * 3}", mount], check=True)
                    again = run(arguments, sample=False)
                    if again.returncode != 0 or stable_dump(store) != expected:
                        losses.append(f"{room} bytes: with more room exit {again.returncode}: {again.stderr.decode()[-300:]}")
                finally:
                    subprocess.run(["umount", mount], check=True)
            shutil.rmtree(mount, ignore_errors=True)
    return {"disks": options.n, "named_full": full, "releases_kept": kept, "lost": len(losses)}, losses
