# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Cases of tests in a bed ($BED, where one is up) on a $runtime.

: "${BED:?}" "${runtime:?}" "${hpn:?}"

cases=0
failures=0
why=
covered=
# Real tests unset what is called HPN_, lest it changes what hpn does.
store=${HPN_BED_STORE:+-ctd}

blame()
{
	why+=$(printf '%s\n' "$*" | sed 's/^/# /')$'\n'
}

end()
{
	local left
	cases=$((cases + 1))
	left=$(find "$BED/work" "$BED/home" -name '.hpn-*' -o -name '.tmp-*')
	[ -z "$left" ] || blame "files left: $left"
	if [ -z "$why" ]; then
		echo "ok $cases - $runtime: $1"
		[ -z "$covered" ] ||
			echo "$runtime$store $(engine_version) $covered" |
			tee -a "$BED/covered" | sed 's/^/# covers /'
	else
		failures=$((failures + 1))
		echo "not ok $cases - $runtime: $1"
		printf '%s' "$why"
		sed 's/^/# stdout: /' "$BED/out"
		sed 's/^/# stderr: /' "$BED/err"
	fi
	why=
	covered=
}

run()
{
	timeout -k 10 300 "$hpn" --runtime "$runtime" "$@" \
		>"$BED/out" 2>"$BED/err" </dev/null
	rc=$?
}

rc_is() { [ "${rc:-}" = "$1" ] || blame "status $rc, not $1"; }

same()
{
	cmp -s "$2" "$3" || blame "$1:" "$(diff -u "$2" "$3")"
}

silent_stderr() { [ ! -s "$BED/err" ] || blame "stderr is not empty"; }

out_has() { grep -qF -- "$1" "$BED/out" || blame "stdout lacks: $1"; }

# covers WORD...: what the case says of this engine, when it passes; see
# tests/engines/support.
covers() { covered="$*"; }

engine_version()
{
	case $runtime in
	docker) docker version --format '{{.Server.Version}}' ;;
	podman) podman version --format '{{.Version}}' ;;
	nerdctl) nerdctl version | sed -n 's/^ *Version:[[:blank:]]*v*//p' | head -n 1 ;;
	ctr) ctr version | sed -n 's/^ *Version:[[:blank:]]*v*//p' | tail -n 1 ;;
	esac 2>/dev/null
}

# contents DIRECTORY: what is in its archives, a line for each member. Docker 26
# and later write the time of the save into some headers, so the bytes of two
# archives of one image may differ.
contents()
{
	python3 - "$1" <<-'END'
	import hashlib, pathlib, sys, tarfile
	for path in sorted(pathlib.Path(sys.argv[1]).glob('*.tar')):
	    with tarfile.open(path) as tar:
	        for member in tar:
	            data = tar.extractfile(member).read() if member.isreg() else b''
	            print(path.name, member.name, member.type.decode(), member.linkname,
	                  hashlib.sha256(data).hexdigest())
	END
}
