#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of engines that hpn is tested with (tests/engines/support).

  support.py check       README.md and hpn-runtime(5) have it as it is here
  support.py write       put it there
  support.py ran FILE [known|complete]
                         hold it against what tests ran: lines "ENGINE VERSION VERB..." of
                         tests that passed. known: other versions may be tested, too;
                         complete: all that are tested by check-engines have to be
"""
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NAMES = {'docker': 'docker', 'docker-ctd': "docker, containerd's store", 'podman': 'podman',
         'nerdctl': 'nerdctl', 'ctr': 'ctr'}
FROM, TO = 'The engines of tests/engines/support', 'The end of the engines'


def read():
    """The heading, and a dict for each row."""
    with open(f'{TOP}/tests/engines/support') as file:
        lines = [line.rstrip('\n').split('\t') for line in file if line[0] != '#']
    for number, line in enumerate(lines[1:], 1):
        if len(line) != len(lines[0]) or line[0] not in NAMES:
            sys.exit(f'support: row {number}: {line}')
        if not re.fullmatch(r'check|check-engines|\d{4}-\d\d-\d\d', line[-1]):
            sys.exit(f'support: row {number} is tested by nobody')
    return lines[0], [dict(zip(lines[0], line)) for line in lines[1:]]


def shown(row, column):
    if column == 'engine':
        return NAMES[row[column]]
    if column == 'tested':
        return {'check': 'make check', 'check-engines': 'make check-engines'}.get(
            row[column], 'by hand, ' + row[column])
    return {'p': 'not push', '-': 'no'}.get(row[column], row[column])


def markdown(heading, rows):
    yield '| ' + ' | '.join(heading) + ' |'
    yield '|' + '---|' * len(heading)
    for row in rows:
        yield '| ' + ' | '.join(shown(row, column) for column in heading) + ' |'


def mdoc(heading, rows):
    """Too wide for a page: what does not work is named."""
    yield '.Bl -column "docker, containerd\'s store" "version" "by hand, 2026-11-21"'
    yield '.It Em engine Ta Em version Ta Em tested by Ta Em without'
    for row in rows:
        lack = [f'{column} of push' if row[column] == 'p' else column
                for column in heading[2:-1] if row[column] != 'yes']
        yield '.It ' + ' Ta '.join([shown(row, 'engine'), row['version'], shown(row, 'tested'),
                                    ', '.join(lack)]).rstrip().replace(' ,', ',')
    yield '.El'


PAGES = {'README.md': ('<!-- {} -->', markdown), 'man/hpn-runtime.5': ('.\\" {}', mdoc)}


def page(name, form, make):
    """The page as it is, and as it should be."""
    with open(f'{TOP}/{name}') as file:
        text = file.read()
    first, last = (form.format(word) + '\n' for word in (FROM, TO))
    if text.count(first) != 1 or text.count(last) != 1:
        sys.exit(f'{name}: no place for the table of engines')
    before, rest = text.split(first)
    after = rest.split(last)[1]
    return text, before + first + '\n'.join(make(*read())) + '\n' + last + after


def check():
    bad = [name for name, (form, make) in PAGES.items()
           if len(set(page(name, form, make))) > 1]
    for name in bad:
        print(f'{name}: its table of engines is not that of tests/engines/support;'
              ' tests/engines/support.py write')
    return bad


def write():
    for name, (form, make) in PAGES.items():
        text = page(name, form, make)[1]
        with open(f'{TOP}/{name}', 'w') as file:
            file.write(text)


def ran(path, how=None):
    heading, rows = read()
    done = {}
    with open(path) as file:
        for line in file:
            engine, version, *words = line.split()
            done.setdefault((engine, version), set()).update(words)
    bad = []
    for (engine, version), words in done.items():
        row = next((row for row in rows if row['engine'] == engine and
                    (version + '.').startswith(row['version'] + '.')), None)
        if not row and how == 'known':
            continue
        if not row:
            print(f'{engine} {version} was tested, and is not in tests/engines/support')
            bad.append(engine)
            continue
        for word in heading[2:-1]:
            if (row[word] != '-') != (word in words):
                print(f'{engine} {version}: {word} is {row[word]} in tests/engines/support,'
                      f' and the tests say {"yes" if word in words else "no"}')
                bad.append(engine)
    for row in rows:
        if how == 'complete' and row['tested'] == 'check-engines' and not any(
                engine == row['engine'] and version.startswith(row['version'] + '.')
                for engine, version in done):
            print(f'{row["engine"]} {row["version"]} was not tested')
            bad.append(row['engine'])
    return bad


def main(argv):
    if argv[1:] == ['check']:
        return 1 if check() else 0
    if argv[1:] == ['write']:
        write()
        return 0
    if len(argv) in (3, 4) and argv[1] == 'ran':
        return 1 if ran(*argv[2:]) else 0
    sys.exit(__doc__)


if __name__ == '__main__':
    sys.exit(main(sys.argv))
