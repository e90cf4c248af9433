#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words that native readers stumble over, in sources, manual pages and README.

  words.py [FILE...]      all files below CHECKED when none is named

Prints FILE:LINE: the words, and what to write instead, and ends with status 1 if
there was anything. tests/lint/words.allow lists what stays: FILE:TEXT, where
TEXT is a part of the line.
"""
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ALLOW = 'tests/lint/words.allow'
CHECKED = ('README.md', 'NEWS', 'man', 'completions', 'mk', 'runtimes', 'src/archive', 'src/base',
           'src/cli', 'src/config', 'src/image', 'src/libexec', 'src/output', 'src/proc',
           'src/runtime', 'tests/pictures', 'tests/e2e/examples', 'tests/lint/docs.py')
WORDS = (
    (r'(?<!here )\b(is|are|was|were) no (?!longer\b|more\b)', '"is not an X", or "there is no X"'),
    (r'\bbehind\b', '"after"'),
    (r'\ba blank\b|\bblanks\b', '"a space"'),
    (r'\bwhole\b(?! numbers?\b)', '"complete"'),
    (r'\b[Ff]olders?\b', '"directory"'),
    (r'\bso many\b', '"N", or "that many"'),
    (r'\bfor so long\b', '"for this long"'),
    (r'\bbegun\b', '"started"'),
    (r'\bbeside\b', '"next to"'),
    (r'\breckon', '"estimate"'),
)


def files():
    names = subprocess.run(['git', 'ls-files', '-co', '--exclude-standard', '--'] + list(CHECKED),
                           cwd=TOP, check=False, capture_output=True).stdout.decode().split('\n')
    if names == ['']:  # a tarball
        names = []
        for path in CHECKED:
            if os.path.isfile(os.path.join(TOP, path)):
                names.append(path)
            for place, _, inside in os.walk(os.path.join(TOP, path)):
                names += [os.path.relpath(os.path.join(place, name), TOP) for name in inside]
    return sorted(name for name in set(names) if os.path.isfile(os.path.join(TOP, name)))


def prose(name, lines):
    """The lines; of C only comments and strings, since names are free."""
    if not name.endswith(('.c', '.h')):
        return lines
    text, inside = [], False
    for line in lines:
        kept, rest = '', line
        while rest:
            if inside:
                piece, end, rest = rest.partition('*/')
                inside, kept = not end, kept + piece + end
                continue
            match = re.search(r'/\*|"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)\'', rest)
            if not match:
                break
            inside = match.group(0) == '/*'
            kept += match.group(0)
            rest = rest[match.end():]
        text.append(kept)
    return text


def allowed():
    entries = {}
    with open(os.path.join(TOP, ALLOW), encoding='utf-8') as file:
        for line in file:
            if line.strip() and not line.startswith('#'):
                path, _, text = line.rstrip('\n').partition(':')
                entries[(path, text)] = 0
    return entries


def main():
    entries, found = allowed(), 0
    names = sys.argv[1:] or files()
    for name in names:
        with open(os.path.join(TOP, name), encoding='utf-8', errors='replace') as file:
            lines = prose(name, file.read().split('\n'))
        for number, line in enumerate(lines, 1):
            # "is no" at the end of a line of text
            after = lines[number].lstrip('*/ "\t') if number < len(lines) else ''
            for pattern, instead in WORDS:
                match = re.search(pattern, line) or (
                    re.search(r'\b(is|are|was|were|is no|so)"?$', line) and
                    re.search(pattern, line.rstrip('"') + ' ' + after))
                if not match:
                    continue
                entry = next((key for key in entries if key[0] == name and key[1] in line), None)
                if entry:
                    entries[entry] += 1
                    continue
                found += 1
                print('%s:%d: "%s": write %s' % (name, number, match.group(0).strip(), instead))
    for (path, text), uses in entries.items():
        if not uses and path in names:
            found += 1
            print('%s: not needed any more: %s:%s' % (ALLOW, path, text))
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
