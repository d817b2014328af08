"""The pages of an LMDB 0.9 data file (64 bits, little-endian), read without LMDB."""

import mmap
import struct

BRANCH, LEAF, OVERFLOW, META = 1, 2, 4, 8
BIG, SUB_DATABASE = 1, 2
NONE = 2**64 - 1


class Tree:
    """One B-tree: the record that LMDB keeps of it."""

    def __init__(self, record):
        (self.pad, self.flags, self.depth, self.branch_pages, self.leaf_pages, self.overflow_pages, self.entries,
         self.root) = struct.unpack("<IHHQQQQQ", record)


class DataFile:
    """A data file at its newest commit."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        page = struct.unpack_from("<I", self.bytes, 16 + 24)[0]
        if page not in (2**power for power in range(9, 16)):
            raise ValueError(f"{path}: page size {page}")
        self.page_bytes = page
        metas = []
        for start in (0, page):
            magic, version = struct.unpack_from("<II", self.bytes, start + 16)
            if (magic, version) != (0xBEEFC0DE, 1):
                raise ValueError(f"{path}: no LMDB 0.9 file")
            free, main = (Tree(self.bytes[start + 40 + 48 * number:start + 88 + 48 * number]) for number in (0, 1))
            last, transaction = struct.unpack_from("<QQ", self.bytes, start + 136)
            metas.append((transaction, last, free, main))
        self.transaction, self.last_page, self.free, self.main = metas[1] if metas[1][0] > metas[0][0] else metas[0]
        self.trees = {name.decode(): Tree(record) for name, record in self.walk(self.main)}

    def page(self, number):
        """Where a page begins, its flags, and the offsets of its nodes."""
        start = number * self.page_bytes
        flags, lower = struct.unpack_from("<HH", self.bytes, start + 10)
        if struct.unpack_from("<Q", self.bytes, start)[0] != number:
            raise ValueError(f"page {number} carries another's number")
        count = (lower - 16) // 2
        return start, flags, [start + offset for offset in struct.unpack_from(f"<{count}H", self.bytes, start + 16)]

    def pages(self, tree):
        """The numbers of a tree's branch and leaf pages, from the root down, and of the first of each run of overflow pages."""
        waiting = [] if tree.root == NONE else [tree.root]
        while waiting:
            number = waiting.pop()
            _, flags, nodes = self.page(number)
            yield number, flags
            for node in nodes:
                low, high, node_flags, key_bytes = struct.unpack_from("<HHHH", self.bytes, node)
                if flags & BRANCH:
                    waiting.append(low | high << 16 | node_flags << 32)
                elif node_flags & BIG:
                    yield struct.unpack_from("<Q", self.bytes, node + 8 + key_bytes)[0], OVERFLOW

    def walk(self, tree, root=None):
        """All (key, value) of a tree, in order."""
        if tree.root == NONE:
            return
        start, flags, nodes = self.page(tree.root if root is None else root)
        for node in nodes:
            low, high, node_flags, key_bytes = struct.unpack_from("<HHHH", self.bytes, node)
            if flags & BRANCH:
                yield from self.walk(tree, low | high << 16 | node_flags << 32)
                continue
            key = self.bytes[node + 8:node + 8 + key_bytes]
            value, size = node + 8 + key_bytes, low | high << 16
            if node_flags & BIG:
                value = struct.unpack_from("<Q", self.bytes, value)[0] * self.page_bytes + 16
            yield key, self.bytes[value:value + size]

    def entries(self, name):
        """All (key, value) of a named database, in order."""
        tree = self.trees[name]
        found = 0
        for entry in self.walk(tree):
            found += 1
            yield entry
        if found != tree.entries:
            raise ValueError(f"{name}: {found} entries, {tree.entries} are noted")
