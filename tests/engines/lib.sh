# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A root of Debian with the engines that are newer than this machine's, and
# programs built from Go modules that go.sum pins; all of it below one
# directory, and nothing of it is installed. Sourced by up and run.
#
# From the environment:
#	ENGINES=trixie|sid|old the suite; old is this machine's own engines
#	HPN_ENGINES=DIR        where the roots and the caches of Go are kept
#	                       (build/engines)

: "${engines_top:?}"
suite=${ENGINES:-trixie}
engines=${HPN_ENGINES:-$engines_top/build/engines}
root=$engines/$suite

say() { echo "engines: $*" >&2; }

# A skip; in strict mode the tests that were asked for have to run.
give_up()
{
	say "$*"
	[ "${HPN_TEST_STRICT:-}" = 1 ] && exit 1
	echo "0 passed, 0 failed, 1 skipped"
	exit 77
}

# in_root [NAME=VALUE...] COMMAND...: the root is the root of the file system (overlay mounts
# fail in a plain chroot), the tree is where it is here, and what is left when
# the command ends is killed with its pid namespace.
in_root()
{
	# shellcheck disable=SC2016 # expanded in there
	ROOT_DIR=$root TOP_DIR=$engines_top ENGINES_DIR=$engines \
		timeout --foreground -k 10 "${limit:-1200}" \
		unshare --mount --propagation private --pid --fork --kill-child bash -euc '
	bind() { mkdir -p "$ROOT_DIR$1"; mount --rbind "$1" "$ROOT_DIR$1"; }
	bind /sys
	bind /dev
	mount -t tmpfs tmpfs "$ROOT_DIR/run"
	bind "$TOP_DIR"
	bind "$ENGINES_DIR"
	mount -t proc proc "$ROOT_DIR/proc"
	mount --rbind "$ROOT_DIR" "$ROOT_DIR"
	cd "$ROOT_DIR"
	mkdir -p oldroot
	pivot_root . oldroot
	cd /
	umount -l oldroot
	exec env -i "$@"' sh \
		PATH="${root_path:-/usr/sbin:/usr/bin:/sbin:/bin}" HOME=/root LC_ALL=C.UTF-8 \
		TMPDIR=/tmp "$@" </dev/null
}
