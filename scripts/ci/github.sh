#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What .github/actions/unclosed does: build unclosed once a job, run $UNCLOSED_RUN under it with the
# options in $UNCLOSED_ARGUMENTS, annotate the lines, and tell the later steps where the reports are.
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
{
	echo "json=$place/unclosed.json"
	echo "sarif=$place/unclosed.sarif"
} >>"${GITHUB_OUTPUT:-/dev/null}"
read -ra options <<<"${UNCLOSED_ARGUMENTS:-}"
exec "$UNCLOSED_BUILD/bin/unclosed" --github --json "$place/unclosed.json" \
	--sarif "$place/unclosed.sarif" "${options[@]}" -- bash -c "$UNCLOSED_RUN"
