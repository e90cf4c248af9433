#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Minimal Debian roots for tests: to be sourced. They are entered by pivot_root
# in namespaces of their own, since a plain chroot forbids the user namespaces
# that rootless podman needs. When the command in a root ends, everything that
# it started ends with it, and its mounts are gone.
#
#	root_missing              print why no root can be made here; 1 if so
#	root_make SUITE DIR PACKAGE...
#	                          a new root, with apt's sources and settings of
#	                          this machine; Debian's own where it is another
#	root_copy FROM DIR        a second one of the same kind
#	root_add_user DIR NAME    who may use sudo without a password
#	root_run DIR COMMAND...   as root, with nothing of the environment
#	root_run_as NAME DIR SHELL-COMMAND
#	                          from that user's home directory
#
# And for the test scripts themselves, which end with root_finish:
#
#	root_begin SUITE PACKAGE...
#	                          a root in $work/base, or a skip, which is a
#	                          failure under HPN_TEST_STRICT=1
#	apart COMMAND...          a command that a signal to the script ends
#	logged FILE COMMAND...    its output goes to a file as well
#	pass TEXT, fail TEXT      a case; root_finish prints the counts

root_missing()
{
	local reason=
	if [ "$(id -u)" != 0 ]; then
		reason="making a Debian root needs root"
	elif ! command -v mmdebstrap >/dev/null; then
		reason="mmdebstrap is not in PATH (./bootstrap deps fresh)"
	elif ! unshare --mount --pid --fork true 2>/dev/null; then
		reason="this root may not make namespaces"
	fi
	[ -z "$reason" ] || { echo "$reason"; return 1; }
}

# Lines for sources.list: what this machine has of Debian, for SUITE.
root_sources()
{
	local suite=$1 own='' id='' uri release component format
	# shellcheck disable=SC2016 # apt fills these in
	format='$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)'
	eval "$(sed -n 's/^ID=/id=/p; s/^VERSION_CODENAME=/own=/p' /etc/os-release)"
	[ "$id" = debian ] && [ -n "$own" ] || return 0
	apt-get indextargets --format "$format" 'Created-By: Packages' 'Origin: Debian' |
		sort -u | while read -r _ uri release component; do
		# Debian unstable has neither updates nor security.
		[ "$suite" != sid ] || [ "$release" = "$own" ] || continue
		echo "deb $uri ${release/#$own/$suite} $component"
	done
}

# How this machine reaches its sources: proxies, time-outs, what is believed.
root_apt_settings()
{
	! command -v apt-config >/dev/null ||
		apt-config dump --format '%F "%v";%n' Acquire |
		grep -Ev '^Acquire::(IndexTargets|Changelogs|cdrom)'
}

root_make()
{
	local suite=$1 dir=$2 settings=$2.apt.conf sources=$2.list packages
	shift 2
	packages=$(IFS=,; echo "$*")
	root_apt_settings >"$settings"
	root_sources "$suite" >"$sources"
	# Without any, mmdebstrap takes Debian's.
	[ -s "$sources" ] || sources=
	mmdebstrap --quiet --variant=minbase --mode=root --aptopt="$settings" \
		--dpkgopt=force-unsafe-io \
		${packages:+--include="$packages"} "$suite" "$dir" \
		${sources:+"$sources"} || return 1
	cp /etc/resolv.conf "$dir/etc/resolv.conf" || return 1
	echo "127.0.0.1 localhost $(uname -n)" >"$dir/etc/hosts"
}

root_copy()
{
	cp -a --reflink=auto "$1" "$2"
}

root_add_user()
{
	root_run "$1" useradd --create-home --shell /bin/bash "$2" || return 1
	echo "$2 ALL=(ALL) NOPASSWD: ALL" >"$1/etc/sudoers.d/$2"
}

# The shell stays: as the first process of its namespace it has to reap those
# whose parents have ended, and takes them along when it ends itself.
root_run()
{
	# shellcheck disable=SC2016 # for the shell inside
	unshare --mount --propagation private --pid --fork --kill-child --ipc --uts \
		env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		HOME=/root TERM=dumb LC_ALL=C.UTF-8 bash -c '
			mount --bind "$1" "$1" && cd "$1" || exit 125
			mount --rbind /dev dev && mount --rbind /sys sys &&
				mount -t proc proc proc || exit 125
			pivot_root . . && umount -l . && cd / || exit 125
			shift
			"$@"
			exit $?' sh "$@" </dev/null
}

root_run_as()
{
	root_run "$2" runuser --login "$1" --command "$3"
}

passed=0
failed=0
work=
child=

root_begin()
{
	local suite=$1 reason
	shift
	reason=$(root_missing) || skip "$reason"
	work=$(mktemp -d "${HPN_BUILDDIR:-$top/build}/fresh.XXXXXX") || exit 1
	trap root_clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exit 129' HUP
	echo "making a root of Debian $suite"
	apart root_make "$suite" "$work/base" "$@" ||
		skip "no root of Debian $suite could be made (offline?)"
}

root_clean_up()
{
	trap '' INT TERM HUP
	[ -z "$child" ] || { kill -KILL -- "-$child"; wait "$child"; } 2>/dev/null
	rm -rf --one-file-system "$work"
}

# A shell that waits for a command in the foreground hears no signal. With job
# control the command is a process group, which can be killed as one.
apart()
{
	local status
	set -m
	"$@" &
	child=$!
	set +m
	wait "$child"
	status=$?
	child=
	return $status
}

logged()
{
	local log=$1
	shift
	"$@" 2>&1 | tee "$log"
	return "${PIPESTATUS[0]}"
}

pass()
{
	echo "PASS: $1"
	passed=$((passed + 1))
}

fail()
{
	echo "FAIL: $1"
	failed=$((failed + 1))
}

skip()
{
	[ "${HPN_TEST_STRICT:-}" != 1 ] || { fail "$1 (HPN_TEST_STRICT)"; root_finish; }
	echo "SKIP: $1"
	root_finish ", 1 skipped"
}

root_finish()
{
	echo "$passed passed, $failed failed${1:-}"
	[ "$failed" = 0 ]
	exit
}
