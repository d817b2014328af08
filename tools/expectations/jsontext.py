"""Validates JSON strictly, and changes it as text: what is not touched stays as written."""

import json
import re

from expectations.archives import Rejected

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
