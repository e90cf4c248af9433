# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of hpn for fish, as `hpn completion fish` prints it. What can be
# typed comes from hpn: `hpn completion table`.

# Runtimes are described by files, so others may have been added.
function __hpn_runtimes
	set -l home $HOME/.config
	set -q XDG_CONFIG_HOME; and set home $XDG_CONFIG_HOME
	set -l dirs (string split -n : -- "$HPN_RUNTIME_PATH") $home/hpn/runtimes \
		/etc/hpn/runtimes /usr/local/share/hpn/runtimes /usr/share/hpn/runtimes
	printf '%s\n' docker podman nerdctl ctr
	for dir in $dirs
		for file in $dir/*.ini
			string replace -r '^.*/(.*)\.ini$' '$1' -- $file
		end
	end
end

# Registries: those of the configuration, and where docker is logged in.
function __hpn_hosts
	set -l docker $HOME/.docker
	set -q DOCKER_CONFIG; and set docker $DOCKER_CONFIG
	hpn config 2>/dev/null | sed -n -e '/; default$/d' \
		-e 's/^registry = \([^ ]*\) .*/\1/p' -e 's/^\[registry "\([^"*]*\)"\]$/\1/p'
	sed -n 's/^[[:space:]]*"\([^"/]*[.:][^"/]*\)": {.*/\1/p' $docker/config.json 2>/dev/null
end

# Archives, and directories that may hold some.
function __hpn_archives
	__fish_complete_path (commandline -ct) |
		string match -ri '(?:/|\.tar(?:\.(?:gz|zst|xz|lz4))?)(?:\t.*)?$' -e
end

# Walks through the words before the cursor: "verb" prints the verb, as a word or
# after -a; "lists" prints the files after -f.
function __hpn_walk
	set -l words (commandline -opc)
	set -e words[1]
	while set -q words[1]
		set -l word $words[1]
		set -e words[1]
		switch $word
			case -a --action
				test $argv[1] = verb; and echo $words[1]; and return
				set -e words[1]
			case '--action=*' '-a*'
				test $argv[1] = verb
				and string replace -r -- '^(--action=|-a=?)' '' $word
				and return
			case -f --file
				test $argv[1] = lists; and set -q words[1]; and echo $words[1]
				set -e words[1]
			case '--file=*' '-f*'
				test $argv[1] = lists; and string replace -r -- '^(--file=|-f=?)' '' $word
			case $__hpn_valued
				set -e words[1]
			case '-*'
			case '*'
				test $argv[1] = verb; and echo $word; and return
		end
	end
end

# The images in the lists that are on the line.
function __hpn_names
	for file in (__hpn_walk lists)
		sed -e 's/^[[:space:]]*//' -e 's/[[:space:]].*//' -e '/^#/d' -e '/^$/d' \
			(string replace -r '^~/' "$HOME/" -- $file) 2>/dev/null
	end
end

# The verb is one of these; of "pull,save" each counts.
function __hpn_is
	set -l verb (__hpn_walk verb)
	contains -- "$verb" $argv; and return
	for part in (string split , -- "$verb")
		test -n "$part"; and contains -- $part $argv; and return
	end
	return 1
end

# What `complete` wants to know to offer something.
function __hpn_offer
	switch $argv[1]
		case @file
			echo -F
		case @dir
			printf '%s\n' -a '(__fish_complete_directories)'
		case @archive
			printf '%s\n' -a '(__hpn_archives)'
		case @runtime
			printf '%s\n' -a '(__hpn_runtimes)'
		case @host
			printf '%s\n' -a '(__hpn_hosts)'
		case @name
			printf '%s\n' -a '(__hpn_names)'
		case -
		case '*'
			printf '%s\n' -a $argv[1]
	end
end

function __hpn_verb -a name offers help
	complete -c hpn -n '__hpn_is ""' -a $name -d $help
	set -l offer (__hpn_offer $offers)
	test -z "$offer"; or complete -c hpn -n "__hpn_is $name" $offer
end

function __hpn_flag -a long short value offers shown verbs arg help
	set -l more (__hpn_offer $offers)
	set -l names (string split , -- $verbs)
	if contains -- $value needed many
		set -ga __hpn_valued $long
		test $short = -; or set -ga __hpn_valued $short
		contains -- -F $more; and set -p more -r; or set -p more -x
	end
	test $shown = hidden; and return
	test $short = -; or set -p more -s (string sub -s 2 -- $short)
	if test $long = --action
		set -p more -n '__hpn_is ""'
	else if test $verbs != '*'
		test $shown = always; and set -p names '""'
		set -p more -n "__hpn_is $names"
	end
	complete -c hpn -l (string sub -s 3 -- $long) $more -d $help
end

complete -c hpn -f
set -g __hpn_valued
for row in (hpn completion table 2>/dev/null)
	set -l field (string split \t -- $row)
	__hpn_$field[1] $field[2..-1]
end
