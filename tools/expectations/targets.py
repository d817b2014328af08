"""Compares SQLite, PostgreSQL and NDJSON targets with what is expected."""

import decimal
import hashlib
import json
import sqlite3
import subprocess
import sys
import urllib.parse

from expectations.comparison import Comparison, check_records
from expectations.jsontext import TOKEN, compact, raw_members, unquote

DOCUMENTS = ("constraints_file", "build_sequence_summary", "dependency_graph")


def unflatten(row):
    """Gives a target's row the shape of a dump: what belongs to the asset and to each document in one object."""
    row["asset"] = {field: row.get(f"asset_{field}") for field in ("name", "url", "size", "sha256")}
    row["documents"] = {kind: {"bytes": row[kind + "_bytes"], "sha256": row[kind + "_sha256"]}
                        for kind in DOCUMENTS if row.get(kind + "_sha256") is not None}


def check_tables(comparison, tables, document, set_aside=()):
    """Compares rows of the target's tables, each a dict by column; `document(row, kind)` tells whether a document is right.

    A NULL that has its (repository, key, column) in `set_aside` is right.
    """
    expected = comparison.expected
    for name, wanted, key in (("releases", expected.releases, "tag"), ("artifacts", expected.artifacts, "artifact_key")):
        rows = {(row["repository_key"], row[key]): row for row in tables[name]}
        for found in comparison.keys(name, wanted, rows):
            row, want = rows[found], dict(wanted[found])
            if name == "artifacts":
                want["artifact_key"] = want.pop("key")
                unflatten(row)
                for kind in DOCUMENTS:
                    problem = document(row, kind)
                    if problem:
                        comparison.differ(f"artifacts {found} {kind}", *problem)
            prefix = "" if name == "artifacts" else name + "."
            want = {column: value for column, value in want.items()
                    if row.get(column) is not None or (*found, prefix + column) not in set_aside}
            comparison.fields(f"{name} {found}", want, row)
    rows = {row["drop_key"]: row for row in tables["drops"]}
    for found in comparison.keys("drops", expected.drops, rows):
        want = dict(expected.drops[found])
        want["drop_key"] = want.pop("key")
        comparison.fields(f"drops {found}", want, rows[found])
    rows = [(row["repository_key"], row["artifact_key"], row["name"], row["version"]) for row in tables["artifact_packages"]]
    comparison.keys("package", dict.fromkeys(expected.packages), dict.fromkeys(rows))
    if len(rows) != len(set(rows)):
        comparison.differ("artifact_packages", "each row once", f"{len(rows) - len(set(rows))} repeated")


TABLES = ("releases", "artifacts", "drops", "artifact_packages")
LISTS = ("environments", "archs", "package_names", "drop_keys", "artifact_keys")


def check_sqlite(args, expected):
    comparison, tables = Comparison(expected), {}
    database = sqlite3.connect(f"file:{urllib.parse.quote(args.target)}?mode=ro", uri=True)
    database.row_factory = sqlite3.Row
    for table in TABLES:
        tables[table] = [dict(row) for row in database.execute(f"SELECT * FROM {table} WHERE product_key = ?", [expected.product])]
        for row in tables[table]:
            for name, value in row.items():
                if name in LISTS and value is not None:
                    row[name] = json.loads(value)
                elif name == "complete":
                    row[name] = bool(value)

    def document(row, kind):
        want = expected.documents(row["repository_key"], row["artifact_key"]).get(kind)
        found = row[kind].encode() if isinstance(row[kind], str) else row[kind]
        return None if found == want else (f"{len(want or b'')} bytes", f"{len(found or b'')} others")

    check_tables(comparison, tables, document)
    return comparison.result()


def psql(conninfo, sql):
    result = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-f", "-"], input=sql.encode(),
                            stdout=subprocess.PIPE, check=False)
    if result.returncode:
        raise SystemExit(2)
    return result.stdout.decode()


def check_postgres(args, expected):
    comparison, tables = Comparison(expected), {}
    quote = lambda text: "'" + text.replace("'", "''") + "'"
    types = {}
    for line in psql(args.target, "SELECT table_name, column_name, data_type FROM information_schema.columns "
                                  f"WHERE table_schema = {quote(args.schema)} ORDER BY ordinal_position").splitlines():
        table, column, kind = line.split("|")
        types.setdefault(table, {})[column] = kind
    jsonb = []
    for table in TABLES:
        columns = []
        for name, kind in types[table].items():
            value = f'"{name}"'
            if kind.startswith("timestamp"):
                value = f"""to_char({value} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""
            elif name in DOCUMENTS and kind == "jsonb":
                jsonb.append(name)
                value = f"encode(convert_to({value}::text, 'UTF8'), 'hex')"  # psql drops characters that Unicode has no use for
            elif name in DOCUMENTS:
                source = value if kind == "bytea" else f"convert_to({value}::text, 'UTF8')"
                value = f"encode(sha256({source}), 'hex')"
            elif kind == "bytea":
                value = f"encode({value}, 'hex')"
            columns.append(f"{quote(name)}, {value}")
        # json_build_object takes 100 arguments at most.
        rows = psql(args.target, f'SELECT json_build_object({", ".join(columns)})::text FROM "{args.schema}"."{table}" '
                                 f"WHERE product_key = {quote(expected.product)}")
        tables[table] = [json.loads(line) for line in rows.split("\n") if line]

    issues = psql(args.target, "SELECT json_build_array(repository_key, artifact_key, column_name)::text FROM "
                               f'"{args.schema}"."export_issues" WHERE product_key = {quote(expected.product)}')
    set_aside = {tuple(json.loads(line)) for line in issues.split("\n") if line}
    # jsonb keeps the value of a number, not its spelling.
    value = lambda text: json.loads(text, parse_int=decimal.Decimal, parse_float=decimal.Decimal)

    def document(row, kind):
        want = expected.documents(row["repository_key"], row["artifact_key"]).get(kind)
        if row[kind] is None and (row["repository_key"], row["artifact_key"], kind) in set_aside:
            print(f"set aside: {row['artifact_key']} {kind}", file=sys.stderr)
            return None
        if want is None or row[kind] is None:
            return None if want is None and row[kind] is None else (want is not None, row[kind] is not None)
        if kind in jsonb:
            return None if value(bytes.fromhex(row[kind])) == value(want) else ("an equal value", "another")
        sha256 = hashlib.sha256(want).hexdigest()
        return None if row[kind] == sha256 else (sha256, row[kind])

    check_tables(comparison, tables, document, set_aside)
    return comparison.result()


def check_ndjson(args, expected):
    """Folds a change stream: a release line replaces everything earlier of that release."""
    comparison, groups, current = Comparison(expected), {}, None
    with open(args.target, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.startswith('{"kind":'):
                comparison.differ(f"line {number}", "kind first", line[:40])
                continue
            record = json.loads(line)
            if record["kind"] == "release":
                current = groups[(record["product_key"], record["repository_key"], record["tag"])] = [record]
            elif record["kind"] == "delete":
                groups.pop((record["product_key"], record["repository_key"], record["tag"]), None)
                current = None
            elif record["kind"] == "reset":
                groups, current = {}, None
            elif record["kind"] == "watermark":
                current = None
            elif current is None:
                comparison.differ(f"line {number}", "a release before it", record["kind"])
            else:
                if record["kind"] == "artifact":
                    record["line"] = line  # looked at when it is clear that no later line replaces it
                current.append(record)
    records = [r for (product, _, _), group in groups.items() if product == expected.product for r in group]
    for record in records:
        if record["kind"] == "artifact":
            check_inline(comparison, record, record.pop("line"))
            unflatten(record)
    check_records(comparison, records, False)
    return comparison.result()


def check_inline(comparison, record, line):
    key = (record["repository_key"], record.get("artifact_key") or record.get("key"))
    if record["product_key"] != comparison.expected.product or key not in comparison.expected.artifacts:
        return
    tokens = TOKEN.findall(line)
    raw = {unquote(name): "".join(value) for name, value, _ in raw_members(tokens, 0) if name}
    for kind in DOCUMENTS:
        want = comparison.expected.documents(*key).get(kind)
        found = raw.get(kind, "null")
        if found != ("null" if want is None else compact(want.decode())):
            comparison.differ(f"artifact {key} {kind} inline", "the document without white space", found[:80])
