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
import calendar
import decimal
import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import urllib.parse
import zlib

WANTED = {
    ("release", "inputs", "requirements.txt"): "requirements",
    ("release", "outputs", "constraints.txt"): "constraints",
    ("release", "outputs", "build-sequence-summary.json"): "summary",
    ("release", "outputs", "graph.json"): "graph",
}
DOCUMENTS = ("constraints_file", "build_sequence_summary", "dependency_graph")
SPACE = b"\t\n\v\f\r "
API, STORAGE = "https://gitlab.example.test", "https://storage.example.test"


class Rejected(Exception):
    """An asset that must not be taken in, with the code of the reason."""

    def __init__(self, code, why):
        super().__init__(f"{code}: {why}")
        self.code = code


# ---------------------------------------------------------------- archives

def gunzip(data):
    if not data:
        raise Rejected("E_GZIP", "empty")
    out = []
    while data:
        reader = zlib.decompressobj(31)
        try:
            out.append(reader.decompress(data))
            out.append(reader.flush())
        except zlib.error as error:
            raise Rejected("E_GZIP", error) from None
        if not reader.eof:
            raise Rejected("E_GZIP", "cut")
        data = reader.unused_data
    return b"".join(out)


def tar_number(field):
    if field[0] & 0x80:
        value = int.from_bytes(field, "big") & ~(0x80 << 8 * (len(field) - 1))
        if field[0] & 0x40:
            raise Rejected("E_TAR", "a negative number")
        return value
    text = field.split(b"\0")[0].strip()
    if not re.fullmatch(rb"[0-7]*", text):
        raise Rejected("E_TAR", f"{text} is no octal number")
    return int(text or b"0", 8)


def pax_records(content):
    records = {}
    while content:
        length, _, _ = content.partition(b" ")
        if not length.isdigit() or not len(length) < int(length) <= len(content):
            raise Rejected("E_TAR", "a pax record of a wrong length")
        record, content = content[:int(length)], content[int(length):]
        key, equals, value = record[len(length) + 1:].partition(b"=")
        if not equals or not value.endswith(b"\n"):
            raise Rejected("E_TAR", "a pax record of a wrong form")
        records[key] = value[:-1]
    return records


def tar_members(data):
    """Yields (path, type flag, content) of each member. The end is a block of zeros, or the end of the file between two members."""
    at, pax, everywhere, long_name = 0, {}, {}, None
    while True:
        block = data[at:at + 512]
        if not block and data:
            return
        if len(block) < 512:
            raise Rejected("E_TAR", "no end of the archive")
        if not any(block):
            return
        at += 512
        found = tar_number(block[148:156])
        blank = block[:148] + b" " * 8 + block[156:]
        if found not in (sum(blank), sum(b - 256 if b > 127 else b for b in blank)):
            raise Rejected("E_TAR", "a wrong header checksum")
        flag, size = block[156:157], tar_number(block[124:136])
        if flag not in (b"x", b"g", b"L", b"K"):
            records = {**everywhere, **pax}
            if b"size" in records:
                if not records[b"size"].isdigit():
                    raise Rejected("E_TAR", "a pax size that is no number")
                size = int(records[b"size"])
            if flag == b"S" or any(key.startswith(b"GNU.sparse") for key in records):
                raise Rejected("E_TAR", "a sparse member")
            if flag in (b"1", b"2", b"3", b"4", b"5", b"6") and b"size" not in records:
                size = size if flag not in (b"1", b"2", b"3", b"4", b"6") else 0
        content = data[at:at + size]
        if len(content) < size:
            raise Rejected("E_TAR", "a member is cut")
        at += size + -size % 512
        if at > len(data):
            raise Rejected("E_TAR", "the padding of a member is cut")
        if flag == b"x":
            pax = pax_records(content)
        elif flag == b"g":
            everywhere.update(pax_records(content))
        elif flag == b"L":
            long_name = content.split(b"\0")[0]
        elif flag != b"K":
            name, prefix = block[:100].split(b"\0")[0], block[345:500].split(b"\0")[0]
            path = prefix + b"/" + name if block[257:263] == b"ustar\0" and prefix else name
            yield records.get(b"path") or long_name or path, flag, content
            pax, long_name = {}, None


def wanted_members(data):
    found = {}
    for path, flag, content in tar_members(gunzip(data)):
        parts = [part for part in path.split(b"/") if part not in (b"", b".")]
        kind = WANTED.get(tuple(part.decode("latin-1") for part in parts[-3:]))
        if kind is None:
            continue
        if path.startswith(b"/") or b".." in parts:
            raise Rejected("E_MEMBER", f"{path} leaves the archive")
        if flag not in (b"0", b"\0", b"7") or path.endswith(b"/"):
            raise Rejected("E_MEMBER", f"{path} is no regular file")
        if kind in found:
            raise Rejected("E_MEMBER", f"{path} is there twice")
        found[kind] = content
    if not found:
        raise Rejected("E_NO_MEMBERS", "none of the four")
    return found


# ---------------------------------------------------------------- JSON as text

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')


def parse_json(content, what):
    """Validates strictly and returns the value; objects are lists of pairs wrapped in Pairs, numbers stay text."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Rejected("E_JSON", f"{what}: {error}") from None
    depth = deepest = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text):
        if token[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in "]}":
            depth -= 1
    if deepest > 512:
        raise Rejected("E_JSON", f"{what}: deeper than 512")

    def refuse(constant):
        raise ValueError(f"{constant} is no JSON")

    try:
        return json.loads(text, object_pairs_hook=Pairs, parse_int=Number, parse_float=Number, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Rejected("E_JSON", f"{what}: {error}") from None


class Pairs(list):
    """The members of an object, duplicates included."""

    def get_all(self, key):
        return [value for name, value in self if name == key]


class Number(str):
    """A number as written."""


def compact(text):
    return "".join(TOKEN.findall(text))


def unquote(token):
    return json.loads(token)


def cut_path(token):
    """Removes all up to the last decoded slash; what remains is as written."""
    units = re.findall(r"\\u[0-9a-fA-F]{4}|\\.|[^\\]", token[1:-1])
    last = max((i for i, unit in enumerate(units) if unit in ("/", "\\/") or unit.lower() == "\\u002f"), default=-1)
    return '"' + "".join(units[last + 1:]) + '"'


def raw_members(tokens, at):
    """Yields (key token, value tokens) of the object that starts at an index, then the index after it."""
    at += 1
    while tokens[at] != "}":
        if tokens[at] == ",":
            at += 1
        key, start, depth = tokens[at], at + 2, 0
        at = start
        while True:
            depth += (tokens[at] in "[{") - (tokens[at] in "]}")
            at += 1
            if depth == 0:
                break
        yield key, tokens[start:at], at
    yield None, None, at + 1


def summary_document(content):
    value = parse_json(content, "summary")
    if type(value) is not list or not all(isinstance(element, Pairs) for element in value):
        raise Rejected("E_JSON", "the summary is no array of objects")
    tokens = TOKEN.findall(content.decode("utf-8"))
    objects, at = [], 1
    while tokens[at] != "]":
        if tokens[at] == ",":
            at += 1
        members = []
        for key, raw, after in raw_members(tokens, at):
            at = after
            name = unquote(key) if key else None
            if key is None or name == "download_url":
                continue
            if name == "wheel_filename" and raw[0].startswith('"'):
                raw = [cut_path(raw[0])]
            members.append(key + ":" + "".join(raw))
        objects.append("{" + ",".join(members) + "}")
    return ("[" + ",".join(objects) + "]").encode("utf-8")


# ---------------------------------------------------------------- texts

NAME = re.compile(rb"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")


def lines(content, what):
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Rejected("E_ENCODING", f"{what}: {error}") from None
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    for line in content.split(b"\n"):
        line = line[:-1] if line.endswith(b"\r") else line
        line = line.split(b"#")[0].strip(SPACE)
        if line:
            yield line


def canonical(name):
    return re.sub(rb"[-_.]+", b"-", name).lower()


def constraints_document(requirements, constraints):
    everything, after = [], {}
    for line in lines(constraints, "constraints"):
        everything.append(line)
        name = NAME.match(line)
        if name:
            after[canonical(name[0])] = line[len(name[0]):].strip(SPACE)
    main = []
    for line in lines(requirements, "requirements"):
        name = NAME.match(line)
        if name:
            pinned = after.get(canonical(name[0]))
            main.append(line if pinned is None else name[0] + pinned)
    value = {"main": [line.decode() for line in main], "all": [line.decode() for line in everything]}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def lower(text):
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)


def graph_packages(content):
    """The (name, version) rows of a graph."""
    value = parse_json(content, "graph")
    if not isinstance(value, Pairs):
        raise Rejected("E_JSON", "the graph is no object")
    rows = set()
    for key, node in value:
        if isinstance(node, Pairs):
            for field in ("canonicalized_name", "version"):
                if any(type(found) is not str for found in node.get_all(field)):
                    raise Rejected("E_JSON", f"{field} of {key!r} is no string")
        if key == "":
            continue
        before, _, behind = key.partition("==")
        if isinstance(node, Pairs):
            name = (node.get_all("canonicalized_name") or [""])[-1]
            version = (node.get_all("version") or [behind])[-1]
        else:
            name, version = before, behind
        if not name:
            continue
        try:
            sizes = [len(text.encode("utf-8")) for text in (name, version)]
        except UnicodeEncodeError:
            raise Rejected("E_BAD_NAME", f"{key!r} has half a character") from None
        if max(sizes) > 512:
            raise Rejected("E_BAD_NAME", "over 512 bytes")
        rows.add((lower(name), version))
    return sorted(rows, key=lambda row: (row[0].encode(), row[1].encode()))


def asset_content(data):
    """The documents and package rows of an asset's bytes."""
    found = wanted_members(data)
    documents = {"constraints_file": constraints_document(found.get("requirements", b""), found.get("constraints", b""))}
    rows = []
    if "summary" in found:
        documents["build_sequence_summary"] = summary_document(found["summary"])
    if "graph" in found:
        rows = graph_packages(found["graph"])
        documents["dependency_graph"] = found["graph"]
    return documents, rows


# ---------------------------------------------------------------- listings

DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|z|[+-]\d\d(?::?\d\d)?)")


def utc(text):
    """RFC 3339 in UTC with milliseconds, cut; None for what is no date."""
    match = DATE.fullmatch(text) if isinstance(text, str) else None
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    if not (1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1] and hour < 24 and minute < 60 and second <= 60):
        return None
    seconds = calendar.timegm((year, month, day, hour, minute, second))
    zone = match[8]
    if zone not in "Zz":
        digits = zone[1:].replace(":", "").ljust(4, "0")
        shift = int(digits[:2]) * 3600 + int(digits[2:]) * 60
        seconds += -shift if zone[0] == "+" else shift
    import datetime
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + ((match[7] or "") + "000")[:3] + "Z"


def plain_url(url):
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", parts.fragment))


def selection(args):
    """The projects of the tree that are asked for, with the repository key of each."""
    chosen = dict((part.partition("=")[0], part.partition("=")[2]) for part in args.project or [])
    with open(os.path.join(args.tree, "projects.json"), encoding="utf-8") as file:
        projects = json.load(file)
    for project in projects:
        if not project.get("moved_to") and (not chosen or str(project["id"]) in chosen):
            yield project, chosen.get(str(project["id"])) or project["path"].rsplit("/", 1)[-1]


class Expectation:
    """Everything expected of a tree."""

    def __init__(self, args):
        self.tree, self.product = args.tree, args.product
        self.releases, self.artifacts, self.drops, self.failures, self.files = {}, {}, {}, set(), {}
        self.packages = set()
        for project, repository in selection(args):
            self.project(project, repository)

    def project(self, project, repository):
        with open(os.path.join(self.tree, project.get("directory") or repository, "releases.json"), encoding="utf-8") as file:
            rows = json.load(file)
        seen, usable = set(), []
        for row in rows:
            tag = row.get("tag_name")
            if tag in seen or row.get("upcoming_release"):
                continue
            seen.add(tag)
            code = None
            if not tag:
                code = "E_NO_TAG"
            elif "+" not in tag:
                code = "E_TAG"
            elif not (row.get("commit") or {}).get("id"):
                code = "E_NO_COMMIT"
            elif utc(row.get("created_at")) is None:
                code = "E_DATE"
            if code:
                self.failures.add((repository, tag, None, code))
            else:
                usable.append(row)
        holders = {}
        for row in sorted(usable, key=lambda row: utc(row["created_at"])):
            self.release(project, repository, row, holders)

    def release(self, project, repository, row, holders):
        tag, created = row["tag_name"], utc(row["created_at"])
        bare = tag[1:] if tag.startswith("v") else tag
        version, _, suffix = bare.partition("+")
        dots = version.split(".")
        series = ".".join(dots[:2]) if len(dots) > 1 else None
        links, complete, keys = {}, True, []
        for link in sorted((row.get("assets") or {}).get("links") or [], key=lambda link: -link["id"]):
            name = link["name"].encode().strip(SPACE).decode()
            if not (name.startswith("wheels-") and name.endswith(".tar.gz")):
                continue
            stem = name[:-len(".tar.gz")]
            arch = stem.rpartition("-")[2]
            if not re.fullmatch("[a-z0-9_]+", arch):
                self.failures.add((repository, tag, name, "E_ASSET_NAME"))
                complete = False
            elif arch in links:
                self.failures.add((repository, tag, name, "E_DUPLICATE_ARCH"))
            else:
                links[arch] = (name, link["url"])
        for arch, (name, url) in sorted(links.items()):
            key = bare if bare.endswith("-" + arch) else f"{bare}-{arch}"
            try:
                if holders.setdefault(key, tag) != tag:
                    raise Rejected("E_DUPLICATE_KEY", key)
                path = self.file(project, tag, url)
                with open(path, "rb") as file:
                    data = file.read()
                documents, rows = asset_content(data)
            except Rejected as reason:
                self.failures.add((repository, tag, name, reason.code))
                complete = False
                if holders.get(key) == tag:
                    del holders[key]
                continue
            keys.append(key)
            drop = f"{self.product}-{key}"
            self.files[(repository, key)] = path
            self.artifacts[(repository, key)] = {
                "product_key": self.product, "repository_key": repository, "key": key, "tag": tag, "commit": row["commit"]["id"],
                "type": "wheels-collection", "environments": [], "arch": arch, "archs": [arch], "variant": suffix,
                "raw_variant": key.partition("+")[2], "series": series, "created_at": created,
                "package_names": sorted({name for name, _ in rows}, key=str.encode), "drop_keys": [drop],
                "asset": {"name": name, "url": plain_url(url), "size": len(data), "sha256": hashlib.sha256(data).hexdigest()},
                "documents": {kind: {"bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()}
                              for kind, text in documents.items()},
            }
            self.packages |= {(repository, key, name, version) for name, version in rows}
            known = self.drops.get(drop)
            self.drops[drop] = {"product_key": self.product, "key": drop, "name": key, "product_version": series,
                                "created_at": min(created, known["created_at"]) if known else created}
        self.releases[(repository, tag)] = {
            "product_key": self.product, "repository_key": repository, "tag": tag, "name": row.get("name"),
            "description": row.get("description"), "created_at": created, "released_at": utc(row.get("released_at")),
            "commit": row["commit"]["id"], "complete": complete, "artifact_keys": sorted(keys, key=str.encode), "withdrawn_at": None}

    def file(self, project, tag, url):
        parts = urllib.parse.urlsplit(url)
        origin, path = f"{parts.scheme}://{parts.netloc}", urllib.parse.unquote(parts.path)
        if origin == API and path.startswith(f"/api/v4/projects/{project['id']}/packages/generic/"):
            found = os.path.join(self.tree, project["directory"], tag.replace("/", "%2F"), path.rsplit("/", 1)[-1])
        elif origin == STORAGE and path.startswith("/external/"):
            found = os.path.join(self.tree, path[len("/external/"):])
        else:
            raise Rejected("E_NOT_FOUND", url)
        if not os.path.isfile(found):
            raise Rejected("E_NOT_FOUND", url)
        return found

    def names(self):
        """How many artifacts each package is in, and at which versions."""
        names = {}
        for repository, key, name, version in self.packages:
            artifacts, versions = names.setdefault(name, (set(), set()))
            artifacts.add((repository, key))
            versions.add(version)
        return {name: {"artifacts": len(artifacts), "versions": sorted(versions)} for name, (artifacts, versions) in names.items()}

    def documents(self, repository, key):
        with open(self.files[(repository, key)], "rb") as file:
            return asset_content(file.read())[0]


# ---------------------------------------------------------------- comparing

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


def unflatten(row):
    """Gives a target's row the shape of a dump: what belongs to the asset and to each document in one object."""
    row["asset"] = {field: row.get(f"asset_{field}") for field in ("name", "url", "size", "sha256")}
    row["documents"] = {kind: {"bytes": row[kind + "_bytes"], "sha256": row[kind + "_sha256"]}
                        for kind in DOCUMENTS if row.get(kind + "_sha256") is not None}


def check_tables(comparison, tables, document):
    """Compares rows of the target's tables, each a dict by column; `document(row, kind)` tells whether a document is right."""
    expected = comparison.expected
    for name, wanted, key in (("releases", expected.releases, "tag"), ("artifacts", expected.artifacts, "artifact_key")):
        rows = {(row["repository_key"], row[key]): row for row in tables[name]}
        for found in comparison.keys(name, wanted, rows):
            row, want = rows[found], dict(wanted[found])
            if name == "artifacts":
                want["artifact_key"] = want.pop("key")
                unflatten(row)
                for kind in DOCUMENTS:
                    problem = document(row, kind)
                    if problem:
                        comparison.differ(f"artifacts {found} {kind}", *problem)
            comparison.fields(f"{name} {found}", want, row)
    rows = {row["drop_key"]: row for row in tables["drops"]}
    for found in comparison.keys("drops", expected.drops, rows):
        want = dict(expected.drops[found])
        want["drop_key"] = want.pop("key")
        comparison.fields(f"drops {found}", want, rows[found])
    rows = [(row["repository_key"], row["artifact_key"], row["name"], row["version"]) for row in tables["artifact_packages"]]
    comparison.keys("package", dict.fromkeys(expected.packages), dict.fromkeys(rows))
    if len(rows) != len(set(rows)):
        comparison.differ("artifact_packages", "each row once", f"{len(rows) - len(set(rows))} repeated")


TABLES = ("releases", "artifacts", "drops", "artifact_packages")
LISTS = ("environments", "archs", "package_names", "drop_keys", "artifact_keys")


def check_sqlite(args, expected):
    comparison, tables = Comparison(expected), {}
    database = sqlite3.connect(f"file:{urllib.parse.quote(args.target)}?mode=ro", uri=True)
    database.row_factory = sqlite3.Row
    for table in TABLES:
        tables[table] = [dict(row) for row in database.execute(f"SELECT * FROM {table} WHERE product_key = ?", [expected.product])]
        for row in tables[table]:
            for name, value in row.items():
                if name in LISTS and value is not None:
                    row[name] = json.loads(value)
                elif name == "complete":
                    row[name] = bool(value)

    def document(row, kind):
        want = expected.documents(row["repository_key"], row["artifact_key"]).get(kind)
        found = row[kind].encode() if isinstance(row[kind], str) else row[kind]
        return None if found == want else (f"{len(want or b'')} bytes", f"{len(found or b'')} others")

    check_tables(comparison, tables, document)
    return comparison.result()


def psql(conninfo, sql):
    result = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-f", "-"], input=sql.encode(),
                            stdout=subprocess.PIPE, check=False)
    if result.returncode:
        raise SystemExit(2)
    return result.stdout.decode()


def check_postgres(args, expected):
    comparison, tables = Comparison(expected), {}
    quote = lambda text: "'" + text.replace("'", "''") + "'"
    types = {}
    for line in psql(args.target, "SELECT table_name, column_name, data_type FROM information_schema.columns "
                                  f"WHERE table_schema = {quote(args.schema)} ORDER BY ordinal_position").splitlines():
        table, column, kind = line.split("|")
        types.setdefault(table, {})[column] = kind
    jsonb = []
    for table in TABLES:
        columns = []
        for name, kind in types[table].items():
            value = f'"{name}"'
            if kind.startswith("timestamp"):
                value = f"""to_char({value} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""
            elif name in DOCUMENTS and kind == "jsonb":
                jsonb.append(name)
                value = f"{value}::text"
            elif name in DOCUMENTS:
                source = value if kind == "bytea" else f"convert_to({value}::text, 'UTF8')"
                value = f"encode(sha256({source}), 'hex')"
            elif kind == "bytea":
                value = f"encode({value}, 'hex')"
            columns.append(f"{quote(name)}, {value}")
        # json_build_object takes 100 arguments at most.
        rows = psql(args.target, f'SELECT json_build_object({", ".join(columns)})::text FROM "{args.schema}"."{table}" '
                                 f"WHERE product_key = {quote(expected.product)}")
        tables[table] = [json.loads(line) for line in rows.split("\n") if line]

    issues = psql(args.target, "SELECT json_build_array(repository_key, artifact_key, column_name)::text FROM "
                               f'"{args.schema}"."export_issues" WHERE product_key = {quote(expected.product)}')
    set_aside = {tuple(json.loads(line)) for line in issues.split("\n") if line}
    # jsonb keeps the value of a number, not its spelling.
    value = lambda text: json.loads(text, parse_int=decimal.Decimal, parse_float=decimal.Decimal)

    def document(row, kind):
        want = expected.documents(row["repository_key"], row["artifact_key"]).get(kind)
        if row[kind] is None and (row["repository_key"], row["artifact_key"], kind) in set_aside:
            print(f"set aside: {row['artifact_key']} {kind}", file=sys.stderr)
            return None
        if want is None or row[kind] is None:
            return None if want is None and row[kind] is None else (want is not None, row[kind] is not None)
        if kind in jsonb:
            return None if value(row[kind]) == value(want) else ("an equal value", "another")
        sha256 = hashlib.sha256(want).hexdigest()
        return None if row[kind] == sha256 else (sha256, row[kind])

    check_tables(comparison, tables, document)
    return comparison.result()


def check_ndjson(args, expected):
    """Folds a change stream: a release line replaces everything earlier of that release."""
    comparison, groups, current = Comparison(expected), {}, None
    with open(args.target, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.startswith('{"kind":'):
                comparison.differ(f"line {number}", "kind first", line[:40])
                continue
            record = json.loads(line)
            if record["kind"] == "release":
                current = groups[(record["product_key"], record["repository_key"], record["tag"])] = [record]
            elif record["kind"] == "delete":
                groups.pop((record["product_key"], record["repository_key"], record["tag"]), None)
                current = None
            elif record["kind"] == "reset":
                groups, current = {}, None
            elif record["kind"] == "watermark":
                current = None
            elif current is None:
                comparison.differ(f"line {number}", "a release before it", record["kind"])
            else:
                if record["kind"] == "artifact":
                    check_inline(comparison, record, line)
                current.append(record)
    records = [r for (product, _, _), group in groups.items() if product == expected.product for r in group]
    for record in records:
        if record["kind"] == "artifact":
            unflatten(record)
    check_records(comparison, records, False)
    return comparison.result()


def check_inline(comparison, record, line):
    key = (record["repository_key"], record.get("artifact_key") or record.get("key"))
    if record["product_key"] != comparison.expected.product or key not in comparison.expected.artifacts:
        return
    tokens = TOKEN.findall(line)
    raw = {unquote(name): "".join(value) for name, value, _ in raw_members(tokens, 0) if name}
    for kind in DOCUMENTS:
        want = comparison.expected.documents(*key).get(kind)
        found = raw.get(kind, "null")
        if found != ("null" if want is None else compact(want.decode())):
            comparison.differ(f"artifact {key} {kind} inline", "the document without white space", found[:80])


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
