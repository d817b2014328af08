"""Collect beside the pipeline of standard tools that does the same: curl -Z, 8 wide; bsdtar; zstd -3."""

import os
import shutil
import subprocess

from measure import program
from measure.process import median, run

RELEASES, ARCHITECTURES, GRAPH_BYTES = 200, 4, 270_000

# Inflates every tarball that curl fetched and compresses the wanted members of each, one process a tool, as a shell user would.
PIPELINE = r"""
set -e
curl -sS -Z --parallel-max 8 --fail --location --config "$1/urls"
[ "$2" = fetch ] && exit 0
for tarball in "$1"/*.tar.gz; do
  bsdtar -xOf "$tarball" '*/release/outputs/graph.json' '*/release/outputs/build-sequence-summary.json' '*/release/outputs/constraints.txt' \
    | zstd -3 -q -c > "$tarball.zst"
done
"""


def reference(work, urls, step):
    folder = work / "reference"
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    with open(os.path.join(folder, "urls"), "w") as config:
        for number, url in enumerate(urls):
            config.write(f'url = "{url}"\noutput = "{folder}/{number}.tar.gz"\n')
    return run(["bash", "-c", PIPELINE, "pipeline", folder, step], sample=False).check()


def asset_urls(base):
    import json
    import urllib.request

    urls, page = [], 1
    while page:
        with urllib.request.urlopen(f"{base}/api/v4/projects/100/releases?per_page=100&page={page}") as answer:
            for release in json.load(answer):
                urls += [link["url"] for link in release["assets"]["links"] if link["name"].startswith("wheels-")]
            page = int(answer.headers["X-Next-Page"] or 0)
    return urls


def bench(options):
    releases = max(int(RELEASES * options.scale), 5)
    with program.Workspace() as work:
        tree = program.generate(
            work / "tree", "--releases", releases, "--graph-bytes", GRAPH_BYTES, "--seed", options.seed)
        for latency in (0, 20):
            with program.FakeGitLab(tree, *(("--latency-ms", str(latency)) if latency else ())) as server:
                urls, ours, theirs, cpu = asset_urls(server.url), [], [], []
                step = "fetch" if latency else "all"
                for number in range(options.runs):
                    store = work / f"{latency}-{number}.store"
                    done = run(program.collect_arguments(server.url, 100, store, "--jobs", "8" if latency else "4"), sample=False).check()
                    ours.append(done.wall)
                    cpu.append(done.cpu)
                    theirs.append(reference(work, urls, step).wall)
                    if number == 0 and not latency:
                        first = store
                ratio = median([a / b for a, b in zip(ours, theirs)])
                name = "curl -Z 8 wide alone, 20 ms a request" if latency else "curl -Z 8 wide + bsdtar + zstd -3"
                must = 1.2 if latency else 1.5
                yield {"what": f"wall / ({name}), {releases} x {ARCHITECTURES} x {GRAPH_BYTES // 1000} KB", "value": f"{ratio:.2f}",
                       "must": f"<= {must}", "ok": ratio <= must}
                yield {"what": f"wall of collect, {latency} ms latency", "value": f"{median(ours):.2f}", "unit": "s"}
                if not latency:
                    each = median(cpu) * 1000 / len(urls)
                    yield {"what": "client CPU per artifact", "value": f"{each:.2f}", "unit": "ms", "must": "<= 2.5", "ok": each <= 2.5}
                    again = [run(program.collect_arguments(server.url, 100, first), sample=False).check().cpu for _ in range(options.runs)]
                    yield {"what": f"CPU of a re-run with nothing new, {releases} releases", "value": f"{median(again):.3f}", "unit": "s",
                           "must": "<= 0.1", "ok": median(again) <= 0.1}
