#!/usr/bin/env bash
# Runs the check and passes its exit status on as an output, so that the reports of a failed check are uploaded too. Also
# says whether the cache's entries changed. Their names depend on all they were made from: server, system, plangate, seed.
set -euo pipefail

directory=$GITHUB_WORKSPACE/$REPORTS
mkdir -p "$directory"
# plangate does not use a cache that belongs to another user (an earlier job may have run as one) or that others can write to.
if [ -e "$PLANGATE_CACHE_DIR" ] && [ ! -O "$PLANGATE_CACHE_DIR" ]; then rm -rf "$PLANGATE_CACHE_DIR"; fi
mkdir -p -m 700 "$PLANGATE_CACHE_DIR"
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
# The seed runs commands, which must get neither the files by which a step changes later steps nor the runner's tokens.
# plangate withholds them too; without them in plangate's own environment, no child can find them there either.
# GITHUB_STEP_SUMMARY stays, because plangate itself writes the summary.
env -u GITHUB_ENV -u GITHUB_PATH -u GITHUB_OUTPUT -u GITHUB_STATE -u GITHUB_TOKEN -u GH_TOKEN -u ACTIONS_RUNTIME_TOKEN \
  -u ACTIONS_RUNTIME_URL -u ACTIONS_ID_TOKEN_REQUEST_TOKEN -u ACTIONS_ID_TOKEN_REQUEST_URL -u ACTIONS_CACHE_URL \
  -u ACTIONS_RESULTS_URL "$PLANGATE" "${words[@]}" "${options[@]}" -- "${names[@]}" || status=$?
{
  echo "status=$status"
  echo "entries=$(entries)"
  echo "entries-changed=$([ "$(entries)" = "$before" ] && echo false || echo true)"
} >>"$GITHUB_OUTPUT"
