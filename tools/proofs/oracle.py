"""Collects all of fixtures/ over HTTP and compares the store and all three targets with tools/oracle.py, field by field and byte by byte.

Then collects and exports again: listing pages only are asked for, and no row of any target is touched.
"""

import json
import os
import sqlite3
import subprocess
import sys

from measure import program
from measure.postgres import BINARIES, Server
from measure.process import run

DEFAULT_N, SLICE_N = 1, 1
PROJECTS = {"12": "wheels-http", "14": "wheels-multi", "15": "wheels-odd", "16": "wheels-bad"}


def add_arguments(parser):
    parser.add_argument("--tree", default=os.path.join(program.ROOT, "fixtures"))


def skipped():
    return None if os.path.exists(BINARIES) else "PostgreSQL 15 is not installed"


def configuration(path, url, store):
    with open(path, "w") as file:
        file.write(f'store = "{store}"\n[gitlab]\nurl = "{url}"\ntoken-env = "GITLAB_TOKEN"\n[[product]]\nkey = "rhai"\n')
        for project, repository in PROJECTS.items():
            file.write(f'  [[product.repository]]\n  key = "{repository}"\n  project = {project}\n')


def check(losses, name, *arguments):
    command = [sys.executable, os.path.join(program.ROOT, "tools", "oracle.py"), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        losses.append(f"{name} differs from the oracle:\n{done.stdout.decode(errors='replace')[-3000:]}")
    return done.stdout.decode(errors="replace").strip().splitlines()[-1:] or [""]


def prove(options):
    losses, environment = [], {"GITLAB_TOKEN": "test-token"}
    with program.Workspace() as work, Server() as postgres, program.FakeGitLab(options.tree) as gitlab:
        store, database, lines = work / "a.store", work / "a.sqlite", work / "a.ndjson"
        config = work / "wheelspool.toml"
        configuration(config, gitlab.url, store)
        collect = [program.WHEELSPOOL, "collect", "--config", config, "--progress", "none"]
        targets = ("sqlite:" + database, "ndjson:" + lines, postgres.url)
        first = run(collect, env=environment, sample=False)
        if first.returncode != 3:  # wheels-bad is there to fail
            losses.append(f"collect of bad assets too must exit 3, not {first.returncode}: {first.stderr.decode()[-500:]}")
        for target in targets:
            done = run([program.WHEELSPOOL, "export", target, "--store", store], sample=False)
            if done.returncode not in (0, 3):
                losses.append(f"export to {target} exits {done.returncode}: {done.stderr.decode()[-500:]}")
        tree = ["--tree", options.tree]
        said = check(losses, "the store", "check-store", *tree, "--binary", program.WHEELSPOOL, "--store", store)
        check(losses, "SQLite", "check-sqlite", *tree, database)
        check(losses, "NDJSON", "check-ndjson", *tree, lines)
        check(losses, "PostgreSQL", "check-postgres", *tree, postgres.url)

        asked, again = gitlab.stats(), run(collect, env=environment, sample=False)
        since = gitlab.stats()
        if since["packages"] != asked["packages"] and again.returncode == 3:
            retried = since["packages"] - asked["packages"]
        else:
            retried = 0
        rows = "select 'releases', xmin::text, ctid::text from wheelspool.releases union all " \
               "select 'artifacts', xmin::text, ctid::text from wheelspool.artifacts union all " \
               "select 'watermarks', xmin::text || sequence, ctid::text from wheelspool.watermarks order by 1, 2, 3"
        before = postgres.psql(rows), sqlite_state(database), os.path.getsize(lines)
        for target in targets:
            run([program.WHEELSPOOL, "export", target, "--store", store], sample=False).check(0, 3)
        after = postgres.psql(rows), sqlite_state(database), os.path.getsize(lines)
        for name, one, other in zip(("PostgreSQL", "SQLite", "NDJSON"), before, after):
            if one != other:
                losses.append(f"a second export changed {name}")
        counts = {table: len(run([program.WHEELSPOOL, "dump", table, "--format", "ndjson", "--store", store], sample=False).check()
                             .stdout.splitlines()) for table in ("releases", "artifacts", "drops", "failures")}
    return {**counts, "oracle": json.dumps(said[0]), "retried_failures": retried, "different": len(losses)}, losses


def sqlite_state(path):
    with sqlite3.connect(path) as connection:
        return [connection.execute(f"select count(*) from {table}").fetchall() for table in
                ("releases", "artifacts", "drops", "artifact_packages")] + connection.execute("select * from watermarks").fetchall()
