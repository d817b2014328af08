"""Cuts the power: collects onto an ext4 image, freezes and copies the image at random moments, and mounts the copy.

Every release that had been printed as committed before the copy must be in it. A kill cannot show a missing fsync; this does.
A copy that the file system wrote into meanwhile is no moment at all: it is thrown away and made again.
"""

import filecmp
import os
import random
import shutil
import signal
import subprocess
import time

from measure import program
from measure.process import run
from proofs.kill import check_store, committed, stable_dump

DEFAULT_N, SLICE_N = 100, 3


def add_arguments(parser):
    parser.add_argument("--releases", type=int, default=60)


def skipped():
    if os.getuid() != 0:
        return "mounting needs root"
    if not shutil.which("mkfs.ext4"):
        return "mkfs.ext4 is not installed"
    with program.Workspace() as work:
        try:
            mount_image(work / "probe.img", work / "probe", make=True)
        except (RuntimeError, subprocess.CalledProcessError):
            return "loop devices cannot be mounted here"
        subprocess.run(["umount", work / "probe"], check=True)
    return None


def mount_image(image, folder, make=False, size="96M"):
    if make:
        subprocess.run(["truncate", "-s", size, image], check=True)
        subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True, stderr=subprocess.DEVNULL)
    os.makedirs(folder, exist_ok=True)
    done = subprocess.run(["mount", "-o", "loop", image, folder], capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"mounting {image}: {done.stderr.decode()}")


def copy_still(image, copy):
    """Copies an image; returns how often it had to be done again for having changed under the copy."""
    for again in range(50):
        shutil.copyfile(image, copy)
        if filecmp.cmp(image, copy, shallow=False):
            return again
    raise SystemExit("the image never stands still")


def prove(options):
    dice, losses = random.Random(options.seed), []
    cuts = acknowledged = rounds = copies_again = 0
    # In memory a copy is soonest done.
    memory = "/dev/shm" if shutil.disk_usage("/dev/shm").free > 600 << 20 else None
    with program.Workspace() as work, program.Workspace(folder=memory) as quick:
        tree = program.generate(work / "tree", "--releases", options.releases, "--graph-bytes", 30000, "--seed", options.seed)
        with program.FakeGitLab(tree) as server:
            golden = work / "golden.store"
            whole = run(program.collect_arguments(server.url, 100, golden), sample=False).check()
            expected = stable_dump(golden)
            while cuts < options.n and not losses:
                rounds += 1
                image, folder, checked = quick / f"disk{rounds}.img", work / "disk", work / "copy"
                mount_image(image, folder, make=True)
                try:
                    store = os.path.join(folder, "a.store")
                    arguments = program.collect_arguments(server.url, 100, store)
                    arguments[arguments.index("none")] = "lines"
                    with open(work / "lines", "wb") as lines:
                        process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=lines, stderr=subprocess.DEVNULL)
                    while process.poll() is None and cuts < options.n and not losses:
                        time.sleep(dice.uniform(0.0, whole.wall / 6))
                        process.send_signal(signal.SIGSTOP)
                        seen = {tag: sequence for sequence, tag in committed(open(work / "lines").read())}
                        # A name of its own: a loop device lets go of the one before when it pleases.
                        copy = quick / f"copy{cuts}.img"
                        copies_again += copy_still(image, copy)
                        process.send_signal(signal.SIGCONT)
                        cuts += 1
                        acknowledged += len(seen)
                        mount_image(copy, checked)
                        try:
                            found = os.path.join(checked, "a.store")
                            if os.path.isdir(found):
                                losses += check_store(found, seen, started=bool(seen))
                            elif seen:
                                losses.append("the store's folder is gone")
                            if not losses and cuts % 10 == 0:
                                more = run([found if part == store else part for part in arguments], sample=False)
                                if more.returncode != 0 or stable_dump(found) != expected:
                                    losses.append(f"a run after the cut exits {more.returncode}: {more.stderr.decode()[-300:]}")
                        finally:
                            subprocess.run(["umount", checked], check=True)
                            os.unlink(copy)
                    process.kill()
                    process.wait()
                finally:
                    subprocess.run(["umount", folder], check=True)
                    os.unlink(image)
    return {"cuts": cuts, "runs": rounds, "acknowledged": acknowledged, "copied_again": copies_again, "lost": len(losses)}, losses
