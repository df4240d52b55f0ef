"""Shared by the measuring scripts: a project with its manifest and cases, and a server that plangate keeps up."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

try:
    import yaml
except ModuleNotFoundError:
    sys.exit("PyYAML is missing; run scripts/install")

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("PG")} | {"LC_ALL": "C.UTF-8"}


def stop(message):
    print(message, file=sys.stderr)
    sys.exit(2)


# MARK: The manifest

class ManifestLoader(yaml.BaseLoader):
    """Reads scalars as plangate does: as the text that is written, and plain `null` and `~` as None."""


class ManifestDumper(yaml.SafeDumper):
    """Quotes only text that would otherwise be read as something else: `off` stays plain."""
    yaml_implicit_resolvers = {}

    def ignore_aliases(self, data):
        return True


NULL = "tag:yaml.org,2002:null"
for kind in (ManifestLoader, ManifestDumper):
    kind.add_implicit_resolver(NULL, re.compile(r"(?:null|~|)\Z"), ["n", "~", ""])
ManifestLoader.add_constructor(NULL, lambda loader, node: None)


TOKEN = re.compile(r"""
    (?P<comment>--[^\n]*|/\*.*?\*/) | (?P<string>\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|[eE]?'(?:[^']|'')*')
    | (?P<name>"(?:[^"]|"")*"|[^\W\d]\w*) | (?P<cast>::) | (?P<parameter>:[^\W\d]\w*|\$\d+) | (?P<number>\d[\d.]*)
    | (?P<space>\s+) | (?P<operator>[-+*/<>=~!@\#%^&|?]+) | (?P<other>.)""", re.X | re.S)


def tokens(sql):
    return [(match.lastgroup if match.lastgroup != "tag" else "string", match[0], match.start())
            for match in TOKEN.finditer(sql)]


@dataclass
class Case:
    query: str
    name: str | None
    sql: str
    values: object
    types: dict
    session: dict
    is_generic: bool

    @property
    def key(self):
        return self.query, self.name

    @property
    def label(self):
        return self.query + (f"@{self.name}" if self.name else "")

    @property
    def order(self):
        """The names of its `:name` parameters in the order of their numbers; empty if it has $1, $2 …"""
        names = [text[1:] for kind, text, _ in tokens(self.sql) if kind == "parameter" and text[0] == ":"]
        return list(dict.fromkeys(names))

    def prepare(self, name):
        """The PREPARE command for its statement."""
        order = self.order
        parts = [f"${order.index(text[1:]) + 1}" if kind == "parameter" and text[0] == ":" else text
                 for kind, text, _ in tokens(self.sql)]
        keys = order or [str(index + 1) for index in range(len(self.bound))]
        types = f" ({', '.join(self.types.get(key, 'unknown') for key in keys)})" if self.types else ""
        return f"PREPARE {name}{types} AS {''.join(parts).strip().removesuffix(';')}\n;"

    @property
    def bound(self):
        """Its values in the order of their numbers."""
        return [(self.values or {})[name] for name in self.order] if self.order else list(self.values or [])

    @property
    def arguments(self):
        """Its values as EXECUTE takes them."""
        return f" ({', '.join(map(literal, self.bound))})" if self.bound else ""

    @property
    def settings(self):
        """The settings of its transaction. The role comes last: it may not be allowed to set the others."""
        settings = {"plan_cache_mode": "force_generic_plan" if self.is_generic else "force_custom_plan"}
        settings = self.session.get("settings", {}) | settings
        return settings | {"role": role} if (role := self.session.get("role")) else settings

    def script(self):
        """The psql script that prints the plan of this case."""
        settings = {"statement_timeout": "120s"} | self.settings
        lines = ["BEGIN READ ONLY;"]
        lines += [f"SELECT FROM set_config({literal(key)}, {literal(value)}, true);" for key, value in settings.items()]
        lines.append(self.prepare("truth"))
        lines.append(f"EXPLAIN (ANALYZE, BUFFERS, VERBOSE, TIMING OFF, FORMAT JSON) EXECUTE truth{self.arguments};")
        return "\n".join(lines + ["ROLLBACK;", "DISCARD ALL;"])


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, list):
        quoted = ["NULL" if item is None else '"' + re.sub(r'(["\\])', r"\\\1", item) + '"' for item in value]
        value = "{" + ",".join(quoted) + "}"
    return ("E" if "\\" in value else "") + "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


class Project:
    """A copy of a project in a temporary directory, with its manifest."""

    def __init__(self, directory, manifest):
        self.directory, self.manifest = directory, manifest

    @classmethod
    def copied(cls, name, directory):
        """Copies the example, the corpus or any project into a directory."""
        source = {"example": ROOT, "corpus": ROOT / "Tests/CorpusTests/Corpus"}.get(name) or Path(name).resolve()
        target = directory / "project"
        if (source / "queries/manifest.yml").exists():
            manifest = target / "queries/manifest.yml"
            wanted = {"seed", "queries", "baselines"} if source == ROOT else None
            shutil.copytree(source, target, ignore=lambda folder, names: [
                entry for entry in names if entry in (".git", ".build")
                or wanted and Path(folder) == source and entry not in wanted])
        else:
            manifest = target / "manifest.yml"
            shutil.copytree(source, target)
        return cls(directory, manifest)

    def clone(self, directory):
        shutil.copytree(self.directory, directory)
        return Project(directory, directory / self.manifest.relative_to(self.directory))

    def document(self):
        return yaml.load(self.manifest.read_text(), ManifestLoader)

    def write(self, document):
        self.manifest.write_text(yaml.dump(document, Dumper=ManifestDumper, sort_keys=False, width=1000))

    def queries(self):
        return self.document()["queries"]

    def seed_files(self):
        """The SQL files of its seed, in order. Seeds with commands or archives are not supported."""
        return [path.resolve() for step in self.document().get("seed") or []
                for path in sorted(self.manifest.parent.glob(step))]

    def query_files(self):
        return sorted({(self.manifest.parent / query["file"]).resolve() for query in self.queries() if "file" in query})

    def cases(self):
        found = []
        for query in self.queries():
            sql = (self.manifest.parent / query["file"]).read_text() if "file" in query else query["sql"]
            name = query.get("name") or Path(query["file"]).stem
            plan = query.get("plan", "custom")
            for case, values in (query.get("cases") or {None: query.get("params")}).items():
                for is_generic in (False, True):
                    if plan in ("both", "generic" if is_generic else "custom"):
                        label = "+".join(filter(None, [case, "generic"])) if is_generic else case
                        found.append(Case(name, label, sql, values, query.get("types") or {}, query.get("session") or {},
                                          is_generic))
        return found

    def add_seed(self, sql):
        """Adds a last seed step."""
        (self.manifest.parent / "zz-mutation.sql").write_text(sql + "\n")
        document = self.document()
        document["seed"] = (document.get("seed") or []) + ["zz-mutation.sql"]
        self.write(document)

    def set(self, name, value):
        """Sets a server setting in the manifest."""
        document = self.document()
        document["settings"] = (document.get("settings") or {}) | {name: value}
        self.write(document)


# MARK: The server

class Server:
    """The server that a run of plangate keeps up."""

    def __init__(self, uri):
        self.uri = uri

    def psql(self, script, check=True):
        done = subprocess.run(["psql", self.uri, "-XqAt", "-v", f"ON_ERROR_STOP={int(check)}"], input=script,
                              capture_output=True, text=True, env=ENVIRONMENT)
        if check and done.returncode != 0:
            stop("psql: " + done.stderr)
        return done.stdout, done.stderr

    def json(self, query):
        return json.loads(self.psql(f"SELECT coalesce(json_agg(row_to_json(answer)), '[]') FROM ({query}) AS answer;")[0])
