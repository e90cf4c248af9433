#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the bed that a shell does badly.

  bedtool.py port                         a free port of 127.0.0.1
  bedtool.py wait PID ADDRESS             until HOST:PORT or a socket path
                                          accepts; 1 if PID ends before that
  bedtool.py end PIDFILE                  end what the file lists, newest first
  bedtool.py proxy LPORT TPORT RTT_MS     a TCP proxy with latency
  bedtool.py silent PORT FIFO             accept connections and say nothing; a
                                          line into FIFO for each
  bedtool.py weather PORT HOST:PORT       a registry before that one, whose bad
                                          weather an image's name chooses
  bedtool.py hold FILE...                 lock them, say so, and let them go at the
                                          end of standard input
  bedtool.py images HOST:PORT PREFIX COUNT BYTES
                                          push COUNT images, print references
  bedtool.py corners HOST:PORT PREFIX     push an image of each uncommon kind, print a
                                          word for the kind and its reference

Images are deterministic: the same arguments give the same digests. Only the
standard library is needed.
"""
import asyncio
import collections
import fcntl
import gzip
import hashlib
import http.client
import http.server
import io
import json
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import tarfile
import threading
import time

MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
CONFIG = 'application/vnd.docker.container.image.v1+json'
LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip'
OCI = 'application/vnd.oci.image.'
WAIT_S = 60
GRACE_S = 15


def free_port():
    with socket.socket() as sock:
        sock.bind(('127.0.0.1', 0))
        print(sock.getsockname()[1])


def accepts(address):
    if address.startswith('/'):
        sock = socket.socket(socket.AF_UNIX)
        target = address
    else:
        sock = socket.socket()
        host, port = address.rsplit(':', 1)
        target = (host, int(port))
    with sock:
        sock.settimeout(1)
        try:
            sock.connect(target)
            return True
        except OSError:
            return False


def wait_for(pid, address):
    """There is no event for 'it listens now': ask, every 20 ms."""
    gone = select.poll()
    gone.register(os.pidfd_open(pid), select.POLLIN)
    end = time.monotonic() + WAIT_S
    while not accepts(address):
        if gone.poll(20) or time.monotonic() > end:
            return 1
    return 0


def start_time(pid):
    """Tells a process from a later one with the same number."""
    try:
        with open(f'/proc/{pid}/stat') as stat:
            return stat.read().rsplit(')', 1)[1].split()[19]
    except OSError:
        return None


def end_one(pid, started):
    if start_time(pid) != started:
        return
    fd = os.pidfd_open(pid)
    gone = select.poll()
    gone.register(fd, select.POLLIN)
    for sig in (signal.SIGTERM, signal.SIGKILL):
        signal.pidfd_send_signal(fd, sig)
        if gone.poll(GRACE_S * 1000):
            break
    os.close(fd)


def end_all(path):
    with open(path) as file:
        rows = [line.split() for line in file]
    for pid, started, *_ in reversed(rows):
        try:
            end_one(int(pid), started)
        except ProcessLookupError:
            pass


async def pump(reader, writer, delay_s):
    """A delay line: each piece leaves delay_s after it came."""
    loop = asyncio.get_running_loop()
    queue = asyncio.Queue(maxsize=512)

    async def deliver():
        while True:
            due, piece = await queue.get()
            await asyncio.sleep(max(0, due - loop.time()))
            if not piece:
                writer.write_eof()
                return
            writer.write(piece)
            await writer.drain()

    task = asyncio.create_task(deliver())
    piece = b'-'
    while piece and not task.done():
        try:
            piece = await reader.read(1 << 18)
        except OSError:
            piece = b''
        await queue.put((loop.time() + delay_s, piece))
    try:
        await task
    except (OSError, RuntimeError):
        pass


async def proxy(lport, tport, rtt_ms):
    half = rtt_ms / 2000

    async def handle(reader, writer):
        try:
            await asyncio.sleep(2 * half)
            up_r, up_w = await asyncio.open_connection('127.0.0.1', tport)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, up_w, half),
                             pump(up_r, writer, half))
        writer.close()
        up_w.close()

    server = await asyncio.start_server(handle, '127.0.0.1', lport,
                                        backlog=512)
    async with server:
        await server.serve_forever()


async def silent(port, fifo):
    """What a registry that hangs is like: the connection stands."""
    out = os.open(fifo, os.O_RDWR)
    streams = []

    async def handle(reader, writer):
        streams.append((reader, writer))
        os.write(out, b'connected\n')

    server = await asyncio.start_server(handle, '127.0.0.1', port)
    async with server:
        await server.serve_forever()


class Weather(http.server.BaseHTTPRequestHandler):
    """FAULT/REPOSITORY is that repository, but its manifests are refused
    (429, 503), the connection to them is reset, or they are waited for in vain
    (stall); of the layers of half/... only one half is sent. With once- in
    front only the first request fares like that."""
    protocol_version = 'HTTP/1.1'
    # containerd tries TLS first, and takes only an answer that begins so for
    # that of a registry without it.
    default_request_version = 'HTTP/1.1'
    seen = collections.Counter()
    codes = {'429': ('TOOMANYREQUESTS', 'retry-after: 1.5s, allowed: 1/minute'),
             '503': ('UNAVAILABLE', 'service unavailable')}

    def log_message(self, format, *args):
        pass

    def say(self, status, body, headers, size=None):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header('Connection', 'close')
        self.send_header('Content-Length', str(size or len(body)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body)

    def refuse(self, status):
        code, text = self.codes[status]
        body = json.dumps({'errors': [{'code': code, 'message': text}]})
        self.say(int(status), body.encode(),
                 {'Content-Type': 'application/json', 'Retry-After': '1'})

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   struct.pack('ii', 1, 0))
        self.close_connection = True
        self.connection.close()
        self.wfile = io.BytesIO()

    def pass_on(self, path, half):
        up = http.client.HTTPConnection(self.server.upstream)
        wanted = {name: value for name, value in self.headers.items()
                  if name.lower() in ('accept', 'range')}
        up.request(self.command, path, headers=wanted)
        answer = up.getresponse()
        body = answer.read()
        size = int(answer.getheader('Content-Length', len(body)))
        headers = {name: value for name, value in answer.getheaders()
                   if name.lower() in ('content-type', 'content-range', 'etag',
                                       'docker-content-digest')}
        self.say(answer.status, body[:size // 2] if half else body, headers,
                 size)

    def do_GET(self):
        self.close_connection = True
        _, _, fault, *rest = self.path.split('/')
        if not rest:
            return self.say(200, b'{}', {'Content-Type': 'application/json'})
        once = fault.startswith('once-')
        asked = self.path.partition('/manifests/')[0]
        wild = not (once and self.seen[asked])
        self.seen[asked] += 1
        fault = fault.removeprefix('once-') if wild else 'fair'
        layer = rest[-2] == 'blobs'
        if fault in self.codes and not layer:
            return self.refuse(fault)
        if fault == 'reset' and not layer:
            return self.reset()
        if fault == 'stall' and not layer:
            threading.Event().wait()
        self.pass_on('/'.join(['/v2', *rest]), fault == 'half' and layer)

    do_HEAD = do_GET


def weather(port, upstream):
    server = http.server.ThreadingHTTPServer(('127.0.0.1', port), Weather)
    server.upstream = upstream
    server.serve_forever()


def hold(paths):
    """Lock the files; say so, and let go when standard input ends."""
    files = [open(path, 'r+') for path in paths]
    for file in files:
        fcntl.lockf(file, fcntl.LOCK_EX)
    print('held', flush=True)
    sys.stdin.read()


class Registry:
    """As much of the distribution interface as a push needs."""

    def __init__(self, host):
        self.http = http.client.HTTPConnection(host)

    def ask(self, want, method, path, body=None, **headers):
        self.http.request(method, path, body, headers)
        answer = self.http.getresponse()
        text = answer.read()
        if answer.status not in want:
            sys.exit(f'{method} {path}: {answer.status} {text[:200]!r}')
        return answer

    def blob(self, repo, data):
        digest = 'sha256:' + hashlib.sha256(data).hexdigest()
        base = f'/v2/{repo}/blobs/'
        if self.ask((200, 404), 'HEAD', base + digest).status == 200:
            return digest
        answer = self.ask((202,), 'POST', base + 'uploads/', b'')
        where = answer.getheader('Location')
        if where.startswith('http'):
            where = '/' + where.split('/', 3)[3]
        where += ('&' if '?' in where else '?') + 'digest=' + digest
        self.ask((201,), 'PUT', where, data,
                 **{'Content-Type': 'application/octet-stream'})
        return digest

    def manifest(self, repo, tag, document):
        """Its descriptor; a tag of None is that of its digest."""
        body = json.dumps(document).encode()
        digest = 'sha256:' + hashlib.sha256(body).hexdigest()
        self.ask((201,), 'PUT', f'/v2/{repo}/manifests/{tag or digest}', body,
                 **{'Content-Type': document['mediaType']})
        return {'mediaType': document['mediaType'], 'size': len(body),
                'digest': digest}

    def descriptor(self, repo, media_type, data):
        return {'mediaType': media_type, 'size': len(data),
                'digest': self.blob(repo, data)}


def make_layer(name, size, level=1):
    """One file of size random bytes: (tar, tar.gz)."""
    data = random.Random(name).randbytes(size)
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode='w',
                      format=tarfile.USTAR_FORMAT) as tar:
        entry = tarfile.TarInfo('data/' + name.replace('/', '-'))
        entry.size = size
        tar.addfile(entry, io.BytesIO(data))
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode='wb', mtime=0,
                       compresslevel=level) as file:
        file.write(raw.getvalue())
    return raw.getvalue(), packed.getvalue()


def make_config(name, layers, arch=None):
    diff_ids = ['sha256:' + hashlib.sha256(raw).hexdigest()
                for raw, _ in layers]
    day = '2024-01-01T00:00:00Z'
    return json.dumps({
        'architecture': arch or ARCH, 'os': 'linux', 'created': day,
        'config': {'Cmd': ['/data'], 'Labels': {'name': name}},
        'rootfs': {'type': 'layers', 'diff_ids': diff_ids},
        'history': [{'created': day} for _ in layers],
    }).encode()


ARCH = {'x86_64': 'amd64', 'aarch64': 'arm64', 'armv7l': 'arm',
        'ppc64le': 'ppc64le', 's390x': 's390x',
        'riscv64': 'riscv64'}.get(os.uname().machine, 'amd64')


def push_image(registry, repo, tag, layers, arch=None, layer_type=LAYER):
    """Its descriptor, as an index has it."""
    config = make_config(repo, layers, arch)
    made = registry.manifest(repo, tag, {
        'schemaVersion': 2, 'mediaType': MANIFEST,
        'config': registry.descriptor(repo, CONFIG, config),
        'layers': [registry.descriptor(repo, layer_type, packed)
                   for _, packed in layers],
    })
    return made | {'platform': {'os': 'linux', 'architecture': arch or ARCH}}


def push_index(registry, repo, manifests):
    registry.manifest(repo, 'v1', {'schemaVersion': 2, 'mediaType': OCI + 'index.v1+json',
                                   'manifests': manifests})


def push_attestation(registry, repo, image):
    """What a builder says about the image, in the form of an image."""
    layer = b'{"_type":"https://in-toto.io/Statement/v0.1"}'
    config = b'{"architecture":"unknown","os":"unknown","config":{},"rootfs":' \
        b'{"type":"layers","diff_ids":["sha256:%s"]}}' \
        % hashlib.sha256(layer).hexdigest().encode()
    made = registry.manifest(repo, None, {
        'schemaVersion': 2, 'mediaType': OCI + 'manifest.v1+json',
        'config': registry.descriptor(repo, OCI + 'config.v1+json', config),
        'layers': [registry.descriptor(repo, 'application/vnd.in-toto+json', layer)]})
    return made | {'platform': {'os': 'unknown', 'architecture': 'unknown'}, 'annotations': {
        'vnd.docker.reference.digest': image['digest'],
        'vnd.docker.reference.type': 'attestation-manifest'}}


def push_zstd(registry, repo):
    raw, _ = make_layer(repo, 5000)
    packed = subprocess.run(['zstd', '-q', '-c'], input=raw, stdout=subprocess.PIPE,
                            check=True).stdout
    config = make_config(repo, [(raw, packed)])
    registry.manifest(repo, 'v1', {
        'schemaVersion': 2, 'mediaType': OCI + 'manifest.v1+json',
        'config': registry.descriptor(repo, OCI + 'config.v1+json', config),
        'layers': [registry.descriptor(repo, OCI + 'layer.v1.tar+zstd', packed)]})


def corners(host, prefix):
    registry = Registry(host)
    other = 'arm64' if ARCH != 'arm64' else 'amd64'

    def repo(kind, name=None):
        print(kind, f'{host}/{prefix}{kind}{name or ":v1"}')
        return prefix + kind

    def layers(name, n=1):
        return [make_layer(f'{name}{i}', 3000) for i in range(n)]

    name = repo('multi')
    push_index(registry, name, [push_image(registry, name, None, layers(name + arch), arch)
                                for arch in (ARCH, other)])
    name = repo('attested')
    image = push_image(registry, name, None, layers(name))
    push_index(registry, name, [image, push_attestation(registry, name, image)])
    push_zstd(registry, repo('zstd'))
    name = repo('many')
    push_image(registry, name, 'v1', layers(name, 35))
    name = repo('none')
    push_image(registry, name, 'v1', [])
    # One layer, compressed in two ways: engines that know layers by what is in
    # them do not fetch it for the second image.
    for level in (1, 9):
        name = repo(f'level{level}')
        push_image(registry, name, 'v1', [make_layer('level', 20000, level), *layers(name)])
    name = repo('foreign')
    push_index(registry, name, [push_image(registry, name, None, layers(name), other)])
    image = push_image(registry, prefix + 'digest', None, layers(prefix + 'digest'))
    repo('digest', '@' + image['digest'])


def images(host, prefix, count, size):
    registry = Registry(host)
    base = make_layer('base', 20000)
    for i in range(1, count + 1):
        repo = f'{prefix}{i:02d}'
        push_image(registry, repo, 'v1',
                   [base, make_layer(repo, max(1, size))])
        print(f'{host}/{repo}:v1')


def main(argv):
    verb, args = argv[1], argv[2:]
    if verb == 'port':
        free_port()
    elif verb == 'wait':
        return wait_for(int(args[0]), args[1])
    elif verb == 'end':
        end_all(args[0])
    elif verb == 'proxy':
        asyncio.run(proxy(int(args[0]), int(args[1]), float(args[2])))
    elif verb == 'silent':
        asyncio.run(silent(int(args[0]), args[1]))
    elif verb == 'weather':
        weather(int(args[0]), args[1])
    elif verb == 'hold':
        hold(args)
    elif verb == 'images':
        images(args[0], args[1], int(args[2]), int(args[3]))
    elif verb == 'corners':
        corners(args[0], args[1])
    else:
        sys.exit(__doc__)
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv))
