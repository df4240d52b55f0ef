#!/usr/bin/env bash
# Runs the check and hands its exit status on, so that the reports of a check that failed are kept too.
set -euo pipefail

directory=$GITHUB_WORKSPACE/$REPORTS
mkdir -p "$directory" "$PLANGATE_CACHE_DIR"
read -r -a options <<<"${ARGS//$'\n'/ }"
read -r -a names <<<"${QUERIES//$'\n'/ }"
words=(
  check --manifest "$MANIFEST" --junit "$directory/plangate.xml" --json "$directory/plangate.json"
  --markdown "$directory/plangate.md" --sarif "$directory/plangate.sarif" --gitlab "$directory/gitlab.json"
)
if [ -n "$POSTGRES" ]; then words+=(--postgres "$POSTGRES"); fi

status=0
"$PLANGATE" "${words[@]}" "${options[@]}" -- "${names[@]}" || status=$?
echo "status=$status" >>"$GITHUB_OUTPUT"
