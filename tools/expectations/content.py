"""Makes documents and package rows of the four wanted files."""

import json
import re

from expectations.archives import Rejected, wanted_members
from expectations.jsontext import Pairs, parse_json, summary_document

SPACE = b"\t\n\v\f\r "

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
