"""Lets servers fail in every way: each run must end within its time-outs, collect the rest, say what failed and exit as promised.

Then the server is healthy again: one more run must make the store equal to the one that nobody disturbed, which the oracle has checked.
"""

import concurrent.futures
import json
import os
import random
import shutil
import socket
import subprocess
import tempfile

from measure import collecting, program
from measure.collecting import SHORT

TAG, ASSET = "v3.0.0.2+cuda-ubi9", "wheels-3.0.0.2+cuda-ubi9-x86_64.tar.gz"
FILE = "*/wheels-3.0.0.2%2Bcuda-ubi9-x86_64*"
STORED = "*/wheels-3.0.0.2*x86_64*"
LISTING = "*/releases?*"
AT_ONCE = 6
MOST_SECONDS = 25


def asset(code, fault, *more, exit=3, origin="storage"):
    """A fault of one asset's download: the release's failure has one of the codes, all other releases are in."""
    pattern = STORED if origin == "storage" else FILE
    return {"faults": [{"path": pattern, "origin": origin, **part} for part in (fault, *more)], "codes": code.split(), "exit": exit}


def listing(code, fault, *more, exit=8, **options):
    """A fault of the listing."""
    return {"faults": [{"path": LISTING, **part} for part in (fault, *more)], "codes": code.split(), "exit": exit, "scope": "listing", **options}


def pages(code, exit, *faults, **options):
    """A listing of 250 releases without assets that moves or lies."""
    return {"faults": [{"path": LISTING, **part} for part in faults], "codes": code.split(), "exit": exit, "scope": "pages", **options}


def status(number, **more):
    return {"do": "status", "status": number, **more}


DATES = {"past": "Sun, 06 Nov 1994 08:49:37 GMT", "future": "Fri, 31 Dec 2099 23:59:59 GMT"}
WAITS = {"seconds": 1, "absurd": 1000000000, "negative": -5, "no number": "soon", "a past date": DATES["past"], "a future date": DATES["future"]}
TO = {"do": "redirect"}
CASES = {
    # One asset.
    "asset: refused": asset("E_NETWORK", {**TO, "to": "http://127.0.0.1:{closed}/x"}, origin="api"),
    "asset: reset": asset("E_NETWORK", {"do": "reset"}),
    "asset: reset in the body": asset("E_NETWORK", {"do": "cut", "after": 2000, "by": "reset"}),
    "asset: stall": asset("E_TIMEOUT", {"do": "cut", "after": 2000, "by": "stall"}),
    "asset: silence": asset("E_TIMEOUT", {"do": "silence"}),
    "asset: trickled headers": asset("E_TIMEOUT", {"do": "slow", "bytes_per_second": 20}),
    "asset: trickled body": asset("E_TIMEOUT", {"do": "slow", "bytes_per_second": 220}),
    "asset: cut with a length": asset("E_NETWORK", {"do": "cut", "after": 2000}),
    "asset: cut without a length": asset("E_GZIP", {"do": "cut", "after": 2000, "framing": "close"}),
    "asset: chunks cut": asset("E_NETWORK", {"do": "cut", "after": 2000, "framing": "chunked"}),
    "asset: length too long": asset("E_NETWORK", {"do": "length", "value": 1_000_000}),
    "asset: length too short": asset("E_GZIP", {"do": "length", "value": 100}),
    "asset: length over 2^63": asset("E_NETWORK E_LIMIT", {"do": "length", "value": "99999999999999999999"}),
    "asset: length negative": asset("E_NETWORK", {"do": "length", "value": "-5"}),
    "asset: length no number": asset("E_NETWORK", {"do": "length", "value": "many"}),
    "asset: length over the limit": asset("E_LIMIT", {"do": "length", "value": 1 << 40}),
    "asset: byte flipped": asset("E_GZIP", {"do": "flip", "at": 2000}),
    "asset: endless body": asset("E_LIMIT E_GZIP E_TAR", {"do": "endless", "what": "body"}),
    "asset: endless headers": asset("E_LIMIT", {"do": "endless", "what": "headers"}),
    "asset: endless header": asset("E_LIMIT", {"do": "endless", "what": "header"}),
    "asset: 300 KB of headers": asset("E_LIMIT", {"do": "headers", "headers": {f"X-{n}": "x" * 10_000 for n in range(30)}}),
    "asset: a header of 300 KB": asset("E_LIMIT", {"do": "headers", "headers": {"X-Long": "x" * 300_000}}),
    "asset: HTML with 200": asset("E_GZIP", {"do": "html"}),
    "asset: another protocol": asset("E_NETWORK", {"do": "raw", "text": "SSH-2.0-OpenSSH_9.2\r\n"}),
    "asset: redirect loop": asset("E_REDIRECT", {**TO, "to": "{storage}{target}"}),
    "asset: redirect loop between hosts": asset("E_REDIRECT", {**TO, "to": "{api}/api/v4/projects/100/packages/generic/wheels/3.0.0.2/" + ASSET}),
    "asset: 6 hops": asset("E_REDIRECT", {"do": "hops", "count": 5}, origin="api"),
    "asset: 5 hops": asset("", {"do": "hops", "count": 4}, origin="api", exit=0),
    "asset: redirect to nowhere": asset("E_NETWORK E_REDIRECT E_URL", status(302)),
    "asset: redirect to a file": asset("E_URL", {**TO, "to": "file:///etc/hostname"}),
    "asset: redirect to ftp": asset("E_URL", {**TO, "to": "ftp://127.0.0.1/x"}),
    "asset: redirect with a password": asset("E_URL", {**TO, "to": "http://user:secret@127.0.0.1/x"}),
    "asset: redirect to link-local": asset("E_ADDRESS", {**TO, "to": "http://169.254.169.254/latest/meta-data/"}),
    "asset: name that does not resolve": asset("E_NETWORK E_TIMEOUT", {**TO, "to": "http://nowhere.invalid/x"}),
    "asset: 400": asset("E_REFUSED", status(400)),
    "asset: 401 of the storage": asset("E_REFUSED", status(401)),
    "asset: 403 of the storage": asset("E_REFUSED", status(403)),
    "asset: 404": asset("E_NOT_FOUND", status(404), origin="api"),
    "asset: 410": asset("E_NOT_FOUND", status(410)),
    "asset: 429 for ever": asset("E_SERVER", status(429)),
    "asset: 500": asset("E_SERVER", status(500), origin="api"),
    "asset: 502 with HTML": asset("E_SERVER", status(502, content_type="text/html", body="<html>")),
    "asset: 503 for ever": asset("E_SERVER", status(503)),
    "asset: 204": asset("E_SERVER", status(204)),
    "asset: 206 unasked": asset("E_SERVER", status(206)),
    "asset: 304 unasked": asset("E_REDIRECT", status(304)),
    "asset: reset once": asset("", {"do": "reset", "times": 1}, exit=0),
    "asset: cut once": asset("", {"do": "cut", "after": 2000, "times": 1}, exit=0),
    "asset: stall once": asset("", {"do": "cut", "after": 2000, "by": "stall", "times": 1}, exit=0),
    **{f"asset: {number} once, Retry-After {name}": asset("", status(number, retry_after=value, times=1), exit=0)
       for number in (429, 503) for name, value in WAITS.items()},
    "asset: 429 once, no Retry-After": asset("", status(429, times=1), exit=0),
    "asset: 503 once, no Retry-After": asset("", status(503, times=1), exit=0),
    "asset: late": asset("", {"do": "delay", "ms": 1500}, exit=0),
    "asset: in chunks": asset("", {"do": "framing", "framing": "chunked", "chunk": 7}, exit=0),
    # The token's end in the middle of a run ends the repository at once; it was listed, so the run is partial.
    "assets: token expires": {"faults": [{"path": "*/packages/*", "origin": "api", "skip": 5, **status(401)}], "codes": ["E_REFUSED"],
                              "exit": 3, "scope": "listing"},
    "assets: all of the storage silent": {"faults": [{"origin": "storage", "do": "silence"}], "codes": ["E_TIMEOUT"], "exit": 3,
                                          "scope": "listing", "network": {"dead-requests": 4, "retry-budget": 2, "attempts": 1}},
    "assets: a rate limit": {"faults": [{"origin": "api", "do": "rate", "limit": 10, "seconds": 1}], "codes": [], "exit": 0, "scope": "pages",
                             "tree": "tree", "refusals": 0},
    # The listing.
    "listing: server not there": listing("E_NETWORK", {"do": "reset"}, closed=True),
    "listing: name that does not resolve": listing("E_NETWORK E_TIMEOUT", {"do": "reset"}, url="https://nowhere.invalid"),
    "listing: proxy not there": listing("E_NETWORK", {"do": "reset"}, env={"http_proxy": "http://127.0.0.1:{closed}"}),
    "listing: proxy whose name does not resolve": listing("E_NETWORK E_TIMEOUT", {"do": "reset"}, env={"http_proxy": "http://nowhere.invalid:1"}),
    "listing: no_proxy": listing("", {"do": "delay", "ms": 1}, exit=0, env={"http_proxy": "http://127.0.0.1:{closed}", "no_proxy": "127.0.0.1"}),
    "listing: reset": listing("E_NETWORK", {"do": "reset"}),
    "listing: silence": listing("E_TIMEOUT", {"do": "silence"}),
    "listing: trickle": listing("E_TIMEOUT", {"do": "slow", "bytes_per_second": 20}),
    "listing: stall": listing("E_TIMEOUT", {"do": "cut", "after": 500, "by": "stall"}),
    "listing: cut": listing("E_NETWORK", {"do": "cut", "after": 500}),
    "listing: cut without a length": listing("E_LISTING", {"do": "cut", "after": 500, "framing": "close"}),
    "listing: HTML with 200": listing("E_LISTING", {"do": "html"}),
    "listing: an object": listing("E_LISTING", status(200, body='{"message":"no"}')),
    "listing: endless body": listing("E_LIMIT E_LISTING", {"do": "endless", "what": "body"}),
    "listing: endless headers": listing("E_LIMIT", {"do": "endless", "what": "headers"}),
    "listing: redirect loop": listing("E_REDIRECT", {**TO, "to": "{api}{target}"}),
    "listing: 301 to itself": listing("E_REDIRECT", {**TO, "to": "{api}{target}", "status": 301}),
    "listing: 401": listing("E_REFUSED", status(401)),
    "listing: 403": listing("E_REFUSED", status(403)),
    "listing: 404": listing("E_NOT_FOUND", status(404)),
    "listing: 500": listing("E_SERVER", status(500)),
    "listing: 502 with HTML": listing("E_SERVER", status(502, content_type="text/html", body="<html>")),
    "listing: token unknown": listing("E_REFUSED", {"do": "delay", "ms": 1}, env={"GITLAB_TOKEN": "expired-token"}),
    "listing: token of a guest": listing("E_NO_TAG", {"do": "delay", "ms": 1}, exit=3, env={"GITLAB_TOKEN": "guest-token"}),
    **{f"listing: 429 once, Retry-After {name}": listing("", status(429, retry_after=value, times=1), exit=0) for name, value in WAITS.items()},
    "listing: 503 once, no Retry-After": listing("", status(503, times=1), exit=0),
    # Pages.
    "pages: X-Next-Page does not rise": pages("E_UNSTABLE_LISTING", 3, {"do": "next_page", "value": "1"}),
    "pages: X-Next-Page for ever": pages("", 0, {"do": "next_page", "value": "9"}),
    "pages: a page leads back to the first": pages(
        "E_UNSTABLE_LISTING", 3,
        {**TO, "path": "*&page=2", "to": "{api}/api/v4/projects/100/releases?order_by=created_at&sort=asc&per_page=100&page=1"}),
    "pages: no totals": pages("", 0, {"do": "totals"}),
    "pages: a total that is too large": pages("E_UNSTABLE_LISTING", 3, {"do": "totals", "value": 999}),
    "pages: a total that is too small": pages("E_UNSTABLE_LISTING", 3, {"do": "totals", "value": 9}),
    "pages: a release comes while paging": pages("", 0, {"do": "appear", "tag": "v7.0+many", "after_page": 1}),
    "pages: equal dates shuffled once": pages("", 0, {"do": "ties", "times": 3}, tree="ties"),
    "pages: equal dates shuffled for ever": pages("E_UNSTABLE_LISTING", 3, {"do": "ties"}, tree="ties"),
    "pages: Link to another host": pages("", 0, {"do": "headers", "headers": {
        "Link": "<http://nowhere.invalid/releases?page=2>; rel=\"next\"", "X-Next-Page": "", "X-Total": "", "X-Total-Pages": ""}}),
    "pages: the second one broken": pages("E_SERVER", 8, {**status(500), "path": "*&page=2"}),
    "pages: an empty listing": pages("E_EMPTY_LISTING", 3, status(200, body="[]"), first=True),
}
DEFAULT_N, SLICE_N = len(CASES), 14


def add_arguments(parser):
    parser.add_argument("--case", action="append", help="only this one; may be repeated")


def skipped():
    return None


def prove(options):
    names = options.case or random.Random(options.seed).sample(sorted(CASES), min(options.n, len(CASES)))
    losses, slowest = [], 0
    with program.Workspace() as work:
        trees = {
            "tree": program.generate(work / "tree", "--releases", 6, "--archs", "x86_64,aarch64", "--graph-bytes", 30000, "--seed", options.seed),
            "many": collecting.write_listing(work / "many", 100, 250),
            "ties": collecting.write_listing(work / "ties", 100, 150, created_at="2026-01-01T00:00:00.000Z"),
        }
        golden = {name: golden_store(work, name, tree, losses) for name, tree in trees.items()}
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            for name, seconds, complaints in pool.map(lambda name: check(work.path, name, trees, golden), names):
                slowest = max(slowest, seconds)
                losses += [f"{name}: {complaint}" for complaint in complaints]
        many = more_than_ten_thousand(work, losses)
        http2 = over_http2(work, trees["tree"], golden["tree"], losses)
    return {"cases": len(names), "healed": len(names), "slowest_s": f"{slowest:.1f}", **many, **http2, "lost": len(losses)}, losses


def golden_store(work, name, tree, losses):
    store, config = work / f"{name}.store", work / f"{name}.toml"
    with program.FakeGitLab(tree) as server:
        collecting.write_configuration(config, server.url, store, {"wheels": 100}, gitlab=['token-env = "GITLAB_TOKEN"'])
        collecting.collect(config, env={"GITLAB_TOKEN": "test-token"}).check()
        losses += collecting.check_oracle(tree, store, "100=wheels")
        return collecting.stable(store, server.url, server.storage_url)


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def check(folder, name, trees, golden):
    case, complaints, port = CASES[name], [], closed_port()
    kind = case.get("tree", "many" if case.get("scope") == "pages" else "tree")
    expected = golden[kind]
    faults = json.loads(json.dumps(case["faults"]).replace("{closed}", str(port)))
    environment = {"GITLAB_TOKEN": "test-token", **{key: value.replace("{closed}", str(port)) for key, value in case.get("env", {}).items()}}
    with tempfile.TemporaryDirectory(dir=folder) as own, program.FakeGitLab(trees[kind]) as server:
        store, config = os.path.join(own, "store"), os.path.join(own, "wheelspool.toml")

        def configure(url, network):
            collecting.write_configuration(config, url, store, {"wheels": 100}, network, {"asset-bytes": 4 << 20, "listing-page-bytes": 4 << 20},
                                           ['token-env = "GITLAB_TOKEN"'])

        if case.get("first"):
            configure(server.url, SHORT)
            collecting.collect(config, env=environment).check()
        server.add_faults(faults)
        configure(f"http://127.0.0.1:{port}" if case.get("closed") else case.get("url", server.url), {**SHORT, **case.get("network", {})})
        broken = collecting.collect(config, env=environment)
        if broken.returncode != case["exit"]:
            complaints.append(f"exit {broken.returncode}, not {case['exit']}: {broken.stderr.decode(errors='replace')[-500:]}")
        if broken.wall > MOST_SECONDS:
            complaints.append(f"took {broken.wall:.1f} s")
        codes = {code for _, _, code in collecting.failures(store)}
        if case["codes"] and not codes & set(case["codes"]) or not case["codes"] and codes:
            complaints.append(f"failed with {sorted(codes)}, not {case['codes']}")
        found = collecting.stable(store, server.url, server.storage_url)
        if case.get("scope") is None:
            complaints += neighbours(expected["artifacts"], found["artifacts"])
        refusals = server.stats()["statuses"].get("429", 0)
        if "refusals" in case and refusals != case["refusals"]:
            complaints.append(f"the server had to refuse {refusals} requests")
        server.clear_faults()
        configure(server.url, SHORT)
        healed = collecting.collect(config, env={"GITLAB_TOKEN": "test-token"})
        if healed.returncode != 0:
            complaints.append(f"the healthy server's run exits {healed.returncode}: {healed.stderr.decode(errors='replace')[-500:]}")
        complaints += collecting.differences(expected, collecting.stable(store, server.url, server.storage_url))
    return name, broken.wall, complaints


def neighbours(expected, found):
    """All artifacts but those of the release with the fault are in, and none is other than it should be."""
    missing = [line for line in set(expected) - set(found) if json.loads(line)["tag"] != TAG]
    return [f"{len(missing)} good neighbours are missing"] * bool(missing) + ["an artifact is not what it should be"] * bool(set(found) - set(expected))


def more_than_ten_thousand(work, losses):
    """Beyond 10,000 rows the server counts no more: a dry run must see every one of them, in two walks that agree."""
    count = 10_050
    tree, config = collecting.write_listing(work / "long", 100, count), work / "long.toml"
    with program.FakeGitLab(tree) as server:
        collecting.write_configuration(config, server.url, work / "long.store", {"wheels": 100})
        done = collecting.collect(config, "--dry-run")
        walked = server.stats()["listings"]
    if done.returncode != 0 or f"{count} releases to commit".encode() not in done.stderr:
        losses.append(f"a listing of {count}: exit {done.returncode}: {done.stderr.decode()[-300:]}")
    return {"rows": count, "pages": walked}


def over_http2(work, tree, golden, losses):
    """Through a proxy that offers HTTP/2 every request uses it, over few connections."""
    nghttpx = shutil.which("nghttpx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if not nghttpx:
        return {"http2": "skipped:no-nghttpx"}
    port, log, folder = closed_port(), work / "nghttpx.log", work / "tls"
    os.mkdir(folder)
    # The certificates come from a server of which nothing else is wanted.
    with program.FakeGitLab(tree, "--tls", folder):
        pass
    store, config = work / "http2.store", work / "http2.toml"
    with program.FakeGitLab(tree, "--direct", "--public-url", f"https://127.0.0.1:{port}") as server:
        backend = server.url.rpartition(":")[2]
        proxy = subprocess.Popen(
            [nghttpx, f"--frontend=127.0.0.1,{port}", f"--backend=127.0.0.1,{backend}", f"--accesslog-file={log}", "--errorlog-file=/dev/null",
             "--workers=1", "--conf=/dev/null", f"{folder}/good.key", f"{folder}/good.pem"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            program.wait_until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
            collecting.write_configuration(config, f"https://127.0.0.1:{port}", store, {"wheels": 100},
                                           gitlab=['token-env = "GITLAB_TOKEN"', f'cacert = "{folder}/authority.pem"'])
            done = collecting.collect(config, env={"GITLAB_TOKEN": "test-token"})
        finally:
            proxy.terminate()
            proxy.wait()
        if done.returncode != 0:
            losses.append(f"over HTTP/2: exit {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
            return {"http2": 0}
        losses += [f"over HTTP/2: {text}" for text in collecting.differences(golden, collecting.stable(store, f"https://127.0.0.1:{port}"))]
    with open(log, encoding="utf-8") as file:
        protocols = [line.split('"')[1].rpartition(" ")[2] for line in file if '"GET ' in line]
    if set(protocols) != {"HTTP/2"}:
        losses.append(f"HTTP/2 was offered, and used in {protocols.count('HTTP/2')} of {len(protocols)} requests")
    return {"http2_requests": protocols.count("HTTP/2")}


