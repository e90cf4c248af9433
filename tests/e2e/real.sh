# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What a user does with hpn, on one real runtime in a bed of its own. The
# scripts real-docker, real-podman, real-nerdctl and real-ctr say which:
#
#	runtime=docker parts=docker not_found='regular expression'
#	. real.sh

set -u
: "${HPN_SRCDIR:?run by make check}" "${HPN_BUILDDIR:?}"
: "${runtime:?}" "${parts:?}" "${not_found:?}"

hpn=$HPN_BUILDDIR/hpn
# shellcheck source=tests/e2e/bed.sh
. "$HPN_SRCDIR/tests/e2e/bed.sh"

# One line, that begins with the runtime: the driver knows nerdctl's.
# shellcheck disable=SC2086 # one word a part
if ! lack=$(bed_missing registry $parts); then
	lack=$(printf '%s' "$lack" | tr '\n' ';' | sed 's/;/; /g')
	echo "1..0 # SKIP $runtime: $lack"
	exit 77
fi

BED=$(bed_new) || exit 1
trap 'cd /; bed_down' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
bed_check
# shellcheck source=tests/e2e/reallib.sh
. "$HPN_SRCDIR/tests/e2e/reallib.sh"
# shellcheck disable=SC2086
bed_up registry registry2 silent $parts || exit 1
# Settings for hpn of whoever runs this are not to change what it does.
for name in ${!HPN_@}; do
	unset "$name"
done
mkdir "$BED/home" "$BED/work"
export HOME=$BED/home LC_ALL=C.UTF-8
cd "$BED/work" || exit 1

clear_store() { bed_clear "$runtime" || blame "the store is not empty"; }

# ids LIST: a line for each image, its name without the registry and its id. ctr
# warns on standard error (of cgroup v1, say).
ids()
{
	local ref
	while read -r ref; do
		echo "${ref##*/} $(bed_id "$runtime" "$ref" 2>>"$BED/id.log")"
	done <"$1"
}

# What a serial run says. transcript VERB GERUND DONE LIST
transcript()
{
	local n i=0 ref
	n=$(wc -l <"$4")
	echo "Executing $1 action with file: $4"
	echo "Using container runtime: $runtime"
	echo "Found $n images to $1"
	while read -r ref; do
		i=$((i + 1))
		echo "[$i/$n] $2 $ref..."
		echo "✅ Successfully $3 $ref"
	done <"$4"
	printf '\nSummary: %d successful, 0 failed\n' "$n"
}

# What hpn has started for the registry that says nothing, as pids.
hung_children() { pgrep -f "^[^ ]*$runtime .*$BED_SILENT/"; }

no_children()
{
	local left
	! left=$(hung_children) || blame "processes left: $left"
}

python3 "${bed_tool:?}" images "$BED_REGISTRY" small/s 20 40000 >list || exit 1
transcript pull Pulling pulled list >pull.want
sed "s|^.*/|$BED_REGISTRY2/mine/|" list >list2

# ---- pull ----

run -a pull -f list -j 1
rc_is 0
silent_stderr
same "stdout" pull.want "$BED/out"
ids list >ids.want
grep -Evx '[^ ]+ [0-9a-f]{64}' ids.want && blame "no ids: $(cat ids.want)"
[ "$(sort -u -k2 ids.want | wc -l)" = 20 ] || blame "ids are not distinct"
end "pull of twenty images, -j 1"

clear_store
run -a pull -f list -j 8
rc_is 0
silent_stderr
same "stdout" pull.want "$BED/out"
same "ids" ids.want <(ids list)
covers pull
end "pull of twenty images, -j 8: the same bytes, the same images"

run -a pull -f list -j 8
rc_is 0
same "stdout" pull.want "$BED/out"
end "pull of what is there"

sed -n 1,3p list >list.missing
sed -i "2s|.*|$BED_REGISTRY/small/s99:v1|" list.missing
for j in 1 8; do
	run -a pull -f list.missing -j $j
	rc_is 1
	sed -n '7p' "$BED/out" |
		grep -qE "^❌ Failed to pull $BED_REGISTRY/small/s99:v1: .*($not_found)" ||
		blame "line 7 gives no reason"
	grep -qx 'Summary: 2 successful, 1 failed' "$BED/out" ||
		blame "the summary is wrong"
	[ "$(cat "$BED/err")" = "Error: failed to pull 1 images" ] ||
		blame "stderr is wrong"
	[ "$(grep -c attempt "$BED/out")" = 0 ] || blame "it was tried again"
	cp "$BED/out" out.missing.$j
done
same "-j 8 against -j 1" out.missing.1 out.missing.8
end "a missing image: the runtime's own words, one attempt"

# ---- save ----

run -a save -f list --save-mode 2 -j 1
rc_is 0
silent_stderr
cp "$BED/out" out.save
[ "$(find images -name '*.tar' | wc -l)" = 20 ] || blame "not twenty archives"
contents images >contents.1
run -a save -f list --save-mode 2 -j 8
rc_is 0
same "stdout" out.save "$BED/out"
contents images >contents.2
same "archives" contents.1 contents.2
(cd images && sha256sum ./*) >sums.1
covers save
end "save over what is there, -j 8: the same contents as -j 1"

clear_store
run -a save -f list.missing --save-mode 2
rc_is 1
grep -qx 'Summary: 0 successful, 3 failed' "$BED/out" ||
	blame "the summary is wrong"
(cd images && sha256sum ./*) >sums.2
same "archives" sums.1 sums.2
end "a failed save keeps the old archive"

# ---- load ----

run -a load --load-mode 2 -j 8
rc_is 0
silent_stderr
grep -qx 'Summary: 20 successful, 0 failed' "$BED/out" ||
	blame "the summary is wrong"
same "ids" ids.want <(ids list)
covers load
end "load into an empty store: the same images"

mkdir bad
archive=$(find images -name '*.tar' | sort | head -n 1)
head -c 20000 "$archive" >bad/cut.tar
echo junk >bad/junk.tar
cp "$archive" bad/whole.tar
(cd bad && run -a load --retries 1; exit $rc)
rc=$?
rc_is 1
grep -q '^❌ Failed to load cut.tar: .' "$BED/out" || blame "cut.tar was loaded"
grep -q '^❌ Failed to load junk.tar: .' "$BED/out" || blame "junk.tar was loaded"
grep -qx '✅ Successfully loaded whole.tar' "$BED/out" || blame "whole.tar failed"
end "damaged archives fail, and say why"

# ---- push, and the way back ----

run -a push -f list -r "$BED_REGISTRY2" -p mine -j 8
rc_is 0
silent_stderr
[ "$(grep -c "^  Pushed: $BED_REGISTRY2/mine/s[0-9]*:v1$" "$BED/out")" = 20 ] ||
	blame "not all is pushed"
clear_store
run -a pull -f list2 -j 8
rc_is 0
same "ids" ids.want <(ids list2)
covers push
end "push to a second registry, and pulled from there: the same images"

# ---- compressed ----

run -a pull -f list -j 8
mkdir packed
for how in zstd gzip:1 xz:0 lz4; do
	(cd packed && sed -n 1,5p ../list >list && run save -f list --compress=$how; exit $rc) ||
		blame "--compress=$how failed"
done
rm packed/list
[ "$(find packed -name '*.tar.*' | wc -l)" = 20 ] || blame "not 20 archives"
run verify packed
rc_is 0
grep -qx 'Summary: 20 successful, 0 failed' "$BED/out" || blame "not all verified"
[ "$(grep -c '^  Image: .*sha256:' "$BED/out")" = 20 ] || blame "no word of what is in them"
sed -n 1,5p list >list.five
for ending in zst gz xz lz4; do
	clear_store
	run load packed/*.tar.$ending
	rc_is 0
	same "ids from .$ending" <(head -n 5 ids.want) <(ids list.five)
done
head -c 3000 "$(find packed -name '*.zst' | sort | head -n 1)" >bad/cut.tar.zst
run load bad/cut.tar.zst
rc_is 1
grep -q '^❌ Failed to load bad/cut.tar.zst: archive check: ' "$BED/out" ||
	blame "half an archive was loaded"
covers compress
end "four ways of compression: saved, verified, loaded; half of one is refused"

# ---- all in one archive ----

case $runtime in
docker | podman)
	size_of() { cat "$@" | wc -c; }
	mkdir bundle
	for how in none gzip; do
		(cd bundle && run save -f ../list.five --bundle $how.tar --compress=$how --checksums
			exit $rc)
		rc=$?
		rc_is 0
		silent_stderr
		run verify bundle/$how.tar
		rc_is 0
		[ "$(grep -c '^  Image: .*sha256:' "$BED/out")" = 5 ] || blame "not five images in it"
		clear_store
		run load bundle/$how.tar --expect list.five
		rc_is 0
		silent_stderr
		same "ids" <(head -n 5 ids.want) <(ids list.five)
	done
	(cd bundle && sha256sum -c --strict --quiet SHA256SUMS) || blame "the sums do not fit"
	(cd bundle && run save -f ../list.five; exit $rc) || blame "no save"
	[ "$(size_of bundle/none.tar)" -lt "$(size_of bundle/*_s*.tar)" ] ||
		blame "what they share is in it more than once"
	"$runtime" rmi "$(sed -n 2p list.five)" >/dev/null || blame "no rmi"
	sum=$(sha256sum <bundle/none.tar)
	(cd bundle && run save -f ../list.five --bundle none.tar; exit $rc)
	rc=$?
	rc_is 1
	grep -qx "Warning: ../list.five:2: $runtime has no image $(sed -n 2p list.five)" "$BED/err" ||
		blame "nobody says which is missing"
	[ "$sum" = "$(sha256sum <bundle/none.tar)" ] || blame "the old bundle is gone"
	;;
*)
	run save -f list.five --bundle all.tar
	rc_is 1
	[ ! -e all.tar ] || blame "$runtime has no bundles"
	;;
esac
case $runtime in docker | podman) covers bundle ;; esac
end "five images in one archive, loaded from it; none when one is missing"

# ---- what is done already ----

# The times of archives tell whether they were written again.
written() { stat -c '%n %i %Y' again/*.tar; }

sed -n 1,5p list >list.five
"$hpn" --runtime "$runtime" -q pull -f list.five </dev/null || blame "no pull"
mkdir again
(cd again && run save -f ../list.five; exit $rc) || blame "no save"
written >archives.want
if [ "$runtime" = ctr ]; then
	run pull -f list.five --if-missing
	rc_is 0
	grep -q '^Warning: --if-missing: ctr cannot be asked' "$BED/err" ||
		blame "nobody says that ctr cannot tell"
else
	run pull -f list.five --if-missing
	rc_is 0
	silent_stderr
	[ "$(grep -c '^✅ Already pulled' "$BED/out")" = 5 ] || blame "pulled again"
	# Twice: the first time they are looked into, the second time remembered.
	for _ in 1 2; do
		(cd again && run save -f ../list.five --if-missing; exit $rc)
		rc=$?
		rc_is 0
		[ "$(grep -c '^✅ Already saved' "$BED/out")" = 5 ] || blame "saved again"
		same "archives" archives.want <(written)
	done
fi
case $runtime in
docker | podman)
	run push -f list.five -r "$BED_REGISTRY2" -p again
	rc_is 0
	# docker's client, which asks, does not know that the registry is here.
	run push -f list.five -r "$BED_REGISTRY2" -p again --if-missing \
		--insecure-registry "$BED_REGISTRY2"
	rc_is 0
	case $(engine_version) in
	5.*) grep -q '^Warning: --if-missing: podman does not say' "$BED/err" ||
		blame "nobody says that podman 5 cannot tell" ;;
	*) [ "$(grep -c '^✅ Already pushed' "$BED/out")" = 5 ] || blame "pushed again" ;;
	esac
	;;
esac
[ "$runtime" = ctr ] || covers if-missing
end "what is there is not pulled, saved or pushed again"

# ---- a registry that says nothing ----

echo "$BED_SILENT/a/b:1" >list.silent
cat list >>list.silent
exec 7<>"$BED_CONNECTED"
run -a pull -f list.silent -j 4 --timeout 5s --kill-after 2s --retries 1
rc_is 1
grep -qx 'Summary: 20 successful, 1 failed' "$BED/out" ||
	blame "the summary is wrong"
grep -q "^❌ Failed to pull $BED_SILENT/a/b:1: timed out after 5 s" "$BED/out" ||
	blame "no word of the time"
no_children
while read -r -t 0 -u 7; do read -r -u 7; done
end "a registry that hangs costs its image the time limit, and no other"

for sig in INT TERM; do
	head -n 1 list.silent >list.one
	# A shell without job control starts what is in the background with
	# SIGINT ignored, and hpn leaves it so.
	env --default-signal=INT "$hpn" --runtime "$runtime" -a pull \
		-f list.one >"$BED/out" 2>"$BED/err" &
	pid=$!
	read -r -t 60 -u 7 || blame "$runtime has not connected"
	[ -n "$(hung_children)" ] || blame "no child to be seen"
	kill -$sig $pid
	wait $pid
	rc=$?
	rc_is $((128 + $(kill -l $sig)))
	grep -q '^Summary: 0 successful' "$BED/out" || blame "no summary"
	no_children
	while read -r -t 0 -u 7; do read -r -u 7; done
	end "SIG$sig in a pull: summary, status, no process left"
done

python3 "${bed_here:?}/../engines/support.py" ran "$BED/covered" known >"$BED/out" ||
	blame "tests/engines/support says otherwise"
end "what passed is what the table of engines says"

echo "1..$cases"
[ $failures = 0 ]
exit
