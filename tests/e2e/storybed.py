# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up runs as hpn's events, and TAP, for the tests of what reads them."""
import datetime
import heapq
import json
import os
import random
import subprocess
import sys
import traceback

BUILD = os.environ['HPN_BUILDDIR']
HPN = os.path.join(BUILD, 'hpn')
BEGIN = datetime.datetime(2026, 11, 21, 9, 54, 6)
LANES = ('docker.io', 'quay.io', 'ghcr.io')
HOSTILE = '<script>alert(1)</script>&amp;"\'\u202e%d]]>'


class Story:
    """Events in any order; lines() has them by time."""

    def __init__(self, jobs, slots, **more):
        self.rows = []
        start = dict(schema=1, hpn='2.0.0', verb='pull', runtime='docker', jobs=jobs,
                     workers=slots, pid=77, traceparent=None)
        start.update(more)
        self.add(0, 'run_start', **start)

    def add(self, at, event, **more):
        time = BEGIN + datetime.timedelta(seconds=at)
        row = dict(event=event, t=round(at, 6),
                   time=time.strftime('%Y-%m-%dT%H:%M:%S.%fZ'))
        row.update(more)
        self.rows.append((at, len(self.rows), row))

    def queued(self, job, image, lane='docker.io'):
        self.add(0, 'queued', job=job, image=image, lane=lane)

    def attempt(self, at, took, job, slot, result='ok', attempt=1, lane='docker.io',
                why=None, **more):
        status = {'ok': 0, 'failed': 1}.get(result)
        self.add(at, 'attempt', job=job, step='pull', attempt=attempt, slot=slot, lane=lane,
                 argv=['docker', 'pull', 'x'], **more)
        if result:
            self.add(at + took, 'end', job=job, step='pull', attempt=attempt, slot=slot,
                     lane=lane, result=result, exit=status, signal=None, seconds=took,
                     **{'class': why})

    def wait(self, at, seconds, job, reason='connection reset by peer'):
        self.add(at, 'wait', job=job, seconds=seconds, reason=reason,
                 **{'class': 'transient'})

    def finish(self, at, job, image, result='ok', reason='', attempts=1):
        self.add(at, 'finish', job=job, image=image, result=result, reason=reason,
                 attempts=attempts, seconds=0)

    def limit(self, at, lane, workers, state=''):
        self.add(at, 'limit', lane=lane, workers=workers, state=state)

    def end(self):
        at = max(row[0] for row in self.rows)
        self.add(at, 'run_end', ok=0, failed=0, cancelled=0, seconds=at, status=0,
                 signal=None)
        return self

    def lines(self):
        return [json.dumps(row[2], ensure_ascii=False) for row in
                sorted(self.rows, key=lambda row: row[:2])]


def made_up(jobs, slots, hostile=False, seed=1):
    """A run as it could have been: failures, retries, waits and limits."""
    chance = random.Random(seed)
    s = Story(jobs, slots)
    lanes = [chance.choice(LANES) for _ in range(jobs)]
    images = ['%s/team/app-%s:1.%d' % (lane, chance.choice(('web', 'db', 'quite-a-long-name')), i)
              for i, lane in enumerate(lanes)]
    for i in range(jobs):
        if hostile:
            images[i] = HOSTILE % i
        s.queued(i, images[i], lanes[i])
    free = [(0.01, slot) for slot in range(slots)]
    todo = [(0.0, i, 1) for i in range(jobs)]
    while todo:
        at, slot = heapq.heappop(free)
        ready, i, n = heapq.heappop(todo)
        at = max(at, ready)
        if n == 1:
            s.add(at, 'start', job=i)
        took = chance.expovariate(1 / 1.5) + 0.05
        result, why = chance.choices(
            (('ok', None), ('failed', 'transient'), ('failed', 'missing'),
             ('timeout', 'timeout'), ('stopped', None)), (80, 10, 4, 3, 3))[0]
        s.attempt(at, took, i, slot, result, n, lanes[i], why)
        heapq.heappush(free, (at + took, slot))
        if why == 'transient' and n < 3:
            pause = chance.random() * 4
            s.wait(at + took, pause, i)
            heapq.heappush(todo, (at + took + pause, i, n + 1))
            continue
        s.finish(at + took, i, images[i],
                 {'ok': 'ok', 'stopped': 'cancelled'}.get(result, 'failed'),
                 '' if result == 'ok' else HOSTILE % i + '\nsecond line', n)
    whole = max(row[0] for row in s.rows)
    for share, limit in ((.3, ('docker.io', 2, 'throttled')), (.5, ('docker.io', 3, 'raised')),
                         (.6, ('quay.io', 0, 'broken')), (.65, ('quay.io', 1, 'half-open')),
                         (.7, ('quay.io', None, '')), (.8, (None, max(1, slots - 1), 'lowered'))):
        s.limit(whole * share, *limit)
    return s.end()


def write(path, lines, end='\n'):
    with open(path, 'w', encoding='utf-8') as file:
        file.write('\n'.join(lines) + end)


def hpn(*words, **more):
    """Status, standard output and error of hpn, which finds nothing of the user's."""
    env = {'PATH': '/nonexistent', 'LC_ALL': 'C.UTF-8'}
    env.update({k: v for k, v in os.environ.items() if k.endswith('SAN_OPTIONS')})
    env.update(more.pop('env', {}))
    pipes = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE}
    done = subprocess.run([HPN] + list(words), env=env, check=False, **dict(pipes, **more))
    return done.returncode, (done.stdout or b'').decode(), done.stderr.decode()


def same(what, got, wanted):
    assert got == wanted, '%s: %r, and not %r' % (what, got, wanted)


class Tap:
    """Cases are functions; what they raise is their failure."""

    def __init__(self):
        self.count = self.failed = 0

    def __call__(self, name):
        def run(case):
            self.count += 1
            try:
                case()
                print('ok %d - %s' % (self.count, name), flush=True)
            except Exception:
                self.failed += 1
                print('not ok %d - %s' % (self.count, name))
                print(''.join('# %s\n' % l for l in traceback.format_exc().splitlines()),
                      flush=True)
            return case
        return run

    def done(self):
        print('1..%d' % self.count)
        sys.exit(1 if self.failed else 0)
