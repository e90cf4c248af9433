# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# For tests that run hpn on the fake runtime (tests/fake/fake.c). A case:
#
#	begin "what holds"
#	list alpine nginx          # writes ./list
#	run -a pull -f list        # status in $rc, ./out and ./err outside the cwd
#	rc_is 0; out_is <<'END' ... END; err_is <<'END' ... END
#	end                        # one line of TAP; leftovers are a failure
#
# HOME, the current directory and PATH are the case's own: only the fake is to
# be found, as docker. The script ends with `finish`.

set -u

: "${HPN_BUILDDIR:?run by make check}"
hpn=$HPN_BUILDDIR/hpn
fake=$HPN_BUILDDIR/tests/fake/fake

top=$(mktemp -d "${TMPDIR:-/tmp}/hpn-e2e.XXXXXX") || exit 1
trap 'cd /; end_children; rm -rf "$top"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# What a test was born with is no leak of hpn's.
for fd in /proc/self/fd/*; do
	case ${fd##*/} in 0 | 1 | 2 | 255) ;; *) eval "exec ${fd##*/}>&-" ;; esac
done

export LC_ALL=C.UTF-8
umask 022
cases=0
failures=0

# Every process that the fake has logged and that is still there.
survivors()
{
	[ -f "$box/log" ] || return 0
	awk '$1 == "start" || $1 == "left" { print $3 }' "$box/log" | while read -r pid; do
		[ -d "/proc/$pid" ] && ! grep -q '^State:	Z' "/proc/$pid/status" 2>/dev/null &&
			grep -qaF "FAKE_STATE=$box/state" "/proc/$pid/environ" 2>/dev/null &&
			echo "$pid"
	done
	return 0
}

end_children()
{
	local pid

	[ -n "${box:-}" ] || return 0
	for pid in $(survivors); do
		kill -KILL "$pid" 2>/dev/null
	done
}

begin()
{
	name=$1
	why=
	cases=$((cases + 1))
	box=$top/$cases
	mkdir -p "$box/bin" "$box/home" "$box/state" "$box/work" "$box/tmp"
	ln -s "$fake" "$box/bin/docker"
	cd "$box/work" || exit 1
	extra=()
}

# Other runtimes than docker, or none: runtimes docker podman
runtimes()
{
	rm -f "$box/bin/"*
	for r; do
		ln -s "$fake" "$box/bin/$r"
	done
}

list()
{
	printf '%s\n' "$@" >list
}

# Variables for hpn: with NAME=VALUE...
with()
{
	extra+=("$@")
}

# run ARGS...: standard input is that of the caller
run()
{
	hpn_env "$hpn" "$@" >"$box/out" 2>"$box/err"
	rc=$?
}

# The fake ctr has no socket, and hpn is to ask it nevertheless.
hpn_exec()
{
	exec env -i LC_ALL=C.UTF-8 HOME="$box/home" PATH="$box/bin" TMPDIR="$box/tmp" \
		CONTAINERD_ADDRESS=fake \
		FAKE_STATE="$box/state" FAKE_LOG="$box/log" ${ASAN_OPTIONS:+ASAN_OPTIONS="$ASAN_OPTIONS"} \
		${extra[@]+"${extra[@]}"} "$@"
}

hpn_env()
{
	(hpn_exec "$@")
}

# The same in the background, as $pid; $rc is there after finish_run.
start()
{
	hpn_exec "$hpn" "$@" >"$box/out" 2>"$box/err" &
	pid=$!
}

finish_run()
{
	wait "$pid"
	rc=$?
}

blame()
{
	why+="# $*"$'\n'
}

rc_is()
{
	[ "$rc" = "$1" ] || blame "status $rc, not $1"
}

# same WHAT FILE: the file against standard input
same()
{
	local diff

	diff=$(diff -u --label "$1 wanted" --label "$1 got" - "$2") ||
		why+=$(echo "$diff" | sed 's/^/# /')$'\n'
}

out_is() { same stdout "$box/out"; }
err_is() { same stderr "$box/err"; }

out_has() { grep -qF -- "$1" "$box/out" || blame "stdout lacks: $1"; }
err_has() { grep -qF -- "$1" "$box/err" || blame "stderr lacks: $1"; }
out_lacks() { ! grep -qF -- "$1" "$box/out" || blame "stdout has: $1"; }
err_first() { [ "$(head -n 1 "$box/err")" = "$1" ] || blame "stderr begins: $(head -n 1 "$box/err")"; }

# What the runtime was called with, in order of the calls.
all_calls()
{
	[ -f "$box/log" ] || return 0
	awk '$1 == "start" { $1 = $3 = $4 = $5 = $6 = ""; sub(/^ +/, ""); gsub(/ +/, " "); print }' \
		"$box/log"
}

# Without what only asks: whether hpn wants to know the sizes of images depends
# on how full the disk is.
calls()
{
	all_calls | grep -Ev '^[a-z]* (version|info|image inspect)' || true
}

calls_are() { same calls <(calls); }

# No matter in which order.
calls_are_sorted() { same calls <(calls | sort); }

files_are()
{
	same files <(find . -mindepth 1 -not -name list -not -type d | sort)
}

# Wait until a file of the state is there: a child has come so far.
await()
{
	local n=0

	until [ -e "$box/state/$1" ]; do
		n=$((n + 1))
		if [ "$n" -gt 2000 ]; then
			blame "waited for $1 in vain"
			return 1
		fi
		read -r -t 0.01 <> <(:) || true
	done
}

# Wait until this text stands in the file.
await_text()
{
	local n=0

	until grep -qF -- "$2" "$1" 2>/dev/null; do
		n=$((n + 1))
		if [ "$n" -gt 2000 ]; then
			blame "waited for '$2' in $1 in vain"
			return 1
		fi
		read -r -t 0.01 <> <(:) || true
	done
}

go() { : >"$box/state/$1"; }

end()
{
	local left

	left=$(survivors)
	[ -z "$left" ] || blame "processes left: $left"
	end_children
	left=$(find . "$box/tmp" -name '.hpn-*' -o -name '.tmp-*' -o -name 'hpn-*')
	[ -z "$left" ] || blame "files left: $left"
	left=$(find "$box/home" -mindepth 1 -not -path "$box/home/.local" \
		-not -path "$box/home/.local/state" -not -path "$box/home/.local/state/hpn*")
	[ -z "$left" ] || blame "left in HOME: $left"
	if [ -z "$why" ]; then
		echo "ok $cases - $name"
	else
		failures=$((failures + 1))
		echo "not ok $cases - $name"
		printf '%s' "$why"
		[ ! -s "$box/err" ] || sed 's/^/# stderr: /' "$box/err" | head -n 20
	fi
	cd / || exit 1
	rm -rf "$box"
	box=
}

finish()
{
	echo "1..$cases"
	[ "$failures" = 0 ]
	exit
}
