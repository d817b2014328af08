"""Shows the collector eight kinds of bad certificate: each is refused and named, no request and no token gets through, nothing in the environment helps.

A good one is accepted with --cacert and with the same setting of the configuration.
"""

import os

from measure import collecting, program
from measure.process import run

DEFAULT_N, SLICE_N = 2, 1
# What the message must name.
BAD = {
    "expired": "certificate has expired",
    "not-yet-valid": "certificate is not yet valid",
    "wrong-host": "subject name",
    "wildcard": "subject name",
    "unknown-authority": "issuer certificate|self-signed certificate in certificate chain",
    "self-signed": "self-signed certificate",
    "issued-by-leaf": "CA certificate",
    "short-key": "key too weak",
}
# Switches of other programs, and some that one might guess.
INSECURE = {
    "CURL_INSECURE": "1", "CURLOPT_SSL_VERIFYPEER": "0", "GIT_SSL_NO_VERIFY": "1", "NODE_TLS_REJECT_UNAUTHORIZED": "0", "PYTHONHTTPSVERIFY": "0",
    "SSL_NO_VERIFY": "1", "SSL_VERIFY": "false", "TLS_VERIFY": "0", "INSECURE": "1", "GITLAB_INSECURE": "1", "GITLAB_SSL_VERIFY": "0",
    "WHEELSPOOL_INSECURE": "1", "WHEELSPOOL_CACERT": "/dev/null", "WHEELSPOOL_VERIFY": "0",
}


def add_arguments(parser):
    pass


def skipped():
    return None


def prove(options):
    losses, refused, sources = [], 0, 0
    with program.Workspace() as work:
        tree = program.generate(work / "tree", "--releases", 1, "--archs", "x86_64", "--graph-bytes", 2000, "--seed", options.seed)
        home = work / "home"
        os.mkdir(home)
        for name, text in ((".curlrc", "insecure\n"), (".netrc", "machine 127.0.0.1 login a password b\n")):
            with open(os.path.join(home, name), "w", encoding="utf-8") as file:
                file.write(text)

        def collect(server, store, *more, lines=(), env=None):
            config = work / "wheelspool.toml"
            collecting.write_configuration(config, server.url, store, {"wheels": 100}, collecting.SHORT, gitlab=['token-env = "GITLAB_TOKEN"', *lines])
            return collecting.collect(config, *more, env={"GITLAB_TOKEN": "test-token", "HOME": home, **(env or {})})

        for again in range(options.n):
            for kind, words in BAD.items():
                folder = work / f"{kind}-{again}"
                os.mkdir(folder)
                with program.FakeGitLab(tree, "--tls", folder, "--certificate", kind) as server:
                    authority = os.path.join(folder, "authority.pem")
                    for env in ({}, {**INSECURE, "CURL_CA_BUNDLE": authority, "SSL_CERT_FILE": authority, "SSL_CERT_DIR": folder}):
                        done = collect(server, work / "bad.store", "--cacert", authority, env=env)
                        text = done.stderr.decode(errors="replace")
                        if done.returncode != 8 or "(E_TLS)" not in text or not any(word in text for word in words.split("|")):
                            losses.append(f"{kind}: exit {done.returncode}: {text[-300:]}")
                        refused += 1
                    stats = server.stats()
                    if stats["requests"] or stats["tokens"]["api"] or stats["tokens"]["storage"]:
                        losses.append(f"{kind}: {stats['requests']} requests got through")
            folder = work / f"good-{again}"
            os.mkdir(folder)
            with program.FakeGitLab(tree, "--tls", folder) as server:
                authority = os.path.join(folder, "authority.pem")
                for name, more, lines, env, code in (
                        ("--cacert", ["--cacert", authority], [], {}, 0), ("cacert", [], [f'cacert = "{authority}"'], {}, 0),
                        ("the system's authorities", [], [], {}, 8),
                        ("authorities named by the environment", [], [], {**INSECURE, "CURL_CA_BUNDLE": authority, "SSL_CERT_FILE": authority, "SSL_CERT_DIR": folder}, 8)):
                    sources += 1
                    done = collect(server, work / f"{again}-{sources}.store", *more, lines=lines, env=env)
                    if done.returncode != code:
                        losses.append(f"a good certificate, {name}: exit {done.returncode}, not {code}: {done.stderr.decode()[-300:]}")
                for more, lines in ((["--insecure"], []), (["-k"], []), ([], ["insecure = true"]), ([], ["verify = false"])):
                    done = collect(server, work / "none.store", *more, lines=lines)
                    if done.returncode != 2:
                        losses.append(f"{more or lines} gives exit {done.returncode}, not 2")
        offered = run([program.WHEELSPOOL, "collect", "--help"], sample=False).check().stdout.decode()
        if any(word in offered for word in ("insecure", "verify")):
            losses.append("collect offers not to verify")
    return {"kinds": len(BAD), "refused": refused, "good": sources, "lost": len(losses)}, losses
