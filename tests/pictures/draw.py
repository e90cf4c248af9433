#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of README.md, made from a run of hpn.

  draw.py BUILD-DIRECTORY          write docs/screen.svg (`make pictures`)
  draw.py --check BUILD-DIRECTORY  is the picture that is there still like this?

hpn pulls a list on the fake runtime in a terminal of tmux; when the run stands
still, with images done, failed, running and waiting, what the terminal shows is
written as an SVG. A check compares text and colours, without numbers: times
differ from run to run.
"""
import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PICTURE = os.path.join(TOP, 'docs', 'screen.svg')
COLUMNS, ROWS = 84, 24
PATIENCE = 60  # seconds

# What the fake does for each image of the list. One ends after the other, when
# the image after it has started, so that the rows have the same order every time.
IMAGES = {
    'nginx:1.27': 'layers-7/sleep-900/layered-7',
    'redis:7.4': 'layers-8/wait-3/sleep-700/layered-8',
    'postgres:16': 'layers-14/layered-9/touch-0/wait-go',
    'grafana/grafana:11.2.0': 'layers-10/layered-4/touch-1/wait-go',
    'quay.io/prometheus/node-exporter:v1.8': 'layers-3/wait-4/sleep-500/layered-3',
    'registry.example/team/frontend:4.1': 'layers-6/wait-2/sleep-300',
    'registry.example/team/backend:4.1': 'layers-9/layered-2/touch-2/wait-go',
    'python:3.12-slim': 'layers-5/layered-3/touch-3/wait-go',
    'node:22': 'layers-8/layered-1/touch-4/wait-go',
    'docker.io/library/debian:12': 'layers-1/sleep-300/layered-1',
    'mariadb:11': 'layers-8/layered-1/touch-5/wait-go',
    'alpine:3.20': 'wait-go',
    'busybox:1.36': 'wait-go',
    'rabbitmq:4.0': 'wait-go',
}
MISSING = 'registry.example/team/frontend:4.1'
RUNNING = 6  # these have made the files 0 to 5, and then wait
DONE = ('4 done', '1 failed')

NAMES = ('black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white')
COLOURS = {'black': '#45475a', 'red': '#f38ba8', 'green': '#a6e3a1', 'yellow': '#f9e2af',
           'blue': '#89b4fa', 'magenta': '#cba6f7', 'cyan': '#94e2d5', 'white': '#bac2de'}
WIDE, HIGH, EDGE = 8.4, 18, 14


def tmux(socket, *words):
    return subprocess.run(['tmux', '-u', '-f', '/dev/null', '-S', socket] + list(words),
                          check=True, capture_output=True, stdin=subprocess.DEVNULL,
                          env=dict(os.environ, LC_ALL='C.UTF-8')).stdout.decode()


def write(path, text, mode=0o644):
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    os.chmod(path, mode)


def prepare(build, box):
    """A directory with a docker that maps names to what the fake understands."""
    for name in ('bin', 'home', 'state', 'work', 'tmp'):
        os.mkdir(os.path.join(box, name))
    cases = ''.join("%s) set -- pull '%s' ;;\n" % (name, todo) for name, todo in IMAGES.items()
                    if name != MISSING)
    cases += """%s) %s/docker pull '%s'
echo 'Error response from daemon: manifest for %s not found: manifest unknown' >&2
exit 1 ;;
""" % (MISSING, box, IMAGES[MISSING], MISSING)
    fake = os.path.join(build, 'tests/fake/fake')
    os.symlink(fake, os.path.join(box, 'docker'))
    write(os.path.join(box, 'bin/docker'),
          '#!/bin/sh\ncase "$1 $2" in pull*) case $2 in\n%s esac ;; esac\nexec %s/docker "$@"\n'
          % (cases, box), 0o755)
    write(os.path.join(box, 'work/images.txt'), ''.join(name + '\n' for name in IMAGES))
    write(os.path.join(box, 'rc'), '''PS1='$ '
unset HISTFILE
cd %(box)s/work
hpn() {
	env -i TERM="$TERM" LC_ALL=C.UTF-8 HOME=%(box)s/home PATH=%(box)s/bin TMPDIR=%(box)s/tmp \\
		FAKE_STATE=%(box)s/state FAKE_LOG=%(box)s/log %(hpn)s "$@"
}
clear
''' % {'box': box, 'hpn': os.path.join(build, 'hpn')})


def wait_for(what, look, ready=lambda: True):
    """Look until all these texts are shown, and nothing but numbers changes any more."""
    end, last, same = time.monotonic() + PATIENCE, None, 0
    while time.monotonic() < end:
        shown = re.sub(r'\d+', '0', look())
        same = same + 1 if shown == last else 0
        last = shown
        if same >= 10 and ready() and all(re.sub(r'\d+', '0', text) in shown for text in what):
            return
        time.sleep(0.05)  # between two looks, not instead of one
    sys.exit('draw.py: waited in vain for %s; the terminal has:\n%s' % (what, look()))


def screen(build):
    """What the terminal shows, with its colours."""
    box = tempfile.mkdtemp(prefix='hpn-picture.')
    socket = os.path.join(box, 'tmux')
    try:
        prepare(build, box)
        tmux(socket, 'new-session', '-d', '-x', str(COLUMNS), '-y', str(ROWS),
             "bash --rcfile '%s/rc' -i" % box, ';', 'set', '-g', 'status', 'off')
        look = lambda: tmux(socket, 'capture-pane', '-p')
        wait_for(['$'], look)
        tmux(socket, 'send-keys', 'hpn pull -f images.txt -j 6', 'Enter')
        made = [os.path.join(box, 'state', str(n)) for n in range(RUNNING)]
        wait_for(DONE, look, lambda: all(map(os.path.exists, made)))
        shown = tmux(socket, 'capture-pane', '-p', '-e')
        write(os.path.join(box, 'state/go'), '')
        wait_for(['Summary: 13 successful, 1 failed'], look)
        return shown
    finally:
        subprocess.run(['tmux', '-S', socket, 'kill-server'], check=False,
                       stderr=subprocess.DEVNULL)
        shutil.rmtree(box)


def columns(text):
    return sum(2 if unicodedata.east_asian_width(c) == 'W' else 1 for c in text)


def style(now, codes):
    """The style after these SGR codes: a set of a colour, bold, dim, reverse."""
    for code in [int(c or 0) for c in codes.split(';')]:
        if code == 0:
            now = frozenset()
        elif code in (1, 2, 7):
            now |= {{1: 'bold', 2: 'dim', 7: 'reverse'}[code]}
        elif code in (22, 27, 39):
            gone = {22: {'bold', 'dim'}, 27: {'reverse'}, 39: set(NAMES)}[code]
            now -= gone
        elif 30 <= code <= 37 or 90 <= code <= 97:
            now = now - set(NAMES) | {NAMES[code % 10]}
    return now


def pieces(shown):
    """Rows of (column, text, style)."""
    rows, now = [], frozenset()
    for line in shown.rstrip('\n').split('\n'):
        row, column = [], 0
        for codes, text in re.findall(r'(?:\x1b\[([\d;]*)m)?([^\x1b]*)', line):
            if codes or line.startswith('\x1b[m'):
                now = style(now, codes)
            if text:
                row.append((column, text, now))
                column += columns(text)
        rows.append(row)
    while rows and not any(text.strip() for _, text, _ in rows[-1]):
        rows.pop()
    return rows


def svg(rows):
    width, height = COLUMNS * WIDE + 2 * EDGE, len(rows) * HIGH + 2 * EDGE
    rules = ''.join('.%s{fill:%s}' % item for item in COLOURS.items())
    out = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" role="img">'
           % (width, height, width),
           '<title>hpn pulls fourteen images, six at a time</title>',
           '<!-- SPDX-License-Identifier: GPL-3.0-or-later; made by: make pictures -->',
           '<style>text{font:14px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;'
           'fill:#cdd6f4;white-space:pre}.bold{font-weight:bold}.dim{opacity:.7}%s</style>' % rules,
           '<rect width="100%" height="100%" rx="8" fill="#1e1e2e"/>']
    for number, row in enumerate(rows):
        for column, text, look in row:
            if not text.strip():
                continue
            out.append('<text x="%.1f" y="%d" textLength="%.1f"%s xml:space="preserve">%s</text>' % (
                EDGE + column * WIDE, EDGE + 13 + number * HIGH, columns(text) * WIDE,
                ' class="%s"' % ' '.join(sorted(look)) if look else '', html.escape(text)))
    return '\n'.join(out + ['</svg>', ''])


def structure(picture):
    """The text of each row with its looks, without numbers and the width of gaps."""
    rows = {}
    for y, look, text in re.findall(
            r'<text x="[\d.]+" y="(\d+)" textLength="[\d.]+"(?: class="([^"]*)")?[^>]*>([^<]*)<',
            picture):
        text = re.sub(r' +', ' ', re.sub(r'\d+', '0', html.unescape(text)))
        rows.setdefault(int(y), []).append('%s[%s]' % (text.strip(), look))
    return [' '.join(rows[y]) for y in sorted(rows)]


def main():
    check = sys.argv[1:2] == ['--check']
    if not shutil.which('tmux'):
        print('SKIP: tmux is not installed')
        return 77
    build = os.path.abspath(sys.argv[2 if check else 1])
    picture = svg(pieces(screen(build)))
    if not check:
        os.makedirs(os.path.dirname(PICTURE), exist_ok=True)
        write(PICTURE, picture)
        return 0
    with open(PICTURE, encoding='utf-8') as file:
        have = structure(file.read())
    want = structure(picture)
    if have == want:
        return 0
    print('docs/screen.svg is not what hpn shows now; run: make pictures')
    for a, b in zip(have + [''] * len(want), want + [''] * len(have)):
        if a != b:
            print('-%s\n+%s' % (a, b))
    return 1


if __name__ == '__main__':
    sys.exit(main())
