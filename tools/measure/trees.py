"""Trees for the fake GitLab whose content the caller chooses, made with the pieces of tools/make-oddities."""

import importlib.machinery
import importlib.util
import json
import os

from measure.program import ROOT

ARCHITECTURES = ("aarch64", "ppc64le", "s390x", "x86_64")


class Tree:
    """A tree with one project of id 15; `release` adds to it, `write` puts it on disk."""

    def __init__(self, name):
        loader = importlib.machinery.SourceFileLoader("oddities", os.path.join(ROOT, "tools", "make-oddities"))
        self.made = importlib.util.module_from_spec(importlib.util.spec_from_loader("oddities", loader))
        loader.exec_module(self.made)
        self.name, self.project = name, self.made.Project(name, 15)

    def release(self, tag, graphs=None, summary=None, architectures=ARCHITECTURES, **fields):
        """Adds a release; `graphs` makes the graph of an architecture, or is the graph of all."""
        def asset(architecture):
            graph = graphs(architecture) if callable(graphs) else graphs
            return self.made.gz(self.made.tar(self.made.files(graph=graph, summary=summary)), 1)

        self.project.release(tag, [(self.made.asset_name(tag, name), asset(name)) for name in architectures], **fields)

    def write(self, folder):
        self.project.finish()
        out = {name: content for name, content in self.made.OUT.items() if name.startswith(self.name + "/")}
        out["projects.json"] = json.dumps([{"id": 15, "path": "acme/" + self.name, "directory": self.name, "visibility": "public",
                                            "tokens": ["test-token"]}]).encode()
        for name, content in out.items():
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)
        return folder
