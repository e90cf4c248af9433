# SPDX-License-Identifier: GPL-3.0-or-later
"""How many at once: services that behave differently when more is asked.

The fake runtime's images `serve-MS` work MS milliseconds in a service that all
children share (tests/fake/service.h). hpn with default settings is held against
the best fixed -j that is known in hindsight; a -j that cannot be it, for the
service is what it is, is not tried.
"""
import json
import os
import random
import statistics

JOBS = 400
MEAN_MS = 50
ROUNDS = 3

SERVICES = (
    # what it is, how it is made, the -j to try, the limit
    ('scales to 16', 'share 16', (8, 12, 16), 1.20),
    ('flat beyond 4', 'share 4', (4, 6, 8), 1.20),
    ('collapses beyond 6', 'thrash 6', (4, 6, 8), 1.20),
    ('429 beyond 3', 'refuse 3', (2, 3, 4), 1.20),
    ('8, then 2, then 8', 'thrash 8 %d 2 %d 8' % (JOBS * 2 / 5, JOBS * 3 / 5),
     (1, 2, 3, 4, 6, 8, 12, 16), 1.0),
)


def jobs():
    """Names of images that take the mean and a quarter more or less."""
    dice = random.Random(1)
    return ['serve-%d/%d:v1' % (dice.randint(MEAN_MS * 3 // 4, MEAN_MS * 5 // 4), i)
            for i in range(JOBS)]


def set_up(bench, plan):
    for name in ('service', 'service-state'):
        path = os.path.join(bench.folder, name)
        if os.path.exists(path):
            os.remove(path)
    with open(os.path.join(bench.folder, 'service'), 'w') as file:
        file.write(plan + '\n')


def timed(bench, path, plan, *options):
    set_up(bench, plan)
    return bench.pull(path, *options)[0]


def find_level(bench, report):
    path = bench.list_of(*jobs())
    for what, plan, fixed, limit in SERVICES:
        best, j = min((timed(bench, path, plan, '-j', str(j)), j) for j in fixed)
        found = statistics.median(timed(bench, path, plan) for _ in range(ROUNDS))
        report('default settings, %s: best -j (%d)' % (what, j), found / best, limit, 'times')


def weather(bench, report):
    """Every tenth image, at random, fails once as if its connection had broken."""
    dice = random.Random(2)
    with open(os.path.join(bench.folder, 'hpn.ini'), 'w') as file:
        file.write('[runtime.retry]\ndelay = 100ms\n')
    took = []
    for share in (0, 0.1):
        names = ['%ssleep-10/%s%d:v1' % ('transient-1/' if dice.random() < share else '',
                                         'faulty' if share else 'fine', i)
                 for i in range(2000)]
        took.append(bench.pull(bench.list_of(*names), '-j', '8')[0])
    os.remove(os.path.join(bench.folder, 'hpn.ini'))
    report('2,000 images, 10 % fail once: none does', took[1] / took[0], 1.25, 'times')


def latency(bench, report):
    path = bench.list_of(*('bench/i%d:v1' % i for i in range(1000)))
    events = os.path.join(bench.folder, 'events')
    wall = min(bench.pull(path, '-j', '8')[0] for _ in range(3))
    report('images a second at -j 8', 1000 / wall, 1000, '/s', at_least=True)
    bench.pull(path, '-j', '8', '--events', events)
    with open(events) as file:
        lines = [json.loads(line) for line in file]
    seconds = sorted(e['seconds'] for e in lines if e['event'] == 'end')
    report('from the start of a child to its end, p95',
           1000 * seconds[len(seconds) * 95 // 100], 200, 'ms')
