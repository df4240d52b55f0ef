"""What the measuring scripts share: a project with its manifest and cases, and a server that plangate left up."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("PG")} | {"LC_ALL": "C.UTF-8"}


def stop(message):
    print(message, file=sys.stderr)
    sys.exit(2)


# MARK: The manifest

class YAML:
    """The part of YAML that manifests are written in. Scalars stay text; plain `null` and `~` are None."""

    def __init__(self, text):
        self.lines = []
        lines = text.splitlines()
        while lines:
            line = lines.pop(0)
            body = self.without_comment(line)
            if not body.strip():
                continue
            indent = len(body) - len(body.lstrip())
            block = None
            if re.search(r"[:-] +[|>][-+]?$", body):
                block = []
                while lines and (not lines[0].strip() or len(lines[0]) - len(lines[0].lstrip()) > indent):
                    block.append(lines.pop(0))
                body = re.sub(r"[|>][-+]?$", "", body).rstrip()
            self.lines.append([indent, body.strip(), block])

    @staticmethod
    def without_comment(line):
        quote = ""
        for index, letter in enumerate(line):
            if quote:
                quote = "" if letter == quote else quote
            elif letter in "\"'" and (index == 0 or line[index - 1] in " [{,"):
                quote = letter
            elif letter == "#" and (index == 0 or line[index - 1] == " "):
                return line[:index].rstrip()
        return line.rstrip()

    def document(self):
        return self.node(self.lines[0][0]) if self.lines else {}

    def node(self, indent):
        return self.sequence(indent) if re.match(r"-( |$)", self.lines[0][1]) else self.mapping(indent)

    def sequence(self, indent):
        items = []
        while self.lines and self.lines[0][0] == indent and re.match(r"-( |$)", self.lines[0][1]):
            rest = self.lines[0][1][1:].lstrip()
            if re.match(r"[\w.-]+:( |$)", rest):
                inner = indent + len(self.lines[0][1]) - len(rest)
                self.lines[0][:2] = [inner, rest]
                items.append(self.mapping(inner))
            else:
                items.append(self.value(rest, indent))
        return items

    def mapping(self, indent):
        result = {}
        while self.lines and self.lines[0][0] == indent and not re.match(r"-( |$)", self.lines[0][1]):
            key, rest = re.match(r"""("[^"]*"|'[^']*'|[^:]+):\s*(.*)""", self.lines[0][1]).groups()
            result[key.strip("\"'")] = self.value(rest, indent)
        return result

    def value(self, rest, indent):
        block = self.lines.pop(0)[2]
        if block is not None:
            margin = min((len(line) - len(line.lstrip()) for line in block if line.strip()), default=0)
            return "\n".join(line[margin:] for line in block) + "\n"
        if rest:
            return self.flow(rest)[0]
        if self.lines and (self.lines[0][0] > indent or self.lines[0][0] == indent and self.lines[0][1][0] == "-"):
            return self.node(self.lines[0][0])
        return None

    def flow(self, text, ends=""):
        """A flow node at the start of the text, and what follows it."""
        text = text.lstrip()
        if text[:1] in ("[", "{"):
            close, items, rest = "]" if text[0] == "[" else "}", [], text[1:].lstrip()
            while not rest.startswith(close):
                if close == "}":
                    key, rest = self.flow(rest, ":,}")
                    value, rest = self.flow(rest.lstrip()[1:], ",}")
                    items.append((key, value))
                else:
                    value, rest = self.flow(rest, ",]")
                    items.append(value)
                rest = rest.lstrip().removeprefix(",").lstrip()
            return (items if close == "]" else dict(items)), rest[1:]
        if match := re.match(r'"((?:[^"\\]|\\.)*)"', text):
            return json.loads(match[0]), text[match.end():]
        if match := re.match(r"'((?:[^']|'')*)'", text):
            return match[1].replace("''", "'"), text[match.end():]
        end = len(text)
        for index, letter in enumerate(text):
            if letter in ends and (letter != ":" or text[index + 1:index + 2] in (" ", "")):
                end = index
                break
        plain = text[:end].strip()
        return (None if plain in ("null", "~", "") else plain), text[end:]


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
        """The names of its parameters as :name, in the order of their numbers; empty for $1, $2 …"""
        names = [text[1:] for kind, text, _ in tokens(self.sql) if kind == "parameter" and text[0] == ":"]
        return list(dict.fromkeys(names))

    def prepare(self, name):
        """The PREPARE of its statement."""
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
        """The settings of its transaction; the role comes last, for it may not be allowed to set the others."""
        settings = {"plan_cache_mode": "force_generic_plan" if self.is_generic else "force_custom_plan"}
        settings = self.session.get("settings", {}) | settings
        return settings | {"role": role} if (role := self.session.get("role")) else settings

    def script(self):
        """What psql has to run for a plan of this case."""
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
    """A project's files in a directory of our own, and what its manifest says."""

    def __init__(self, directory, manifest):
        self.directory, self.manifest = directory, manifest

    @classmethod
    def copied(cls, name, directory):
        """A copy of the example, the corpus or any project; baselines lie within the directory."""
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
        return YAML(self.manifest.read_text()).document()

    def queries(self):
        return self.document()["queries"]

    def seed_files(self):
        """The SQL files of its seed, in order. Commands and archives have no place here."""
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
        """A last seed step."""
        (self.manifest.parent / "zz-mutation.sql").write_text(sql + "\n")
        lines = self.manifest.read_text().splitlines()
        start = next(index for index, line in enumerate(lines) if line.startswith("seed:"))
        last = start
        for index in range(start + 1, len(lines)):
            if re.match(r"\S", lines[index]) and not lines[index].startswith(("-", "#")):
                break
            if re.match(r"\s*- ", lines[index]):
                last = index
        indent = re.match(r"\s*", lines[last])[0]
        lines.insert(last + 1, f"{indent}- zz-mutation.sql")
        self.manifest.write_text("\n".join(lines) + "\n")

    def set(self, name, value):
        """A server setting in the manifest."""
        lines = [line for line in self.manifest.read_text().splitlines() if not re.match(rf"\s+{name}: [^{{]*$", line)
                 or len(line) - len(line.lstrip()) > 2]
        if "settings:" not in [line.split(" #")[0].rstrip() for line in lines]:
            lines.append("settings:")
        at = next(index for index, line in enumerate(lines) if line.split(" #")[0].rstrip() == "settings:")
        lines.insert(at + 1, f"  {name}: {value}")
        self.manifest.write_text("\n".join(lines) + "\n")


# MARK: The server

class Server:
    """The server that a plangate run left up."""

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
