"""Collects texts and JSON values that break careless programs, and exports them to every target in every type of document.

Each value must arrive byte for byte, or be named in export_issues with exit 3, and no other row may be lost: the oracle compares all of them.
"""

import json
import os
import sqlite3

from measure import program
from measure.process import run
from measure.trees import Tree
from proofs.oracle import check
from proofs.postgres import BINARIES, Databases

DEFAULT_N, SLICE_N = 1, 1
TAGS = ["';drop--", "e\u0301", "\u00e9", "a\\.b", "\\N", "$1", "\u202e", "=1+1"]

# JSON texts of one value each; those marked are what jsonb cannot hold.
VALUES = {
    "nul": (r'"a\u0000b"', True), "nul-name": (r'{"\u0000":1}', True), "lone-high": (r'"\ud800"', True), "lone-low": (r'"x\udc00y"', True),
    "swapped": (r'"\udc00\ud800"', True), "huge-exponent": ("1e999999", True), "tiny-exponent": ("1e-999999", True),
    "minus-huge": ("-1e400000", True), "digits": ("9" * 5000, False), "fraction": ("0." + "1" * 5000, False), "float": ("1e308", False),
    "minus-zero": ("-0.0", False), "duplicate-keys": ('{"a":1,"a":2,"a":{"a":3}}', False),
    "nfc-nfd": ('{"\u00e9":1,"e\u0301":2}', False), "escaped-key": (r'{"\u0061":1,"a":2}', False), "deep": ("[" * 500 + "]" * 500, False),
    "controls": (r'"\u0001\u001b[31m\u007f\u0085\u2028\u202e"', False), "raw-controls": ('"\x7f\u0085\u2028\u202e\ufeff"', False),
    "sql": ("\"'; DROP TABLE wheelspool.artifacts; --\"", False), "copy-end": (r'"\\.\n\\.\n"', False), "copy-null": (r'"\\N"', False),
    "tabs": (r'"a\tb\nc\rd\\"', False), "backslashes": ('"' + r"\\" * 3001 + '"', False), "quotes": (r'"\"\"\""', False),
    "astral": ('"\U0001f600 \U0010ffff \ufffe"', False), "escaped-astral": (r'"\ud83d\ude00"', False), "empty": ('{"":{"":""}}', False),
    "white": ("[ 1 ,\t2\r\n, 3 ]", False), "solidus": (r'"\/\u002f"', False), "long-string": ('"' + "x" * 300_000 + '"', False),
    "long-key": ('{"' + "k" * 70_000 + '":1}', False), "formulas": ('["=1+1","+1","-1","@x","\\t=1"]', False),
}
NAMES = ["plain", "'; drop table x; --", "a\\.b", "\\N", "tab\tname", "line\nname", "esc\x1b[31m", "rtl\u202ename", "e\u0301", "\u00e9", "\U0001f600",
         "%s%n", "{}", "$1", "n" * 512, "..", "/etc/passwd", "null", " "]
TEXTS = ["'; DROP TABLE releases; --", "\\.\n\\N\t\\", "\x01\x1b[31m\x7f\u0085", "\ufeff\u202e\u2028", "e\u0301\u00e9", "\U0001f600", "", " ", "x" * 300_000,
         "$1 %s {} `id`", '"kind":"watermark"', '\n{"kind":"watermark","format":1,"store_id":"x","watermarks":[]}\n', "a\x00b"]


def add_arguments(parser):
    pass


def skipped():
    return None if os.path.exists(BINARIES) else "PostgreSQL 15 is not installed"


def make_tree(folder):
    """One release for each value, for each text of a release, and one for all names; an untouched one between them."""
    tree, two = Tree("hostile"), ("aarch64", "x86_64")
    node = '{"":{"canonicalized_name":"","version":"0","edges":[]},"a==1":{"canonicalized_name":"a","version":"1","edges":[],"x":%s}}'
    refused = 0
    for number, (name, (value, is_refused)) in enumerate(VALUES.items()):
        tree.release(f"v1.{number}.0+{name}", node % value, '[{"name":"a","version":"1","x":%s}]' % value, two)
        refused += 4 * is_refused  # two architectures, graph and summary
        if number % 8 == 0:
            tree.release(f"v2.{number}.0+plain", architectures=two)
    rows = {f"n{number}": {"canonicalized_name": name, "version": name[:500], "edges": []} for number, name in enumerate(NAMES)}
    tree.release("v3.0.0+names", json.dumps(rows, ensure_ascii=False), architectures=two)
    for number, text in enumerate(TEXTS):
        tree.release(f"v4.{number}.0+texts", architectures=two, name=text, description=text)
    for number, text in enumerate(TAGS):
        tree.release(f"v5.{number}.0+{text}", architectures=two)
    return tree.write(folder), refused


class Type:
    def __init__(self, document_type):
        self.document_type = document_type


def prove(options):
    losses, issues = [], {}
    with program.Workspace() as work:
        tree, refused = make_tree(work / "tree")
        store = work / "a.store"
        with program.FakeGitLab(tree) as gitlab:
            arguments = program.collect_arguments(gitlab.url, 15, store)
            arguments[arguments.index("bench")], arguments[arguments.index("wheels")] = "rhai", "hostile"
            run(arguments, sample=False, env={"GITLAB_TOKEN": "test-token"}).check()
        databases = Databases(Type("json"))
        try:
            targets = {"sqlite": "sqlite:" + work / "a.sqlite", "ndjson": "ndjson:" + work / "a.ndjson"}
            names = {kind: databases.make() for kind in ("json", "jsonb", "text")}
            targets.update({kind: databases.address(name) for kind, name in names.items()})
            for kind, address in targets.items():
                typed = ["--document-type", kind] if kind in names else []
                done = run([program.WHEELSPOOL, "export", "--store", store, *typed, address], sample=False)
                if kind in names:
                    issues[kind] = int(databases.psql(names[kind], "select count(*) from wheelspool.export_issues"))
                elif kind == "sqlite":
                    issues[kind] = sqlite3.connect(work / "a.sqlite").execute("select count(*) from export_issues").fetchone()[0]
                else:
                    issues[kind] = 0
                if done.returncode != (3 if issues[kind] else 0):
                    losses.append(f"{kind}: exit {done.returncode} with {issues[kind]} issues: {done.stderr.decode(errors='replace')[-400:]}")
                if kind in names:
                    where = ("check-postgres", "--tree", tree, address)
                else:
                    where = (f"check-{kind}", "--tree", tree, address.partition(":")[2])
                check(losses, kind, *where)
                verified = run([program.WHEELSPOOL, "verify", "--store", store, "--target", address, "--data"], sample=False)
                if verified.returncode:
                    losses.append(f"{kind}: verify exits {verified.returncode}: {verified.stdout.decode(errors='replace')[-300:]}")
            if issues["jsonb"] - issues["json"] != refused:
                losses.append(f"jsonb set {issues['jsonb'] - issues['json']} documents aside, not {refused}")
        finally:
            databases.close()
    figures = {"values": len(VALUES), "names": len(NAMES), "texts": len(TEXTS), "targets": len(targets)}
    return {**figures, **{f"issues_{kind}": count for kind, count in issues.items()}, "lost": len(losses)}, losses
