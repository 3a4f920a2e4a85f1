#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How often are the sentences of a report right? scripts/truth.sh [--only NAME]… (truth.py says how)
# Builds, installs the programs of the two lists where apt is (as root), runs them and our samples under
# unclosed, and puts what was judged beside what was printed. The table goes to tests/truth/table.tsv
# when all was run. Not in CI: what distributions ship changes.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh --tests
scripts/build.sh -DUNCLOSED_TESTS=ON
packages=$(sed -n 's/^# packages: //p' scripts/compare_programs.list tests/truth/programs.list)
if ((EUID == 0)) && command -v apt-get >/dev/null; then
	# Servers are only run by this script, never as services.
	# shellcheck disable=SC2086
	DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $packages >/dev/null ||
		echo "truth: not all programs could be installed; what is missing is skipped" >&2
fi
table=()
(($#)) || table=(--table tests/truth/table.tsv)
exec python3 scripts/truth.py "${table[@]}" "$@"
