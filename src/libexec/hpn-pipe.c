/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hpn-pipe - a save, a load or a check of one image archive
 *
 *   hpn-pipe save --out FILE [--no-check] [--sum] [--compress HOW] [--threads N]
 *                 -- RUNTIME ARG...
 *   hpn-pipe load --in FILE [--no-check] -- RUNTIME ARG...
 *   hpn-pipe verify [--sum|--text] FILE
 *
 * save runs the runtime, whose standard output is the archive, checks what
 * comes as it streams, compresses it if asked to, and writes it to FILE, which
 * must not exist. FILE is synced when this ends with 0, and is gone in every
 * other case, unless this process was killed. load checks FILE, decompresses
 * it if need be, and gives it to the runtime's standard input.
 *
 * save and verify print one line of JSON when all is well; --sum puts the
 * sha256 of FILE into it; --text is a line for each image for people instead. What went wrong is
 * one line on standard error, behind whatever the runtime said there.
 *
 *     0  all is well
 *    64  wrong usage
 *    65  the archive is not whole ("archive check: ..."), or cannot be decompressed
 *    70  a stage of hpn-pipe's own failed
 *    73  FILE could not be written: no space left on device
 *    74  FILE could not be read or written
 *  else  the runtime's own exit status, 128 + N when signal N ended it, and 1
 *        where it would be one of the above
 *
 * INT, TERM, HUP and QUIT are passed on to the stages; when these are gone and
 * FILE is cleared away, hpn-pipe ends by the same signal.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive/check.h"
#include "archive/pack.h"
#include "archive/sum.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/parse.h"
#include "base/utf8.h"
#include "libexec/line.h"

#define CHUNK ((size_t)1 << 16)
#define PIPE_BYTES (1 << 18)
#define FLUSH_BYTES ((uint64_t)2 << 20)
#define MAX_THREADS 256
#define SHOWN_BYTES ((size_t)512)

enum { EX_OK_ = 0, EX_USE = 64, EX_DATA = 65, EX_STAGE = 70, EX_FULL = 73, EX_FILE = 74 };

struct options {
	const char *file;
	struct pack_how how;
	bool check, sum, text;
	char **argv; /* of the runtime */
};

static int complain(int status, const char *what, const struct err *err)
{
	fprintf(stderr, "%s%s%s\n", what, *what ? ": " : "", err->text);
	return status;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* More fits into a pipe, so that stages wait less for each other. */
static void widen(int fd)
{
#ifdef F_SETPIPE_SZ
	fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES);
#else
	(void)fd;
#endif
}

/* ---- the file that a save writes ---- */

struct written {
	int errnum; /* 0, or why it is not whole */
	uint64_t bytes;
	unsigned char sum[SUM_BYTES];
};

struct save {
	const struct options *o;
	struct line *line;
	int file;
	int said[2];  /* a pipe: the verdict of the check stage */
	int wrote[2]; /* a pipe: a struct written, from the last stage */
	struct buf verdict;
	struct written w;
};

struct sink {
	const struct save *s;
	struct sum sum;
	struct written w;
	uint64_t flushed;
};

/* What is on its way to the disk while the rest is still coming need not be
 * waited for at the end. */
static void flush_early(struct sink *k)
{
#ifdef SYNC_FILE_RANGE_WRITE
	if (k->w.bytes - k->flushed < FLUSH_BYTES)
		return;
	sync_file_range(k->s->file, (off_t)k->flushed, (off_t)(k->w.bytes - k->flushed),
			SYNC_FILE_RANGE_WRITE);
	k->flushed = k->w.bytes;
#else
	(void)k;
#endif
}

static int sink_write(void *user, const void *data, size_t len)
{
	struct sink *k = user;

	k->w.errnum = -write_all(k->s->file, data, len);
	if (k->w.errnum)
		return -1;
	if (k->s->o->sum)
		sum_add(&k->sum, data, len);
	k->w.bytes += len;
	flush_early(k);
	return 0;
}

/* A limit on the size of files is an error like others, and no death. */
static void sink_open(struct sink *k, const struct save *s)
{
	signal(SIGXFSZ, SIG_IGN);
	memset(k, 0, sizeof(*k));
	k->s = s;
	sum_init(&k->sum);
}

static int sink_report(struct sink *k)
{
	sum_end(&k->sum, k->w.sum);
	return write_all(k->s->wrote[1], (const char *)&k->w, sizeof(k->w));
}

/* ---- the stages, each in a process of its own ---- */

struct tee {
	char *data;
	struct sink *sink; /* NULL: to the next stage */
	bool stop;         /* nothing is to be passed on any more */
};

static int pass_on(struct tee *t, size_t len, struct err *err)
{
	int rc;

	if (t->stop)
		return 0;
	if (t->sink)
		return sink_write(t->sink, t->data, len) ? err_set(err, "cannot write") : 0;
	rc = write_all(1, t->data, len);
	return rc ? err_sys(err, -rc, "cannot pass on what the runtime writes") : 0;
}

/* What is read is passed on first, so that the next stage can work on it while
 * this one does. */
static ssize_t tee_read(void *user, const void **ret_data, struct err *err)
{
	struct tee *t = user;
	ssize_t n;

	do
		n = read(0, t->data, CHUNK);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, errno, "cannot read what the runtime writes");
	*ret_data = t->data;
	return pass_on(t, (size_t)n, err) ? -1 : n;
}

/* The runtime may finish, so that it says itself what went wrong with it;
 * unless it writes what nobody can take. */
static void drain(struct tee *t)
{
	struct err err;
	const void *data;

	t->stop = true;
	close(1);
	if (t->sink && t->sink->w.errnum)
		return;
	while (tee_read(t, &data, &err) > 0)
		;
}

/* "+" and JSON, or "-" and what is wrong. */
static void say(struct buf *b, int rc, const struct check_report *report, const struct err *err)
{
	buf_addc(b, rc ? '-' : '+');
	if (rc)
		buf_adds(b, err->text);
	else
		check_json(report, b);
}

static int check_stage(void *user)
{
	const struct save *s = user;
	struct sink sink;
	struct tee t = { .data = mem_alloc(CHUNK) };
	struct source src = { .read = tee_read, .user = &t };
	struct check_report report;
	struct buf b = BUF_INIT;
	struct err err;
	int rc;

	sink_open(&sink, s);
	if (!s->o->how.name)
		t.sink = &sink;
	widen(0);
	if (!t.sink)
		widen(1);
	say(&b, check_archive(&src, &report, &err), &report, &err);
	drain(&t);
	rc = write_all(s->said[1], b.data, b.len);
	if (!rc && t.sink)
		rc = sink_report(&sink);
	check_release(&report);
	buf_release(&b);
	free(t.data);
	return rc ? 1 : 0;
}

static int compress_stage(void *user)
{
	const struct save *s = user;
	struct sink sink;
	struct pack_out out = { .write = sink_write, .user = &sink };
	struct err err;
	int rc;

	widen(0);
	sink_open(&sink, s);
	rc = pack_run(&s->o->how, 0, &out, &err);
	if (rc && !sink.w.errnum)
		return complain(1, s->o->how.name, &err);
	return sink_report(&sink) ? 1 : 0;
}

static int unpack_stage(void *user)
{
	const int *fd = user;
	struct err err;
	struct unpack *u = unpack_new(*fd, NULL, &err);
	struct source src;
	const void *data;
	ssize_t n = -1;

	widen(1);
	if (u) {
		src = unpack_source(u);
		while ((n = src.read(src.user, &data, &err)) > 0)
			if (write_all(1, data, (size_t)n))
				break; /* the runtime has what it wanted */
	}
	unpack_free(u);
	return n < 0 ? complain(1, "decompress", &err) : 0;
}

/* ---- what a stage left ---- */

static bool is_reserved(int status)
{
	return status == EX_USE || status == EX_DATA || status == EX_STAGE || status == EX_FULL ||
	       status == EX_FILE;
}

static int runtime_status(int status, const char *name)
{
	if (WIFEXITED(status))
		return is_reserved(WEXITSTATUS(status)) ? 1 : WEXITSTATUS(status);
	fprintf(stderr, "%s: ended by signal %d (%s)\n", name, WTERMSIG(status),
		strsignal(WTERMSIG(status)));
	return 128 + WTERMSIG(status);
}

/* A stage that lost its reader has not failed by itself. */
static bool is_failure(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) != 0 : WTERMSIG(status) != SIGPIPE;
}

static int print_report(const struct options *o, uint64_t bytes, const unsigned char sum[SUM_BYTES],
			const char *members)
{
	char hex[SUM_HEX + 1];

	sum_hex(sum, hex);
	printf("{\"bytes\":%" PRIu64, bytes);
	if (o->sum)
		printf(",\"sha256\":\"%s\"", hex);
	printf("%s%s}\n", *members ? "," : "", members);
	if (fflush(stdout) == 0)
		return 0;
	fprintf(stderr, "hpn-pipe: standard output: %s\n", strerror(errno));
	return EX_FILE;
}

static int stage_failed(int status, const char *name)
{
	if (WIFSIGNALED(status))
		fprintf(stderr, "%s: ended by signal %d (%s)\n", name, WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	return EX_STAGE;
}

/* End as this process would have ended, had it not had to clear up. */
static void die_by(int sig)
{
	sigset_t set;

	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	raise(sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* ---- save ---- */

static int file_trouble(const char *file, int errnum)
{
	const char *why = errnum == ENOSPC ? "no space left on device" : strerror(errnum);

	fprintf(stderr, "write %s: %s\n", file, why);
	return errnum == ENOSPC || errnum == EDQUOT ? EX_FULL : EX_FILE;
}

static int start(struct save *s)
{
	const struct options *o = s->o;
	bool direct = !o->check && !o->how.name;

	if (pipe2(s->said, O_CLOEXEC) < 0 || pipe2(s->wrote, O_CLOEXEC) < 0) {
		fprintf(stderr, "pipe: %s\n", strerror(errno));
		return EX_STAGE;
	}
	line_program(s->line, o->argv);
	if (o->check)
		line_stage(s->line, "check", check_stage, s);
	if (o->how.name)
		line_stage(s->line, o->how.name, compress_stage, s);
	line_start(s->line, -1, direct ? s->file : -1);
	close(s->said[1]);
	close(s->wrote[1]);
	s->said[1] = s->wrote[1] = -1;
	return 0;
}

/* Until the stages have closed their ends, or a signal comes. */
static void listen_to_stages(struct save *s)
{
	ssize_t n;

	do {
		n = line_read(s->line, s->said[0], buf_room(&s->verdict, 4096), 4096);
		if (n > 0)
			s->verdict.len += (size_t)n;
	} while (n > 0);
	*buf_room(&s->verdict, 1) = '\0';
	if (line_read(s->line, s->wrote[0], &s->w, sizeof(s->w)) != sizeof(s->w))
		memset(&s->w, 0, sizeof(s->w));
}

static int check_verdict(const struct save *s)
{
	if (s->verdict.data[0] == '+')
		return 0;
	fprintf(stderr, "archive check: %s\n", s->verdict.data + 1);
	return EX_DATA;
}

/* Whoever failed first is to blame; the others only felt it. */
static int verdict(const struct save *s)
{
	int compress = s->o->check ? 2 : 1;

	if (s->w.errnum)
		return file_trouble(s->o->file, s->w.errnum);
	if (s->o->how.name && is_failure(line_status(s->line, compress)))
		return stage_failed(line_status(s->line, compress), s->o->how.name);
	if (s->o->check && !s->verdict.len)
		return stage_failed(line_status(s->line, 1), "check");
	if (line_status(s->line, 0))
		return runtime_status(line_status(s->line, 0), s->o->argv[0]);
	return s->o->check ? check_verdict(s) : 0;
}

/* Without a stage of its own nobody has counted what the runtime wrote. */
static int count_again(struct save *s)
{
	struct sum sum;
	struct err err;
	struct unpack *u;
	int rc, fd = open(s->o->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return errno;
	sum_init(&sum);
	u = unpack_new(fd, s->o->sum ? &sum : NULL, &err);
	rc = u && unpack_finish(u, &s->w.bytes, &err) == 0 ? 0 : EIO;
	sum_end(&sum, s->w.sum);
	unpack_free(u);
	close(fd);
	return rc;
}

static int settle(struct save *s)
{
	int rc = 0;

	if (fsync(s->file) < 0)
		rc = errno;
	if (close(s->file) < 0 && !rc)
		rc = errno;
	s->file = -1;
	if (!rc && !s->o->check && !s->o->how.name)
		rc = count_again(s);
	return rc ? file_trouble(s->o->file, rc) : 0;
}

static int save_stream(struct save *s)
{
	int rc = start(s);

	if (rc)
		return rc;
	listen_to_stages(s);
	line_wait(s->line);
	if (line_signal(s->line))
		return 128 + line_signal(s->line);
	rc = verdict(s);
	return rc ? rc : settle(s);
}

static void close_pipe(const int fds[2])
{
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static int save(const struct options *o)
{
	struct save s = { .o = o, .said = { -1, -1 }, .wrote = { -1, -1 } };
	int rc, sig;

	s.line = line_new(); /* from here on no signal leaves FILE behind */
	s.file = open(o->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (s.file < 0) {
		rc = file_trouble(o->file, errno);
	} else {
		rc = save_stream(&s);
		if (!rc)
			rc = print_report(o, s.w.bytes, s.w.sum,
					  o->check ? s.verdict.data + 1 : "");
		if (rc)
			unlink(o->file);
	}
	sig = line_signal(s.line);
	if (s.file >= 0)
		close(s.file);
	close_pipe(s.said);
	close_pipe(s.wrote);
	line_free(s.line);
	buf_release(&s.verdict);
	if (sig)
		die_by(sig);
	return rc;
}

/* ---- load and verify ---- */

static int open_archive(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		fprintf(stderr, "open %s: %s\n", file, strerror(errno));
	return fd;
}

static int not_whole(const char *file, const struct err *err)
{
	fprintf(stderr, "archive check: %s: %s\n", file, err->text);
	return EX_DATA;
}

/* Check all of the file; tells whether it is compressed. */
static int look_through(const char *file, int fd, struct sum *sum, struct check_report *report,
			bool *ret_packed, uint64_t *ret_bytes)
{
	struct err err;
	struct unpack *u = unpack_new(fd, sum, &err);
	struct source src;
	int rc;

	memset(report, 0, sizeof(*report));
	if (!u)
		return not_whole(file, &err);
	*ret_packed = unpack_is_packed(u);
	src = unpack_source(u);
	rc = check_archive(&src, report, &err);
	if (!rc)
		rc = unpack_finish(u, ret_bytes, &err);
	unpack_free(u);
	return rc ? not_whole(file, &err) : 0;
}

static void show(struct buf *b, const char *before, const char *text)
{
	buf_adds(b, before);
	utf8_show(b, text, strlen(text), SHOWN_BYTES);
}

/* Tags and platforms come out of the archive, and could hold anything: also
 * what looks like another line, or what a terminal obeys. */
static int print_images(const struct check_report *r)
{
	struct buf b = BUF_INIT;
	int rc;

	for (size_t i = 0; i < r->n; i++) {
		const struct check_image *im = &r->images[i];

		buf_adds(&b, "Image:");
		for (size_t k = 0; k < im->tags.n; k++)
			show(&b, k ? ", " : " ", im->tags.v[k]);
		show(&b, " ", im->id);
		if (im->platform)
			show(&b, " ", im->platform);
		buf_addc(&b, '\n');
	}
	rc = fwrite(b.data, 1, b.len, stdout) == b.len && fflush(stdout) == 0 ? 0 : EX_FILE;
	buf_release(&b);
	return rc;
}

static int verify(const struct options *o)
{
	unsigned char digest[SUM_BYTES];
	struct check_report report;
	struct buf b = BUF_INIT;
	struct sum sum;
	uint64_t bytes;
	bool packed;
	int rc, fd = open_archive(o->file);

	if (fd < 0)
		return EX_FILE;
	sum_init(&sum);
	rc = look_through(o->file, fd, o->sum ? &sum : NULL, &report, &packed, &bytes);
	close(fd);
	if (!rc && o->text) {
		rc = print_images(&report);
	} else if (!rc) {
		sum_end(&sum, digest);
		check_json(&report, &b);
		rc = print_report(o, bytes, digest, buf_str(&b));
	}
	check_release(&report);
	buf_release(&b);
	return rc;
}

static bool is_plain(int fd)
{
	struct err err;
	struct unpack *u = unpack_new(fd, NULL, &err);
	bool plain = u && !unpack_is_packed(u);

	unpack_free(u);
	return plain;
}

/* What has been read can be read again only from a file. */
static int rewind_archive(const char *file, int fd)
{
	if (lseek(fd, 0, SEEK_SET) == 0)
		return 0;
	fprintf(stderr, "%s: %s; only a file can be checked before it is loaded (--no-check)\n",
		file, strerror(errno));
	return EX_FILE;
}

static int load_stream(const struct options *o, int fd, bool plain)
{
	struct line *l = line_new();
	int rc, sig, runtime = plain ? 0 : 1;

	if (!plain)
		line_stage(l, "decompress", unpack_stage, &fd);
	line_program(l, o->argv);
	line_start(l, plain ? fd : -1, -1);
	line_wait(l);
	sig = line_signal(l);
	if (sig)
		rc = 128 + sig;
	else if (!plain && is_failure(line_status(l, 0)))
		rc = WIFEXITED(line_status(l, 0)) ? EX_DATA
						  : stage_failed(line_status(l, 0), "decompress");
	else
		rc = line_status(l, runtime) ? runtime_status(line_status(l, runtime), o->argv[0])
					     : 0;
	line_free(l);
	if (sig)
		die_by(sig);
	return rc;
}

static int load(const struct options *o)
{
	struct check_report report;
	uint64_t bytes;
	bool packed = false, is_file;
	int rc = 0, fd = open_archive(o->file);

	if (fd < 0)
		return EX_FILE;
	is_file = lseek(fd, 0, SEEK_SET) == 0;
	if (o->check) {
		rc = look_through(o->file, fd, NULL, &report, &packed, &bytes);
		check_release(&report);
		if (!rc)
			rc = rewind_archive(o->file, fd);
	} else if (is_file) {
		packed = !is_plain(fd);
		rc = rewind_archive(o->file, fd);
	}
	if (!rc)
		rc = load_stream(o, fd, is_file && !packed);
	close(fd);
	return rc;
}

/* ---- the command line ---- */

static int usage(void)
{
	fputs("usage: hpn-pipe save --out FILE [--no-check] [--sum] [--compress HOW]\n"
	      "                     [--threads N] -- RUNTIME ARG...\n"
	      "       hpn-pipe load --in FILE [--no-check] -- RUNTIME ARG...\n"
	      "       hpn-pipe verify [--sum|--text] FILE\n"
	      "HOW is zstd, gzip, xz or lz4, with a level as in zstd:3, or none.\n",
	      stderr);
	return EX_USE;
}

static int set_threads(const char *text, struct options *o)
{
	int64_t n;

	if (parse_int(text, &n) || n < 1 || n > MAX_THREADS) {
		fprintf(stderr, "hpn-pipe: --threads %s: a number from 1 to %d\n", text,
			MAX_THREADS);
		return -1;
	}
	o->how.threads = (int)n;
	return 0;
}

/* 0, or an exit status. */
static int take_option(int c, const char *arg, bool saving, struct options *o)
{
	struct err err;

	if (c == 'n')
		o->check = false;
	else if (c == (saving ? 'o' : 'i'))
		o->file = arg;
	else if (c == 's' && saving)
		o->sum = true;
	else if (c == 't' && saving)
		return set_threads(arg, o) ? EX_USE : 0;
	else if (c == 'c' && saving && pack_parse(arg, &o->how, &err))
		return complain(EX_USE, "hpn-pipe: --compress", &err);
	else if (c != 'c' || !saving)
		return usage();
	return 0;
}

static int read_options(int argc, char **argv, bool saving, struct options *o)
{
	static const struct option all[] = {
		{ "no-check", no_argument, NULL, 'n' },
		{ "sum", no_argument, NULL, 's' },
		{ "out", required_argument, NULL, 'o' },
		{ "in", required_argument, NULL, 'i' },
		{ "compress", required_argument, NULL, 'c' },
		{ "threads", required_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	int c, rc = 0;

	while (!rc && (c = getopt_long(argc, argv, "+", all, NULL)) != -1)
		rc = take_option(c, optarg, saving, o);
	o->argv = argv + optind;
	if (rc)
		return rc;
	return o->file && *o->argv ? 0 : usage();
}

int main(int argc, char **argv)
{
	struct options o = { .check = true, .how = { .threads = 1 } };
	const char *verb = argc > 1 ? argv[1] : "";
	bool saving = strcmp(verb, "save") == 0;
	int rc;

	if (strcmp(verb, "verify") == 0) {
		o.sum = argc == 4 && strcmp(argv[2], "--sum") == 0;
		o.text = argc == 4 && strcmp(argv[2], "--text") == 0;
		o.file = argv[argc - 1];
		rc = argc == 3 + (o.sum || o.text) ? verify(&o) : usage();
	} else if (saving || strcmp(verb, "load") == 0) {
		rc = read_options(argc - 1, argv + 1, saving, &o);
		if (!rc)
			rc = saving ? save(&o) : load(&o);
	} else {
		rc = usage();
	}
	return rc;
}
