"""The kinds of scripts/fuzz that need a PostgreSQL server."""

import ctypes
import json
import os
import pwd
import shutil
import signal
import struct
import subprocess
import sys
import time
import xml.etree.ElementTree
from pathlib import Path

from project import ENVIRONMENT, stop

# The longest that a script or a run may take, in seconds.
PATIENCE = 60


class FuzzServer:
    """A server in a directory, as an unprivileged user where this runs as root."""

    def __init__(self, directory, binaries):
        self.directory = directory
        directory.chmod(0o755)
        if binaries is None:
            found = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True)
            binaries = Path(found.stdout.strip()) if found.returncode == 0 else Path("/nowhere")
            if not (binaries / "initdb").exists():
                found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
                versions = sorted(found, key=lambda path: int(path.parts[-3]))
                if not versions:
                    stop("there is no PostgreSQL server; name its programs with --postgres")
                binaries = versions[-1].parent
        self.binaries = binaries
        self.user = {}
        if os.getuid() == 0:
            names = [entry.pw_name for entry in pwd.getpwall()]
            name = "postgres" if "postgres" in names else "nobody"
            entry = pwd.getpwnam(name)
            self.user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    @property
    def environment(self):
        return ENVIRONMENT | {"PGHOST": str(self.directory / "server"), "PGUSER": "postgres", "PGDATABASE": "fuzz"}

    @property
    def conninfo(self):
        return f"host={self.directory / 'server'} user=postgres dbname=postgres"

    def __enter__(self):
        place = self.directory / "server"
        place.mkdir()
        if self.user:
            os.chown(place, self.user["user"], self.user["group"])
        self.call("initdb", "-D", place / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        log = open(place / "log", "w")
        self.process = subprocess.Popen(
            [self.binaries / "postgres", "-D", place / "data", "-k", place, "-c", "listen_addresses=", "-c", "fsync=off",
             "-c", "autovacuum=off", "-c", "statement_timeout=5s"],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, **self.user)
        for _ in range(300):
            if subprocess.run([self.binaries / "pg_isready", "-q", "-h", place]).returncode == 0:
                break
            time.sleep(0.1)
        self.psql("CREATE DATABASE fuzz", "ALTER DATABASE fuzz SET search_path = s, public", database="postgres")
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def call(self, program, *words):
        done = subprocess.run([self.binaries / program, *words], capture_output=True, text=True, cwd="/", **self.user)
        if done.returncode != 0:
            stop(f"{program}: {done.stderr}")

    def psql(self, *statements, database="fuzz"):
        words = [part for statement in statements for part in ("-c", statement)]
        done = subprocess.run(
            ["psql", "-XqAt", "-d", database, *words], env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            stop(f"psql: {done.stderr}")
        return done.stdout.split()


class OpenedFiles:
    """Which files below a directory somebody opens: inotify of Linux says so, whoever it is."""

    OPEN, IS_DIRECTORY, NON_BLOCKING = 0x20, 0x40000000, os.O_NONBLOCK

    def __init__(self, directories):
        library = ctypes.CDLL(None, use_errno=True)
        if not hasattr(library, "inotify_init1"):
            stop("the kind psql needs Linux")
        self.descriptor = library.inotify_init1(self.NON_BLOCKING)
        self.directories = {}
        for directory in directories:
            watch = library.inotify_add_watch(self.descriptor, os.fsencode(directory), self.OPEN)
            if watch < 0:
                stop(f"inotify: {os.strerror(ctypes.get_errno())}")
            self.directories[watch] = directory

    def take(self):
        """The files that were opened since the last time, in order."""
        opened = []
        while True:
            try:
                data = os.read(self.descriptor, 1 << 16)
            except BlockingIOError:
                return opened
            while data:
                watch, mask, _, length = struct.unpack_from("iIII", data)
                name = os.fsdecode(data[16:16 + length].rstrip(b"\0"))
                data = data[16 + length:]
                if name and not mask & self.IS_DIRECTORY:
                    opened.append(self.directories[watch] / name)


class Scripts:
    """The program that makes scripts and says what is known of them."""

    def __init__(self, program, seed, directory):
        self.program, self.seed, self.directory = program, seed, directory
        self.process = subprocess.Popen([program, "seeds"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write("\t".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise BrokenPipeError(f"the program ended: {self.process.wait()}")
        return answer.rstrip("\n").split("\t")

    def make(self, number, path):
        self.ask("make", self.seed, number, self.directory, path)


def make_files(directory):
    """The files that scripts name. Each has another content."""
    (directory / "sub").mkdir(parents=True)
    for name in ["a.sql", "b.sql", "a b.sql", "\"a b.sql\"", "it's.sql", "a;.sql", "ü.sql", "sub/a.sql", "sub/b.sql",
                 "{a}.sql", "$a.sql", "\"a.sql\"", "q.sql", ";a.sql", "a.sqla.sql", "a.a.sql", ":f", ":'f'", "b.sql;",
                 "a.sql)", "(a.sql", "a.sql,"]:
        (directory / name).write_text(f"INSERT INTO items VALUES ($q${name}$q$);\n")
    for name in ["data.csv", "DATA.csv", "a b.csv", "it's.csv", "ü.csv", "da;ta.csv", "da", "sub/data.csv", "stdin",
                 "pstdin", "program", "STDIN2", "stdin.csv", ",data.csv", "(data.csv", "\"data.csv\"", "data.csv--x",
                 ":data", "e'data.csv'", "$$data.csv$$", "data.csv(format"]:
        (directory / name).write_text(f"{name}\n")
    (directory / "chain.sql").write_text("\\ir sub/b.sql\n\\copy items from data.csv\n")
    (directory / "sub/chain.sql").write_text("\\ir a.sql\n\\i b.sql\nSELECT 'chain';\n")
    (directory / "link.sql").symlink_to("sub/a.sql")
    (directory / "link.csv").symlink_to("sub/data.csv")


class PsqlFuzz:
    """Scripts that a real psql runs as plangate does. A file that psql or the server opens, and that the cache does not
    know of, is a false pass: nobody would notice when it changes.

    A psql runs many scripts, one after the other, and goes on after errors. What it opens beyond what is known counts
    when the script alone, in a psql that ends at the first error, comes to its end and opens it too.
    """
    BATCH = 50

    def __init__(self, server, program, arguments):
        self.server, self.keep = server, arguments.keep
        self.directory = server.directory / "seed"
        make_files(self.directory)
        self.main = self.directory / "main.sql"
        self.opened = OpenedFiles([self.directory, self.directory / "sub"])
        self.scripts = Scripts(program, arguments.seed or 0, self.directory)
        self.known = self.uncached = 0
        self.reason = ""

    def run(self, executions, corpus, tally):
        for path in sorted(corpus.glob("*.sql")):
            self.write(path, self.directory / "k.sql")
            self.judge([self.directory / "k.sql"], lambda _: path, tally)
        for first in range(0, executions, self.BATCH):
            numbers = range(first, min(first + self.BATCH, executions))
            scripts = [self.directory / f"x{number}.sql" for number in numbers]
            for number, script in zip(numbers, scripts):
                self.scripts.make(number, script)
            self.judge(scripts, lambda script: self.keep / f"psql-{script.stem[1:]}.sql", tally)
            for script in scripts:
                script.unlink()
        tally.note = f"{self.known} opened files that are known, {self.uncached} are not cached"

    def again(self, path, tally):
        self.write(path, self.directory / "k.sql")
        self.judge([self.directory / "k.sql"], lambda _: path, tally)
        if self.uncached:
            tally.note = f"not cached: {self.reason}"

    def write(self, path, script):
        script.write_bytes(path.read_bytes().replace(b"@DIR@", os.fsencode(self.directory)))

    def judge(self, scripts, place, tally):
        """Runs some scripts; tells where to keep one."""
        tally.executions += len(scripts)
        lines = []
        for script in scripts:
            lines.append(f"\\i {script}")
            text = script.read_bytes()
            if b"\\c" in text:
                lines.append("\\c fuzz")
        self.main.write_text("\n".join(lines + [""]))
        _, opened = self.psql(self.main, stops=False)
        files = {}
        for path in opened:
            if path in scripts:
                script = files.setdefault(path, [])
            elif path != self.main and path not in script:
                script.append(path)
        for script, paths in files.items():
            unknown = self.unknown(script, paths, place(script), tally)
            self.known += bool(paths) and unknown == set()
            if not unknown:
                continue
            status, opened = self.psql(script, stops=True)
            unknown = self.unknown(script, opened, place(script), tally)
            if status != 0 or not unknown:
                continue
            self.save(place(script), script.read_bytes())
            names = ", ".join(sorted(str(path.relative_to(self.directory)) for path in unknown))
            tally.add("false pass", place(script), f"the seed reads {names}, and the cache does not know")

    def psql(self, script, stops):
        """Runs a script; its exit status, and the files that were opened, in order."""
        self.opened.take()
        words = ["psql", "--no-psqlrc", "--quiet", "--no-password", f"--set=ON_ERROR_STOP={int(stops)}",
                 "--output=/dev/null", "--command=SELECT pg_catalog.setseed(0.5)", f"--file={script}"]
        environment = self.server.environment | {"HOME": str(self.directory), "EDITOR": "true", "PSQL_EDITOR": "true"}
        try:
            status = subprocess.run(
                words, cwd=self.directory, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, timeout=PATIENCE, **self.server.user).returncode
        except subprocess.TimeoutExpired:
            status = None
        self.server.psql("ALTER ROLE postgres RESET ALL", "ALTER SYSTEM RESET ALL")
        return status, self.opened.take()

    def unknown(self, script, opened, place, tally):
        """The files that were opened and are not known; None for a script that is not cached."""
        opened = [path for path in opened if path != script]
        try:
            answer = self.scripts.ask("read", self.directory, script, *opened)
        except BrokenPipeError as error:
            self.save(place, script.read_bytes())
            tally.add("crash", place, str(error))
            self.scripts = Scripts(self.scripts.program, self.scripts.seed, self.directory)
            return None
        if answer[0] == "obstacle":
            self.uncached += 1
            self.reason = answer[1]
            return None
        return set(opened) - set(map(Path, answer[1:]))

    def save(self, place, text):
        if not place.exists():
            place.write_bytes(text.replace(os.fsencode(self.directory), b"@DIR@"))


class SeedFuzz:
    """Whole runs on odd seeds, on a server that plangate is given."""

    MANIFEST = """\
version: 1
seed: [../seed/*.sql]
queries:
  - {name: all_items, sql: SELECT count(*) FROM s.items}
  - {name: some_items, sql: "SELECT * FROM s.items WHERE n = $1", params: [x]}
"""

    def __init__(self, server, program, arguments):
        self.server, self.keep, self.plangate = server, arguments.keep, arguments.plangate
        self.directory = server.directory / "project"
        for name in ["queries", "seed", "files"]:
            (self.directory / name).mkdir(parents=True)
        self.temporary = server.directory / "tmp"
        self.temporary.mkdir()
        self.temporary.chmod(0o1777)
        make_files(self.directory / "queries" / "f")
        for path in (self.directory / "queries" / "f").iterdir():
            path.rename(self.directory / "queries" / path.name)
        (self.directory / "queries/manifest.yml").write_text(self.MANIFEST)
        self.script = self.directory / "seed/1.sql"
        self.script.write_text("CREATE SCHEMA s;\nCREATE TABLE s.items (n text);\n")
        self.scripts = Scripts(program, arguments.seed or 0, self.directory / "queries")
        self.databases = self.names()
        if (done := self.start("record")).returncode != 0:
            stop(f"plangate record: {done.stdout}")
        self.statuses = {}

    def names(self):
        return set(self.server.psql("SELECT datname FROM pg_database", "SELECT rolname FROM pg_roles"))

    def start(self, *words):
        cache = self.server.directory / "cache"
        environment = ENVIRONMENT | {"TMPDIR": str(self.temporary), "PLANGATE_CACHE_DIR": str(cache)}
        return subprocess.run(
            [self.plangate, *words, "--server", self.server.conninfo], cwd=self.directory, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE, text=True,
            errors="replace")

    def run(self, executions, corpus, tally):
        kept = sorted(corpus.glob("*.sql"))
        for number in range(executions):
            if number < len(kept):
                shutil.copy(kept[number], self.script)
            else:
                # Other scripts than those of the kind psql.
                self.scripts.make(1_000_000 + number, self.script)
            self.judge(self.keep / f"seeds-{number}.sql", tally)
            tally.executions += 1
        tally.note = ", ".join(f"{count} exit {status}" for status, count in sorted(self.statuses.items()))

    def again(self, path, tally):
        shutil.copy(path, self.script)
        self.judge(path, tally)

    def judge(self, place, tally):
        def add(what, message):
            if not place.exists():
                shutil.copy(self.script, place)
            tally.add(what, place, message)

        reports = [self.directory / name for name in ["report.json", "report.xml"]]
        for report in reports:
            report.unlink(missing_ok=True)
        try:
            done = self.start("check", "--json", reports[0], "--junit", reports[1])
        except subprocess.TimeoutExpired:
            add("hang", f"it does not end within {PATIENCE} s")
            return
        status = done.returncode
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status not in (0, 1, 2):
            add("crash", f"exit status {status}")
            return
        try:
            report = json.loads(reports[0].read_text())
            suites = xml.etree.ElementTree.parse(reports[1]).getroot()
        except (OSError, ValueError, xml.etree.ElementTree.ParseError) as error:
            add("fault", f"exit status {status}, and a report cannot be read: {error}")
            return
        if report["outcome"] != {0: "passed", 1: "failed", 2: "unchecked"}[status]:
            what = "false pass" if status == 0 else "fault"
            add(what, f"exit status {status}, and the report says {report['outcome']}")
        bad = sum(int(suites.get(name, 0)) for name in ["failures", "errors"])
        if (bad == 0) != (status == 0):
            add("fault", f"exit status {status}, and JUnit has {bad} failures and errors")
        if status != 2 and len(report["cases"]) != 2:
            add("false pass", f"exit status {status}, and {len(report['cases'])} of 2 cases are in the report")
        if left := os.listdir(self.temporary):
            add("fault", f"left behind: {left}")
        if more := self.names() - self.databases:
            add("fault", f"left on the server: {sorted(more)}")
            self.databases |= more
