"""Compares records of a dump or a target with what is expected."""

import json
import sys
import urllib.parse


class Comparison:
    """Collects differences; shows the first ones."""

    def __init__(self, expected):
        self.expected, self.count, self.compared = expected, 0, 0

    def differ(self, what, expected, found):
        self.count += 1
        if self.count <= 30:
            print(f"{what}: expected {str(expected)[:300]!r}, found {str(found)[:300]!r}", file=sys.stderr)

    def keys(self, what, expected, found):
        for key in sorted(set(expected) - set(found), key=repr):
            self.differ(f"{what} {key}", "there", "missing")
        for key in sorted(set(found) - set(expected), key=repr):
            self.differ(f"{what} {key}", "none", "there")
        self.compared += len(set(found) & set(expected))
        return sorted(set(found) & set(expected), key=repr)

    def fields(self, what, expected, found):
        for name, value in expected.items():
            if name not in found:
                self.differ(f"{what} {name}", value, "no such field")
            elif name == "artifact_keys":
                if sorted(found[name], key=str.encode) != value:
                    self.differ(f"{what} {name}", value, found[name])
            elif name == "asset":
                self.asset(what, value, found[name])
            elif name == "documents":
                for kind in set(value) | set(found[name]):
                    short = {k: v for k, v in found[name].get(kind, {}).items() if k in ("bytes", "sha256")}
                    if short != value.get(kind, {}):
                        self.differ(f"{what} {kind}", value.get(kind), short)
            elif found[name] != value:
                self.differ(f"{what} {name}", value, found[name])

    def asset(self, what, expected, found):
        for name, value in expected.items():
            got = found.get(name)
            if name == "url":
                # The server's port is not known here: paths are compared.
                value, got = (urllib.parse.unquote(urllib.parse.urlsplit(url or "").path) for url in (value, got))
            if name == "name":
                value, got = value.strip(), (got or "").strip()
            if got != value:
                self.differ(f"{what} asset {name}", value, got)

    def failures(self, found):
        self.keys("failure", dict.fromkeys(self.expected.failures), found)

    def result(self):
        if self.count:
            print(f"{self.count} differences, {self.compared} records compared", file=sys.stderr)
            return 1
        e = self.expected
        print(f"equal: {len(e.releases)} releases, {len(e.artifacts)} artifacts, {len(e.drops)} drops, {len(e.packages)} package rows, "
              f"{len(e.failures)} failures")
        return 0


def kind_of(record):
    if "kind" in record and record["kind"] in ("release", "artifact", "drop", "package", "failure", "watermark"):
        return record["kind"]
    if "drop_keys" in record:
        return "artifact"
    if "artifact_keys" in record:
        return "release"
    if "code" in record:
        return "failure"
    if "product_version" in record:
        return "drop"
    if "version_count" in record:
        return "name"
    if "name" in record and ("version" in record or "versions" in record):
        return "package"
    return None


def repository_of(record):
    return record.get("repository_key") or record.get("repository")


def check_records(comparison, records, with_failures):
    expected, found = comparison.expected, {kind: {} for kind in ("release", "artifact", "drop", "package", "failure", "name")}
    for record in records:
        kind, repository = kind_of(record), repository_of(record)
        if kind == "release":
            found[kind][(repository, record["tag"])] = record
        elif kind == "artifact":
            record["key"] = record.get("key") or record.get("artifact_key")
            found[kind][(repository, record["key"])] = record
        elif kind == "drop":
            record["key"] = record.get("key") or record.get("drop_key")
            found[kind][record["key"]] = record
        elif kind == "package":
            for version in record.get("versions") or [record["version"]]:
                found[kind][(repository, record["artifact_key"], record["name"], version)] = record
        elif kind == "name":
            found[kind][record["name"]] = {"artifacts": record["artifacts"], "versions": sorted(record["versions"])}
        elif kind == "failure":
            found[kind][(repository, record.get("tag"), record.get("asset"), record["code"])] = record
    for kind, wanted in (("release", expected.releases), ("artifact", expected.artifacts), ("drop", expected.drops)):
        for key in comparison.keys(kind, wanted, found[kind]):
            comparison.fields(f"{kind} {key}", wanted[key], found[kind][key])
    # `dump packages` tells of each name; each row is told by `packages NAME` and by the targets.
    if found["package"] or not found["name"]:
        comparison.keys("package", dict.fromkeys(expected.packages), found["package"])
    if found["name"]:
        names = expected.names()
        for name in comparison.keys("name", names, found["name"]):
            comparison.fields(f"name {name}", names[name], found["name"][name])
    if with_failures:
        comparison.failures(found["failure"])
    return found


def read_ndjson(path):
    with (sys.stdin if path == "-" else open(path, encoding="utf-8")) as file:
        return [json.loads(line) for line in file if line.strip()]
