#!/usr/bin/env bash
# Downloads a release of plangate and unpacks it if its SHA-256 is the one that the release states and, with the input
# sha256, the one that the workflow states. Only the second protects from a release that somebody has replaced.
set -euo pipefail

fail() {
  echo "::error title=plangate::$1" >&2
  exit 2
}
digest() { if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1; }

case "$(uname -s)-$(uname -m)" in
Linux-x86_64) system=linux-x86_64 ;;
Linux-aarch64) system=linux-arm64 ;;
Darwin-arm64) system=macos-arm64 ;;
*) fail "there is no release for $(uname -s) on $(uname -m); use version: source" ;;
esac

# The repository of the action. The runner states it, or it is a part of the path; for `uses: ./…` it is the job's own.
repository=${ACTION_REPOSITORY:-}
if [ -z "$repository" ] && [[ ${GITHUB_ACTION_PATH:-} =~ /_actions/([^/]+/[^/]+)/ ]]; then
  repository=${BASH_REMATCH[1]}
fi
release=${GITHUB_SERVER_URL:-https://github.com}/${repository:-$GITHUB_REPOSITORY}/releases/download/v$VERSION
name=plangate-$VERSION-$system

if ! command -v curl >/dev/null 2>&1; then
  root=
  if [ "$(id -u)" -ne 0 ]; then root=sudo; fi
  $root apt-get update -q
  $root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends curl ca-certificates
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for file in SHA256SUMS "$name.tar.gz"; do
  curl --fail --silent --show-error --location --retry 3 --output "$work/$file" "$release/$file" ||
    fail "$release/$file cannot be downloaded. If there is no release of this version, name another version or use version: source"
done
stated=$(awk -v name="$name.tar.gz" '$2 == name { print $1 }' "$work/SHA256SUMS")
found=$(digest <"$work/$name.tar.gz")
[ "$stated" = "$found" ] || fail "the SHA-256 of $name.tar.gz is $found, but SHA256SUMS states '$stated'"
if [ -n "${EXPECTED:-}" ] && [ "$EXPECTED" != "$found" ]; then
  fail "the SHA-256 of $name.tar.gz is $found, but the input sha256 is $EXPECTED"
fi

rm -rf "$PLACE"
mkdir -p "$PLACE"
tar -xzf "$work/$name.tar.gz" --strip-components=1 -C "$PLACE"
"$PLACE/bin/plangate" --version
