# What the checks of a change and of a release share; sourced by both.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

step() { printf '\n== %s\n' "$*"; }

# need_compiler installs what the race detector links with, on Debian as root.
need_compiler() {
	if ! command -v "$(go env CC)" >/dev/null && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
		step "a C compiler for the race detector"
		apt-get update -qq && apt-get install -y -qq gcc libc6-dev >/dev/null
	fi
}
