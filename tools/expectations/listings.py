"""Makes releases, artifacts, drops and failures of the listings of a tree."""

import calendar
import datetime
import hashlib
import json
import os
import re
import urllib.parse

from expectations.archives import Rejected
from expectations.content import SPACE, asset_content

API, STORAGE = "https://gitlab.example.test", "https://storage.example.test"

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
        self.packages, self.last = set(), (None, {})
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
        if self.last[0] != (repository, key):  # asked for once for each kind
            with open(self.files[(repository, key)], "rb") as file:
                self.last = (repository, key), asset_content(file.read())[0]
        return self.last[1]
