#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# embed.sh FILE.ini...: print a C file that holds them (src/runtime/builtin.h).
# Comments and empty lines are left out, but as empty lines, so that the line
# numbers in messages are those of the file.
set -eu
LC_ALL=C
export LC_ALL

echo '/* SPDX-License-Identifier: GPL-3.0-or-later */'
echo '/* Made by runtimes/embed.sh; do not edit. */'
echo '#include "runtime/builtin.h"'
echo
echo '#include <stddef.h>'
for file; do
	name=$(basename "$file" .ini)
	echo
	echo "static const char *const lines_${name}[] = {"
	sed -e 's/^[#;].*//' -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/?/\\?/g' \
		-e 's/^/	"/' -e 's/$/",/' "$file"
	echo '	NULL,'
	echo '};'
done
echo
echo 'const struct rt_builtin rt_builtins[] = {'
for file; do
	name=$(basename "$file" .ini)
	echo "	{ \"$name\", lines_$name },"
done
echo '	{ NULL, NULL },'
echo '};'
