# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of hpn for fish, made by: hpn completion fish

# Runtimes are described by files, so others may have been added.
function __hpn_runtimes
	set -l home $HOME/.config
	set -q XDG_CONFIG_HOME; and set home $XDG_CONFIG_HOME
	set -l dirs (string split -n : -- "$HPN_RUNTIME_PATH") $home/hpn/runtimes \
		/etc/hpn/runtimes /usr/local/share/hpn/runtimes /usr/share/hpn/runtimes
	for dir in $dirs
		for file in $dir/*.ini
			string replace -r '^.*/(.*)\.ini$' '$1' -- $file
		end
	end
end

# The verb, as a word or behind -a.
function __hpn_verb
	set -l words (commandline -opc)
	set -e words[1]
	while set -q words[1]
		set -l word $words[1]
		set -e words[1]
		switch $word
			case -a --action
				echo $words[1]
				return
			case '--action=*' '-a*'
				string replace -r -- '^(--action=|-a=?)' '' $word
				return
			case -f --file --platform -o --out -r --registry -p --project --save-mode --load-mode --push-mode --compress --bundle --verify --keep-free --expect --insecure-registry --runtime --runtime-dir -j --jobs --network-workers --disk-workers --cpu-workers --timeout --stall-timeout --deadline --kill-after --retries --journal --failed-list --max-failures --output --progress --events --log-dir --report --metrics --warn --timeline --otlp -c --config
				set -e words[1]
			case '-*'
			case '*'
				echo $word
				return
		end
	end
end

# The verb is one of these.
function __hpn_is
	set -l verb (__hpn_verb)
	contains -- "$verb" $argv
end

complete -c hpn -f
complete -c hpn -n '__hpn_is ""' -a pull -d 'pull images'
complete -c hpn -n '__hpn_is ""' -a save -d 'save images as archives'
complete -c hpn -n '__hpn_is ""' -a load -d 'load archives'
complete -c hpn -n '__hpn_is ""' -a push -d 'tag images for a registry and push them'
complete -c hpn -n '__hpn_is ""' -a verify -d 'check that archives are whole'
complete -c hpn -n '__hpn_is ""' -a index -d 'list the archives of a folder'
complete -c hpn -n '__hpn_is ""' -a timeline -d 'draw what happened in a run'
complete -c hpn -n '__hpn_is ""' -a doctor -d 'look for what will be slow or fail'
complete -c hpn -n '__hpn_is ""' -a runtimes -d 'list the runtimes that were found'
complete -c hpn -n '__hpn_is ""' -a config -d 'print each setting and its source'
complete -c hpn -n '__hpn_is ""' -a completion -d 'print a completion script'
complete -c hpn -n '__hpn_is ""' -a version -d 'print the version'
complete -c hpn -n '__hpn_is ""' -a help -d 'print the help'
complete -c hpn -n '__hpn_is ""' -s a -l action -x -a 'pull save load push' -d 'pull, save, load, push, pull,save; also a word'
complete -c hpn -n '__hpn_is "" pull save load push' -s f -l file -r -F -d 'image list, one name a line; - is stdin'
complete -c hpn -n '__hpn_is "" pull save load push' -l from-yaml -d 'the list is YAML: take each image: in it'
complete -c hpn -n '__hpn_is "" pull save' -l platform -x -a 'linux/amd64 linux/arm64 linux/arm/v7 linux/ppc64le linux/riscv64 linux/s390x' -d 'pull images made for this platform'
complete -c hpn -n '__hpn_is "" pull save load push' -l strict -d 'start nothing when a line of the list is bad'
complete -c hpn -n '__hpn_is "" pull save load push' -s n -l dry-run -d 'print the commands, start nothing'
complete -c hpn -n '__hpn_is "" pull save push' -l if-missing -d 'leave out what is done already'
complete -c hpn -n '__hpn_is timeline' -s o -l out -r -F -d 'hpn timeline: write the picture to this file; - is stdout'
complete -c hpn -n '__hpn_is "" push' -s r -l registry -x -d 'push: target registry, port and path allowed'
complete -c hpn -n '__hpn_is "" push' -s p -l project -x -d 'push: target project; changes mode 1 to 2'
complete -c hpn -n '__hpn_is "" save' -l save-mode -x -a '1 2 3' -d 'save to ., ./images or ./images/PROJECT'
complete -c hpn -n '__hpn_is "" load' -l load-mode -x -a '1 2 3' -d 'load from ., ./images or ./images and below'
complete -c hpn -n '__hpn_is "" push' -l push-mode -x -a '1 2' -d 'push to HOST/IMAGE or HOST/PROJECT/IMAGE'
complete -c hpn -n '__hpn_is "" save' -l compress -x -d 'zstd, gzip, xz or lz4[:LEVEL]; alone: zstd'
complete -c hpn -n '__hpn_is save' -l bundle -r -F -d 'save all images into this one archive'
complete -c hpn -n '__hpn_is "" pull push' -l insecure-registry -x -d 'plain http or unknown certificate allowed there'
complete -c hpn -l runtime -x -a 'docker podman nerdctl (__hpn_runtimes)' -d 'docker, podman, nerdctl ...; no other is tried'
complete -c hpn -l auto-fallback -d 'do not ask before taking another runtime'
complete -c hpn -l runtime-dir -x -a '(__fish_complete_directories)' -d 'look here first for runtime descriptions'
complete -c hpn -n '__hpn_is "" pull save load push' -s j -l jobs -x -d 'images at once: N, N%, +N, auto or a file'
complete -c hpn -n '__hpn_is "" pull save load push' -l serial -d 'one after another, whatever else says -j'
complete -c hpn -n '__hpn_is "" pull save load push' -l timeout -x -d 'limit of each attempt (30m): 90s, 1h30m, 300'
complete -c hpn -n '__hpn_is "" pull save load push' -l retries -x -d 'attempts in all when the network fails (3)'
complete -c hpn -n '__hpn_is "" pull save load push' -l resume -d 'do what an interrupted run has left undone'
complete -c hpn -n '__hpn_is "" pull save load push' -l fail-fast -d 'begin nothing new after the first failure'
complete -c hpn -n '__hpn_is "" pull save load push' -l output -x -a 'ordered grouped lines none' -d 'ordered, grouped, lines or none'
complete -c hpn -n '__hpn_is verify doctor' -l json -d 'hpn doctor: print JSON, for programs'
complete -c hpn -l verbose -d 'show what the runtime prints, too'
complete -c hpn -s q -l quiet -d 'print only what fails'
complete -c hpn -s c -l config -r -F -d 'read this configuration file and no other'
complete -c hpn -n '__hpn_is config' -l defaults -d 'hpn config: print a file with every key and its default'
complete -c hpn -n '__hpn_is config' -l options -d 'hpn config: print the table of options for programs'
complete -c hpn -s v -l version -d 'print the version; -V, --Version too'
complete -c hpn -s h -l help -d 'print this'
complete -c hpn -n '__hpn_is load' -F
complete -c hpn -n '__hpn_is completion' -a 'bash zsh fish'
