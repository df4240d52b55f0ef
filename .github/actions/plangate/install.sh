#!/usr/bin/env bash
# Installs what the job lacks: a PostgreSQL server with psql, libpq, the packages of the input, and what building or the
# comment needs. A job that has everything, as GitHub's runners do for one major, installs nothing.
set -euo pipefail

root=$(cd "$(dirname "$0")/../../.." && pwd)
# Tests put a directory before the paths of the system.
system=${PLANGATE_TEST_SYSTEM:-}
servers=$system/usr/lib/postgresql
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -- "$@"; fi; }
apt_install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends -- "$@"; }
updated=
update() {
  if [ -z "$updated" ]; then as_root apt-get update -q; fi
  updated=1
}
has_package() { apt-cache show -- "$1" >/dev/null 2>&1; }

# PostgreSQL's own repository has all majors and many extensions; the distribution has one major.
add_pgdg() {
  apt_install postgresql-common ca-certificates
  as_root "$system/usr/share/postgresql-common/pgdg/apt.postgresql.org.sh" -y
}

# The majors that the check needs: those of the input or, without it, that of the baselines.
majors=()
if [ -n "${POSTGRES:-}" ]; then
  IFS=, read -r -a named <<<"$POSTGRES"
  for major in "${named[@]}"; do
    # The input can also name a directory of programs.
    if [[ $major =~ ^[0-9]+$ ]]; then majors+=("$major"); fi
  done
else
  # The default of baselines:, and where plangate init puts them beside a manifest in plangate/.
  directory=$(dirname "$MANIFEST")
  recorded=$(sed -n 's/^server: \([0-9][0-9]*\)$/\1/p' "$directory"/../baselines/*.plan \
    "$directory"/../baselines/*/*.plan "$directory"/baselines/*.plan "$directory"/baselines/*/*.plan 2>/dev/null |
    sort -u || true)
  if [[ $recorded =~ ^[0-9]+$ ]]; then majors=("$recorded"); fi
fi

wanted=()
for major in "${majors[@]}"; do
  if [ ! -x "$servers/$major/bin/postgres" ]; then wanted+=("postgresql-$major" "postgresql-client-$major"); fi
done
if [ ${#majors[@]} -eq 0 ] && ! compgen -G "$servers/*/bin/postgres" >/dev/null; then wanted+=(postgresql); fi
if ! command -v psql >/dev/null 2>&1 && [ ${#wanted[@]} -eq 0 ]; then wanted+=(postgresql-client); fi
libraries=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null || true)
if [[ $libraries != *libpq.so.5* ]]; then wanted+=(libpq5); fi
read -r -a packages <<<"${PACKAGES//$'\n'/ }"
wanted+=("${packages[@]}")

if [ ${#wanted[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "::error title=plangate::this system has no apt-get; install before this step: ${wanted[*]}" >&2
    exit 2
  fi
  update
  for package in "${wanted[@]}"; do
    if ! has_package "$package"; then
      add_pgdg
      break
    fi
  done
  # The distribution's own cluster is not needed: plangate creates its servers itself.
  apt_install postgresql-common
  clusters=$system/etc/postgresql-common/createcluster.conf
  if [ -f "$clusters" ]; then as_root sed -i 's/^#*create_main_cluster.*/create_main_cluster = false/' "$clusters"; fi
  apt_install "${wanted[@]}"
fi

if [[ ${SOURCE:-} == true ]]; then "$root/scripts/install" build; fi

if [[ ${COMMENT:-} == true ]] && ! command -v gh >/dev/null 2>&1; then
  update
  apt_install gh || echo "::warning title=plangate::gh cannot be installed, so there will be no comment"
fi
