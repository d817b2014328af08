"""A store's databases as the rows that `wheelspool dump` shows: section 4 of docs/format.md."""

import hashlib
import os
import zlib

from storereader import records
from storereader.lmdbfile import DataFile
from storereader.records import Damaged, Record, varint, varints
from storereader.zstd import Decoder

DATABASES = ("log releases artifacts drops documents children retained pending lineages members packages sources repositories "
             "failures runs").split()
KINDS = {1: "constraints_file", 2: "build_sequence_summary", 3: "dependency_graph", 4: "packages"}
OPERATIONS = {1: "put", 2: "withdraw", 3: "lost"}
COUNTS = "listed committed unchanged withdrawn artifacts failures requests downloaded_bytes stored_bytes".split()


class Store:
    """One store, read at its newest commit. Whatever is read has its seal checked."""

    def __init__(self, path):
        marker = open(os.path.join(path, "STORE")).read().split("\n")
        settings = dict(line.split(" ", 1) for line in marker[1:] if line)
        if marker[0] != "wheelspool store" or settings["format"] != "1":
            raise Damaged("not a store of format 1")
        self.id = settings["id"]
        self.file = DataFile(os.path.join(path, "data.mdb"))
        meta = {key: Record(records.unseal("meta", key, value)) for key, value in self.file.entries("meta")}
        self.counters = meta[b"counters"]
        if meta[b"format"].number(1) != 1 or meta[b"format"].text(2) != self.id:
            raise Damaged("the data file is another store's")
        self.check_head(path)
        self.decoder = Decoder()
        self.tables = {name: list(self.read(name)) for name in DATABASES if name not in ("documents", "packages")}
        for number, name in enumerate(DATABASES):
            if self.counters.number(12 + number) != self.file.trees[name].entries:
                raise Damaged(f"{name}: not as many records as counted")
        self.headers, self.pieces = {}, {}
        for key, value in self.file.entries("documents"):
            body = records.unseal("documents", key, value)
            identity = records.number_of(key[:8])
            if len(key) == 8:
                self.headers[identity] = Record(body), len(value)
            else:
                self.pieces[identity, records.number_of(key[8:])] = body
        self.cache = {}

    def read(self, name):
        for key, value in self.file.entries(name):
            yield key, Record(records.unseal(name, key, value))

    def check_head(self, path):
        """Section 6: HEAD may be absent or torn, but not ahead."""
        name = os.path.join(path, "HEAD")
        head = open(name, "rb").read() if os.path.exists(name) else b""
        if len(head) != 64 or head[:8] != b"WSHEAD1\n" or int.from_bytes(head[60:], "little") != zlib.crc32(head[:60]):
            return
        sequence, transaction = (int.from_bytes(head[at:at + 8], "little") for at in (24, 32))
        if head[8:24].hex() != self.id.replace("-", ""):
            return
        if (sequence, transaction) > (self.counters.number(1, 0), self.file.transaction):
            raise Damaged("committed changes are missing")

    # Documents

    def document(self, identity):
        """The raw bytes of a document, its hash compared."""
        chain, current = [], identity
        while current not in self.cache:
            header, _ = self.headers[current]
            chain.append(current)
            if not header.number(5):
                break
            parent = header.number(5)
            if parent >= current or not self.headers[parent][0].bytes(4).startswith(header.bytes(6)):
                raise Damaged(f"document {current}: {parent} is not its parent")
            current = parent
        raw = self.cache.get(current, b"")
        for current in reversed(chain):
            header, _ = self.headers[current]
            codec, length = header.number(1), header.number(3)
            if codec == 4:
                frame = b"".join(self.pieces[current, number] for number in range(header.number(8)))
                raw = self.decoder.decode(frame, length)
            elif codec != 3:
                raw = self.decoder.decode(header.bytes(15), length, raw if codec == 2 else b"")
            if len(raw) != length or hashlib.sha256(raw).digest() != header.bytes(4):
                raise Damaged(f"document {current}: the bytes are not those that were put")
            if len(self.cache) > 64:
                self.cache.clear()
            self.cache[current] = raw
        return raw

    def package_rows(self, identity):
        raw, at, rows = self.document(identity), 0, []
        while at < len(raw):
            texts = []
            for _ in range(2):
                length, at = varint(raw, at)
                texts.append(raw[at:at + length].decode())
                at += length
            rows.append(tuple(texts))
        return rows

    # Lists

    def repositories(self):
        for key, record in self.tables["repositories"]:
            expect(key, records.key_of(record.text(1), record.text(2)))
            yield record

    def products(self):
        rows = {}
        for record in self.repositories():
            row = rows.setdefault(record.text(1), {
                "product_key": record.text(1), "repository_keys": [], "releases": 0, "withdrawn": 0, "incomplete": 0, "artifacts": 0,
                "sequence": 0, "changed_at": ""})
            row["repository_keys"].append(record.text(2))
            for tag, name in ((3, "releases"), (4, "withdrawn"), (5, "incomplete"), (6, "artifacts")):
                row[name] += record.number(tag, 0)
            row["sequence"] = max(row["sequence"], record.number(7))
            row["changed_at"] = max(row["changed_at"], record.time(8))
        return list(rows.values())

    def releases(self):
        rows = []
        for key, record in self.tables["releases"]:
            expect(key, records.key_of(record.text(1), record.text(2), record.text(3)))
            rows.append({
                "product_key": record.text(1), "repository_key": record.text(2), "tag": record.text(3), "name": record.text(4),
                "description": record.text(5), "created_at": record.time(7), "released_at": record.time(8),
                "commit": record.text(6), "complete": record.number(11) == 1, "sequence": record.number(12),
                "collected_at": record.time(9), "withdrawn_at": record.time(10),
                "artifact_keys": [value[32:].decode() for value in record.all(14)]})
        return rows

    def artifacts(self):
        return [self.artifact(key, record) for key, record in self.tables["artifacts"]]

    def artifact(self, key, record):
        product, repository, name, arch = record.text(1), record.text(2), record.text(3), record.text(6)
        expect(key, records.key_of(product, repository, name))
        rows = self.package_rows(self.references(record)["packages"]["id"])
        if len(rows) != record.number(23, 0) or rows != sorted(set(rows), key=lambda row: (row[0].encode(), row[1].encode())):
            raise Damaged(f"artifact {name}: package rows")
        documents = {kind: {field: value for field, value in found.items() if field != "id"}
                     for kind, found in self.references(record).items() if kind != "packages"}
        return {
            "key": name, "product_key": product, "repository_key": repository, "tag": record.text(4), "commit": record.text(5),
            "type": "wheels-collection", "environments": [], "arch": arch, "archs": [arch], "variant": record.text(7),
            "raw_variant": record.text(8), "series": record.text(9), "created_at": record.time(17),
            "package_names": sorted({row[0] for row in rows if row[0]}, key=str.encode), "drop_keys": [f"{product}-{name}"],
            "asset": {"name": record.text(10), "url": record.text(11), "size": record.number(15), "sha256": record.hash(16),
                      "etag": record.text(12), "last_modified": record.text(13)},
            "documents": documents, "sequence": record.number(20), "collected_at": record.time(18), "withdrawn_at": record.time(19)}

    def references(self, record):
        """The documents that an artifact names."""
        found = {}
        for slot, kind in KINDS.items():
            value = record.bytes(24 + slot)
            if value is None:
                continue
            identity, raw_bytes, stored_bytes, depth = varints(value, 32)
            header, length = self.headers[identity]
            length += header.number(9, 0)
            if (header.number(2), header.bytes(4), header.number(3), header.number(7, 0), length) != (
                    slot, value[:32], raw_bytes, depth, stored_bytes):
                raise Damaged(f"document {identity} is not the one that was put")
            found[kind] = {"bytes": raw_bytes, "sha256": value[:32].hex(), "stored_bytes": stored_bytes, "depth": depth, "id": identity}
        return found

    def drops(self):
        rows = []
        for key, record in self.tables["drops"]:
            expect(key, records.key_of(record.text(1), record.text(2)))
            owner = min(map(Record, record.all(4)), key=lambda owner: (owner.signed(2), owner.text(1)))
            rows.append({"key": record.text(2), "name": record.text(3), "product_key": record.text(1), "product_version": owner.text(3),
                         "created_at": owner.time(2)})
        return rows

    def failures(self):
        rows = []
        for key, record in self.tables["failures"]:
            tag, asset, code = record.text(3), record.text(4), record.text(5)
            prefix = records.key_of(record.text(1), record.text(2)) + records.part(tag or "", 128) + records.part(asset or "", 128)
            expect(key, records.fitted(prefix + records.escape(code)))
            expect(len(record.bytes(12) or bytes(32)), 32)
            rows.append({
                "product_key": record.text(1), "repository_key": record.text(2), "tag": tag, "asset": asset, "code": code,
                "message": record.text(6), "permanent": record.number(7) == 1, "first_at": record.time(8), "last_at": record.time(9),
                "attempts": record.number(10), "next_due": record.time(11)})
        return rows

    def runs(self):
        rows = []
        for key, record in reversed(self.tables["runs"]):
            expect(records.number_of(key), record.number(1))
            rows.append({"run": record.number(1), "started_at": record.time(2), "ended_at": record.time(3), "outcome": record.text(4) or None,
                         "pid": record.signed(5), **{name: record.number(8 + number, 0) for number, name in enumerate(COUNTS)},
                         "sequence": record.number(6)})
        return rows

    def log(self):
        rows, last = [], 0
        chain = hashlib.sha256(b"wheelspool log\0" + bytes.fromhex(self.id.replace("-", ""))).digest()
        for key, record in self.tables["log"]:
            last += 1
            expect(records.number_of(key), last)
            names = [record.text(tag) for tag in (2, 3, 4)]
            chain = hashlib.sha256(chain + key + bytes([record.number(1)]) + b"".join(map(records.escape, names)) + record.bytes(6)).digest()
            expect(record.bytes(5), chain)
            rows.append({"sequence": last, "operation": OPERATIONS[record.number(1)],
                         **dict(zip(("product_key", "repository_key", "tag"), names)), "committed_at": record.time(7),
                         "chain": chain.hex(), "record_hash": record.hash(6)})
        expect((last, chain), (self.counters.number(1, 0), self.counters.bytes(7)))
        return rows

    # The package index

    def uses(self):
        """Every (name, artifact, versions) that the index tells, artifacts as product, repository and key."""
        heads, members = {}, {}
        for key, record in self.tables["members"]:
            lineage = records.number_of(key[:4])
            if len(key) == 4:
                heads[lineage] = record
            else:
                members.setdefault(lineage, []).append((records.number_of(key[4:]), record))
        changes = {}
        for key, record in self.read("packages"):
            name = record.text(2) or key[:-9].replace(b"\0\xff", b"\0").decode()
            expect(key[:-8], records.part(name, 480))
            changes.setdefault((name, records.number_of(key[-8:-4])), []).extend(segment(record.bytes(1)))
        for (name, lineage), list_of in changes.items():
            head = heads[lineage]
            for position, member in members.get(lineage, []):
                versions = [found for start, found in list_of if start <= position][-1:]
                if versions and versions[0]:
                    yield name, (head.text(1), head.text(2), member.text(1)), versions[0]


def segment(packed):
    at, position, changes = 0, 0, []
    while at < len(packed):
        distance, at = varint(packed, at)
        position += distance
        count, at = varint(packed, at)
        versions = []
        for _ in range(count):
            length, at = varint(packed, at)
            versions.append(packed[at:at + length].decode())
            at += length
        changes.append((position, versions))
    return changes


def expect(found, wanted):
    if found != wanted:
        raise Damaged(f"{found!r} is not {wanted!r}")
