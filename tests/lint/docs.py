#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manual pages against the program's table of options.

  docs.py [BUILD-FOLDER]     the folder with hpn; else $HPN_BUILDDIR

Asks `hpn config --options`, `hpn config --defaults` and `hpn --help`, prints
FILE:LINE: what is wrong and what it should be, and ends with 1 when there was
anything.
"""
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = 'man/hpn.1'
CONF = 'man/hpn.conf.5'
FIELDS = ('flag', 'letter', 'arg', 'key', 'variables', 'default', 'choices',
          'verbs', 'shown', 'help')
found = 0


def complain(path, line, text):
    global found
    found += 1
    print('%s:%d: %s' % (path, line, text))


def ask(hpn, *words):
    """What hpn prints, with nothing configured."""
    env = {'PATH': '/nonexistent', 'LC_ALL': 'C'}
    for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS'):
        if name in os.environ:
            env[name] = os.environ[name]
    result = subprocess.run([hpn] + list(words), env=env, cwd='/', check=False,
                            stdin=subprocess.DEVNULL, capture_output=True)
    if result.returncode:
        sys.exit('docs.py: %s %s: status %d: %s' % (
            hpn, ' '.join(words), result.returncode, result.stderr.decode()))
    return result.stdout.decode()


def read(path):
    with open(os.path.join(TOP, path), encoding='utf-8') as file:
        return file.read().split('\n')


def table(hpn):
    rows = []
    for line in ask(hpn, 'config', '--options', '-c', '/dev/null').splitlines():
        values = [None if v == '-' else v for v in line.split('\t')]
        if len(values) != len(FIELDS):
            sys.exit('docs.py: config --options has %d fields, not %d: %s' %
                     (len(values), len(FIELDS), line))
        rows.append(dict(zip(FIELDS, values)))
    return rows


def ranges(hpn):
    """What each key takes, in words, from the comments of --defaults; and for
    the keys of a registry the facts at the end of their entries."""
    taken, registry = {}, {}
    section = comment = ''
    for line in ask(hpn, 'config', '--defaults', '-c', '/dev/null').splitlines():
        if line.startswith('# '):
            comment += ' ' + line[2:]
            continue
        if line.startswith('['):
            section = line[1:-1] + '.'
        if line.startswith(';['):
            section = None
        match = re.match(r';(\w+) =(?: (.*))?', line)
        if match and section is None:
            registry[match.group(1)] = ['.Pp', 'Takes %s;' % re.search(
                r'Takes (.*)\.', comment).group(1), 'the default is %s.' % (
                    match.group(2) or 'none')]
        elif match:
            words = re.search(r'Takes (.*?)\. Variable ', comment)
            taken[section + match.group(1)] = words.group(1)
        comment = ''
    return taken, registry


def verbs(hpn):
    text = re.search(r'^Verbs:\n(.*?)^$', ask(hpn, '--help'), re.M | re.S).group(1)
    return re.findall(r'^  ([a-z]+)', text, re.M)


def entries(lines):
    """The items of lists: (line number, .It line, lines up to the next)."""
    items = []
    for number, line in enumerate(lines, 1):
        if line.startswith('.It '):
            items.append((number, line, []))
        elif line.startswith(('.El', '.Sh', '.Ss')):
            items.append((number, '', []))
        elif items:
            items[-1][2].append(line)
    return [item for item in items if item[1]]


def flag_item(row):
    """The .It line of a flag."""
    item = '.It '
    if row['letter']:
        item += 'Fl %s , ' % row['letter']
    item += 'Fl Fl ' + row['flag']
    if row['arg'] and re.match(r'\d(\|\d)+$', row['arg']):
        item += ' Cm ' + row['arg'].replace('|', ' | ')
    elif row['arg']:
        item += ' Ar ' + row['arg']
    return item


def check_flags(rows, lines):
    # A hidden flag that is another's second name stands in the text.
    wanted = {flag_item(row): row for row in rows
              if row['flag'] and (row['shown'] == 'shown' or row['verbs'])}
    items = {line: (number, body) for number, line, body in entries(lines)
             if line.startswith('.It Fl')}
    for item in items:
        if item not in wanted:
            complain(PAGE, items[item][0], 'no flag of hpn: %s' % item)
    for item, row in wanted.items():
        if item not in items:
            complain(PAGE, 1, 'no entry "%s"' % item)
            continue
        number, body = items[item]
        text = '\n'.join(body)
        if row['key'] and '.Bq Ic %s' % row['key'] not in body:
            complain(PAGE, number, 'does not name its key: .Bq Ic %s' % row['key'])
        default = row['default']
        if default and default != 'false' and not re.search(
                r'\bdefault\b[^.]*?\bis\s+%s\b' % re.escape(default), text):
            complain(PAGE, number, 'does not say: the default is %s' % default)
    text = '\n'.join(lines)
    for row in rows:
        if row['flag'] and not re.search(
                r'Fl %s\b(?!-)' % re.escape(row['flag']), text):
            complain(PAGE, 1, '--%s is nowhere' % row['flag'])


def check_modes(rows, lines):
    text = '\n'.join(lines)
    output = next(row for row in rows if row['flag'] == 'output')
    for mode in output['choices'].split(','):
        if '\n.It Cm %s\n' % mode not in text:
            complain(PAGE, 1, 'no entry for --output %s: .It Cm %s' % (mode, mode))


def check_verbs(names, lines):
    section = '\n'.join(lines).partition('\n.Sh VERBS\n')[2].partition('\n.Sh ')[0]
    have = re.findall(r'^\.It Cm (\S+)', section, re.M)
    if have != names:
        complain(PAGE, lines.index('.Sh VERBS') + 1,
                 'has the verbs %s; hpn has %s' % (', '.join(have), ', '.join(names)))


def facts(row, takes):
    """The end of a key's entry."""
    lines = ['.Pp', 'Takes %s;' % takes,
             'the default is %s.' % (row['default'] or 'none'),
             '.Ev %s' % ' , '.join(row['variables'].split(','))]
    if row['flag']:
        lines[-1] += ' ;'
        lines.append('.Fl Fl ' + row['flag'])
    return lines


def check_registry(wanted, lines):
    items = {line.split()[2]: (number, body) for number, line, body in entries(lines)
             if line.startswith('.It Cm ')}
    for key in items.keys() ^ wanted.keys():
        complain(CONF, items[key][0] if key in items else 1,
                 'no entry, or no such key of a registry: .It Cm %s' % key)
    for key in items.keys() & wanted.keys():
        number, body = items[key]
        if body[-len(wanted[key]):] != wanted[key]:
            complain(CONF, number, '%s should end with:\n%s' % (
                key, '\n'.join(wanted[key])))


def check_keys(rows, takes, lines):
    items = {line.split()[2]: (number, body) for number, line, body in entries(lines)
             if line.startswith('.It Ic ')}
    wanted = {row['key']: row for row in rows if row['key']}
    for key in items:
        if key not in wanted:
            complain(CONF, items[key][0], 'no key of hpn: %s' % key)
    for key, row in wanted.items():
        if key not in items:
            complain(CONF, 1, 'no entry ".It Ic %s"' % key)
            continue
        number, body = items[key]
        want = facts(row, takes[key])
        if body[-len(want):] != want:
            complain(CONF, number, '%s should end with:\n%s' % (key, '\n'.join(want)))


def check_variables(rows, pages):
    known = set()
    for row in rows:
        known.update((row['variables'] or '').split(','))
    known.discard('')
    said = set()
    for path, lines in pages.items():
        for number, line in enumerate(lines, 1):
            for name in re.findall(r'\bHPN_[A-Z_]+', line) if re.search(r'\bEv\b', line) else []:
                said.add(name)
                if name not in known and name != 'HPN_FLAGS':
                    complain(path, number, 'no variable of hpn: %s' % name)
    for name in sorted(known - said):
        complain(CONF, 1, '%s is nowhere' % name)


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else os.environ.get('HPN_BUILDDIR', '.')
    hpn = os.path.abspath(os.path.join(build, 'hpn'))
    if not os.access(hpn, os.X_OK):
        sys.exit('docs.py: %s is not there; build it first' % hpn)
    rows = table(hpn)
    page, conf = read(PAGE), read(CONF)
    check_flags(rows, page)
    check_modes(rows, page)
    check_verbs(verbs(hpn), page)
    takes, registry = ranges(hpn)
    check_keys(rows, takes, conf)
    check_registry(registry, conf)
    check_variables(rows, {PAGE: page, CONF: conf})
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
