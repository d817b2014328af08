"""Reads gzip and tar strictly, as they must be read: to the end, and nothing taken on trust."""

import re
import zlib

WANTED = {
    ("release", "inputs", "requirements.txt"): "requirements",
    ("release", "outputs", "constraints.txt"): "constraints",
    ("release", "outputs", "build-sequence-summary.json"): "summary",
    ("release", "outputs", "graph.json"): "graph",
}


class Rejected(Exception):
    """An asset that must not be taken in, with the code of the reason."""

    def __init__(self, code, why):
        super().__init__(f"{code}: {why}")
        self.code = code


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
