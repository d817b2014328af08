"""Seals, records and keys: sections 2 and 3 of docs/format.md."""

import datetime
import hashlib
import zlib


class Damaged(Exception):
    pass


def unseal(database, key, value):
    """The body of a value whose seal matches."""
    body = value[5:]
    if value[0] != 1 or int.from_bytes(value[1:5], "little") != zlib.crc32(database.encode() + b"\0" + key + body):
        raise Damaged(f"{database} {key.hex()}: the seal does not match")
    return body


def varint(data, at):
    """A number and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def varints(data, at=0):
    """All numbers up to the end."""
    values = []
    while at < len(data):
        value, at = varint(data, at)
        values.append(value)
    return values


class Record:
    """Fields by their tags."""

    def __init__(self, body):
        self.fields, at = [], 0
        while at < len(body):
            tag = body[at]
            length, at = varint(body, at + 1)
            if not 1 <= tag <= 31 or at + length > len(body):
                raise Damaged("no list of fields")
            self.fields.append((tag, body[at:at + length]))
            at += length

    def all(self, tag):
        return [value for found, value in self.fields if found == tag]

    def bytes(self, tag):
        return next((value for found, value in self.fields if found == tag), None)

    def text(self, tag):
        value = self.bytes(tag)
        return None if value is None else value.decode()

    def number(self, tag, absent=None):
        value = self.bytes(tag)
        return absent if value is None else varint(value, 0)[0]

    def signed(self, tag):
        value = self.number(tag)
        return None if value is None else value >> 1 ^ -(value & 1)

    def hash(self, tag):
        value = self.bytes(tag)
        return None if value is None else value.hex()

    def time(self, tag):
        milliseconds = self.signed(tag)
        if milliseconds is None:
            return None
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=milliseconds)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def escape(text):
    return text.encode().replace(b"\0", b"\0\xff") + b"\0"


def fitted(key, longest=510):
    return key if len(key) <= longest else key[:longest - 31] + hashlib.sha256(key).digest()


def key_of(*texts):
    return fitted(b"".join(escape(text) for text in texts))


def part(text, longest):
    whole = escape(text)
    return whole if len(whole) <= longest else fitted(whole, longest) + b"\0"


def number_of(key):
    return int.from_bytes(key, "big")
