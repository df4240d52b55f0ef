#!/usr/bin/env bash
# Runs the check and hands its exit status on, so that the reports of a check that failed are kept too; and tells whether
# the cache holds other entries than before. Their names say what they were made from: server, system, plangate and seed.
set -euo pipefail

directory=$GITHUB_WORKSPACE/$REPORTS
mkdir -p "$directory" "$PLANGATE_CACHE_DIR"
entries() { find "$PLANGATE_CACHE_DIR" -path '*/entries/*' -prune | sort | sha256sum | cut -c 1-32; }
read -r -a options <<<"${ARGS//$'\n'/ }"
read -r -a names <<<"${QUERIES//$'\n'/ }"
words=(check --manifest "$MANIFEST")
for report in junit:plangate.xml json:plangate.json markdown:plangate.md html:plangate.html sarif:plangate.sarif \
  gitlab:gitlab.json; do
  words+=("--${report%%:*}" "$directory/${report#*:}")
done
if [ -n "$POSTGRES" ]; then words+=(--postgres "$POSTGRES"); fi

before=$(entries)
status=0
"$PLANGATE" "${words[@]}" "${options[@]}" -- "${names[@]}" || status=$?
{
  echo "status=$status"
  echo "entries=$(entries)"
  echo "entries-changed=$([ "$(entries)" = "$before" ] && echo false || echo true)"
} >>"$GITHUB_OUTPUT"
