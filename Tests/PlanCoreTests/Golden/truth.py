#!/usr/bin/env python3
"""Counts what the base scans of a recorded corpus should have found.

usage: truth.py PSQL STATEMENTS_DIR JSON_DIR      the server is taken from PGHOST, PGDATABASE and PGUSER

For each Seq Scan, Index Scan, Index Only Scan and Bitmap Heap Scan whose conditions speak of nothing but the scan's own
row, it counts the rows that satisfy them and prints a list of
{"statement": ..., "path": indexes into "Plans" from the root, "relation": ..., "alias": ..., "rows": ...}.
Left out are conditions with a parameter, a subplan or another relation's columns, and answers that are not one executed plan.
"""

import json
import pathlib
import re
import subprocess
import sys

SCANS = ("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan")
CONDITIONS = ("Index Cond", "Recheck Cond", "Filter")

TOKEN = re.compile(
    r"""(?P<string>[Ee]?'(?:[^']|'')*')
      | (?P<name>(?:"(?:[^"]|"")*"|[^\W\d][\w$]*)(?:\.(?:"(?:[^"]|"")*"|[^\W\d][\w$]*))*)(?P<call>\()?
      | (?P<parameter>\$\d+)
      | (?P<other>\d+(?:\.\d+)?|\s+|.)""",
    re.VERBOSE | re.DOTALL,
)


def parsed(text):
    """The answer; the counters that MERGE prints inside "Target Tables" are cut out where they break the JSON."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        text = re.sub(r'^\s*"Tuples \w+": \d+,?\n', "", text, flags=re.MULTILINE)
        return json.loads(re.sub(r"},(\s*\])", r"}\1", text))


def nodes(node, path=()):
    yield node, path
    for index, child in enumerate(node.get("Plans", ())):
        yield from nodes(child, path + (index,))


def first_part(name):
    """The unquoted first part of a dotted name, and whether it is dotted."""
    match = re.match(r'"((?:[^"]|"")*)"|[^".]+', name)
    part = match.group(0) if match.group(1) is None else match.group(1).replace('""', '"')
    return part, match.end() < len(name)


def is_closed(condition, alias):
    """Whether the condition can be computed from the scan's own row."""
    for token in TOKEN.finditer(condition):
        if token["parameter"]:
            return False
        if token["name"]:
            part, dotted = first_part(token["name"])
            if part in ("SubPlan", "InitPlan", "CTE") or (dotted and not token["call"] and part != alias):
                return False
    return True


def quoted(name):
    return '"' + name.replace('"', '""') + '"'



def directives(key, sql):
    for line in sql.splitlines():
        if not line.startswith("--"):
            return
        if line.startswith(f"-- {key}: "):
            yield line.removeprefix(f"-- {key}: ")


class Client:
    def __init__(self, psql):
        self.psql = psql

    def answers(self, sql):
        command = [self.psql, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"]
        done = subprocess.run(command, input=sql, stdout=subprocess.PIPE, encoding="utf-8", check=True)
        return done.stdout.splitlines()

    def predicates(self):
        """The predicates of the partial indexes, by schema and name: no condition of a plan repeats them."""
        lines = self.answers(
            "SELECT json_build_array(n.nspname, c.relname, pg_get_expr(i.indpred, i.indrelid)) FROM pg_index i"
            " JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE i.indpred IS NOT NULL AND n.nspname !~ '^pg_';"
        )
        return {(schema, name): predicate for schema, name, predicate in map(json.loads, lines)}


def count_query(node, predicates):
    """The query that counts the scan's rows, or None where its conditions do not tell."""
    conditions = [node[key] for key in CONDITIONS if key in node]
    if not all(is_closed(condition, node["Alias"]) for condition in conditions):
        return None
    predicate = predicates.get((node["Schema"], node.get("Index Name")))
    if predicate:
        conditions.append(predicate)
    where = " AND ".join(f"({condition})" for condition in conditions) or "true"
    # A scan reads the rows of one table, never those of its heirs.
    relation = f"{quoted(node['Schema'])}.{quoted(node['Relation Name'])}"
    return f"SELECT count(*) FROM ONLY {relation} AS {quoted(node['Alias'])} WHERE {where};"


def truths(client, name, sql, answer, predicates):
    if len(answer) != 1 or not isinstance(answer[0], dict) or "Actual Rows" not in answer[0]["Plan"]:
        return
    found = [
        (node, path, query)
        for node, path in nodes(answer[0]["Plan"])
        if node["Node Type"] in SCANS and (query := count_query(node, predicates))
    ]
    if not found:
        return
    session = ["BEGIN;", *(line + ";" for line in directives("setup", sql))]
    # Count without the indexes that the plans under test use.
    session += [f"SET LOCAL enable_{kind}scan = off;" for kind in ("index", "indexonly", "bitmap")]
    session += [query for _, _, query in found] + ["ROLLBACK;"]
    for (node, path, _), rows in zip(found, client.answers("\n".join(session)), strict=True):
        relation = f"{node['Schema']}.{node['Relation Name']}"
        yield dict(statement=name, path=path, relation=relation, alias=node["Alias"], rows=int(rows))


def main():
    client = Client(sys.argv[1])
    statements, recorded = map(pathlib.Path, sys.argv[2:4])
    predicates = client.predicates()
    entries = []
    for file in sorted(recorded.glob("*.json")):
        sql = (statements / f"{file.stem}.sql").read_text("utf-8")
        entries += truths(client, file.stem, sql, parsed(file.read_text("utf-8")), predicates)
    print("[\n" + ",\n".join("  " + json.dumps(entry, ensure_ascii=False) for entry in entries) + "\n]")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    main()
