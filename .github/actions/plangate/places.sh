#!/usr/bin/env bash
# Sets outputs for the next steps: where plangate is, and whether it must be downloaded or built first; where its cache
# and its servers go; the parts of the cache keys; and the id that distinguishes this job from others.
# Paths come from the environment, because in a container the runner's expressions give the paths of the host.
set -euo pipefail

root=$(cd "$(dirname "$0")/../../.." && pwd)
digest() { sha256sum | cut -c 1-32; }
fail() {
  echo "::error title=plangate::$1" >&2
  exit 2
}

# Next to the cache, so that clusters can be linked instead of copied; in a container, /tmp is on another mount. The mode is
# that of /tmp, because in a job that runs as root the server runs as another user.
mkdir -p "$RUNNER_TEMP/pg"
chmod 1777 "$RUNNER_TEMP/pg"

# Without an input: a plangate in the PATH, as in its image, or the release that this revision of the action belongs to.
version=${VERSION#v}
download=
build=
build_hash=
if [ -z "$VERSION" ] && plangate=$(command -v plangate); then
  :
elif [ "$version" = source ]; then
  command -v swift >/dev/null 2>&1 ||
    fail "there is no swift to build plangate with; run the job in the container swift:6.3, or leave out version: source"
  build=$RUNNER_TEMP/plangate-build
  plangate=$build/plangate
  build_hash=$({
    cat /etc/os-release
    swift --version 2>/dev/null
    find "$root/Package.swift" "$root/Sources" -type f -print0 | sort -z | xargs -0 cat
  } | digest)
else
  if [ -z "$VERSION" ]; then download=$("$root/scripts/release-version"); else download=$version; fi
  [[ $download =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] ||
    fail "the input version is neither a version, such as 1.2.3, nor source: $VERSION"
  place=$RUNNER_TEMP/plangate-$download
  plangate=$place/bin/plangate
fi

{
  id=${ID:-$GITHUB_JOB${POSTGRES:+-$POSTGRES}}
  # It becomes the name of an artifact and part of an HTML comment.
  echo "id=$(tr -c 'A-Za-z0-9._-' - <<<"${id:0:100}" | sed 's/--*/-/g; s/-$//')"
  echo "cache=$RUNNER_TEMP/plangate-cache"
  echo "tmp=$RUNNER_TEMP/pg"
  echo "plangate=$plangate"
  echo "download=$download"
  echo "place=${place:-}"
  echo "build=$build"
  echo "build-hash=$build_hash"
  echo "root=$root"
  read -r -a inputs <<<"${CACHE_INPUTS//$'\n'/ }"
  files=()
  for input in "$MANIFEST" "${inputs[@]}"; do
    if [ -e "$input" ]; then files+=("$input"); fi
  done
  echo "seed-hash=$(if [ ${#files[@]} -gt 0 ]; then find "${files[@]}" -type f -print0 | sort -z | xargs -0 sha256sum; fi | digest)"
} >>"$GITHUB_OUTPUT"
