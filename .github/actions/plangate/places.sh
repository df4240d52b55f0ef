#!/usr/bin/env bash
# Tells the next steps where plangate is, or that it has to be built, where its cache and its servers are, what the keys of
# caches are made of, and what tells this job from others.
# The paths come from the environment: in a container the runner's expressions name those of the machine outside.
set -euo pipefail

root=$(cd "$(dirname "$0")/../../.." && pwd)
digest() { sha256sum | cut -c 1-32; }

# Beside the cache, so that clusters can be linked instead of copied: in a container /tmp is on another mount. As open as
# /tmp: the server of a job by root is another user's.
mkdir -p "$RUNNER_TEMP/pg"
chmod 1777 "$RUNNER_TEMP/pg"

{
  id=${ID:-$GITHUB_JOB${POSTGRES:+-$POSTGRES}}
  # It becomes the name of an artifact and a part of an HTML comment.
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
