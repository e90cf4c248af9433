#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare manual pages with the program.

  docs.py [BUILD-DIRECTORY]     the directory with hpn; else $HPN_BUILDDIR

Asks `hpn config --options`, `hpn config --defaults` and `hpn --help`, and looks
up the constants in src that the manual states. Prints FILE:LINE: what is wrong
and what it should be, and ends with status 1 if there was anything.
"""
import os
import re
import shutil
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = 'man/hpn.1'
RUN = 'man/hpn-run.7'
CONF = 'man/hpn.conf.5'
MOST_LINES = 500   # of hpn(1), in 80 columns
# Else groff writes BSD into the header and the footer.
HEADER = ['.ds doc-volume-operating-system hpn', '.ds doc-default-operating-system hpn']
FIELDS = ('flag', 'letter', 'arg', 'key', 'variables', 'default', 'choices',
          'verbs', 'shown', 'help')
# How an entry of hpn.conf(5) states the default if "the default is 4." would be
# wrong.
OTHER_WORDS = {'parallel.max_workers': 'without it, a run starts with 4.'}
WORDS = {'two': 2, 'three': 3, 'four': 4, 'five': 5, 'eight': 8, 'ten': 10, 'sixteen': 16,
         'a tenth of a': 0.1, 'a': 1, 'one': 1}
# A page, what it states (its groups are numbers), and for each group the constant
# in src, which is in seconds if it is a time.
STATED = (
    (PAGE, r'at most ([\d,]+) lines', 'HISTORY_LINES'),
    (PAGE, r'from 1 to (\d+):', 'JOBS_MOST'),
    (PAGE, r'with exit status (\d+)\.', 'STATUS_LATE'),
    (RUN, r'exit status is (\d+)\.\n', 'STATUS_LATE'),
    (RUN, r'starts with (\w+) images at once', 'START_WORKERS'),
    (RUN, r'Otherwise it is (\d+) for pulls', 'NETWORK_CEILING'),
    (RUN, r'fewer than (\d+) images', 'FEWEST_JOBS'),
    (RUN, r'took over (a) minute counts as two', 'LONG_ATTEMPT_NS', 60),
    (RUN, r'median of the last (\d+) attempts', 'ATTEMPT_SAMPLE'),
    (RUN, r'once (\w+) attempts have succeeded', 'ATTEMPT_FEW'),
    (RUN, r'takes more than (\w+) seconds', 'SLOW_NS'),
    (RUN, r'drawn at most (\w+) times a second', 'FRAMES'),
    (RUN, r'within\n(a tenth of a) second', 'JOURNAL_SYNC_NS'),
    (CONF, r'up to (\d+) for pulls and pushes', 'NETWORK_CEILING'),
    (CONF, r'goes up to (\d+) and takes other forms', 'JOBS_MOST'),
    (CONF, r'starts with (\d) and|starts with (\d)\nand', 'START_WORKERS'),
    ('man/hpn-runtime.5', r'within (\w+) seconds means', 'PROBE_LIMIT_NS'),
    ('man/hpn-runtime.5', r'number from 1 to (\d+)', 'MAX_NUMBER'),
    ('man/hpn-runtime.5', r'first (\d+) lines', 'MOST_LINES'),
    ('man/hpn-runtime.5', r'up to (\d+) bytes', 'LONGEST_LINE'),
    ('man/hpn-report.5', r'at most (\d+) points', 'LEDGER_POINTS'),
    ('man/hpn-report.5', r'up to\n(\d+) lines or', 'FAILED_LINES'),
    ('man/hpn-report.5', r'lines or (\d+) bytes', 'FAILED_BYTES'),
    ('man/hpn-report.5', r'every (\d+) seconds', 'EVERY_NS'),
    ('man/hpn-timeline.1', r'of the (\w+) registries', 'MOST_LANES'),
    ('man/hpn-otel.7', r'at most (\d+)\nper line', 'BATCH'),
    ('man/hpn-otel.7', r'the default is (\d+)\.', 'TIMEOUT_MS'),
    ('man/hpn-otel.7', r'there are (\w+) seconds', 'HASTE_NS'),
)
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
            complain(RUN, 1, 'no entry for --output %s: .It Cm %s' % (mode, mode))


def check_verbs(names, lines):
    section = '\n'.join(lines).partition('\n.Sh VERBS\n')[2].partition('\n.Sh ')[0]
    have = re.findall(r'^\.It Cm (\S+)', section, re.M)
    if have != names:
        complain(PAGE, lines.index('.Sh VERBS') + 1,
                 'has the verbs %s; hpn has %s' % (', '.join(have), ', '.join(names)))
    synopsis = '\n'.join(lines).partition('\n.Sh SYNOPSIS\n')[2].partition('\n.Sh ')[0]
    for name in names:
        if not re.search(r'^\.Cm (.* )?%s\b' % name, synopsis, re.M):
            complain(PAGE, lines.index('.Sh SYNOPSIS') + 1, 'lacks the verb %s' % name)


def facts(row, takes):
    """The end of a key's entry."""
    lines = ['.Pp', 'Takes %s;' % takes,
             OTHER_WORDS.get(row['key'], 'the default is %s.' % (row['default'] or 'none')),
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


def constants():
    """The numbers that src defines, by name; times are in seconds."""
    values = {'FRAMES': []}
    for place, _, files in os.walk(os.path.join(TOP, 'src')):
        for name in files:
            if not name.endswith(('.c', '.h')):
                continue
            with open(os.path.join(place, name), encoding='utf-8') as file:
                for key, text in re.findall(r'^#define ([A-Z_]+)\s+(.*)$', file.read(), re.M):
                    text = re.sub(r'/\*.*|\(size_t\)|INT64_C|(?<=\d)u\b', '', text)
                    if key.endswith('_NS'):
                        text = text.replace('NS_PER_MS', '0.001').replace('NS_PER_S', '1')
                        text = re.sub(r'(\d+\)) \* 1000 \* 1000\b', r'\1 * 0.001', text)
                    if re.fullmatch(r'[\d.*/+<>() -]+', text.strip()):
                        values.setdefault(key, []).append(eval(text))  # digits alone
    values['FRAMES'] += [1 / v for v in values.get('FRAME_NS', [])]
    return values


def check_stated():
    values = constants()
    for path, pattern, name, *unit in STATED:
        text = '\n'.join(read(path))
        match = re.search(pattern, text)
        if not match:
            complain(path, 1, 'does not state %s; expected: %s' % (name, pattern))
            continue
        said = next(group for group in match.groups() if group)
        if not re.fullmatch(r'[\d,]+', said) and said not in WORDS:
            complain(path, 1, 'states %s for %s; see WORDS in docs.py' % (said, name))
            continue
        number = WORDS.get(said) or float(said.replace(',', ''))
        number *= unit[0] if unit else 1
        if name not in values:
            complain(path, 1, 'states %s, which src does not define; see STATED in docs.py' % name)
        elif not any(abs(number - value) < 1e-6 for value in values[name]):
            complain(path, text[:match.start()].count('\n') + 1,
                     'states %s for %s, which is %s' % (said, name, values[name]))


def manuals():
    return sorted('man/' + name for name in os.listdir(os.path.join(TOP, 'man'))
                  if re.search(r'\.[1-8]$', name))


def check_pages():
    """What holds for every page: its header, and that its references exist."""
    pages = manuals()
    for path in pages:
        lines = read(path)
        for line in HEADER:
            if line not in lines:
                complain(path, 1, 'lacks the line: %s' % line)
        for number, line in enumerate(lines, 1):
            match = re.match(r'\.Xr (hpn\S*) (\d)', line)
            if match and 'man/%s.%s' % match.groups() not in pages:
                complain(path, number, 'refers to a page that does not exist: %s' % line)
    if not shutil.which('mandoc') and os.environ.get('HPN_TEST_STRICT') != '1':
        return
    result = subprocess.run(['mandoc', '-T', 'ascii', '-O', 'width=80', os.path.join(TOP, PAGE)],
                            check=True, capture_output=True)
    count = result.stdout.count(b'\n')
    if count > MOST_LINES:
        complain(PAGE, 1, 'has %d lines in 80 columns; %d are the limit' % (count, MOST_LINES))


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else os.environ.get('HPN_BUILDDIR', '.')
    hpn = os.path.abspath(os.path.join(build, 'hpn'))
    if not os.access(hpn, os.X_OK):
        sys.exit('docs.py: %s is not there; build it first' % hpn)
    rows = table(hpn)
    page, conf = read(PAGE), read(CONF)
    check_flags(rows, page)
    check_modes(rows, read(RUN))
    check_verbs(verbs(hpn), page)
    takes, registry = ranges(hpn)
    check_keys(rows, takes, conf)
    check_registry(registry, conf)
    check_variables(rows, {path: read(path) for path in manuals()})
    check_stated()
    check_pages()
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
