"""Follows a canary token: through every kind of redirect, in each of its three headers, and through all that is written.

No other origin may ever see it: not another port, another name of the same host, plain http, or the host of a link. Then it is looked for
in arguments, messages of every level and form, the store's files and documents, every dump, exports, metrics, and core files.
"""

import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import threading

from measure import collecting, program
from measure.process import run

TOKEN, QUERY = "canary-T0KEN-8f2e1d", "canary-QUERY-77aa31"
HEADERS = {"private-token": b"PRIVATE-TOKEN: ", "job-token": b"JOB-TOKEN: ", "bearer": b"Authorization: Bearer "}
STATUSES = (301, 302, 303, 307, 308)
DEFAULT_N, SLICE_N = 15, 4


def add_arguments(parser):
    pass


def skipped():
    return None


class Stranger:
    """A server of another origin that keeps every byte it is sent and has nothing to offer."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port, self.received, self.requests = self.socket.getsockname()[1], b"", 0
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        with connection:
            connection.settimeout(5)
            while True:
                try:
                    piece = connection.recv(65536)
                    if not piece:
                        return
                    self.received += piece
                    if piece.endswith(b"\r\n\r\n"):
                        self.requests += 1
                        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                except OSError:
                    return

    def close(self):
        self.socket.close()


def make_tree(path, seed):
    """A private project of which each release has one asset; the canary is its token, and another one stands in links."""
    program.generate(path, "--releases", 9, "--archs", "x86_64", "--graph-bytes", 4000, "--seed", seed)
    projects = os.path.join(path, "projects.json")
    with open(projects, encoding="utf-8") as file:
        project = json.load(file)[0]
    with open(projects, "w", encoding="utf-8") as file:
        json.dump([{**project, "visibility": "private", "tokens": [TOKEN], "guest_tokens": []}], file)
    listing = os.path.join(path, project["directory"], "releases.json")
    with open(listing, encoding="utf-8") as file:
        rows = json.load(file)
    for number, row in enumerate(rows):
        row["assets"]["links"][0]["url"] += f"?private_token={QUERY}&n={number}"
    return listing, rows


def write_rows(listing, rows, stranger):
    """The links of two releases lead elsewhere from the first."""
    changed = json.loads(json.dumps(rows))
    changed[0]["assets"]["links"][0]["url"] = f"http://127.0.0.1:{stranger.port}/asset.tar.gz?private_token={QUERY}"
    changed[1]["assets"]["links"][0]["url"] = f"http://localhost:{stranger.port}/asset.tar.gz?X-Amz-Signature={QUERY}"
    with open(listing, "w", encoding="utf-8") as file:
        json.dump(changed, file)


def file_of(row):
    return row["assets"]["links"][0]["name"].replace("+", "%2B")


def faults(rows, stranger, api, status):
    """Each of these releases is redirected in its own way."""
    port = api.rpartition(":")[2]
    ways = {
        2: "{api}{target}&again=1",  # the same origin, absolute
        3: "{target}&again=1",  # the same origin, relative
        4: f"http://127.0.0.1:{stranger.port}/other-port?private_token={QUERY}",
        5: f"http://localhost:{stranger.port}/other-name",
        6: f"http://localhost:{port}" + "{target}",  # the same port and machine under another name
        7: f"http://127.0.0.1:{stranger.port}" + "{target}",
    }
    return [{"path": f"*{file_of(rows[number])}*", "origin": "api", "do": "redirect", "to": to, "status": status, "times": 1} for number, to in ways.items()]


def prove(options):
    losses, searched, own, strange, runs = [], [0, 0], 0, 0, 0
    matrix = [(header, status) for status in STATUSES for header in HEADERS]
    with program.Workspace() as work:
        listing, rows = make_tree(work / "tree", options.seed)
        for number in range(options.n):
            header, status = matrix[(number * 4 + options.seed - 1) % len(matrix)]
            stranger, folder = Stranger(), work / f"tls{number}"
            os.mkdir(folder)
            write_rows(listing, rows, stranger)
            try:
                with program.FakeGitLab(work / "tree") as server:
                    server.add_faults(faults(rows, stranger, server.url, status))
                    own += plain(work, number, server, header, losses, searched, rows)
                    listing_elsewhere(work, server, stranger, header, status, losses, searched)
                    runs += 3
                with program.FakeGitLab(work / "tree", "--tls", folder, "--plain-storage") as server:
                    downgrade(work, server, stranger, folder, header, status, losses, searched)
                    runs += 1
            finally:
                stranger.close()
            strange += stranger.requests
            if TOKEN.encode() in stranger.received or any(name in stranger.received for name in HEADERS.values()):
                losses.append(f"{header} {status}: the token arrived at a stranger")
        refused_tokens(work, losses)
        core_files(work, losses)
    if not strange or not own:
        losses.append("nothing was asked of strangers, or of the token's own origin: the proof is void")
    figures = {"runs": runs, "own_origin_requests": own, "strangers_requests": strange, "files_searched": searched[0], "mib_searched": searched[1] >> 20}
    return {**figures, "lost": len(losses)}, losses


def configure(work, url, header, *lines):
    token = work / "token"
    with open(token, "w", encoding="utf-8") as file:
        file.write(TOKEN + "\n")
    os.chmod(token, 0o600)
    config, store = work / "wheelspool.toml", work / "a.store"
    shutil.rmtree(store, ignore_errors=True)
    collecting.write_configuration(config, url, store, {"wheels": 100}, collecting.SHORT, gitlab=[f'token-file = "{token}"', f'token-header = "{header}"', *lines])
    return config, store


def watched(config, *options):
    """Runs collect and reads its arguments while it works."""
    process = subprocess.Popen([program.WHEELSPOOL, "collect", "--config", config, *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    with open(f"/proc/{process.pid}/cmdline", "rb") as file:
        arguments = file.read()
    out, err = process.communicate(timeout=60)
    return process.returncode, arguments + b"\n" + out + b"\n" + err


def search(losses, searched, what, text):
    searched[0] += 1
    searched[1] += len(text)
    for canary in (TOKEN, QUERY):
        if canary.encode() in text:
            losses.append(f"{canary} is in {what}")


def plain(work, number, server, header, losses, searched, rows):
    """Collects over http with all redirects, and searches everything that was written. Returns how many requests carried the token."""
    config, store = configure(work, server.url, header)
    metrics = work / "metrics.prom"
    for form in ("text", "json"):
        code, text = watched(config, "-v", "-v", "--log-format", form, "--progress", "lines" if form == "text" else "json", "--metrics-file", metrics)
        search(losses, searched, f"{form} messages", text)
        # Five strangers have nothing; the rest is in.
        if code != 3 or (form == "text" and text.count(b"committed ") < 9):
            losses.append(f"{header}: exit {code}: {text.decode(errors='replace')[-300:]}")
    stats = server.stats()
    if stats["tokens"]["api"] != [TOKEN] or stats["tokens"]["storage"]:
        losses.append(f"{header}: the server saw the tokens {stats['tokens']}")
    found = {tag: code for tag, _, code in collecting.failures(store)}
    missing = {rows[number]["tag_name"] for number in (0, 1)}
    if not missing <= set(found):
        losses.append(f"{header}: links to strangers gave {found}")
    with open(metrics, "rb") as file:
        search(losses, searched, "metrics", file.read())
    for name in os.listdir(store):
        with open(os.path.join(store, name), "rb") as file:
            search(losses, searched, f"the store's {name}", file.read())
    for table in ("", "products", "releases", "artifacts", "drops", "packages", "failures", "runs", "log"):
        text = run([program.WHEELSPOOL, "dump", *([table] if table else []), "--store", store, *(["--format", "json", "--raw"] if table else [])], sample=False)
        search(losses, searched, f"dump {table}", text.stdout + text.stderr)
    for line in collecting.dump(store, "artifacts").splitlines():
        artifact = json.loads(line)
        for kind in artifact["documents"]:
            search(losses, searched, f"document {kind}", run([program.WHEELSPOOL, "dump", "document", artifact["key"], kind, "--store", store], sample=False).check().stdout)
    if number == 0:
        for target in ("sqlite:" + work / "a.sqlite", "ndjson:" + work / "a.ndjson"):
            run([program.WHEELSPOOL, "export", target, "--store", store, "-v"], sample=False).check()
            with open(target.partition(":")[2], "rb") as file:
                search(losses, searched, target.partition(":")[0], file.read())
    return stats["listings"] + stats["packages"]


def listing_elsewhere(work, server, stranger, header, status, losses, searched):
    """The listing itself is redirected to a stranger."""
    config, store = configure(work, server.url, header)
    server.clear_faults()
    server.add_faults([{"path": "*/releases?*", "do": "redirect", "to": f"http://localhost:{stranger.port}/releases", "status": status}])
    code, text = watched(config, "-v", "--progress", "none")
    search(losses, searched, "messages about a listing elsewhere", text)
    if code != 8:
        losses.append(f"{header} {status}: a listing elsewhere gives exit {code}")


def downgrade(work, server, stranger, folder, header, status, losses, searched):
    """From https neither a redirect nor a link leads to http."""
    config, store = configure(work, server.url, header, f'cacert = "{folder}/authority.pem"')
    server.add_faults([{"path": "*/packages/*", "origin": "api", "do": "redirect", "to": f"http://127.0.0.1:{stranger.port}/plain", "status": status, "skip": 3}])
    before = stranger.requests
    code, text = watched(config, "-v", "--progress", "none")
    search(losses, searched, "messages about http", text)
    codes = {code for _, _, code in collecting.failures(store)}
    if code != 3 or codes != {"E_URL"} or stranger.requests != before:
        losses.append(f"{header} {status}: from https to http: exit {code}, {codes}, {stranger.requests - before} requests")
    if server.stats()["tokens"]["storage"]:
        losses.append(f"{header} {status}: the token went over plain http")


def refused_tokens(work, losses):
    """Tokens that would be more than one header, and files that others may read: exit 2, and nothing of them is shown."""
    config, _ = configure(work, "http://127.0.0.1:1", "private-token")
    for text, mode in ((TOKEN + "\r\nX-Admin: 1", 0o600), (TOKEN + "\n\n", 0o600), ("a " + TOKEN, 0o600), (TOKEN + "\0", 0o600), (TOKEN + "\x7f", 0o600),
                       ("", 0o600), (TOKEN, 0o640), (TOKEN, 0o604), (TOKEN, 0o666)):
        with open(work / "token", "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(work / "token", mode)
        code, said = watched(config)
        if code != 2 or TOKEN.encode() in said:
            losses.append(f"token {text[-9:]!r} of mode {mode:o}: exit {code}: {said[-200:]!r}")
    code, said = watched(config, "--token", TOKEN[:0] + "x")
    if code != 2:
        losses.append("a token may be an argument")


def core_files(work, losses):
    """A process that is aborted leaves no memory behind, whatever the limits."""
    folder = work / "core"
    os.mkdir(folder)
    with program.FakeGitLab(work / "tree") as server:
        server.add_faults([{"path": "*/packages/*", "do": "silence"}])
        config, _ = configure(work, server.url, "private-token")
        process = subprocess.Popen([program.WHEELSPOOL, "collect", "--config", config], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE,
                                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)))
        program.wait_until(lambda: server.stats()["listings"] > 0)
        process.send_signal(signal.SIGABRT)
        said = process.stderr.read()
        process.stderr.close()
        status = os.waitpid(process.pid, 0)[1]
        process.returncode = 0
    if os.WCOREDUMP(status) or os.listdir(folder) or TOKEN.encode() in said:
        losses.append(f"an aborted collect leaves {os.listdir(folder)} and says {said[-200:]!r}")
