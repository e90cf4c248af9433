#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The house rules that a program can check; see HACKING.md.

  rules.py [FILE...]      all files of the project when none is named

Prints FILE:LINE: what is wrong, and ends with 1 when there was anything.
Needs nothing but Python, so that it can run in `make check`.
"""
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDERS = ('src', 'tests', 'runtimes', 'man', 'completions', 'mk', 'm4', '.ci', 'debian')
FILES = ('configure.ac', 'Makefile.am', 'bootstrap')

# Who may include whom; a room may always include itself.
ROOMS = {
    'base': '',
    'proc': 'base',
    'image': 'base',
    'config': 'base image',
    'runtime': 'base image',
    'pool': 'base proc',
    'output': 'base',
    'console': 'base proc output',
    'state': 'base image runtime',
    'query': 'base proc image config runtime pool output console state',
    'plan': 'base proc image config runtime pool output console state query',
    'run': 'base proc image config runtime pool output console state query plan',
    'verbs': 'base image runtime state query plan',
    'watch': 'base proc image config runtime pool output console state query plan run',
    'app': 'base proc image config runtime pool output console state query plan run verbs watch',
    'archive': 'base',
    'story': 'base',
    'doctor': 'base image config runtime console query',
    'libexec': 'base proc config console archive story doctor',
}
BANNED = {
    'fork': 'only posix_spawn starts children (src/proc/spawn.c)',
    'vfork': 'only posix_spawn starts children (src/proc/spawn.c)',
    'system': 'no shell ever; only posix_spawn starts children',
    'popen': 'no shell ever; only posix_spawn starts children',
    'execlp': 'PATH is searched once, by src/runtime; spawn by absolute path',
    'execvp': 'PATH is searched once, by src/runtime; spawn by absolute path',
    'posix_spawnp': 'it searches the PATH of the parent; use spawn by absolute path',
    'strcpy': 'use struct buf, or memcpy with a size',
    'strcat': 'use struct buf',
    'sprintf': 'use struct buf, or snprintf',
    'vsprintf': 'use struct buf, or vsnprintf',
    'gets': 'there is no safe use of it',
}
MAX_FUNCTION = 100
MAX_COLUMNS = 100
TAB = 8
# Files that have no comments, or whose form is not ours.
NO_SPDX = re.compile(
    r'^(COPYING|README\.md|HACKING\.md|NEWS|AUTHORS|\.gitignore)$'
    r'|\.(json|sum|golden|out|err|expected|list|pem)$'
    r'|^debian/(changelog|copyright|source/format)$'
    r'|^tests/fuzz/corpus/|^tests/(e2e|unit)/(data|golden)/')
SPDX = 'SPDX-License-Identifier: GPL-3.0-or-later'

found = 0


def complain(path, line, text):
    global found
    found += 1
    print('%s:%d: %s' % (path, line, text))


def project_files():
    """Tracked files in a clone; in a release, what the folders hold."""
    try:
        out = subprocess.run(['git', 'ls-files', '-z'], cwd=TOP, check=True,
                             capture_output=True).stdout.decode()
        if out:
            return [f for f in out.split('\0')
                    if f and os.path.isfile(os.path.join(TOP, f))]
    except (OSError, subprocess.CalledProcessError):
        pass
    files = [f for f in FILES if os.path.exists(os.path.join(TOP, f))]
    for folder in FOLDERS:
        for here, dirs, names in os.walk(os.path.join(TOP, folder)):
            dirs[:] = [d for d in dirs if d not in ('.deps', '__pycache__')]
            files += [os.path.relpath(os.path.join(here, n), TOP) for n in names]
    return [f for f in files
            if not re.search(r'\.(o|a|log|trs|Po|pyc)$|\.dirstamp$', f)]


def blank_out(text):
    """C source without the content of comments and strings, lines kept."""
    def spaces(match):
        return re.sub(r'[^\n]', ' ', match.group(0))
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
                  spaces, text, flags=re.S)


def check_spdx(path, lines):
    if not NO_SPDX.search(path) and not any(SPDX in l for l in lines[:3]):
        complain(path, 1, 'no "%s" in its first lines' % SPDX)


def check_layout(path, lines):
    for number, line in enumerate(lines, 1):
        width = len(line.expandtabs(TAB))
        if width > MAX_COLUMNS:
            complain(path, number, '%d columns; %d are the end' % (width, MAX_COLUMNS))
        if line != line.rstrip():
            complain(path, number, 'blank at the end of the line')


def check_functions(path, lines):
    start = 0
    for number, line in enumerate(lines, 1):
        if line == '{':
            start = number
        elif line.startswith('}') and start:
            if number - start - 1 > MAX_FUNCTION:
                complain(path, start, 'function of %d lines; %d are the end' %
                         (number - start - 1, MAX_FUNCTION))
            start = 0


def check_includes(path, lines):
    room = path.split('/')[1]
    if room not in ROOMS:
        complain(path, 1, 'no such room; rooms are in HACKING.md and %s' %
                 'tests/lint/rules.py')
        return
    allowed = ROOMS[room].split() + [room]
    for number, line in enumerate(lines, 1):
        match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        if not match:
            continue
        other, slash, _ = match.group(1).partition('/')
        if not slash:
            complain(path, number, 'include "%s" as "room/file.h"' % match.group(1))
        elif other not in allowed:
            complain(path, number, '%s may include %s only, not %s' %
                     (room, ', '.join(allowed), other))


def unit_of(path):
    """A .c file and its header are one unit: src/plan/order.[ch] is plan/order."""
    return path[len('src/'):].rsplit('.', 1)[0]


def find_circles(includes):
    """Units that include each other, however far around. A unit is left out once
    all that it includes is left out; what stays is in a circle, or needs one."""
    left = {u: set(w for w in others if w in includes and w != u)
            for u, others in includes.items()}
    for way in (0, 1):  # from below; then from above, with the arrows turned
        while True:
            ends = [u for u in left if not left[u]]
            if not ends:
                break
            for u in ends:
                del left[u]
            for others in left.values():
                others.difference_update(ends)
        if way == 0:
            turned = {u: set() for u in left}
            for u, others in left.items():
                for w in others:
                    turned[w].add(u)
            left = turned
    return left


def check_circles(paths):
    includes = {}
    for path in paths:
        with open(os.path.join(TOP, path), encoding='utf-8') as file:
            found_there = re.findall(r'^\s*#\s*include\s+"([^"]+)"', file.read(), re.M)
        includes.setdefault(unit_of(path), set()).update(
            name.rsplit('.', 1)[0] for name in found_there)
    for unit, others in sorted(find_circles(includes).items()):
        complain('src/%s' % unit, 1, 'a circle of files: included again by way of %s' %
                 ', '.join(sorted(others)))


def check_banned(path, code):
    if path.startswith('src/libexec/'):
        return
    for number, line in enumerate(code.split('\n'), 1):
        for match in re.finditer(r'(?<![\w.>])(\w+)\s*\(', line):
            if match.group(1) in BANNED:
                complain(path, number, '%s(): %s' %
                         (match.group(1), BANNED[match.group(1)]))
        if re.search(r'\bwaitpid\s*\(\s*(\(pid_t\)\s*)?-\s*1', line):
            complain(path, number, "waitpid(-1) steals other people's children")


def check(path):
    with open(os.path.join(TOP, path), 'rb') as file:
        data = file.read()
    if not data or b'\0' in data:
        return
    text = data.decode('utf-8', 'replace')
    lines = text.split('\n')
    check_spdx(path, lines)
    if not path.endswith(('.c', '.h')):
        return
    check_layout(path, lines)
    check_functions(path, lines)
    if path.startswith('src/'):
        check_includes(path, lines)
        check_banned(path, blank_out(text))


def main():
    files = sys.argv[1:] or project_files()
    for path in sorted(files):
        check(path)
    if not sys.argv[1:]:
        check_circles([f for f in files if re.match(r'src/.*\.[ch]$', f)])
    if found:
        print('%d found in %d files' % (found, len(files)))
    return 1 if found else 0


sys.exit(main())
