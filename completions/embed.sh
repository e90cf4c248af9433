#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# embed.sh DIR: print a C file that holds the scripts of DIR (src/config/complete.h).
set -eu
LC_ALL=C
export LC_ALL

echo '/* SPDX-License-Identifier: GPL-3.0-or-later */'
echo '/* Made by completions/embed.sh; do not edit. */'
echo '#include "config/complete.h"'
echo
echo '#include <stddef.h>'
for script in bash:hpn zsh:_hpn fish:hpn.fish; do
	echo
	echo "static const char *const ${script%%:*}[] = {"
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/?/\\?/g' -e 's/^/	"/' -e 's/$/",/' \
		"$1/${script#*:}"
	echo '	NULL,'
	echo '};'
done
echo
echo 'const struct completion_script completion_scripts[] = {'
for shell in bash zsh fish; do
	echo "	{ \"$shell\", $shell },"
done
echo '	{ NULL, NULL },'
echo '};'
