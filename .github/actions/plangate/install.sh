#!/usr/bin/env bash
# Installs what plangate needs to run and to be built. With POSTGRES it installs a server of that major, with COMMENT=true
# also gh.
set -euo pipefail

root=$(cd "$(dirname "$0")/../../.." && pwd)
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -- "$@"; fi; }
apt_install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"; }

"$root/scripts/install" build

if [[ ${POSTGRES:-} =~ ^[0-9]+$ && ! -x /usr/lib/postgresql/$POSTGRES/bin/postgres ]]; then
  as_root apt-get update -q
  if ! apt-cache show "postgresql-$POSTGRES" >/dev/null 2>&1; then
    # The distribution has another major; PostgreSQL's own repository has all of them.
    apt_install postgresql-common ca-certificates
    as_root /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y
  fi
  apt_install "postgresql-$POSTGRES" "postgresql-client-$POSTGRES"
fi

if [[ ${COMMENT:-} == true ]] && ! command -v gh >/dev/null 2>&1; then
  as_root apt-get update -q
  apt_install gh || echo "::warning title=plangate::gh cannot be installed, so there will be no comment"
fi
