#!/usr/bin/env python3
"""Compute from a tree of upstream files what wheelspool must make of it, and compare a store or an export target with that.

    oracle.py expect        --tree DIR [--documents]                print everything expected, as sorted NDJSON
    oracle.py check-dump    --tree DIR FILE...                      output of `wheelspool dump KIND --format ndjson`
    oracle.py check-store   --tree DIR --binary B --store S         runs those dumps, and reads every document
    oracle.py check-sqlite  --tree DIR FILE
    oracle.py check-ndjson  --tree DIR FILE
    oracle.py check-postgres --tree DIR CONNINFO [--schema NAME]    through psql
    oracle.py check-all     --tree DIR --binary B --server FAKE_GITLAB [--postgres CONNINFO] [--faults FILE]
                                                                    collects and exports by itself, then checks everything

All take --product KEY (default rhai) and --project ID[=REPOSITORY] (default: every project of the tree, the repository being the last
part of its path). Exit code 0: equal, 1: different, 2: wrong call. The rules are written down here a second time, on purpose and from
their description, so that a mistake in the program does not hide itself.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

from expectations.archives import Rejected
from expectations.comparison import Comparison, check_records, kind_of, read_ndjson
from expectations.content import asset_content, constraints_document, graph_packages
from expectations.jsontext import summary_document
from expectations.listings import Expectation, selection
from expectations.targets import check_ndjson, check_postgres, check_sqlite

# What tests ask for by the piece.
__all__ = ["Rejected", "asset_content", "constraints_document", "graph_packages", "summary_document"]


def check_dump(args, expected):
    comparison = Comparison(expected)
    records = [record for path in args.files for record in read_ndjson(path)]
    check_records(comparison, records, any(kind_of(r) == "failure" for r in records) or not expected.failures)
    return comparison.result()


def check_store(args, expected):
    comparison, records = Comparison(expected), []

    def run(*arguments):
        result = subprocess.run([args.binary, *arguments], stdout=subprocess.PIPE, check=False)
        if result.returncode:
            comparison.differ(" ".join(arguments), "exit code 0", result.returncode)
        return result.stdout

    def listing(*arguments):
        return [json.loads(line) for line in run(*arguments, "--store", args.store, "--format", "ndjson").decode().split("\n") if line]

    for kind in ("releases", "artifacts", "drops", "packages", "failures"):
        records += listing("dump", kind)
    for name in sorted(expected.names()):
        records += listing("packages", name, "--product", expected.product)
    found = check_records(comparison, records, True)
    for repository, key in sorted(set(expected.artifacts) & set(found["artifact"])):
        for kind, text in expected.documents(repository, key).items():
            stored = run("dump", "document", f"{expected.product}/{repository}/{key}", kind, "--store", args.store)
            if stored != text:
                comparison.differ(f"document {key} {kind}", f"{len(text)} bytes", f"{len(stored)} others")
    return comparison.result()


def check_all(args, expected):
    """Collects the tree from the fake GitLab into a temporary store, exports it to every target, and checks all of them."""
    with tempfile.TemporaryDirectory() as folder:
        store, faults = os.path.join(folder, "store"), ["--faults", args.faults] if args.faults else []
        server = subprocess.Popen([args.server, "--tree", args.tree, *faults], stdout=subprocess.PIPE)
        try:
            collect_all(args, server.stdout.readline().decode().strip(), os.path.join(folder, "wheelspool.toml"), store)
        finally:
            server.kill()
            server.wait()
            server.stdout.close()
        targets = [("sqlite", os.path.join(folder, "target.db"), check_sqlite), ("ndjson", os.path.join(folder, "target"), check_ndjson)]
        if args.postgres:
            targets.append(("postgresql", args.postgres, check_postgres))
        args.store, args.schema = store, "wheelspool"
        print("store:", end=" ", flush=True)
        worst = check_store(args, expected)
        for kind, args.target, check in targets:
            result = subprocess.run([args.binary, "export", f"{kind}:{args.target}", "--store", store, "-q"], check=False).returncode
            print(f"{kind}:", end=" ", flush=True)
            worst = max(worst, check(args, expected), int(result != 0))
        return worst


def collect_all(args, url, config, store):
    """Runs the collector until nothing more can be healed: three times at most."""
    with open(config, "w", encoding="utf-8") as file:
        file.write(f'[gitlab]\nurl = "{url}"\ntoken-env = "ORACLE_TOKEN"\n[[product]]\nkey = "{args.product}"\n')
        for project, repository in selection(args):
            file.write(f'[[product.repository]]\nkey = "{repository}"\nproject = {project["id"]}\n')
    for again in range(3):
        result = subprocess.run([args.binary, "collect", "--config", config, "--store", store, "--progress", "none", "-q", "--retry-failed"],
                                env={**os.environ, "ORACLE_TOKEN": "test-token"}, stderr=subprocess.DEVNULL, check=False).returncode
        if result == 0 or not args.faults:
            break
    if result not in (0, 3):
        print(f"collect ended with {result}", file=sys.stderr)


def expect(args, expected):
    records = [{"kind": "release", **r} for r in expected.releases.values()]
    records += [{"kind": "drop", **r} for r in expected.drops.values()]
    for (repository, key), artifact in expected.artifacts.items():
        record = {"kind": "artifact", **artifact}
        if args.documents:
            record.update({kind: text.decode() for kind, text in expected.documents(repository, key).items()})
        records.append(record)
    records += [{"kind": "package", "product_key": expected.product, "repository_key": repository, "artifact_key": key, "name": name,
                 "version": version} for repository, key, name, version in expected.packages]
    records += [{"kind": "failure", "product_key": expected.product, "repository_key": repository, "tag": tag, "asset": asset, "code": code}
                for repository, tag, asset, code in expected.failures]
    for line in sorted(json.dumps(record, ensure_ascii=False) for record in records):
        print(line)
    return 0


def main():
    sys.setrecursionlimit(20_000)
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)  # numbers of 5,000 digits are legal JSON
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    modes = {"expect": expect, "check-dump": check_dump, "check-store": check_store, "check-sqlite": check_sqlite,
             "check-ndjson": check_ndjson, "check-postgres": check_postgres, "check-all": check_all}
    for name in modes:
        command = commands.add_parser(name)
        command.add_argument("--tree", required=True)
        command.add_argument("--product", default="rhai")
        command.add_argument("--project", action="append", metavar="ID[=REPOSITORY]")
        if name == "expect":
            command.add_argument("--documents", action="store_true", help="print the documents as well")
        elif name == "check-dump":
            command.add_argument("files", nargs="+")
        elif name == "check-store":
            command.add_argument("--binary", required=True)
            command.add_argument("--store", required=True)
        elif name == "check-all":
            command.add_argument("--binary", required=True)
            command.add_argument("--server", required=True)
            command.add_argument("--postgres", metavar="CONNINFO")
            command.add_argument("--faults", metavar="FILE")
        else:
            command.add_argument("target")
        if name == "check-postgres":
            command.add_argument("--schema", default="wheelspool")
    args = parser.parse_args()
    return modes[args.command](args, Expectation(args))


if __name__ == "__main__":
    sys.exit(main())
