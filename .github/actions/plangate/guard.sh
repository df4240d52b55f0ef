#!/usr/bin/env bash
# Refuses events whose jobs have secrets and a token that can write, and that often check out a pull request's branch. A
# manifest runs commands, so the branch could use both. See SECURITY.md.
set -euo pipefail

case "$EVENT" in
pull_request_target) ;;
# Only if a pull request started the run that this one follows.
workflow_run) [[ ${RUN_EVENT:-} == pull_request* ]] || exit 0 ;;
# Comments on issues raise this event too.
issue_comment) [ -n "${COMMENTED_PULL_REQUEST:-}" ] || exit 0 ;;
*) exit 0 ;;
esac

if [ "${ALLOWED:-}" = true ]; then exit 0; fi
echo "::error title=plangate::the event $EVENT gives this job secrets, and plangate runs what a pull request's manifest says;" \
  "use the event pull_request, or set the input allow-privileged-event to true where nothing of the pull request is checked out" >&2
exit 2
