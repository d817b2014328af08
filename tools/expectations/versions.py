"""Orders versions as PEP 440 does."""

import re

PATTERN = re.compile(
    r"v?(?:(?P<epoch>\d+)!)?(?P<release>\d+(?:\.\d+)*)"
    r"(?:[-_.]?(?P<phase>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre>\d*))?"
    r"(?:-(?P<implicit>\d+)|(?P<post>[-_.]?(?:post|rev|r)[-_.]?(?P<number>\d*)))?"
    r"(?P<dev>[-_.]?dev[-_.]?(?P<dev_number>\d*))?"
    r"(?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?", re.ASCII)

PHASES = {"a": 0, "alpha": 0, "b": 1, "beta": 1, "c": 2, "rc": 2, "pre": 2, "preview": 2}


def order(text):
    """A key to sort by: what is no version comes first, by bytes; so do different spellings of one version among themselves."""
    match = PATTERN.fullmatch(text.strip(" \t\n\v\f\r").lower())
    if not match:
        return (0, text.encode())
    part = match.groupdict()
    release = [int(number) for number in part["release"].split(".")]
    while release and release[-1] == 0:
        release.pop()
    has_post = part["implicit"] is not None or part["post"] is not None
    if part["phase"]:
        pre = (PHASES[part["phase"]], int(part["pre"] or 0))
    else:
        pre = (-1, 0) if part["dev"] and not has_post else (3, 0)
    post = (1, int(part["implicit"] or part["number"] or 0)) if has_post else (0, 0)
    dev = (0, int(part["dev_number"] or 0)) if part["dev"] else (1, 0)
    local = [(1, int(piece), "") if piece.isdigit() else (0, 0, piece) for piece in re.split("[-_.]", part["local"])] if part["local"] else []
    return (1, int(part["epoch"] or 0), release, pre, post, dev, bool(part["local"]), local, text.encode())
