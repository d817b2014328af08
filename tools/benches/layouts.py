"""Where in LMDB the small deltas of successive releases go: four layouts of the same frames, each a real data file."""

import glob
import os
import struct
import tarfile
import time

from measure import program
from measure.libraries import Environment, Zstd
from measure.process import median

RELEASES, GRAPH_BYTES, KEYFRAME = 200, 270_000, 16
WANTED = ("/release/outputs/graph.json", "/release/outputs/build-sequence-summary.json", "/release/outputs/constraints.txt")


class WholeValues:
    """Each frame a value under its id, in the order of arrival: what the store does."""

    name = "a value for each frame, in order of arrival"

    def __init__(self, environment):
        self.environment = environment

    def commit(self, number, frames):
        for index, frame in enumerate(frames):
            self.environment.put(struct.pack(">QH", number, index), frame, append=True)

    def frame(self, number, index, count):
        return self.environment.get(struct.pack(">QH", number, index))


class Pieces(WholeValues):
    """Each frame cut into pieces that LMDB keeps inside its leaf pages, three to a page, in the order of keys."""

    name = "pieces of 1,300 bytes, in order of keys"
    piece = 1300

    def commit(self, number, frames):
        for index, frame in enumerate(frames):
            for at in range(0, max(len(frame), 1), self.piece):
                self.environment.put(struct.pack(">QHI", number, index, at // self.piece), frame[at:at + self.piece], append=True)

    def frame(self, number, index, count):
        pieces = []
        while (piece := self.environment.get(struct.pack(">QHI", number, index, len(pieces)))) is not None:
            pieces.append(piece)
        return b"".join(pieces)


class Packs(WholeValues):
    """All frames of a release in one value, behind a list of their lengths."""

    name = "a value for each release, its frames packed"

    def commit(self, number, frames):
        lengths = struct.pack(f">{len(frames)}I", *map(len, frames))
        self.environment.put(struct.pack(">Q", number), lengths + b"".join(frames), append=True)

    def frame(self, number, index, count):
        value = self.environment.get(struct.pack(">Q", number))
        lengths = struct.unpack_from(f">{count}I", value)
        start = 4 * count + sum(lengths[:index])
        return value[start:start + lengths[index]]


class Runs(WholeValues):
    """A keyframe with all deltas that stand on it in one value, which each commit reads and writes anew."""

    name = "a value for each run from keyframe to keyframe, rewritten"

    def commit(self, number, frames):
        for index, frame in enumerate(frames):
            key = struct.pack(">QH", number // KEYFRAME, index)
            before = self.environment.get(key) if number % KEYFRAME else b""
            self.environment.put(key, before + struct.pack(">I", len(frame)) + frame)

    def frame(self, number, index, count):
        value, at = self.environment.get(struct.pack(">QH", number // KEYFRAME, index)), 0
        for _ in range(number % KEYFRAME):
            at += 4 + struct.unpack_from(">I", value, at)[0]
        length, = struct.unpack_from(">I", value, at)
        return value[at + 4:at + 4 + length]


def documents(tree):
    """For each release the wanted members of all its assets, in a fixed order."""
    folders = sorted(glob.glob(os.path.join(tree, "wheels-*", "v*")), key=lambda path: int(path.split("+")[0].rsplit(".", 1)[1]))
    for folder in folders:
        found = []
        for path in sorted(glob.glob(os.path.join(folder, "*.tar.gz"))):
            with tarfile.open(path) as tarball:
                members = {name: member for member in tarball for name in WANTED if member.name.endswith(name)}
                found += [tarball.extractfile(members[name]).read() for name in WANTED]
        yield found


def encode(tree, zstd):
    """For each release its frames, the lengths of what they hold, and what they take as single frames."""
    before, kinds = None, len(WANTED)
    for number, raws in enumerate(documents(tree)):
        frames = []
        for index, raw in enumerate(raws):
            # A keyframe stands on that of the release's first architecture.
            parent = before[index] if number % KEYFRAME else raws[index % kinds] if index >= kinds else b""
            frames.append(zstd.compress(raw, parent))
        before = raws
        yield frames, raws, sum(len(zstd.compress(raw)) for raw in raws)


def bench(options):
    releases = max(int(RELEASES * options.scale), 2 * KEYFRAME)
    zstd = Zstd()
    with program.Workspace() as work:
        tree = program.generate(work / "tree", "--releases", releases, "--graph-bytes", GRAPH_BYTES, "--seed", options.seed)
        layouts = [layout(Environment(work / layout.__name__)) for layout in (WholeValues, Pieces, Packs, Runs)]
        costs, kept, single, net = {layout: [] for layout in layouts}, {}, 0, 0
        deepest = releases // KEYFRAME * KEYFRAME - 1
        for number, (frames, raws, alone) in enumerate(encode(tree, zstd)):
            single += alone
            net += sum(map(len, frames))
            if number > deepest - KEYFRAME:
                kept[number] = raws
            for layout in layouts:
                started = time.process_time()
                layout.environment.begin()
                layout.commit(number, frames)
                layout.environment.commit()
                costs[layout].append((time.process_time() - started) * 1000)
        yield {"what": f"frames alone / single zstd -3 frames, {releases} releases x 4 x {GRAPH_BYTES // 1000} KB", "value": f"{net / single:.4f}"}
        # The graph of the last architecture at the end of a run: its keyframe stands on another one, one step more.
        graph, first = 3 * len(WANTED), deepest + 1 - KEYFRAME
        chain = [(first, 0), *((number, graph) for number in range(first, deepest + 1))]
        for layout in layouts:
            size = os.path.getsize(layout.environment.path)
            yield {"what": f"{layout.name}: data.mdb / single frames", "value": f"{size / single:.4f}"}
            yield {"what": f"{layout.name}: CPU of a commit beside encoding", "value": f"{median(costs[layout]):.2f}", "unit": "ms"}
            times = []
            for _ in range(options.runs * 4):
                started = time.process_time()
                layout.environment.begin(Environment.READ_ONLY)
                raw = None
                for number, index in chain:
                    frame = layout.frame(number, index, 4 * len(WANTED))
                    raw = zstd.decompress(frame, len(kept[number][index]), raw)
                layout.environment.abort()
                times.append((time.process_time() - started) * 1000)
            if raw.raw != kept[deepest][graph]:
                raise SystemExit(f"{layout.name}: another document came back")
            yield {"what": f"{layout.name}: CPU of reading a graph at depth {len(chain) - 1}", "value": f"{median(times):.2f}", "unit": "ms"}
            layout.environment.close()
