"""Asks `packages` for every package and `diff` for every pair of successive artifacts and releases of a generated project, and compares
each answer, row by row, with what tools/expectations computes from the same files."""

import argparse
import json
import random

from expectations.content import asset_content
from expectations.jsontext import parse_json
from expectations.listings import Expectation
from expectations.versions import order
from measure import program
from measure.process import run

DEFAULT_N, SLICE_N = 60, 18


def add_arguments(parser):
    parser.add_argument("--graph-bytes", type=int, default=20000)


def skipped():
    return None


class Answers:
    """Runs the program on one store."""

    def __init__(self, store):
        self.store, self.count = store, 0

    def rows(self, *arguments):
        self.count += 1
        done = run([program.WHEELSPOOL, *arguments, "--format", "ndjson", "--store", self.store], sample=False).check()
        return [json.loads(line) for line in done.stdout.splitlines()]


class Project:
    """What is expected of a generated project, with the questions' answers."""

    def __init__(self, tree):
        self.expected = Expectation(argparse.Namespace(tree=tree, product="bench", project=["100=wheels"]))
        self.artifacts = {key: record for (_, key), record in self.expected.artifacts.items()}
        self.versions = {key: {} for key in self.artifacts}
        for _, key, name, version in self.expected.packages:
            self.versions[key].setdefault(name, []).append(version)
        for names in self.versions.values():
            for found in names.values():
                found.sort(key=str.encode)
        self.top = {key: self.top_level(key) for key in self.artifacts}
        self.lineages = {}
        for key, record in sorted(self.artifacts.items(), key=lambda item: item[1]["created_at"]):
            self.lineages.setdefault((record["variant"], record["arch"]), []).append(key)

    def top_level(self, key):
        with open(self.expected.files[("wheels", key)], "rb") as file:
            graph = parse_json(asset_content(file.read())[0]["dependency_graph"], "graph")
        root = next(node for name, node in graph if name == "")
        return {edge.get_all("key")[0].partition("==")[0].lower() for edge in root.get_all("edges")[0]}

    def history(self, name, matches=lambda record: True):
        rows = []
        for key, record in self.artifacts.items():
            if name in self.versions[key] and matches(record):
                rows.append({"name": name, "versions": self.versions[key][name], "artifact_key": key, "product_key": "bench",
                             "repository_key": "wheels", "tag": record["tag"], "arch": record["arch"], "variant": record["variant"],
                             "series": record["series"], "created_at": record["created_at"]})
        rows.sort(key=lambda row: row["artifact_key"].encode())
        rows.sort(key=lambda row: row["created_at"], reverse=True)
        return rows

    def catalogue(self, matches=lambda record: True):
        names = {}
        for key, record in self.artifacts.items():
            if matches(record):
                for name, versions in self.versions[key].items():
                    names.setdefault(name, []).append(versions)
        rows = []
        for name in sorted(names, key=str.encode):
            versions = sorted({version for found in names[name] for version in found}, key=order, reverse=True)
            rows.append({"name": name, "artifacts": len(names[name]), "version_count": len(versions), "latest_version": versions[0],
                         "versions": versions})
        return rows

    def diff(self, old, new):
        before, after = self.versions.get(old, {}), self.versions.get(new, {})
        top = self.top.get(old, set()) | self.top.get(new, set())
        rows = []
        for name in sorted(set(before) | set(after), key=str.encode):
            a, b = before.get(name, []), after.get(name, [])
            if a != b:
                rows.append({"arch": self.artifacts[new or old]["arch"], "from_key": old, "to_key": new, "toplevel": name in top,
                             "change": "changed" if a and b else "added" if b else "removed", "name": name,
                             "from": sorted(a, key=order), "to": sorted(b, key=order)})
        return rows


def prove(options):
    dice, losses, counts = random.Random(options.seed), [], {}
    with program.Workspace() as work:
        tree = program.generate(
            work / "tree", "--releases", options.n, "--graph-bytes", options.graph_bytes, "--seed", options.seed)
        project, store = Project(tree), work / "a.store"
        with program.FakeGitLab(tree) as gitlab:
            run(program.collect_arguments(gitlab.url, 100, store), sample=False).check()
        answers = Answers(store)

        def compare(what, expected, found):
            counts[what] = counts.get(what, 0) + 1
            if expected != found:
                place = next((n for n, pair in enumerate(zip(expected, found)) if pair[0] != pair[1]), min(len(expected), len(found)))
                losses.append(f"{what}: {len(expected)} rows expected, {len(found)} found; row {place}: "
                              f"{str(expected[place:place + 1])[:300]} is {str(found[place:place + 1])[:300]}")

        names = sorted({name for found in project.versions.values() for name in found})
        for name in names:
            spelling = dice.choice([name, name.upper(), name.replace("-", "_"), name.replace("-", ".")])
            compare("packages", project.history(name), answers.rows("packages", spelling))
        compare("catalogues", project.catalogue(), answers.rows("packages", "--all"))
        records = list(project.artifacts.values())
        for field, option in (("arch", "--arch"), ("series", "--series"), ("variant", "--variant"), ("tag", "--tag")):
            value, name = dice.choice(records)[field], dice.choice(names)
            compare("filters", project.history(name, lambda r: r[field] == value), answers.rows("packages", name, option, value))
            compare("filters", project.catalogue(lambda r: r[field] == value), answers.rows("packages", "--all", option, value))
        since, name = dice.choice(records)["created_at"], dice.choice(names)
        compare("filters", project.history(name, lambda r: r["created_at"] >= since), answers.rows("packages", name, "--since", since))
        compare("filters", project.catalogue(lambda r: r["created_at"] >= since), answers.rows("packages", "--all", "--since", since))
        compare("name_lists", {key: sorted(found, key=str.encode) for key, found in sorted(project.versions.items())},
                {row["key"]: row["package_names"] for row in sorted(answers.rows("dump", "artifacts"), key=lambda row: row["key"])})
        for keys in project.lineages.values():
            for old, new in zip(keys, keys[1:]):
                compare("pairs", project.diff(old, new), answers.rows("diff", old, new))
            compare("pairs", project.diff(keys[-2], keys[-1]), answers.rows("diff", "--previous", keys[-1]))
        releases = sorted(project.expected.releases.values(), key=lambda row: row["created_at"])
        for old, new in zip(releases, releases[1:]):
            pairs = {}
            for side, release in enumerate((old, new)):
                for key in release["artifact_keys"]:
                    pairs.setdefault(project.artifacts[key]["arch"], [None, None])[side] = key
            expected = [row for _, pair in sorted(pairs.items()) for row in project.diff(*pair)]
            compare("releases", expected, answers.rows("diff", old["tag"], new["tag"]))
    return {"artifacts": len(project.artifacts), **counts, "different": len(losses)}, losses
