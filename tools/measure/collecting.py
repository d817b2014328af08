"""What proofs of the collector share: configurations with short time-outs, runs, and stores compared whatever port served them."""

import json
import os
import subprocess
import sys

from measure import program
from measure.process import run

# Times in seconds that let a proof see every time-out within moments.
SHORT = {"connect-seconds": 2, "answer-seconds": 3, "stall-seconds": 2, "request-seconds": 10, "longest-wait-seconds": 2, "attempts": 2}
TABLES = ("releases", "artifacts", "drops", "packages", "failures")


def write_configuration(path, url, store, projects, network=None, limits=None, gitlab=()):
    """Writes a wheelspool.toml. `projects` maps repository keys to projects; `gitlab` are further lines of that table."""
    lines = [f'store = "{store}"', "[gitlab]", f'url = "{url}"', *gitlab]
    for name, table in (("network", network), ("limits", limits)):
        if table:
            lines += [f"[{name}]", *(f"{key} = {value}" for key, value in table.items())]
    lines += ["[[product]]", 'key = "bench"']
    for repository, project in projects.items():
        lines += ["[[product.repository]]", f'key = "{repository}"', f"project = {json.dumps(project)}"]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def collect(config, *options, env=None, sample=False, interval=0.003):
    """Runs collect with a configuration, whatever proxies and tokens the environment names."""
    clean = {name: "" for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "GITLAB_TOKEN")}
    command = [program.WHEELSPOOL, "collect", "--config", config, "--progress", "none", *options]
    return run(command, env={**clean, **(env or {})}, sample=sample, interval=interval)


def dump(store, table, *options):
    return run([program.WHEELSPOOL, "dump", table, "--format", "ndjson", "--store", store, *options], sample=False).check().stdout


def stable(store, *origins):
    """The tables of a store as sorted lines, without what depends on when and from which port it was collected."""
    result = {}
    for table in TABLES:
        text = dump(store, table, *([] if table == "packages" else ["--stable"])).decode()
        for number, origin in enumerate(origins):
            text = text.replace(origin, f"https://origin{number}.example")
        result[table] = sorted(text.splitlines())
    return result


def failures(store):
    """The open failures as (tag, asset, code)."""
    rows = map(json.loads, dump(store, "failures").splitlines())
    return [(row["tag"], row["asset"], row["code"]) for row in rows]


def differences(expected, found):
    """What differs between two stable stores, in words."""
    return [
        f"{table}: {len(set(expected[table]) - set(found[table]))} rows missing, {len(set(found[table]) - set(expected[table]))} others"
        for table in TABLES
        if expected[table] != found[table]
    ]


def check_oracle(tree, store, *projects, product="bench"):
    """Compares a store with what the oracle computes from the tree; returns complaints."""
    command = [sys.executable, os.path.join(program.ROOT, "tools", "oracle.py"), "check-store", "--tree", tree, "--product", product,
               "--binary", program.WHEELSPOOL, "--store", store]
    for project in projects:
        command += ["--project", project]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return [] if done.returncode == 0 else ["the store differs from the oracle:\n" + done.stdout.decode(errors="replace")[-2000:]]


def write_listing(tree, project_id, count, **fields):
    """Makes a tree with one project of many releases that have no assets; `fields` replace those of every row."""
    rows = []
    for number in range(count):
        when = f"2026-01-{number // 1440 % 28 + 1:02d}T{number // 60 % 24:02d}:{number % 60:02d}:00.000Z"
        row = {"name": f"v{number}.0+many", "tag_name": f"v{number}.0+many", "description": None, "created_at": when, "released_at": when,
               "upcoming_release": False, "author": None, "commit": {"id": f"{number:040x}"}, "assets": {"links": []}}
        rows.append({**row, **fields})
    os.makedirs(os.path.join(tree, "many"), exist_ok=True)
    with open(os.path.join(tree, "many", "releases.json"), "w", encoding="utf-8") as file:
        json.dump(rows[::-1], file)
    with open(os.path.join(tree, "projects.json"), "w", encoding="utf-8") as file:
        json.dump([{"id": project_id, "path": "acme/many", "directory": "many", "visibility": "public", "tokens": ["test-token"]}], file)
    return tree
