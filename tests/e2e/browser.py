# SPDX-License-Identifier: GPL-3.0-or-later
"""Headless Chromium, spoken to over two pipes by its DevTools protocol."""
import base64
import fcntl
import json
import os
import select
import shutil
import struct
import subprocess
import time
import zlib

PATIENCE = 60


def program():
    return next((p for p in map(shutil.which, ('chromium', 'chromium-browser')) if p), None)


class Browser:
    """One page; all that it asked for is in `requests`, what it complained of in
    `complaints`."""

    def __init__(self, folder):
        self.replies, self.seen, self.requests, self.complaints = {}, set(), [], []
        self.number, self.kept, self.session = 0, b'', None
        to_read, self.to = os.pipe()
        self.back, back_write = os.pipe()
        home = os.path.join(folder, 'browser')
        os.mkdir(home)
        env = {'HOME': home, 'XDG_CONFIG_HOME': home, 'XDG_CACHE_HOME': home, 'TMPDIR': home,
               'PATH': '/usr/bin:/bin', 'LC_ALL': 'C.UTF-8'}

        # The browser reads commands from 3 and writes to 4.
        def place():
            high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 10) for fd in (to_read, back_write)]
            for fd, wanted in zip(high, (3, 4)):
                os.dup2(fd, wanted)

        # As root, and in most containers, its sandbox cannot be; it is shown
        # nothing but what the test made itself.
        with open(os.path.join(folder, 'browser.log'), 'wb') as log:
            self.process = subprocess.Popen(
                [program(), '--headless=new', '--no-sandbox', '--disable-gpu',
                 '--disable-dev-shm-usage', '--remote-debugging-pipe', '--no-first-run',
                 '--disable-background-networking', '--disable-component-update',
                 '--disable-sync', '--proxy-server=127.0.0.1:9', '--hide-scrollbars',
                 '--force-color-profile=srgb', '--user-data-dir=' + os.path.join(home, 'data')],
                env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, close_fds=False,
                preexec_fn=place)
        os.close(to_read)
        os.close(back_write)
        target = self.call('Target.createTarget', url='about:blank')['targetId']
        self.session = self.call('Target.attachToTarget', targetId=target,
                                 flatten=True)['sessionId']
        for domain in 'Page', 'Network', 'Runtime', 'Log':
            self.call(domain + '.enable')

    def close(self):
        os.close(self.to)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _take(self, message):
        method, more = message.get('method'), message.get('params', {})
        if 'id' in message:
            self.replies[message['id']] = message
        elif method == 'Network.requestWillBeSent':
            self.requests.append(more['request']['url'])
        elif method in ('Runtime.exceptionThrown', 'Log.entryAdded',
                        'Runtime.consoleAPICalled', 'Page.javascriptDialogOpening'):
            self.complaints.append(json.dumps(more)[:400])
        self.seen.add(method)

    def _until(self, what):
        end = time.monotonic() + PATIENCE
        while not what():
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.back], [], [], left)[0]:
                raise TimeoutError('the browser does not answer')
            data = os.read(self.back, 1 << 20)
            if not data:
                raise EOFError('the browser has ended')
            *whole, self.kept = (self.kept + data).split(b'\0')
            for one in whole:
                self._take(json.loads(one))

    def call(self, method, **params):
        self.number += 1
        number = self.number
        message = {'id': number, 'method': method, 'params': params}
        if self.session:
            message['sessionId'] = self.session
        os.write(self.to, json.dumps(message).encode() + b'\0')
        self._until(lambda: number in self.replies)
        reply = self.replies.pop(number)
        if 'error' in reply:
            raise RuntimeError('%s: %s' % (method, reply['error']))
        return reply['result']

    def show(self, path, width=1280, height=900, media='', scheme='light'):
        """Load a file, as on a screen or on paper (media 'print')."""
        self.requests.clear()
        self.complaints.clear()
        self.call('Emulation.setDeviceMetricsOverride', width=width, height=height,
                  deviceScaleFactor=1, mobile=False)
        self.call('Emulation.setEmulatedMedia', media=media,
                  features=[{'name': 'prefers-color-scheme', 'value': scheme}])
        self.seen.discard('Page.loadEventFired')
        self.call('Page.navigate', url='file://' + os.path.abspath(path))
        self._until(lambda: 'Page.loadEventFired' in self.seen)

    def ask(self, script):
        """The value of an expression in the page."""
        reply = self.call('Runtime.evaluate', expression=script, returnByValue=True)
        if 'exceptionDetails' in reply:
            raise RuntimeError(json.dumps(reply['exceptionDetails'])[:400])
        return reply['result'].get('value')

    def move(self, x, y):
        self.call('Input.dispatchMouseEvent', type='mouseMoved', x=x, y=y)

    def shot(self):
        return Picture(base64.b64decode(
            self.call('Page.captureScreenshot', format='png')['data']))


class Picture:
    """A PNG of 8 bits a sample, without interlace."""

    def __init__(self, data):
        assert data[:8] == b'\x89PNG\r\n\x1a\n'
        at, packed = 8, b''
        while at < len(data):
            size, kind = struct.unpack('>I4s', data[at:at + 8])
            body = data[at + 8:at + 8 + size]
            if kind == b'IHDR':
                self.width, self.height, bits, colour, _, _, lace = struct.unpack('>IIBBBBB', body)
                assert bits == 8 and lace == 0 and colour in (2, 6)
                self.step = 3 if colour == 2 else 4
            elif kind == b'IDAT':
                packed += body
            at += size + 12
        self.rows = self._unfilter(zlib.decompress(packed))

    def _unfilter(self, raw):
        rows, size, n = [], self.width * self.step, self.step
        before = bytearray(size)
        for y in range(self.height):
            kind = raw[y * (size + 1)]
            row = bytearray(raw[y * (size + 1) + 1:(y + 1) * (size + 1)])
            for i in range(size if kind else 0):
                left = row[i - n] if i >= n else 0
                if kind == 1:
                    guess = left
                elif kind == 2:
                    guess = before[i]
                elif kind == 3:
                    guess = (left + before[i]) // 2
                else:
                    corner = before[i - n] if i >= n else 0
                    whole = left + before[i] - corner
                    guess = min((left, before[i], corner),
                                key=lambda c, w=whole: abs(w - c))
                row[i] = (row[i] + guess) & 255
            rows.append(row)
            before = row
        return rows

    def at(self, x, y):
        x = int(x) * self.step
        return tuple(self.rows[int(y)][x:x + 3])
