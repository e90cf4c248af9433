#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""
Archives made so that one reader sees another image in them than the next.

    differential.py make DIR            write the corpus, a file for each case
    differential.py check ENGINE DIR    prints TAP; HPN is the program, and the
                                        engine is the one that PATH and the
                                        environment lead to

Each archive is given to `hpn verify`, to `hpn load --expect` and to the engine
itself. A name that the engine gives to an image after `hpn load` has ended well,
and that `hpn verify` has not shown, is a failure; so is an archive as engines
write them that hpn refuses. In a case whose name begins with "ok" there is
nothing that a reader could take in another way.
"""
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys

# How to load an archive, list the names of images, and remove all images.
ENGINES = {
    'docker': ('docker load -i {}', 'docker images --format {{.Repository}}:{{.Tag}}',
               'docker rmi -f'),
    'podman': ('podman load -i {}', 'podman images --format {{.Repository}}:{{.Tag}}',
               'podman rmi -f'),
    'nerdctl': ('nerdctl load -i {}', 'nerdctl images --format {{.Repository}}:{{.Tag}}',
                'nerdctl rmi -f'),
    'ctr': ('ctr image import {}', 'ctr image ls -q', 'ctr image rm --sync'),
}
# What an engine cannot read, whoever wrote it: docker 20 no OCI layout, and podman
# 4.3 no layer that is a link.
UNREADABLE = {'docker': ('ok-oci',), 'podman': ('ok-symlink', 'ok-hardlink')}

REF = 'org.opencontainers.image.ref.name'
FULL = 'io.containerd.image.name'
IMAGE = 'application/vnd.oci.image.'


def sha(data):
    return hashlib.sha256(data).hexdigest()


def header(name, kind='0', size=0, link='', magic=b'ustar\x0000', prefix=b'', size_field=None,
           signed=False):
    """512 bytes; whatever is asked for, with a sum that fits."""
    h = bytearray(512)
    h[0:100] = name.encode('latin1')[:100].ljust(100, b'\0')
    h[100:124] = b'0000644\0' b'0000000\0' b'0000000\0'
    h[124:136] = size_field or b'%011o\0' % size
    h[136:148] = b'00000000000\0'
    h[156:157] = kind.encode('latin1')
    h[157:257] = link.encode('latin1')[:100].ljust(100, b'\0')
    h[257:265] = magic
    h[345:345 + len(prefix)] = prefix
    h[148:156] = b' ' * 8
    total = sum(c - 256 if signed and c > 127 else c for c in h)
    h[148:156] = b'%06o\0 ' % total
    return bytes(h)


def pad(data):
    return data + b'\0' * (-len(data) % 512)


def entry(name, data=b'', kind='0', **how):
    return header(name, kind, len(data), **how) + pad(data)


def record(key, value):
    body = b' ' + key.encode() + b'=' + value.encode() + b'\n'
    n = len(body) + 1
    while len(str(n)) + len(body) != n:
        n += 1
    return str(n).encode() + body


def pax(kind='x', **keys):
    return entry('pax', b''.join(record(k.replace('_', '.'), v) for k, v in keys.items()), kind)


def longname(name, kind='L'):
    return entry('././@LongLink', name.encode() + b'\0', kind)


END = b'\0' * 1024


class Image:
    """One layer with one file; `what` makes it another image."""

    def __init__(self, what):
        self.layer = entry('etc/which', what.encode()) + END
        self.diff = sha(self.layer)
        self.config = json.dumps({
            'architecture': 'amd64', 'os': 'linux', 'config': {'Cmd': ['/' + what]},
            'rootfs': {'type': 'layers', 'diff_ids': ['sha256:' + self.diff]},
            'history': [{'created_by': what}]}).encode()
        self.id = sha(self.config)
        self.docker = {'Config': self.id + '.json', 'Layers': [self.diff + '.tar']}
        self.manifest = json.dumps({
            'schemaVersion': 2, 'mediaType': IMAGE + 'manifest.v1+json',
            'config': self.part(self.config, 'config.v1+json'),
            'layers': [self.part(self.layer, 'layer.v1.tar')]}).encode()

    @staticmethod
    def part(data, kind):
        return {'mediaType': IMAGE + kind, 'digest': 'sha256:' + sha(data), 'size': len(data)}

    def files(self):
        return [(self.id + '.json', self.config), (self.diff + '.tar', self.layer)]

    def blobs(self):
        return [('blobs/sha256/' + sha(d), d) for d in (self.config, self.layer, self.manifest)]

    def descriptor(self, **notes):
        d = self.part(self.manifest, 'manifest.v1+json')
        d['annotations'] = {{'ref': REF, 'full': FULL}[k]: v for k, v in notes.items()}
        return d


class Case:
    """What the cases are made of: a good image, which is to be seen, and an evil one."""

    def __init__(self, name):
        self.good, self.evil = 'good/%s:1' % name, 'evil/%s:1' % name
        self.g, self.e = Image('good-' + name), Image('evil-' + name)

    def doc(self, image, *tags, **more):
        return json.dumps([dict(image.docker, RepoTags=list(tags), **more)])

    def tar(self, files, before=b'', after=b''):
        return before + b''.join(entry(n, d if isinstance(d, bytes) else d.encode())
                                 for n, d in files) + after + END

    def docker(self, manifest=None, before=b'', after=b'', files=()):
        """Both images, and a manifest.json that names the good one."""
        return self.tar(self.g.files() + self.e.files() + list(files) +
                        [('manifest.json', manifest or self.doc(self.g, self.good))],
                        before, after)

    def bad(self):
        return self.doc(self.e, self.evil).encode()

    def oci(self, index=None, files=(), before=b'', image=None):
        if index is None:
            index = {'schemaVersion': 2,
                     'manifests': [(image or self.g).descriptor(full='docker.io/' + self.good)]}
        text = index if isinstance(index, str) else json.dumps(index)
        return self.tar(self.g.blobs() + self.e.blobs() + list(files) + [
            ('oci-layout', '{"imageLayoutVersion":"1.0.0"}'), ('index.json', text)], before)

    def both(self, *descriptors):
        """docker-archive and OCI layout, as docker 25 writes them."""
        g = self.g
        manifest = [{'Config': 'blobs/sha256/' + g.id, 'RepoTags': [self.good],
                     'Layers': ['blobs/sha256/' + g.diff]}]
        return self.oci({'schemaVersion': 2, 'manifests': list(descriptors)},
                        [('manifest.json', json.dumps(manifest))])

    def keys(self, old, new):
        """manifest.json with another spelling of a key, or one more."""
        return self.docker(self.doc(self.g, self.good).replace(old, new))


CASES = []


def case(name):
    def keep(make):
        CASES.append((name, make))
        return make
    return keep


def cases(names):
    """A case for each of several variants: make(case, variant)."""
    def keep(make):
        for name, variant in names.items():
            CASES.append((name, lambda c, v=variant: make(c, v)))
        return make
    return keep


# ---- what engines and tools write ----

@cases({'ok-docker': b'ustar\x0000', 'ok-gnu': b'ustar  \0', 'ok-v7': b'\0' * 8})
def _(c, magic):
    files = c.g.files() + [('manifest.json', c.doc(c.g, c.good).encode())]
    return b''.join(entry(n, d, magic=magic) for n, d in files) + END


@case('ok-dots')
def _(c):
    return c.tar([('./' + n, d) for n, d in c.g.files()] +
                 [('./manifest.json', c.doc(c.g, c.good))], entry('./', kind='5'))


@case('ok-two-tags')
def _(c):
    return c.docker(c.doc(c.g, c.good, c.good + '.1'))


@case('ok-two-images')
def _(c):
    return c.docker(json.dumps([dict(c.g.docker, RepoTags=[c.good]),
                                dict(c.e.docker, RepoTags=[c.good + '.2'])]))


@cases({'ok-symlink': '2', 'ok-hardlink': '1'})
def _(c, kind):
    name = c.g.diff + '.tar'
    files = entry('l.tar', c.g.layer) + entry(name, kind=kind, link='l.tar')
    return files + c.tar([c.g.files()[0], ('manifest.json', c.doc(c.g, c.good))])


@cases({'ok-pax': dict(mtime='1.5'), 'ok-pax-comment': dict(comment='c')})
def _(c, keys):
    return c.docker(before=pax(**keys) + entry('note', b'n'))


@case('ok-global')
def _(c):
    return c.docker(before=pax('g', comment='made by git'))


@cases({'ok-long-pax': True, 'ok-long-gnu': False})
def _(c, is_pax):
    name = 'd/' * 60 + 'layer.tar'
    long = pax(path=name) if is_pax else longname(name)
    manifest = json.dumps([{'Config': c.g.id + '.json', 'RepoTags': [c.good], 'Layers': [name]}])
    return long + entry('short', c.g.layer) + c.tar([c.g.files()[0], ('manifest.json', manifest)])


@case('ok-prefix')
def _(c):
    manifest = json.dumps([{'Config': c.g.id + '.json', 'RepoTags': [c.good], 'Layers': ['d/l.tar']}])
    return entry('l.tar', c.g.layer, prefix=b'd') + c.tar([c.g.files()[0],
                                                          ('manifest.json', manifest)])


@case('ok-base256')
def _(c):
    size = b'\x80' + len(c.g.layer).to_bytes(11, 'big')
    return entry(c.g.diff + '.tar', c.g.layer, size_field=size) + \
        c.tar([c.g.files()[0], ('manifest.json', c.doc(c.g, c.good))])


@case('ok-nul-type')
def _(c):
    return c.docker(before=entry('note', b'n', '\0') + entry('d/', kind='\0'))


@case('ok-padded')
def _(c):
    data = c.docker()
    return data + b'\0' * (-len(data) % 10240)


@case('ok-gzip')
def _(c):
    return gzip.compress(c.docker())


@cases({'ok-oci-full': dict(full='docker.io/{}'), 'ok-oci-ref': dict(ref='{}'),
        'ok-oci-both': dict(full='docker.io/{}', ref='1')})
def _(c, notes):
    return c.oci({'schemaVersion': 2, 'manifests': [
        c.g.descriptor(**{k: v.format(c.good) for k, v in notes.items()})]})


@case('ok-both')
def _(c):
    return c.both(c.g.descriptor(full='docker.io/' + c.good, ref='1'))


# ---- keys ----

@cases({
    'key-config': ('"Config"', '"config": "{e}.json", "Config"'),
    'key-config-after': ('"Layers"', '"config": "{e}.json", "Layers"'),
    'key-config-only': ('"Config"', '"CONFIG"'),
    'key-layers': ('"Layers"', '"layers": ["{l}.tar"], "Layers"'),
    'key-repotags': ('"RepoTags"', '"repotags": ["{t}"], "RepoTags"'),
    'key-repotags-after': ('"]}}]', '"], "rEPOtAGS": ["{t}"]}}]'),
    'key-repotags-only': ('"RepoTags"', '"repoTags"'),
    'key-long-s': ('"RepoTags"', '"RepoTag\u017f": ["{t}"], "RepoTags"'),
    'key-twice': ('"RepoTags"', '"RepoTags": ["{t}"], "RepoTags"'),
})
def _(c, change):
    old, new = change
    new = new.format(e=c.e.id, l=c.e.diff, t=c.evil)
    return c.keys(old.replace('}}', '}'), new)


@cases({'json-second': '{} {}', 'json-nul': '{}\0{}', 'json-bom': '\ufeff{}'})
def _(c, form):
    return c.docker(form.format(c.doc(c.g, c.good), c.bad().decode()))


@cases({'oci-key-manifests': 'Manifests', 'oci-key-long-s': 'manifest\u017f'})
def _(c, key):
    return c.oci(json.dumps({'schemaVersion': 2, 'manifests': [
        c.g.descriptor(full='docker.io/' + c.good)], key: [
            c.e.descriptor(full='docker.io/' + c.evil)]}, ensure_ascii=False))


@cases({'oci-key-annotations': 'Annotations', 'oci-key-digest': 'Digest'})
def _(c, key):
    d = c.g.descriptor(full='docker.io/' + c.good)
    d[key] = c.e.descriptor(full='docker.io/' + c.evil)[key.lower()]
    return c.oci({'schemaVersion': 2, 'manifests': [d]})


@cases({'oci-manifest-config': 'Config', 'oci-manifest-layers': 'Layers'})
def _(c, key):
    m = json.loads(c.g.manifest)
    m[key] = json.loads(c.e.manifest)[key.lower()]
    data = json.dumps(m).encode()
    d = dict(Image.part(data, 'manifest.v1+json'), annotations={FULL: 'docker.io/' + c.good})
    return c.oci({'schemaVersion': 2, 'manifests': [d]}, [('blobs/sha256/' + sha(data), data)])


# ---- names of two forms ----

@case('both-ref')
def _(c):
    return c.both(c.g.descriptor(ref=c.evil))


@case('both-bare-ref')
def _(c):
    return c.both(c.g.descriptor(ref='1'))


@case('both-full')
def _(c):
    return c.both(c.g.descriptor(full='docker.io/' + c.evil, ref='1'))


@case('both-other-image')
def _(c):
    return c.both(c.e.descriptor(full='docker.io/' + c.evil, ref='1'))


@case('both-second-image')
def _(c):
    return c.both(c.g.descriptor(full='docker.io/' + c.good),
                  c.e.descriptor(full='docker.io/' + c.evil))


@case('both-full-and-ref')
def _(c):
    return c.both(c.g.descriptor(full='docker.io/' + c.good, ref=c.evil))


def legacy(c):
    """As docker 1.9 wrote it: a directory for each layer, and `repositories`."""
    name = c.e.diff
    repo, tag = c.evil.split(':')
    meta = json.dumps({'id': name, 'architecture': 'amd64', 'os': 'linux', 'config': {}})
    return [(name + '/VERSION', '1.0'), (name + '/json', meta), (name + '/layer.tar', c.e.layer),
            ('repositories', json.dumps({repo: {tag: name}}))]


@case('legacy-only')
def _(c):
    return c.tar(legacy(c))


@case('legacy-and-oci')
def _(c):
    return c.oci(files=legacy(c))


@case('ok-legacy-and-docker')
def _(c):
    return c.docker(files=legacy(c))


# ---- content that readers skip ----

@cases({'body-hardlink': '1', 'body-symlink': '2', 'body-directory': '5', 'body-device': '3',
        'body-fifo': '6'})
def _(c, kind):
    return c.docker(before=entry('x', entry('manifest.json', c.bad()), kind, link='y'))


@case('body-target')
def _(c):
    return c.docker(before=entry('y', b'y') +
                    entry('x', entry('manifest.json', c.bad()), '1', link='y'))


@cases({'slash-file': '0', 'slash-nul': '\0'})
def _(c, kind):
    return c.docker(before=entry('d/', entry('manifest.json', c.bad()), kind))


@case('body-pax-size')
def _(c):
    inner = entry('manifest.json', c.bad())
    return c.docker(before=pax(size=str(len(inner))) + entry('x', kind='5') + inner)


@case('pax-size-less')
def _(c):
    inner = entry('manifest.json', c.bad())
    return c.docker(before=pax(size='0') + header('x', size=len(inner)) + inner)


@cases({'type-' + k: k for k in 'AXSVDNM7'})
def _(c, kind):
    return entry('manifest.json', c.bad(), kind) + c.docker()


@case('type-global-manifest')
def _(c):
    return entry('manifest.json', record('comment', 'x'), 'g') + c.docker()


# ---- names that readers choose between ----

def named(c, *headers):
    return c.docker(before=b''.join(headers) + entry('other', c.bad()))


@case('name-pax-then-long')
def _(c):
    return named(c, pax(path='other'), longname('manifest.json'))


@case('name-long-then-pax')
def _(c):
    return named(c, longname('manifest.json'), pax(path='other'))


@case('name-two-pax')
def _(c):
    return named(c, pax(path='manifest.json'), pax(path='other'))


@case('name-two-long')
def _(c):
    return named(c, longname('other'), longname('manifest.json'))


@case('name-pax-global')
def _(c):
    return c.docker(before=pax(path='other') + pax('g', comment='c') +
                    entry('manifest.json', c.bad()))


@case('name-global-path')
def _(c):
    return named(c, pax('g', path='manifest.json'))


@case('name-pax-twice')
def _(c):
    return named(c, entry('pax', record('path', 'other') + record('path', 'manifest.json'), 'x'))


@case('name-pax-empty')
def _(c):
    return c.docker(before=pax(path='') + entry('manifest.json', c.bad()))


@case('name-pax-nul')
def _(c):
    return named(c, pax(path='manifest.json\0x'))


@case('name-sparse')
def _(c):
    return named(c, pax(GNU_sparse_major='1', GNU_sparse_minor='0',
                        GNU_sparse_name='manifest.json', GNU_sparse_realsize='10'))


@cases({'prefix-unknown-magic': b'ustarX00', 'prefix-v7': b'\0' * 8, 'prefix-gnu': b'ustar  \0',
        'prefix-no-version': b'ustar\x00xx'})
def _(c, magic):
    return c.docker(before=entry('manifest.json', c.bad(), magic=magic, prefix=b'p'))


@cases({'name-up': 'x/../manifest.json', 'name-absolute': '/manifest.json',
        'name-dot': './manifest.json', 'name-slashes': './/manifest.json',
        'name-twice': 'manifest.json'})
def _(c, name):
    return c.docker(after=entry(name, c.bad()))


@cases({'first-dot': './manifest.json', 'first-twice': 'manifest.json'})
def _(c, name):
    return c.docker(before=entry(name, c.bad()))


# ---- links ----

@cases({'link-dir': '.', 'link-dir-slash': './'})
def _(c, target):
    return c.docker(after=entry('d', kind='2', link=target) + entry('d/manifest.json', c.bad()))


@case('link-over')
def _(c):
    return c.docker(after=entry('evil.json', c.bad()) +
                    entry('manifest.json', kind='2', link='evil.json'))


@case('link-hard-over')
def _(c):
    return c.docker(after=entry('evil.json', c.bad()) +
                    entry('manifest.json', kind='1', link='evil.json'))


@cases({'link-manifest': '2', 'link-hard-manifest': '1'})
def _(c, kind):
    files = c.g.files() + c.e.files()
    return b''.join(entry(n, d) for n, d in files) + entry('real.json', c.doc(
        c.g, c.good).encode()) + entry('manifest.json', kind=kind, link='real.json') + END


@case('link-forward')
def _(c):
    return entry('manifest.json', kind='1', link='real.json') + c.tar(
        c.g.files() + [('real.json', c.doc(c.g, c.good))])


@case('link-through')
def _(c):
    # The link leads to manifest.json, and what is written to it replaces that.
    return c.docker(after=entry('l', kind='2', link='manifest.json') + entry('l', c.bad()))


# ---- ends, and what follows ----

@case('end-one-block')
def _(c):
    return c.docker()[:-1024] + b'\0' * 512 + entry('manifest.json', c.bad()) + END


@case('end-second-tar')
def _(c):
    return c.docker() + entry('manifest.json', c.bad()) + END


@case('end-gzip-member')
def _(c):
    return gzip.compress(c.docker()) + gzip.compress(entry('manifest.json', c.bad()) + END)


@case('end-gzip-split')
def _(c):
    return gzip.compress(c.docker()[:-1024]) + gzip.compress(
        entry('manifest.json', c.bad()) + END)


@case('end-gzip-junk')
def _(c):
    return gzip.compress(c.docker()) + b'junk'


# ---- numbers ----

@cases({'size-nul': b'0000000\0 1000', 'size-blank': b'    0\0   100', 'size-negative': b'\xff' * 12,
        'size-octal-8': b'00000000080\0'})
def _(c, field):
    return c.docker(before=header('x', size_field=field.ljust(12, b'\0')) +
                    entry('manifest.json', c.bad()))


@case('sum-signed')
def _(c):
    return header('x\xe9', signed=True) + c.docker()


@case('no-rootfs')
def _(c):
    config = b'{"architecture":"amd64","os":"linux"}'
    manifest = json.dumps([{'Config': 'c.json', 'RepoTags': [c.good], 'Layers': []}])
    return c.tar([('c.json', config), ('manifest.json', manifest)])


def make(folder):
    os.makedirs(folder, exist_ok=True)
    for name, build in CASES:
        with open(os.path.join(folder, name + '.tar'), 'wb') as f:
            f.write(build(Case(name)))


# ---- checking ----

def normal(name):
    """One spelling for all ways in which engines and archives write a name."""
    for usual in ('docker.io/', 'localhost/', 'library/'):
        if name.startswith(usual):
            name = name[len(usual):]
    return name if ':' in name.rsplit('/', 1)[-1] else name + ':latest'


def run(command):
    words = command if isinstance(command, list) else command.split()
    p = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=120, check=False)
    return p.returncode, p.stdout.decode(errors='replace'), p.stderr.decode(errors='replace')


def stored(engine):
    rc, out, err = run(ENGINES[engine][1])
    if rc:
        sys.exit('%s: %s' % (engine, err))
    return {n for n in out.split() if '<none>' not in n}


def clear(engine):
    for name in stored(engine):
        run(ENGINES[engine][2].split() + [name])


def shown(hpn, path):
    """The names that hpn verify shows; None when it refuses the archive."""
    rc, out, _ = run([hpn, 'verify', '--json', path])
    if rc:
        return None
    return {normal(t) for image in json.loads(out)['images'] for t in image['tags']}


def native(engine, path):
    """What the engine makes of it when nobody has looked before."""
    run(ENGINES[engine][0].format(path))
    names = {normal(n) for n in stored(engine)}
    clear(engine)
    return names


def check_case(hpn, engine, name, path, counts):
    seen, trouble = shown(hpn, path), []
    with open(path + '.list', 'w') as f:
        f.write('good/%s:1\n' % name)
    rc, out, err = run([hpn, '--runtime', engine, 'load', path, '--expect', path + '.list'])
    loaded = {normal(n) for n in stored(engine)}
    clear(engine)
    if loaded - (seen or set()):
        trouble.append('%s has loaded %s; verify shows %s' % (engine, loaded, seen))
    if name.startswith('ok'):
        good = {n for n in loaded if n.startswith('good/%s:' % name)}
        if seen is None:
            trouble.append('verify refuses it: %s' % run([hpn, 'verify', path])[1])
        elif not good and not name.startswith(UNREADABLE.get(engine, ())):
            trouble.append('%s has not loaded it: %s %s' % (engine, out, err))
    if seen is None or rc:
        names = native(engine, path)
        counts['refused'] += 1
        counts['evil'] += any('evil/' in n for n in names)
    return trouble


def check(engine, folder):
    hpn, failures, counts = os.environ['HPN'], 0, {'refused': 0, 'evil': 0}
    clear(engine)
    for i, (name, _) in enumerate(CASES, 1):
        trouble = check_case(hpn, engine, name, os.path.join(folder, name + '.tar'), counts)
        print('%sok %d - %s: %s' % ('not ' if trouble else '', i, engine, name))
        for line in trouble:
            print('#', line.replace('\n', '\n# '))
        failures += bool(trouble)
    print('# %d are refused or not loaded; of these, %s itself loads %d under the evil name'
          % (counts['refused'], engine, counts['evil']))
    return failures


def main(argv):
    if argv[1:2] == ['make'] and len(argv) == 3:
        make(argv[2])
    elif argv[1:2] == ['check'] and len(argv) == 4 and argv[2] in ENGINES:
        make(argv[3])
        print('1..%d' % len(CASES), flush=True)
        return 1 if check(argv[2], argv[3]) else 0
    else:
        sys.exit(__doc__)
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv))
