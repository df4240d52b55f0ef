#!/usr/bin/env bash
# Records the golden EXPLAIN corpus of one PostgreSQL major version.
#
# usage: record.sh SERVER_BINDIR MAJOR          for example: record.sh /usr/lib/postgresql/15/bin 15
#
# Starts a throw-away server, loads schema.sql, explains every file of statements/ in a transaction of its own that is
# rolled back, and writes the server's answer to MAJOR/NAME.json: the bytes of the "QUERY PLAN" value and a line feed.
# Then truth.py counts, in the same databases, what the base scans should have found: MAJOR/truth.json.
# MAJOR/ is replaced only when everything was recorded. Needs bash and python3, 1 GB under TMPDIR, and as root an
# unprivileged user to run the server (GOLDEN_SERVER_USER, default postgres).
#
# A statement file begins with comments. These have a meaning:
#   -- set: NAME = VALUE    SET LOCAL in the transaction, before EXPLAIN
#   -- setup: SQL           one statement in the transaction, before EXPLAIN
#   -- writes               runs in a clone of the database, dropped afterwards
#   -- plan-only            EXPLAIN without ANALYZE
#   -- since: MAJOR         left out on older servers
#
# Plans with workers differ a little from one recording to the next; all others are the same each time.
set -euo pipefail

if [ $# -ne 2 ]; then
  echo "usage: ${0##*/} SERVER_BINDIR MAJOR" >&2
  exit 2
fi
bindir=$(cd "$1" && pwd)
major=$2
here=$(cd "$(dirname "$0")" && pwd)

# Nothing of the caller's environment may reach the client or the plans.
for name in $(compgen -e PG || true); do unset "$name"; done
export LC_ALL=C PGCLIENTENCODING=UTF8 PGUSER=postgres PGTZ=UTC PGOPTIONS='-c client_min_messages=warning'

psql=$bindir/psql
[ -x "$psql" ] || psql=psql

work=$(mktemp -d "${TMPDIR:-/tmp}/plangate-golden.XXXXXX")
export PGHOST=$work/server PGDATABASE=golden
mkdir "$PGHOST" "$work/out"

as_server_user() { "$@"; }
if [ "$(id -u)" -eq 0 ]; then
  owner=${GOLDEN_SERVER_USER:-postgres}
  chmod 711 "$work"
  chown "$owner" "$PGHOST"
  as_server_user() { setpriv --reuid="$owner" --regid="$(id -g "$owner")" --init-groups "$@"; }
fi

cleanup() {
  if [ -f "$PGHOST/data/postmaster.pid" ]; then
    as_server_user "$bindir/pg_ctl" stop -D "$PGHOST/data" -m immediate -w >>"$work/log" 2>&1 || cat "$work/log" >&2
  fi
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# The server's user may not be allowed to stand where the caller stands.
cd "$PGHOST"

run_sql() { "$psql" -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }

start_server() {
  as_server_user "$bindir/initdb" -D "$PGHOST/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$work/log"
  cat >"$work/conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$PGHOST'
fsync = off
full_page_writes = off
autovacuum = off
jit = off
synchronize_seqscans = off
max_worker_processes = 16
shared_buffers = 256MB
default_statistics_target = 1000
max_wal_size = 4GB
timezone = 'UTC'
CONF
  as_server_user tee -a "$PGHOST/data/postgresql.conf" <"$work/conf" >/dev/null
  if ! as_server_user "$bindir/pg_ctl" start -D "$PGHOST/data" -l "$PGHOST/server.log" -w >>"$work/log" 2>&1; then
    cat "$PGHOST/server.log" >&2
    exit 1
  fi
}

# directives KEY FILE: the values of "-- KEY: VALUE" in the leading comments.
directives() { sed -n -e '/^--/!q' -e "s/^-- $1: //p" "$2"; }

# flagged WORD FILE: whether the leading comments have the line "-- WORD".
flagged() { sed -e '/^--/!q' "$2" | grep -x -e "-- $1" >/dev/null; }

# transaction FILE: the session that explains the statement.
transaction() {
  local analyze='ANALYZE, ' timing='TIMING OFF, ' setting sql
  if flagged plan-only "$1"; then analyze='' timing=''; fi
  echo 'BEGIN;'
  directives set "$1" | while IFS= read -r setting; do echo "SET LOCAL $setting;"; done
  directives setup "$1" | while IFS= read -r sql; do echo "$sql;"; done
  echo "EXPLAIN (${analyze}VERBOSE, BUFFERS, SETTINGS, ${timing}SUMMARY OFF, FORMAT JSON)"
  cat "$1"
  echo 'ROLLBACK;'
}

record() {
  local file=$1 name database=golden since
  name=$(basename "$file" .sql)
  since=$(directives since "$file")
  if [ -n "$since" ] && [ "$since" -gt "$major" ]; then return 0; fi
  if flagged writes "$file"; then
    database=golden_clone
    run_sql -d postgres -c 'CREATE DATABASE golden_clone TEMPLATE golden'
  fi
  transaction "$file" >"$work/transaction.sql"
  if ! run_sql -d "$database" -f "$work/transaction.sql" >"$work/out/$name.json"; then
    echo "$name: not recorded" >&2
    failed=1
  fi
  if [ "$database" = golden_clone ]; then run_sql -d postgres -c 'DROP DATABASE golden_clone'; fi
}

start_server
found=$(run_sql -d postgres -c "SELECT current_setting('server_version_num')::int / 10000")
if [ "$found" != "$major" ]; then
  echo "the server in $bindir is PostgreSQL $found, not $major" >&2
  exit 1
fi
run_sql -d postgres -c 'CREATE DATABASE golden'
run_sql -f "$here/schema.sql"
run_sql -c 'VACUUM (ANALYZE, FREEZE)'
run_sql -c 'CHECKPOINT'

failed=0
for file in "$here"/statements/*.sql; do record "$file"; done
if [ "$failed" -ne 0 ]; then exit 1; fi
python3 "$here/truth.py" "$psql" "$here/statements" "$work/out" >"$work/truth.json"
mv "$work/truth.json" "$work/out/truth.json"

mkdir -p "$here/$major"
rm -f "$here/$major"/*.json
cp "$work/out"/*.json "$here/$major/"
echo "PostgreSQL $major: $(find "$work/out" -name '*.json' ! -name truth.json | wc -l) plans," \
  "$(grep -c '"statement"' "$work/out/truth.json" || true) true counts"
