#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What .github/actions/unclosed does: build unclosed once a job, run the commands in $UNCLOSED_RUN under
# it as GitHub's own shell would, with the options in $UNCLOSED_ARGUMENTS, annotate the lines, and
# tell the later steps where the reports of this step are.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# The runner's own folder, or else the checkout's: in /tmp somebody may have made it before.
place=${RUNNER_TEMP:+$RUNNER_TEMP/unclosed}
place=${place:-$(dirname "$here")/build/ci}
export UNCLOSED_BUILD=${UNCLOSED_BUILD:-$place/build}

if [[ ! -x $UNCLOSED_BUILD/bin/unclosed ]]; then
	echo "::group::Build unclosed"
	"$here/setup.sh"
	"$here/build.sh" -DUNCLOSED_TESTS=OFF
	echo "::endgroup::"
fi
mkdir -p "$place"
reports=$(mktemp -d "$place/report.XXXXXX") # of this step: a job may have several
{
	echo "json=$reports/unclosed.json"
	echo "sarif=$reports/unclosed.sarif"
} >>"${GITHUB_OUTPUT:-/dev/null}"

# Separated by blanks or lines, with quotes around what has some: read as words, nothing is run.
words=$reports/options
xargs -r printf '%s\0' <<<"${UNCLOSED_ARGUMENTS:-}" >"$words" ||
	{ echo "::error::unclosed: the options have a quote without its other half" >&2 && exit 125; }
mapfile -d '' options <"$words"
rm "$words"
exec "$UNCLOSED_BUILD/bin/unclosed" --github --json "$reports/unclosed.json" \
	--sarif "$reports/unclosed.sarif" ${options[@]+"${options[@]}"} -- \
	bash --noprofile --norc -e -o pipefail -c "$UNCLOSED_RUN"
