#!/usr/bin/env bash
# Posts the Markdown report as a comment on the pull request, or updates the comment of an earlier run. It finds that comment
# by its first line and its author, because anyone could write the line. The line names the manifest, and ID names the job,
# because the jobs of a matrix share a manifest. A comment that cannot be written changes no verdict.
set -euo pipefail

file=$GITHUB_WORKSPACE/$REPORTS/plangate.md
warn() {
  echo "::warning title=plangate::no comment: $1"
  exit 0
}

[ -s "$file" ] || warn "there is no report"
[ -n "$GH_TOKEN" ] || warn "the action needs a token for it"
command -v gh >/dev/null 2>&1 || warn "there is no gh"

marker="$(head -n 1 "$file")<!-- $ID -->"
body=$(mktemp)
trap 'rm -f "$body"' EXIT
{ echo "$marker" && tail -n +2 "$file"; } >"$body"
export marker AUTHOR
comments=$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments?per_page=100" \
  --jq '.[] | [.id, .user.login, (.body | split("\n")[0] | rtrimstr("\r"))] | @tsv') ||
  warn "the comments cannot be read"
id=$(awk -F '\t' '$2 == ENVIRON["AUTHOR"] && $3 == ENVIRON["marker"] { print $1; exit }' <<<"$comments")

if [ -n "$id" ]; then
  gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$body" ||
    warn "it cannot be rewritten"
else
  gh api --silent --method POST "repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments" --field "body=@$body" ||
    warn "it cannot be written; a pull request from a fork has a token that cannot"
fi
