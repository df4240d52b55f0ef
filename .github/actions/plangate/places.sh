#!/usr/bin/env bash
# Sets outputs for the next steps: where plangate is or that it must be built, where its cache and its servers go, the parts
# of the cache keys, and the id that distinguishes this job from others.
# Paths come from the environment, because in a container the runner's expressions give the paths of the host.
set -euo pipefail

root=$(cd "$(dirname "$0")/../../.." && pwd)
digest() { sha256sum | cut -c 1-32; }

# Next to the cache, so that clusters can be linked instead of copied; in a container, /tmp is on another mount. The mode is
# that of /tmp, because in a job that runs as root the server runs as another user.
mkdir -p "$RUNNER_TEMP/pg"
chmod 1777 "$RUNNER_TEMP/pg"

{
  id=${ID:-$GITHUB_JOB${POSTGRES:+-$POSTGRES}}
  # It becomes the name of an artifact and part of an HTML comment.
  echo "id=$(tr -c 'A-Za-z0-9._-' - <<<"${id:0:100}" | sed 's/--*/-/g; s/-$//')"
  echo "cache=$RUNNER_TEMP/plangate-cache"
  echo "tmp=$RUNNER_TEMP/pg"
  if plangate=$(command -v plangate); then
    echo "plangate=$plangate"
    echo "build="
  else
    if ! command -v swift >/dev/null 2>&1; then
      echo "::error title=plangate::there is neither plangate nor swift; put plangate into the PATH, or run the job in the container swift:6.3" >&2
      exit 2
    fi
    echo "plangate=$RUNNER_TEMP/plangate-build/plangate"
    echo "root=$root"
    echo "build=$RUNNER_TEMP/plangate-build"
    echo "build-hash=$({
      cat /etc/os-release
      swift --version 2>/dev/null
      find "$root/Package.swift" "$root/Sources" -type f -print0 | sort -z | xargs -0 cat
    } | digest)"
  fi
  read -r -a inputs <<<"${CACHE_INPUTS//$'\n'/ }"
  files=()
  for input in "$MANIFEST" "${inputs[@]}"; do
    if [ -e "$input" ]; then files+=("$input"); fi
  done
  echo "seed-hash=$(if [ ${#files[@]} -gt 0 ]; then find "${files[@]}" -type f -print0 | sort -z | xargs -0 sha256sum; fi | digest)"
} >>"$GITHUB_OUTPUT"
