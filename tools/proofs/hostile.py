"""Serves everything a hostile upstream could: archives, JSON, texts, names, listings. Each item must get its verdict, its good neighbour must be in.

No signal, no hang, memory bounded, nothing written outside the store, and no control byte of it on a terminal.
"""

import importlib.machinery
import importlib.util
import json
import os
import pty
import re
import shutil
import subprocess

from measure import collecting, program
from measure.process import run

GOOD = None
# Anonymous memory with 8 workers: of bombs, and of everything, texts at their very limits included.
MOST_BOMB_KIB, MOST_ANON_KIB = 40 << 10, 64 << 10
DEFAULT_N, SLICE_N = 1, 0
MIB = 1 << 20


def load_oddities():
    """The builders of tools/make-oddities."""
    loader = importlib.machinery.SourceFileLoader("oddities", os.path.join(program.ROOT, "tools", "make-oddities"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("oddities", loader))
    loader.exec_module(module)
    return module


odd = load_oddities()
gz, tar, member, header, padded, pax, files, END = odd.gz, odd.tar, odd.member, odd.header, odd.padded, odd.pax, odd.files, odd.END
GRAPH = "w/release/outputs/graph.json"


def add_arguments(parser):
    parser.add_argument("--keep", metavar="DIR", help="leave tree and stores there")


def skipped():
    return None


def zeros(count, fill=b"\0"):
    """A gzip of that many equal bytes, as members of 16 MiB."""
    whole, rest = divmod(count, 16 * MIB)
    return gz(fill * (16 * MIB)) * whole + (gz(fill * rest) if rest else b"")


def around(first, count, last, fill=b"\0"):
    return gz(first) + zeros(count, fill) + gz(last)


def with_graph(text):
    return gz(tar(files(graph=text)))


def node(extra):
    return '{"":{"canonicalized_name":"","version":"0"},"a==1":{"canonicalized_name":"a","version":"1","x":' + extra + "}}"


def sized(field=None, records=(), flag=b"0"):
    """An archive whose graph has a size field or pax records of ours."""
    archive = pax(list(records)) if records else b""
    return gz(archive + header(GRAPH.encode(), 4, flag, size_field=field) + padded(b"{}  ") + END)


def base256(number):
    return (number % (1 << 96)).to_bytes(12, "big") if number < 0 else b"\x80" + number.to_bytes(11, "big")


def archives(large):
    """(what, bytes, codes); codes is GOOD or a text of codes, of which any will do."""
    good = gz(tar(files()))
    yield "gzip checksum wrong", good[:-8] + bytes([good[-8] ^ 1]) + good[-7:], "E_GZIP"
    yield "gzip length wrong", good[:-4] + bytes([good[-4] ^ 1]) + good[-3:], "E_GZIP"
    yield "no bytes", b"", "E_GZIP"
    yield "gzip of nothing", gz(b""), "E_TAR E_NO_MEMBERS"
    yield "a bit flipped in the stream", good[:200] + bytes([good[200] ^ 16]) + good[201:], "E_GZIP"
    yield "bytes after the end", good + b"more", "E_GZIP"
    yield "a page", b"<!DOCTYPE html><html></html>", "E_GZIP"
    yield "a zip", b"PK\3\4" + bytes(60), "E_GZIP"
    yield "random bytes in a gzip", gz(bytes((number * 7919) % 251 for number in range(20000))), "E_TAR"
    yield "zeros in a gzip", gz(bytes(4096)), "E_TAR E_NO_MEMBERS"
    yield "a header cut", gz(tar(files())[:1100]), "E_TAR"
    yield "a header's sum wrong", gz(b"x" + tar(files())[1:]), "E_TAR"
    # Bombs.
    yield "1 GiB in the graph", around(header(GRAPH.encode(), 1 << 30), 1 << 30, END), "E_LIMIT"
    yield "700 MiB of zeros in the graph", around(header(GRAPH.encode(), 700 * MIB), 700 * MIB, END), "E_JSON"
    yield "1 GiB in constraints", around(header(b"w/release/outputs/constraints.txt", 1 << 30), 1 << 30, END), "E_LIMIT"
    yield "16 MiB of one requirement line", around(header(b"w/release/inputs/requirements.txt", 16 * MIB), 16 * MIB, END, b"x"), GOOD
    yield "48 MiB of pax records", around(header(b"p", 48 * MIB, b"x"), 48 * MIB, tar(files())), "E_LIMIT"
    yield "a pax header of 64 MiB", around(header(b"p", 64 * MIB, b"x"), 64 * MIB, tar(files())), "E_LIMIT"
    yield "a long name of 64 MiB", around(header(b"././@LongLink", 64 * MIB, b"L"), 64 * MIB, tar(files()), b"n"), "E_LIMIT"
    yield "a long link of 64 MiB", around(header(b"././@LongLink", 64 * MIB, b"K"), 64 * MIB, tar(files()), b"n"), "E_LIMIT"
    yield "200,000 members", gz(tar(files())[:-1024]) + gz(b"".join(header(b"w/%06d" % n, 0) for n in range(200)) * 1) * 1000 + gz(END), "E_LIMIT"
    if large:
        yield "1 GiB in another member", around(tar(files())[:-1024] + header(b"w/log", 1 << 30), 1 << 30, END), GOOD
        yield "0.5 GiB of zero blocks", gz(tar(files())) + zeros(1 << 29), GOOD
        yield "5 GiB in another member", around(tar(files())[:-1024] + header(b"w/log", 5 << 30, size_field=base256(5 << 30)), 5 << 30, END), "E_LIMIT"
    else:
        yield "64 MiB in another member", around(tar(files())[:-1024] + header(b"w/log", 64 * MIB), 64 * MIB, END), GOOD
        yield "64 MiB of zero blocks", gz(tar(files())) + zeros(64 * MIB), GOOD
    # Sizes.
    yield "sparse of 1 TiB, GNU", gz(header(GRAPH.encode(), 512, b"S") + padded(b"{}") + END), "E_TAR"
    yield "sparse of 1 TiB, pax", gz(pax([(b"GNU.sparse.major", b"1"), (b"GNU.sparse.realsize", b"1099511627776")]) + tar(files())), "E_TAR"
    yield "sparse in another member", gz(header(b"w/other", 512, b"S") + padded(b"x") + tar(files())), "E_TAR"
    for name, field in (("2^62", base256(1 << 62)), ("2^63", base256(1 << 63)), ("2^80", base256(1 << 80)), ("-1", base256(-1)),
                        ("-2^63", base256(-(1 << 63))), ("no octal", b"00000009xyz\0"), ("eleven sevens", b"77777777777\0")):
        yield f"a size of {name}", sized(field), "E_TAR E_LIMIT"
    for text in (b"1000000000000000000", b"1" + b"0" * 40, b"-1", b"1e3", b"0x10", b" 4"):
        yield f"a pax size of {text.decode()!r}", sized(records=[(b"size", text)]), "E_TAR E_LIMIT"
    # An empty value takes a record back: the header's own size counts. Source: POSIX, pax.
    yield "a pax size of nothing", sized(records=[(b"size", b"")]), GOOD
    yield "a pax record longer than its header", gz(header(b"p", 10, b"x") + padded(b"999 path=a") + tar(files())), "E_TAR"
    yield "a pax record of length 0", gz(header(b"p", 10, b"x") + padded(b"0 path=abc") + tar(files())), "E_TAR"
    yield "a member longer than the archive", gz(header(GRAPH.encode(), 10 * MIB) + b"{}"), "E_TAR"
    # Members.
    for kind, flag in (("symbolic link", b"2"), ("hard link", b"1"), ("directory", b"5"), ("character device", b"3"), ("block device", b"4"), ("fifo", b"6")):
        target = b"/etc/passwd" if flag in b"12" else b""
        yield f"the graph is a {kind}", gz(header(GRAPH.encode(), 0, flag, target) + END), "E_MEMBER"
    yield "links and devices beside", gz(b"".join(header(b"w/l%d" % n, 0, flag, b"/etc/passwd") for n, flag in enumerate((b"1", b"2", b"3", b"4", b"6"))) + tar(files())), GOOD
    yield "paths that lead out beside", gz(member("../../../../tmp/wheelspool-escaped", "x") + member("/tmp/wheelspool-escaped", "x") + tar(files())), GOOD
    yield "a wanted path that leads out", gz(member("../" + GRAPH, "{}") + END), "E_MEMBER"
    yield "a wanted path that is absolute", gz(member("/" + GRAPH, "{}") + END), "E_MEMBER"
    yield "the graph twice", gz(tar(files())[:-1024] + member("x/release/outputs/graph.json", "{}") + END), "E_MEMBER"
    yield "look-alikes only", gz(member("w/xrelease/outputs/graph.json", "{}") + member("w/release/outputs/graph.json.bak", "{}") + END), "E_NO_MEMBERS"
    yield "a name with a NUL in pax", gz(pax([(b"path", b"w/release/outputs/graph.json\0.txt")]) + member("short", "{}") + END), "E_TAR E_NO_MEMBERS"


def contents(large):
    """What is wrong inside a member."""
    yield "512 levels", with_graph(node("[" * 510 + "]" * 510)), GOOD
    yield "513 levels", with_graph(node("[" * 511 + "]" * 511)), "E_JSON E_LIMIT"
    yield "100,000 levels", with_graph(node("[" * 100_000 + "]" * 100_000)), "E_JSON E_LIMIT"
    yield "100,000 objects deep", with_graph(node('{"a":' * 100_000 + "1" + "}" * 100_000)), "E_JSON E_LIMIT"
    for name, text in (("a trailing comma", "[1,]"), ("NaN", "NaN"), ("a comment", "1/*x*/"), ("a single quote", "'x'"), ("a bare word", "nul"),
                       ("a leading zero", "01"), ("a plus", "+1"), ("a tab in a string", '"a\tb"'), ("a wrong escape", '"\\x41"'), ("half an escape", '"\\u12"')):
        yield name, with_graph(node(text)), "E_JSON"
    yield "text after the end", with_graph(node("1") + "{}"), "E_JSON"
    yield "an array", with_graph("[]"), "E_JSON"
    yield "nothing", with_graph(b""), "E_JSON"
    yield "a byte order mark", with_graph(b"\xef\xbb\xbf" + node("1").encode()), "E_JSON"
    yield "UTF-16", with_graph(node("1").encode("utf-16")), "E_JSON E_ENCODING"
    yield "bytes that are no UTF-8", with_graph(node('"?"').encode().replace(b"?", b"\xc3")), "E_JSON E_ENCODING"
    yield "overlong UTF-8", with_graph(node('"?"').encode().replace(b"?", b"\xc0\xaf")), "E_JSON E_ENCODING"
    yield "a surrogate in UTF-8", with_graph(node('"?"').encode().replace(b"?", b"\xed\xa0\x80")), "E_JSON E_ENCODING"
    for name, text in (("1e999", "1e999"), ("1e999999", "1e999999"), ("5,000 digits", "9" * 5000), ("NUL", '"\\u0000"'), ("half a character", '"\\ud800"'),
                       ("equal keys", '{"k":1,"k":2}'), ("two spellings of one key", '{"\\u00e9":1,"e\\u0301":2}'), ("escape sequences", '"\\u001b[31m\\u009b2J"')):
        yield name, with_graph(node(text)), GOOD
    yield "equal nodes", with_graph('{"a==1":{"canonicalized_name":"a","version":"1"},"a==1":{"canonicalized_name":"b","version":"2"}}'), GOOD
    yield "half a character in a name", with_graph('{"a==1":{"canonicalized_name":"a\\ud800","version":"1"}}'), "E_BAD_NAME"
    yield "a name of 513 bytes", with_graph(odd.graph_of(("n" * 513, "1"))), "E_BAD_NAME"
    yield "a version of 513 bytes", with_graph(odd.graph_of(("n", "1" * 513))), "E_BAD_NAME"
    yield "names that act on terminals", with_graph('{"x==1":{"canonicalized_name":"\\u001b]0;x\\u0007\\u009b31m\\u202egnp","version":"1\\r\\n\\t2"}}'), GOOD
    yield "names that act on tables", with_graph('{"x==1":{"canonicalized_name":"=cmd|\' /C calc\'!A0","version":"\\\\. \\\\N \'; drop table artifacts; --"}}'), GOOD
    yield "names of paths", with_graph('{"x==1":{"canonicalized_name":"../../etc/passwd","version":"."}}'), GOOD
    yield "a name with NUL", with_graph('{"x==1":{"canonicalized_name":"a\\u0000b","version":"1"}}'), GOOD
    yield "a name that is a number", with_graph('{"a==1":{"canonicalized_name":1,"version":"1"}}'), "E_JSON"
    yield "200,000 equal edges", with_graph('{"a==1":{"canonicalized_name":"a","version":"1","edges":[' + ",".join(['{"key":"a==1"}'] * 200_000) + "]}}"), GOOD
    many = 300_000 if large else 30_000
    yield f"{many:,} packages", with_graph("{" + ",".join(f'"p{n}==1":{{"canonicalized_name":"p{n}","version":"1"}}' for n in range(many)) + "}"), GOOD
    yield "a summary that is an object", gz(tar(files(summary="{}"))), "E_JSON"
    yield "a summary followed by more", gz(tar(files(summary="[] []"))), "E_JSON"
    yield "a summary 513 levels deep", gz(tar(files(summary='[{"a":' + "[" * 511 + "]" * 511 + "}]"))), "E_JSON E_LIMIT"
    yield "constraints that are no UTF-8", gz(tar(files(constraints=b"a==1\xff\n"))), "E_ENCODING"
    yield "requirements that are no UTF-8", gz(tar(files(requirements=b"\xfe\xff"))), "E_ENCODING"
    yield "CR LF, NUL and escapes in constraints", gz(tar(files(constraints="a==1\r\nb==2\0\x1b[31m\r\n\u202ec==3\r"))), GOOD


def rows():
    """(what, fields of the row, codes, whether the release is stored)."""
    long = "v7.0+" + "t" * 600
    yield "no tag_name", {"tag_name": ...}, "E_NO_TAG", False
    yield "a tag that is null", {"tag_name": None}, "E_NO_TAG", False
    yield "a tag that is a number", {"tag_name": 7}, "E_NO_TAG", False
    yield "a tag that is a list", {"tag_name": ["v1+x"]}, "E_NO_TAG", False
    yield "an empty tag", {"tag_name": ""}, "E_NO_TAG", False
    yield "no plus in the tag", {"tag_name": "v7.1"}, "E_TAG", False
    yield "half a character in the tag", {"tag_name": "v7.2+\ud800"}, "E_TAG", False
    yield "no commit", {"tag_name": "v7.3+x", "commit": None}, "E_NO_COMMIT", False
    yield "a commit that is a text", {"tag_name": "v7.4+x", "commit": "abc"}, "E_NO_COMMIT", False
    yield "a commit's id that is a number", {"tag_name": "v7.5+x", "commit": {"id": 1}}, "E_NO_COMMIT", False
    yield "no date", {"tag_name": "v7.6+x", "created_at": None}, "E_DATE", False
    yield "a date of the year 99999", {"tag_name": "v7.7+x", "created_at": "99999-01-01T00:00:00Z"}, "E_DATE", False
    yield "the 31st of February", {"tag_name": "v7.8+x", "created_at": "2026-02-31T00:00:00Z"}, "E_DATE", False
    yield "a released_at that is none", {"tag_name": "v7.9+x", "released_at": 5}, GOOD, True
    yield "links that are null", {"tag_name": "v7.10+x", "assets": {"links": None}}, GOOD, True
    yield "assets that are a list", {"tag_name": "v7.11+x", "assets": []}, GOOD, True
    yield "a description of 3 MiB", {"tag_name": "v7.12+x", "description": "x" * (3 * MIB)}, GOOD, True
    yield "a description of 5 MiB", {"tag_name": "v7.13+x", "description": "x" * (5 * MIB)}, "E_LIMIT", False
    yield "a tag of 600 bytes", {"tag_name": long + "a"}, GOOD, True
    yield "another one, equal but for its end", {"tag_name": long + "b"}, GOOD, True
    yield "a tag of paths", {"tag_name": "v7.14+../../etc/passwd"}, GOOD, True
    yield "a tag that acts on terminals", {"tag_name": "v7.15+\x1b]0;t\x07\x9b31m\u202e\r\n", "name": "\x1b[2J", "description": "a\rb\x85"}, GOOD, True
    yield "a tag with NUL", {"tag_name": "v7.16+\0x"}, GOOD, True
    yield "a tag of a formula", {"tag_name": "=7.17+cmd|' /C calc'!A0"}, GOOD, True


def links():
    """(what, fields of the link, codes)."""
    for name, url, codes in (
            ("a file", "file:///etc/hostname", "E_URL"), ("ftp", "ftp://127.0.0.1/x", "E_URL"), ("a script", "javascript:alert(1)", "E_URL"),
            ("a path", "/etc/passwd", "E_URL"), ("nothing", "", "E_URL"), ("a number", 5, "E_URL"), ("null", None, "E_URL"),
            ("a password", "http://user:secret@127.0.0.1/x", "E_URL"), ("a line break", "http://127.0.0.1/x\r\nX: 1", "E_URL"),
            ("an escape sequence", "http://127.0.0.1/\x1b[31m", "E_URL"), ("metadata", "http://169.254.169.254/latest", "E_ADDRESS"),
            ("metadata in IPv6", "http://[fe80::1]/x", "E_ADDRESS E_NETWORK"), ("mapped metadata", "http://[::ffff:169.254.169.254]/", "E_ADDRESS E_NETWORK"),
            ("metadata as a number", "http://2852039166/", "E_ADDRESS"), ("a port too large", "http://127.0.0.1:99999/x", "E_URL"),
            ("multicast", "http://224.0.0.1/", "E_ADDRESS"), ("16 KiB", "{api}/" + "x" * 16384, "E_NOT_FOUND")):
        yield f"a URL that is {name}", {"url": url.replace("{api}", odd.API) if isinstance(url, str) else url}, codes
    for name, text, codes in (("no architecture", "wheels-.tar.gz", "E_ASSET_NAME"), ("capitals", "wheels-1-X86.tar.gz", "E_ASSET_NAME"),
                              ("a path", "wheels-../../x.tar.gz", "E_ASSET_NAME"), ("an escape", "wheels-\x1b[31m-\x9b.tar.gz", "E_ASSET_NAME")):
        yield f"a name that is {name}", {"name": text}, codes
    yield "an id that is 2^70", {"id": 1 << 70}, GOOD
    yield "an id that is a text", {"id": "seven"}, GOOD
    yield "an id below 0", {"id": -(1 << 63)}, GOOD


class Tree:
    """One project for the fake GitLab, with what is expected of each of its releases."""

    def __init__(self, path, items, others=True):
        self.path, self.rows, self.link = path, [], 0
        # (tag, asset or None) -> (what it is, the codes that will do); artifacts and releases that must be there.
        self.expected, self.artifacts, self.releases = {}, [], set()
        good = gz(tar(files()))
        for number, (what, content, codes) in enumerate(items, 1):
            self.pair(f"v1.0.{number}+bad", what, content, codes, good)
        for number, (what, fields, codes) in enumerate(links() if others else (), 1):
            self.pair(f"v2.0.{number}+link", what, good, codes, good, **fields)
        for what, fields, codes, is_stored in rows() if others else ():
            tag = fields["tag_name"]
            self.release(None, what, [], **fields)
            if isinstance(tag, str) and tag:
                tag = tag.replace("\ud800", "\ufffd")
                self.expected[(tag, None)] = (what, codes)
                if is_stored:
                    self.releases.add(tag)
        for number in range(3):
            self.pair(f"v9.0.{number}+good", "good", good, GOOD, good)
        self.write("projects.json", json.dumps([{"id": 77, "path": "acme/hostile", "directory": "hostile", "visibility": "public",
                                                 "tokens": ["test-token"]}]).encode())
        self.write("hostile/releases.json", json.dumps(self.rows[::-1]).encode())

    def pair(self, tag, what, content, codes, good, **fields):
        """Adds a release with an asset to be judged, and a good one beside it."""
        entries = []
        for arch, data in (("x86_64", content), ("aarch64", good)):
            file = odd.asset_name(tag, arch)
            self.write(f"hostile/{tag}/{file}", data)
            self.link += 1
            url = f"{odd.API}/api/v4/projects/77/packages/generic/wheels/{tag[1:].split('+')[0]}/{file.replace('+', '%2B')}"
            entries.append({"id": self.link, "name": file, "url": url, "link_type": "package", **(fields if arch == "x86_64" else {})})
        self.release(tag, what, entries)
        self.expected[(tag, entries[0]["name"])] = (what, codes)
        self.artifacts.append(f"{tag[1:]}-aarch64")
        if codes is GOOD:
            self.artifacts.append(f"{tag[1:]}-x86_64")
        self.releases.add(tag)

    def release(self, tag, what, entries, **fields):
        number = len(self.rows)
        created = f"2026-02-{number // 24 + 1:02d}T{number % 24:02d}:00:00.000Z"
        row = {"name": tag, "tag_name": tag, "description": what, "created_at": created, "released_at": created, "upcoming_release": False,
               "author": None, "commit": {"id": f"{number:040x}"}, "assets": {"links": entries}, **fields}
        self.rows.append({key: value for key, value in row.items() if value is not ...})

    def write(self, name, content):
        target = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(content)


def prove(options):
    losses, large = [], options.n > 0
    with program.Workspace() as work:
        items = [*archives(large), *contents(large)]
        bombs_kib = bombs(work, [item for item in items if re.search("[GM]iB in|MiB of pax|header of|long (name|link)|zero|,000 (mem|lev|obj)", item[0])], losses)
        tree = Tree(work / "tree", items)
        with program.FakeGitLab(tree.path) as server:
            store, config = work / "a.store", work / "a.toml"
            collecting.write_configuration(config, server.url, store, {"hostile": 77}, network={"connect-seconds": 3, "attempts": 1})
            done = collecting.collect(config, "-v", "--jobs", "8", sample=True, interval=0.001)
            if done.returncode != 3:
                losses.append(f"exit {done.returncode}, not 3: {done.stderr.decode(errors='replace')[-500:]}")
            if done.peak_anon_kib > MOST_ANON_KIB:
                losses.append(f"{done.peak_anon_kib} KiB of anonymous memory")
            losses += verdicts(tree, store)
            losses += [f"a control byte in the log: {line!r}" for line in control_lines(done.stderr)]
            checked = run([program.WHEELSPOOL, "verify", "--data", "--store", store], sample=False)
            if checked.returncode != 0:
                losses.append(f"verify exits {checked.returncode}: {checked.stderr.decode()[-300:]}")
            outside = writes_outside(work, server, losses)
        screens, control = on_terminal(store, losses)
        piped_away(store, losses)
        if options.keep:
            shutil.copytree(work.path, options.keep)
    kinds = {"items": len(tree.expected), "refused": sum(codes is not GOOD for _, codes in tree.expected.values())}
    return {**kinds, "large": "yes" if large else "no", "wall_s": f"{done.wall:.1f}", "bombs_anon_mib": f"{bombs_kib / 1024:.1f}",
            "anon_mib": f"{done.peak_anon_kib / 1024:.1f}",
            "neighbours": len(tree.artifacts), "screens": screens, "control_bytes": control, "writes_outside": outside, "lost": len(losses)}, losses


def bombs(work, items, losses):
    """Collects all that is small when sent and huge when inflated, at one time as far as workers go; returns the peak of memory."""
    tree = Tree(work / "bombs", items, others=False)
    with program.FakeGitLab(tree.path) as server:
        store, config = work / "bombs.store", work / "bombs.toml"
        collecting.write_configuration(config, server.url, store, {"hostile": 77})
        done = collecting.collect(config, "--jobs", "8", sample=True, interval=0.001).check(3)
    if done.peak_anon_kib > MOST_BOMB_KIB:
        losses.append(f"{len(items)} bombs cost {done.peak_anon_kib} KiB of anonymous memory")
    return done.peak_anon_kib


def verdicts(tree, store):
    losses, found = [], {}
    for tag, asset, code in collecting.failures(store):
        found.setdefault((tag, asset), set()).add(code)
    for key, (what, codes) in tree.expected.items():
        got = found.pop(key, set())
        if (codes is GOOD and got) or (codes is not GOOD and not (got and got <= set(codes.split()))):
            losses.append(f"{what}: {sorted(got) or 'taken as good'}, not {codes or 'good'}")
    # Rows without a tag are the listing's failure.
    if found.pop((None, None), set()) != {"E_NO_TAG"}:
        losses.append("rows without a tag are not named")
    losses += [f"{key} failed with {codes}, which nobody expects" for key, codes in found.items()]
    keys = {json.loads(line)["key"] for line in collecting.dump(store, "artifacts").splitlines()}
    tags = {json.loads(line)["tag"] for line in collecting.dump(store, "releases").splitlines()}
    losses += [f"artifact {key} is missing" for key in tree.artifacts if key not in keys]
    losses += [f"artifact {key} should not be there" for key in keys - set(tree.artifacts)]
    losses += [f"release {tag!r} is missing" for tag in tree.releases - tags]
    return losses + [f"release {tag!r} should not be there" for tag in tags - tree.releases]


CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def control_lines(text):
    return [line for line in text.decode(errors="replace").splitlines() if CONTROL.search(line)][:3]


def on_terminal(store, losses):
    """Shows everything on a terminal and counts what would act on it."""
    commands = [["dump"], ["status"], ["verify"], *(["dump", table] for table in ("products", "releases", "artifacts", "drops", "packages", "failures", "runs", "log")),
                ["dump", "releases", "--format", "json"], ["dump", "failures", "--format", "csv"], ["packages", "../../etc/passwd"], ["diff", "v9.0.0+good", "v9.0.1+good"]]
    total = 0
    for command in commands:
        leader, follower = pty.openpty()
        pid = os.fork()
        if pid == 0:
            os.dup2(follower, 1)
            os.dup2(follower, 2)
            os.environ.update({"NO_COLOR": "1", "PAGER": "cat"})
            os.execv(program.WHEELSPOOL, [program.WHEELSPOOL, *command, "--store", store])
        os.close(follower)
        text = b""
        while True:
            try:
                piece = os.read(leader, 65536)
            except OSError:
                break
            if not piece:
                break
            text += piece
        os.close(leader)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        acting = len(CONTROL.findall(text.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\x00")))
        total += acting
        if acting or status not in (0, 4) or not text:
            losses.append(f"{' '.join(command)} on a terminal: {acting} control bytes, exit {status}, {len(text)} bytes")
    return len(commands), total


def piped_away(store, losses):
    """A reader that goes away ends a command quietly."""
    process = subprocess.Popen([program.WHEELSPOOL, "dump", "packages", "--store", store], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()
    if process.wait() != 0 or complaint:
        losses.append(f"dump | head: exit {process.returncode}: {complaint[:200]!r}")


def writes_outside(work, server, losses):
    """Collects the same project under strace and counts the files that are opened for writing, made or removed outside the store."""
    if not shutil.which("strace"):
        return "skipped:no-strace"
    store, config, trace = work / "b.store", work / "b.toml", work / "trace"
    collecting.write_configuration(config, server.url, store, {"hostile": 77}, network={"connect-seconds": 3, "attempts": 1}, limits={"inflated-bytes": 1 << 22})
    calls = "open,openat,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,link,linkat,symlink,symlinkat,truncate,mknod,mknodat,chmod,chown"
    done = run(["strace", "-f", "-qq", "-o", trace, "-e", f"trace={calls}", program.WHEELSPOOL, "collect", "--config", config, "--progress", "none", "-q"], sample=False)
    if done.returncode != 3:
        losses.append(f"under strace: exit {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}")
    outside = []
    with open(trace, encoding="utf-8", errors="replace") as file:
        for line in file:
            call = re.match(r"\d+ +(\w+)\(", line)
            if not call or (call[1] in ("open", "openat") and not re.search("O_WRONLY|O_RDWR|O_CREAT", line)):
                continue
            paths = re.findall(r'"([^"]*)"', line)
            if any(path.startswith("/") and not path.startswith((store, "/dev/null")) for path in paths):
                outside.append(line.strip())
    losses += [f"outside the store: {line[:200]}" for line in outside[:3]]
    return len(outside)
