#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""hpn against rivals: run.py BUILD-FOLDER (make bench does it)

Each number is a ratio to a rival that took turns with hpn in the same run, or
a size. Ends with 1 when one is over its limit. The runtime is the fake of the
tests, called as docker; it exits at once.
"""
import os
import pty
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading

import services

ROUNDS = 7
KIB = 1024
WORKERS = '8'

missed = 0


def report(what, value, limit, unit='', at_least=False):
    global missed
    good = value >= limit if at_least else value <= limit
    missed += not good
    print('%-4s %-52s %9.2f %-6s %s %.2f' % (
        'ok' if good else 'MISS', what, value, unit,
        'at least' if at_least else 'at most', limit), flush=True)


def drain(fd):
    try:
        while os.read(fd, 1 << 16):
            pass
    except OSError:  # the other end is closed
        pass


class Bench:
    def __init__(self, build, folder):
        self.folder = folder
        self.hpn = build + '/hpn'
        self.meter = build + '/tests/bench/meter'
        self.loop = build + '/tests/bench/spawnloop'
        self.docker = folder + '/bin/docker'
        os.mkdir(folder + '/bin')
        os.mkdir(folder + '/home')
        os.symlink(build + '/tests/fake/fake', self.docker)
        self.env = {'TERM': 'xterm', 'PATH': folder + '/bin:/usr/bin:/bin', 'LC_ALL': 'C.UTF-8',
                    'HOME': folder + '/home', 'FAKE_STATE': folder}

    def list_of(self, *names):
        path = '%s/list-%d' % (self.folder, len(names))
        with open(path, 'w') as file:
            file.writelines(name + '\n' for name in names)
        return path

    def run(self, argv, stdin=os.devnull, out=None):
        """Seconds of wall time, KiB of memory, seconds of CPU time."""
        took = self.folder + '/took'
        with open(stdin) as source, open(out or self.folder + '/out', 'w') as sink:
            subprocess.run([self.meter, took] + argv, env=self.env, check=True,
                           cwd=self.folder, stdin=source, stdout=sink, stderr=sink)
        with open(took) as file:
            wall_ns, cpu_us, rss_kib, status = (int(word) for word in file.read().split())
        if status:
            sys.exit('%s ended with status %d: see %s' % (argv[0], status, sink.name))
        return wall_ns / 1e9, rss_kib, cpu_us / 1e6

    def pull(self, path, *options, out=None):
        return self.run([self.hpn, '-a', 'pull', '-f', path, '--runtime', 'docker',
                         *options], out=out)

    def watched(self, path, *options):
        """The same on a terminal that takes everything."""
        ours, theirs = pty.openpty()
        reader = threading.Thread(target=drain, args=(ours,))
        reader.start()
        try:
            return self.pull(path, '-j', WORKERS, *options, out='/dev/fd/%d' % theirs)
        finally:
            os.close(theirs)
            reader.join()
            os.close(ours)

    def in_turn(self, *calls):
        """The median of each, the calls taking turns."""
        times = [[] for _ in calls]
        for _ in range(ROUNDS):
            for call, into in zip(calls, times):
                into.append(call()[0])
        return [statistics.median(t) for t in times]

    def many(self):
        path = self.list_of(*('bench/i%d:v1' % i for i in range(1000)))
        hpn, xargs, loop = self.in_turn(
            lambda: self.pull(path, '-j', WORKERS),
            lambda: self.run(['xargs', '-P' + WORKERS, '-n1', self.docker, 'pull'],
                             stdin=path),
            lambda: self.run([self.loop, WORKERS, self.docker, 'pull'], stdin=path))
        report('1,000 images at -j 8, wall: xargs -P8 -n1', hpn / xargs, 1.10, 'times')
        report('1,000 images at -j 8, wall: bare posix_spawn loop', hpn / loop, 1.15,
               'times')
        small = self.pull(path, '-j', WORKERS)
        path = self.list_of(*('bench/i%d:v1' % i for i in range(100000)))
        large = self.pull(path, '-j', WORKERS)
        report('1,000 images, peak memory', small[1] / KIB, 4, 'MiB')
        report('100,000 images, memory an image more',
               (large[1] - small[1]) / 99000.0, 1, 'KiB')
        # Of the processor, since the large run is too long to take turns.
        report('CPU time an image, at 100,000: at 1,000', large[2] / 100 / small[2], 1.15,
               'times')

    def sinks(self):
        """All that machines read of a run, against none of it. In memory where
        that can be had: a thousand new files are the disk's affair."""
        path = self.list_of(*('bench/i%d:v1' % i for i in range(1000)))
        memory = '/dev/shm' if os.access('/dev/shm', os.W_OK) else None
        out = tempfile.mkdtemp(prefix='hpn-bench.', dir=memory)
        options = ['-j', WORKERS, '--events', out + '/events', '--log-dir', out + '/logs',
                   '--report', out + '/r.json', '--report', out + '/r.xml',
                   '--metrics', out + '/m.prom', '--warn', 'failures=10%,p95=1h,stalled=1h']
        plain, all_on = self.in_turn(lambda: self.pull(path, '-j', WORKERS),
                                     lambda: self.pull(path, *options))
        report('1,000 images, all sinks, wall: none', all_on / plain, 1.03, 'times')
        small = min(self.pull(path, '-j', WORKERS)[1] for _ in range(3))
        large = max(self.pull(path, *options)[1] for _ in range(3))
        report('the same, memory more than with none', (large - small) / KIB, 2, 'MiB')
        shutil.rmtree(out)

    def large_last(self):
        """The rival has the large one first, and so the best schedule of all."""
        small = ['small/sleep-50/i%d:v1' % i for i in range(40)]
        large = 'large/sleep-600:v1'
        last, first = self.list_of(*small, large), self.folder + '/first'
        with open(first, 'w') as file:
            file.writelines(name + '\n' for name in [large] + small)
        self.pull(last, '-j', '4')  # what the history is made of
        hpn, best = self.in_turn(
            lambda: self.pull(last, '-j', '4'),
            lambda: self.run(['xargs', '-P4', '-n1', self.docker, 'pull'], stdin=first))
        report('one large image behind 40 small, -j 4: best schedule', hpn / best, 1.05,
               'times')

    def screen(self):
        """The live screen, against lines on the same terminal."""
        path = self.list_of(*('bench/i%d:v1' % i for i in range(1000)))
        plain, live = [], []
        for _ in range(2 * ROUNDS):
            plain.append(self.watched(path, '--progress', 'plain'))
            live.append(self.watched(path, '--progress', 'tty'))
        # The best of each: the difference is smaller than what chance adds.
        wall, rss, _ = (min(of[i] for of in live) for i in range(3))
        report('1,000 images, the live screen, wall: lines',
               wall / min(of[0] for of in plain), 1.03, 'times')
        report('the same, memory more than with lines',
               (rss - min(of[1] for of in plain)) / KIB, 2, 'MiB')

    def version(self):
        hpn, true = self.in_turn(lambda: self.run([self.hpn, '--version']),
                                 lambda: self.run(['/bin/true']))
        report('--version, wall: /bin/true', hpn / true, 2, 'times')

    def flood(self):
        path = self.list_of('bench/flood-1024:v1')
        # The best of three: no rival to be measured by, so no ratio to help.
        wall, rss, _ = min(self.pull(path, '--verbose', out=os.devnull)
                           for _ in range(3))
        report('a child that writes 1 GiB', 1 / wall, 1, 'GiB/s', at_least=True)
        # 8 MiB is the cap of what is kept of all images.
        report('the same, peak memory', rss / KIB, 12, 'MiB')


def main():
    if len(sys.argv) != 2:
        sys.exit('usage: run.py BUILD-FOLDER')
    folder = tempfile.mkdtemp(prefix='hpn-bench.')
    try:
        bench = Bench(os.path.abspath(sys.argv[1]), folder)
        bench.version()
        bench.flood()
        bench.many()
        bench.sinks()
        bench.screen()
        services.latency(bench, report)
        services.weather(bench, report)
        services.find_level(bench, report)
        bench.large_last()
    finally:
        shutil.rmtree(folder)
    print('%d over the limit' % missed)
    return 1 if missed else 0


sys.exit(main())
