#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A bed for tests on real runtimes: registries, a latency proxy and private
# runtimes, all below one directory and on free ports of 127.0.0.1. Nothing of
# the user's own docker, podman or HOME is read or written.
#
#	bed.sh new                     make a directory, print its name
#	BED=DIR bed.sh up PART...      start parts (below); safe to repeat
#	BED=DIR bed.sh env             print the environment, for eval
#	BED=DIR bed.sh images HOST:PORT PREFIX COUNT BYTES
#	                               push images, print their references
#	BED=DIR bed.sh clear RUNTIME   remove every image from its store
#	BED=DIR bed.sh id RUNTIME REF  print the image's id (its config digest)
#	BED=DIR bed.sh down            end all by pid, undo mounts, wipe DIR
#	bed.sh missing PART...         print what a part lacks here; 1 if any
#
# Parts, and what `env` has for them:
#	registry    BED_REGISTRY       host:port of a registry
#	registry2   BED_REGISTRY2      a second one with storage of its own
#	latency     BED_LATENCY        host:port of a proxy: registry, 100 ms away
#	weather     BED_WEATHER        host:port of a registry with faults, see
#	            bedtool.py; behind it is registry
#	silent      BED_SILENT         host:port that accepts and never says a word;
#	            BED_CONNECTED      a FIFO that gets a line for each connection
#	docker      DOCKER_HOST, DOCKER_CONFIG            (root only); it has the
#	            containerd store with HPN_BED_STORE=containerd
#	podman      CONTAINERS_*, REGISTRY_AUTH_FILE, TMPDIR, XDG_*
#	containerd  CONTAINERD_ADDRESS, CONTAINERD_NAMESPACE  (root; for ctr)
#	nerdctl     the same, and NERDCTL_TOML, and nerdctl in PATH
#
# Each function can also be used by sourcing this file.

bed_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bed_tool=$bed_here/bedtool.py
bed_latency_ms=100

bed_die()
{
	echo "bed: $*" >&2
	exit 1
}

bed_new()
{
	mktemp -d "${TMPDIR:-/tmp}/hpn-bed.XXXXXX"
}

# Where the directory is, and that it is one of ours: `down` wipes it.
bed_check()
{
	[ -n "${BED:-}" ] || bed_die "BED is not set; see bed.sh new"
	[ -d "$BED" ] || bed_die "$BED: no such directory; see bed.sh new"
	case $BED in /*) ;; *) bed_die "$BED: not an absolute path" ;; esac
	[ -z "$(ls -A "$BED")" ] && : >"$BED/hpn-bed"
	[ -e "$BED/hpn-bed" ] || bed_die "$BED: not empty, and not a bed"
}

bed_export()
{
	printf 'export %s=%q\n' "$1" "$2" >>"$BED/env"
	export "$1=$2"
}

bed_env()
{
	[ ! -e "$BED/env" ] || cat "$BED/env"
}

# bed_start NAME ADDRESS COMMAND...: returns 1 if it ends before it listens.
bed_start()
{
	local name=$1 address=$2 pid
	shift 2
	setsid "$@" >>"$BED/$name.log" 2>&1 </dev/null &
	pid=$!
	disown "$pid"
	echo "$pid $(sed 's/.*) //' "/proc/$pid/stat" |
		cut -d' ' -f20) $name" >>"$BED/pids"
	python3 "$bed_tool" wait "$pid" "$address" && return
	echo "bed: $name did not start; the end of its log:" >&2
	tail -n 5 "$BED/$name.log" >&2
	return 1
}

bed_registry_program()
{
	command -v docker-registry || command -v registry
}

# A free port may be taken before the registry has it: three tries.
bed_up_registry()
{
	local name=$1 variable=$2 program port
	[ -z "${!variable:-}" ] || return 0
	program=$(bed_registry_program) || bed_die "no docker-registry in PATH"
	for _ in 1 2 3; do
		port=$(python3 "$bed_tool" port)
		bed_registry_conf "$name" "$port" >"$BED/$name.yml"
		# The registry reads each REGISTRY_* variable as a setting.
		if bed_start "$name" "127.0.0.1:$port" env -u REGISTRY_AUTH_FILE \
			"$program" serve "$BED/$name.yml"; then
			bed_export "$variable" "127.0.0.1:$port"
			return 0
		fi
	done
	return 1
}

bed_registry_conf()
{
	cat <<-END
	version: 0.1
	log: {level: warn, accesslog: {disabled: true}}
	storage:
	  filesystem: {rootdirectory: $BED/$1.data, maxthreads: 100}
	  cache: {blobdescriptor: inmemory}
	http: {addr: "127.0.0.1:$2"}
	END
}

bed_up_latency()
{
	local port
	[ -z "${BED_LATENCY:-}" ] || return 0
	bed_up_registry registry BED_REGISTRY || return 1
	for _ in 1 2 3; do
		port=$(python3 "$bed_tool" port)
		if bed_start latency "127.0.0.1:$port" python3 "$bed_tool" \
			proxy "$port" "${BED_REGISTRY##*:}" $bed_latency_ms; then
			bed_export BED_LATENCY "127.0.0.1:$port"
			return 0
		fi
	done
	return 1
}

bed_up_weather()
{
	local port
	[ -z "${BED_WEATHER:-}" ] || return 0
	bed_up_registry registry BED_REGISTRY || return 1
	for _ in 1 2 3; do
		port=$(python3 "$bed_tool" port)
		if bed_start weather "127.0.0.1:$port" python3 "$bed_tool" \
			weather "$port" "$BED_REGISTRY"; then
			bed_export BED_WEATHER "127.0.0.1:$port"
			return 0
		fi
	done
	return 1
}

bed_up_silent()
{
	local port
	[ -z "${BED_SILENT:-}" ] || return 0
	mkfifo "$BED/connected" || return 1
	for _ in 1 2 3; do
		port=$(python3 "$bed_tool" port)
		if bed_start silent "127.0.0.1:$port" python3 "$bed_tool" \
			silent "$port" "$BED/connected"; then
			bed_export BED_SILENT "127.0.0.1:$port"
			bed_export BED_CONNECTED "$BED/connected"
			return 0
		fi
	done
	return 1
}

# No bridge, no packet filter: only the image store is wanted.
bed_start_dockerd()
{
	local d=$BED/docker
	bed_start dockerd "$d/sock" dockerd --config-file "$d/daemon.json" \
		--iptables=false --ip6tables=false --bridge=none \
		--data-root "$d/data" --exec-root "$d/exec" -p "$d/pid" \
		-H "unix://$d/sock"
}

bed_up_docker()
{
	local d=$BED/docker
	[ ! -e "$d" ] || return 0
	mkdir -p "$d/config"
	case ${HPN_BED_STORE:-} in
	containerd) echo '{"features": {"containerd-snapshotter": true}}' ;;
	*) echo '{"features": {"containerd-snapshotter": false}}' ;;
	esac >"$d/daemon.json"
	echo '{}' >"$d/config/config.json"
	bed_start_dockerd || return 1
	bed_export DOCKER_HOST "unix://$d/sock"
	bed_export DOCKER_CONFIG "$d/config"
	docker version >/dev/null 2>>"$BED/dockerd.log"
}

bed_up_podman()
{
	local d=$BED/podman
	bed_podman_registries
	[ ! -e "$d/storage.conf" ] || return 0
	mkdir -p "$d/tmp" "$d/config" "$d/data"
	mkdir -m 700 "$d/run"
	echo '{}' >"$d/auth.json"
	printf '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n' \
		>"$d/containers.conf"
	printf 'tmp_dir = "%s/libpod"\n' "$d" >>"$d/containers.conf"
	bed_export CONTAINERS_STORAGE_CONF "$d/storage.conf"
	bed_export CONTAINERS_REGISTRIES_CONF "$d/registries.conf"
	bed_export CONTAINERS_CONF "$d/containers.conf"
	bed_export REGISTRY_AUTH_FILE "$d/auth.json"
	bed_export TMPDIR "$d/tmp"
	bed_export XDG_RUNTIME_DIR "$d/run"
	bed_export XDG_CONFIG_HOME "$d/config"
	bed_export XDG_DATA_HOME "$d/data"
	bed_podman_storage
}

# overlay where it works, for it is quick; vfs works everywhere.
bed_podman_storage()
{
	local driver
	for driver in overlay vfs; do
		printf '[storage]\ndriver = "%s"\ngraphroot = "%s"\nrunroot = "%s"\n' \
			$driver "$BED/podman/root" "$BED/podman/runroot" \
			>"$BED/podman/storage.conf"
		podman info >/dev/null 2>>"$BED/podman.log" && return 0
		rm -rf "$BED/podman/root" "$BED/podman/runroot"
	done
	echo "bed: podman info fails; the end of its words:" >&2
	tail -n 3 "$BED/podman.log" >&2
	return 1
}

bed_podman_registries()
{
	local address
	mkdir -p "$BED/podman"
	{
		echo 'unqualified-search-registries = []'
		echo 'short-name-mode = "disabled"'
		for address in ${BED_REGISTRY:-} ${BED_REGISTRY2:-} \
			${BED_LATENCY:-} ${BED_WEATHER:-} ${BED_SILENT:-}; do
			printf '[[registry]]\nlocation = "%s"\ninsecure = true\n' \
				"$address"
		done
	} >"$BED/podman/registries.conf"
}

bed_up_containerd()
{
	local d=$BED/containerd
	[ ! -e "$d" ] || return 0
	mkdir -p "$d"
	cat >"$d/config.toml" <<-END
	version = 2
	root = "$d/root"
	state = "$d/state"
	disabled_plugins = ["io.containerd.grpc.v1.cri",
	  "io.containerd.internal.v1.opt"]
	[grpc]
	  address = "$d/sock"
	END
	bed_start containerd "$d/sock" containerd -c "$d/config.toml" || return 1
	bed_export CONTAINERD_ADDRESS "$d/sock"
	bed_export CONTAINERD_NAMESPACE hpn
}

bed_up_nerdctl()
{
	local program
	bed_up_containerd || return 1
	[ ! -e "$BED/nerdctl" ] || return 0
	program=$(bed_nerdctl_program) || bed_die "no nerdctl"
	mkdir -p "$BED/nerdctl/bin"
	ln -s "$program" "$BED/nerdctl/bin/nerdctl"
	cat >"$BED/nerdctl/nerdctl.toml" <<-END
	address = "$BED/containerd/sock"
	namespace = "hpn"
	data_root = "$BED/nerdctl/data"
	cni_netconfpath = "$BED/nerdctl/cni"
	END
	bed_export NERDCTL_TOML "$BED/nerdctl/nerdctl.toml"
	bed_export DOCKER_CONFIG "${DOCKER_CONFIG:-$BED/nerdctl}"
	printf 'export PATH=%q:"$%s"\n' "$BED/nerdctl/bin" PATH >>"$BED/env"
	PATH=$BED/nerdctl/bin:$PATH
}

bed_nerdctl_program()
{
	if [ -n "${HPN_TEST_NERDCTL:-}" ]; then
		readlink -f "$HPN_TEST_NERDCTL"
	else
		command -v nerdctl
	fi
}

bed_up()
{
	local part
	eval "$(bed_env)"
	for part; do
		case $part in
		registry) bed_up_registry registry BED_REGISTRY ;;
		registry2) bed_up_registry registry2 BED_REGISTRY2 ;;
		latency | weather | silent | docker | podman | containerd | nerdctl) "bed_up_$part" ;;
		*) bed_die "$part: no such part" ;;
		esac || bed_die "$part is not up"
	done
	# Ports that came after podman's configuration have to be in it.
	[ ! -e "$BED/podman/storage.conf" ] || bed_podman_registries
}

bed_missing_one()
{
	command -v python3 >/dev/null || echo "python3 is not in PATH"
	case $1 in
	registry*) bed_registry_program >/dev/null ||
		echo "docker-registry is not in PATH" ;;
	docker)
		command -v docker >/dev/null || echo "docker is not in PATH"
		command -v dockerd >/dev/null || echo "dockerd is not in PATH"
		;;
	podman) command -v podman >/dev/null || echo "podman is not in PATH" ;;
	containerd | nerdctl)
		command -v containerd >/dev/null || echo "containerd is not in PATH"
		command -v ctr >/dev/null || echo "ctr is not in PATH"
		;;
	esac
	if [ "$1" = nerdctl ]; then
		bed_nerdctl_program >/dev/null ||
			echo "nerdctl is not in PATH and HPN_TEST_NERDCTL is not set"
	fi
	case $1 in docker | containerd | nerdctl)
		[ "$(id -u)" = 0 ] || echo "$1 needs root" ;;
	esac
}

bed_missing()
{
	local part text
	text=$(for part; do bed_missing_one "$part"; done | sort -u)
	[ -z "$text" ] || { echo "$text"; return 1; }
}

bed_clear()
{
	local ids
	case $1 in
	docker | nerdctl)
		ids=$("$1" images -aq | sort -u)
		# shellcheck disable=SC2086 # one word an id
		[ -z "$ids" ] || "$1" rmi -f $ids >/dev/null
		;;
	podman) podman rmi -af >/dev/null ;;
	ctr)
		ids=$(ctr image ls -q)
		# shellcheck disable=SC2086 # one word a name
		[ -z "$ids" ] || ctr image rm --sync $ids >/dev/null
		;;
	esac
}

# The config's digest is the only id that all of them keep over save, load and
# push; nerdctl and ctr show the manifest's instead, so theirs is looked up.
bed_id()
{
	case $1 in
	docker | podman)
		"$1" image inspect -f '{{.Id}}' "$2" | sed 's/^sha256://' ;;
	nerdctl | ctr) bed_config_digest "$2" ;;
	esac
}

bed_config_digest()
{
	local digest
	digest=$(ctr image ls "name==$1" | awk 'NR == 2 { print $3 }')
	while [ -n "$digest" ]; do
		set -- "$(ctr content get "$digest" | bed_json_next)"
		case $1 in
		manifest\ *) digest=${1#manifest } ;;
		*) echo "${1#config sha256:}"; return ;;
		esac
	done
}

bed_json_next()
{
	python3 -c '
import json, sys
doc = json.load(sys.stdin)
if "config" in doc:
    print("config", doc["config"]["digest"])
else:
    print("manifest", doc["manifests"][0]["digest"])'
}

bed_down()
{
	[ ! -e "$BED/pids" ] || python3 "$bed_tool" end "$BED/pids"
	awk -v bed="$BED/" 'index($2, bed) == 1 { print $2 }' /proc/mounts |
		sort -r | while read -r dir; do umount -l "$dir"; done
	if command -v podman >/dev/null && [ "$(id -u)" != 0 ]; then
		# Layers of a rootless store belong to mapped users.
		podman unshare rm -rf "$BED" 2>/dev/null
	fi
	rm -rf "$BED"
}

bed_main()
{
	local verb=${1:-}
	[ $# -eq 0 ] || shift
	case $verb in
	new) bed_new ;;
	missing) bed_missing "$@" ;;
	up | env | images | clear | id | down)
		bed_check
		eval "$(bed_env)"
		case $verb in
		images) python3 "$bed_tool" images "$@" ;;
		*) "bed_$verb" "$@" ;;
		esac
		;;
	*) sed -n '4,31s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2 ;;
	esac
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	set -u
	bed_main "$@"
fi
