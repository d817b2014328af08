#!/usr/bin/env python3
"""Make the expected answers to questions about dependency graphs, by running fromager itself.

    graph_cases.py --fromager PATH DIR...        DIR/graph.json -> DIR/{why,dot,duplicates,constraints,subset}…
    graph_cases.py --generate DIR --seed N --nodes N [--degree N]
    graph_cases.py --fromager PATH --digests FILE --seed N --nodes N [--degree N] [--mild]

The answers in fixtures/graphs were made with fromager 0.77.0; a graph made by `--generate` has
cycles, repeated edges, several versions of a name, pre-releases, extras, markers, constraints and prebuilt packages.
`--digests` adds to FILE what becomes of a graph too large to be kept: how it is made, its SHA-256, and that of each answer's
lines, sorted and without the commas at their ends, since the order of some is that of a set. With `--mild` every requirement
takes every version. fromager is not asked for constraints of a large graph: it reports conflicts there at endless length.
"""

import argparse
import hashlib
import json
import os
import pathlib
import random
import subprocess
import tempfile

TYPES = ["install", "install", "install", "build-system", "build-backend", "build-sdist"]


def generate(directory: pathlib.Path, seed: int, count: int, degree: int, mild: bool = False) -> None:
    rng = random.Random(seed)
    names = [f"pkg-{i}" for i in range(max(1, count * 4 // 5))]
    nodes = {}
    for _ in range(count):
        name = rng.choice(names)
        version = f"{rng.randint(0, 3)}.{rng.randint(0, 9)}" + rng.choice(["", "", ".0", ".1", "rc1", ".post2", ".dev3", "+cpu"])
        nodes[f"{name}=={version}"] = (name, version)
    keys = list(nodes)
    graph = {"": {"download_url": "", "pre_built": False, "version": "0", "canonicalized_name": "", "edges": []}}
    for key, (name, version) in nodes.items():
        graph[key] = {
            "download_url": f"https://files.packages.example/{name}/{name}-{version}.tar.gz",
            "pre_built": rng.random() < 0.1,
            "version": version,
            "canonicalized_name": name,
            "edges": [],
        }
        if rng.random() < 0.2:
            graph[key]["constraint"] = rng.choice([None, "", f"{name}=={version}", f"{name}>=0.1,<9"])

    def edge(key: str, kind: str) -> dict:
        name, version = nodes[key]
        public = version.split("+")[0]
        if mild:
            return {"key": key, "req_type": kind, "req": rng.choice([name, f"{name}>=0.0.dev0", f"{name}[fast]; os_name == 'posix'"])}
        req = rng.choice([
            name, f"{name}=={version}", f"{name}>=0.1", f"{name}<3,>=0.2", f"{name}!=1.*", f"{name}~=1.0",
            f"{name}>{public}", f"{name}<={public}", f"{name}[fast,big]>=0.1", f"{name.replace('-', '_')}>=0.0rc1",
            f"{name}; python_version >= \"3.9\"", f"{name}>=0.3; extra == 'Fast_One' and (os_name == \"posix\" or sys_platform == 'linux')",
        ])
        return {"key": key, "req_type": kind, "req": req}

    for key in rng.sample(keys, max(1, len(keys) // 20)):
        graph[""]["edges"].append(edge(key, "toplevel"))
    for position, key in enumerate(keys):
        if rng.random() < 0.97:
            # A tree keeps most nodes reachable; it leads forwards, the rest anywhere, itself included.
            parent = keys[rng.randrange(position)] if position else ""
            graph[parent]["edges"].append(edge(key, rng.choice(TYPES) if parent else "toplevel"))
        for _ in range(rng.randint(0, degree)):
            graph[key]["edges"].append(edge(rng.choice(keys), rng.choice(TYPES)))
        if graph[key]["edges"] and rng.random() < 0.1:
            graph[key]["edges"].append(dict(rng.choice(graph[key]["edges"])))
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "graph.json").write_text(json.dumps(graph, indent=2))


def package_of(directory: pathlib.Path) -> str:
    """The package that most others ask for: deterministic, and an interesting one."""
    graph = json.loads((directory / "graph.json").read_text())
    counts = {}
    for node in graph.values():
        for edge in node["edges"]:
            counts[edge["key"]] = counts.get(edge["key"], 0) + 1
    best = max(counts, key=lambda key: (counts[key], key), default=None)
    return graph[best]["canonicalized_name"] if best else ""


def answer(fromager: str, directory: pathlib.Path, deep: bool, constraints: bool = True) -> None:
    package = package_of(directory)
    (directory / "package.txt").write_text(package + "\n")
    questions = {
        "dot.txt": ["to-dot", "graph.json"],
        "dot-install.txt": ["to-dot", "--install-only", "graph.json"],
        "duplicates.txt": ["explain-duplicates", "graph.json"],
        "constraints.txt": ["to-constraints", "graph.json"],
    }
    if not constraints:
        del questions["constraints.txt"]
    if package:
        questions |= {
            "why.txt": ["why", "graph.json", package],
            "why-1.txt": ["why", "--depth", "1", "graph.json", package],
            "why-install.txt": ["why", "--requirement-type", "install", "graph.json", package],
            "subset.json": ["subset", "graph.json", package],
        }
        if deep:
            questions["why-all.txt"] = ["why", "--depth", "-1", "graph.json", package]
    for name, arguments in questions.items():
        arguments = [str(directory.resolve() / word) if word == "graph.json" else word for word in arguments]
        with tempfile.TemporaryDirectory() as scratch:  # fromager makes directories where it runs
            # It walks a graph by calling itself: a large one is deeper than Python allows unasked.
            pathlib.Path(scratch, "sitecustomize.py").write_text("import sys\nsys.setrecursionlimit(1_000_000)\n")
            done = subprocess.run(
                [fromager, "graph", *arguments], cwd=scratch, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                text=True, env={**os.environ, "PYTHONPATH": scratch})
        (directory / name).write_text(done.stdout if done.returncode == 0 else "FAILED\n")


def sorted_digest(text: str) -> str:
    lines = sorted(line.removesuffix(",") for line in text.split("\n") if line)
    return hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()


def digests(fromager: str, file: pathlib.Path, seed: int, nodes: int, degree: int, mild: bool) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        directory = pathlib.Path(scratch)
        generate(directory, seed, nodes, degree, mild)
        answer(fromager, directory, deep=False, constraints=False)
        rows = [("graph.json", hashlib.sha256((directory / "graph.json").read_bytes()).hexdigest())]
        for path in sorted(directory.iterdir()):
            if path.suffix in (".txt", ".json") and path.name not in ("graph.json", "package.txt"):
                text = path.read_text()
                rows.append((path.name, "FAILED" if text == "FAILED\n" else sorted_digest(text)))
        with open(file, "a") as out:
            for name, digest in rows:
                out.write(f"{seed}\t{nodes}\t{degree}\t{'mild' if mild else 'harsh'}\t{(directory / 'package.txt').read_text().strip()}\t{name}\t{digest}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fromager")
    parser.add_argument("--deep", action="store_true", help="also follow every chain to the top")
    parser.add_argument("--generate", type=pathlib.Path)
    parser.add_argument("--digests", type=pathlib.Path)
    parser.add_argument("--mild", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nodes", type=int, default=40)
    parser.add_argument("--degree", type=int, default=3)
    parser.add_argument("directories", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.generate:
        generate(arguments.generate, arguments.seed, arguments.nodes, arguments.degree, arguments.mild)
    if arguments.digests:
        digests(arguments.fromager, arguments.digests, arguments.seed, arguments.nodes, arguments.degree, arguments.mild)
    for directory in arguments.directories:
        answer(arguments.fromager, directory, arguments.deep)


if __name__ == "__main__":
    main()
