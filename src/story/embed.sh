#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# embed.sh FILE...: print a C file that holds the lines of each FILE, for
# src/story/template.h. The line of the licence is left out: what is made from
# the files belongs to who makes it.
set -eu
LC_ALL=C
export LC_ALL

echo '/* SPDX-License-Identifier: GPL-3.0-or-later */'
echo '/* Made by src/story/embed.sh; do not edit. */'
echo '#include "story/template.h"'
echo
echo '#include <stddef.h>'
for file; do
	name=$(basename "$file")
	echo
	echo "const char *const template_${name%.*}[] = {"
	sed -e '/SPDX-License-Identifier/d' -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/?/\\?/g' \
		-e 's/^/	"/' -e 's/$/\\n",/' "$file"
	echo '	NULL,'
	echo '};'
done
