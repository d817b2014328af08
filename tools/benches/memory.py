"""Peak anonymous memory of collect: must not grow with the number of releases."""

from measure import program
from measure.process import run

ARCHITECTURES, GRAPH_BYTES = 4, 200_000


def bench(options):
    peaks = {}
    with program.Workspace() as work:
        for releases in (50, 500):
            count = max(int(releases * options.scale), 5)
            tree = program.generate(
                work / f"tree{releases}", "--releases", count, "--graph-bytes", GRAPH_BYTES,
                "--seed", options.seed)
            with program.FakeGitLab(tree) as server:
                for jobs in (4, 8):
                    done = run(program.collect_arguments(server.url, 100, work / f"{releases}-{jobs}.store", "--jobs", str(jobs))).check()
                    peaks[releases, jobs] = done.peak_anon_kib
                    yield {"what": f"RssAnon peak, {count} releases x {ARCHITECTURES} x {GRAPH_BYTES // 1000} KB, --jobs {jobs}",
                           "value": f"{done.peak_anon_kib / 1024:.1f}", "unit": "MiB", "must": "<= 40", "ok": done.peak_anon_kib <= 40 * 1024}
                    yield {"what": f"wall, {count} releases, --jobs {jobs}", "value": f"{done.wall:.2f}", "unit": "s"}
                    yield {"what": f"CPU per artifact, {count} releases, --jobs {jobs}",
                           "value": f"{done.cpu * 1000 / count / ARCHITECTURES:.2f}", "unit": "ms"}
    for jobs in (4, 8):
        growth = peaks[500, jobs] / peaks[50, jobs] - 1
        yield {"what": f"growth of the peak from 50 to 500 releases, --jobs {jobs}", "value": f"{growth * 100:+.1f}", "unit": "%",
               "must": "<= 5 %", "ok": growth <= 0.05}
