/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/check.h"
#include "base/mem.h"
#include "libexec/line.h"
#include "libexec/work.h"

#define FLUSH_BYTES ((uint64_t)2 << 20)

/* ---- the file that a save writes ---- */

struct written {
	int errnum; /* 0, or why it is not complete */
	uint64_t bytes;
	unsigned char sum[SUM_BYTES];
};

struct save {
	const struct options *o;
	bool sums; /* FILE's is wanted */
	struct line *line;
	int file;
	int said[2];  /* a pipe: the verdict of the check stage */
	int wrote[2]; /* a pipe: a struct written, from the last stage */
	struct buf verdict;
	struct written w;
	int unheard; /* 0, or why the stages' reports could not be read */
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

	k->w.errnum = -work_write_all(k->s->file, data, len);
	if (k->w.errnum)
		return -1;
	if (k->s->sums)
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

/* The exit status of a stage. */
static int tell(int fd, const void *data, size_t len)
{
	int rc = work_write_all(fd, data, len);

	if (rc)
		fprintf(stderr, "hpn-pipe: a stage cannot report: %s\n", strerror(-rc));
	return rc ? 1 : 0;
}

static int sink_report(struct sink *k)
{
	sum_end(&k->sum, k->w.sum);
	return tell(k->s->wrote[1], &k->w, sizeof(k->w));
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
	rc = work_write_all(1, t->data, len);
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

/* '+' and JSON, or one of the other letters and what is wrong. */
static const char letters[] = { [CHECK_BAD] = '-', [CHECK_CUT] = 'c', [CHECK_HOLLOW] = 'h' };

static void say(struct buf *b, int rc, const struct check_report *report, const struct err *err)
{
	buf_addc(b, rc ? letters[report->trouble] : '+');
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
	work_widen(0);
	if (!t.sink)
		work_widen(1);
	rc = check_archive(&src, &report, &err);
	if (!rc)
		rc = work_check_tags(s->o, &report, &err);
	say(&b, rc, &report, &err);
	drain(&t);
	rc = tell(s->said[1], b.data, b.len);
	if (!rc && t.sink)
		rc = sink_report(&sink);
	check_release(&report);
	buf_release(&b);
	free(t.data);
	return rc;
}

static int compress_stage(void *user)
{
	const struct save *s = user;
	struct sink sink;
	struct pack_out out = { .write = sink_write, .user = &sink };
	struct err err;
	int rc;

	work_widen(0);
	sink_open(&sink, s);
	rc = pack_run(&s->o->how, 0, &out, &err);
	if (rc && !sink.w.errnum)
		return work_complain(1, s->o->how.name, &err);
	return sink_report(&sink);
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

/* Until the stages have closed their ends, or a signal comes: how much. */
static size_t read_pipe(struct save *s, int fd, char *to, size_t size)
{
	size_t have = 0;
	ssize_t n = 1;

	while (n > 0 && have < size) {
		n = line_read(s->line, fd, to + have, size - have);
		if (n > 0)
			have += (size_t)n;
	}
	if (n < 0 && !s->unheard)
		s->unheard = (int)-n;
	return have;
}

/* A report that is not complete says nothing. */
static void listen_to_stages(struct save *s)
{
	size_t n;

	do {
		n = read_pipe(s, s->said[0], buf_room(&s->verdict, CHUNK), CHUNK);
		s->verdict.len += n;
	} while (n == CHUNK);
	*buf_room(&s->verdict, 1) = '\0';
	n = read_pipe(s, s->wrote[0], (char *)&s->w, sizeof(s->w));
	if (n < sizeof(s->w)) {
		memset(&s->w, 0, sizeof(s->w));
		if (!s->unheard && (s->o->check || s->o->how.name))
			s->unheard = EPIPE;
	}
}

static int unheard(const struct save *s)
{
	if (s->unheard == EPIPE)
		fputs("hpn-pipe: a stage ended without its report\n", stderr);
	else
		fprintf(stderr, "hpn-pipe: cannot read what a stage reports: %s\n",
			strerror(s->unheard));
	return EX_STAGE;
}

static int check_verdict(const struct save *s)
{
	if (s->verdict.data[0] == '+')
		return 0;
	fprintf(stderr, "archive check: %s\n", s->verdict.data + 1);
	for (size_t i = 0; i < sizeof(letters); i++)
		if (s->verdict.data[0] == letters[i])
			return work_trouble_status((enum check_trouble)i, true);
	return EX_STAGE;
}

/* Whoever failed first is to blame; the others only felt it. */
static int verdict(const struct save *s)
{
	int compress = s->o->check ? 2 : 1;

	if (s->w.errnum)
		return file_trouble(s->o->file, s->w.errnum);
	if (s->o->how.name && work_is_failure(line_status(s->line, compress)))
		return work_stage_failed(line_status(s->line, compress), s->o->how.name);
	if (s->o->check && work_is_failure(line_status(s->line, 1)))
		return work_stage_failed(line_status(s->line, 1), "check");
	if (s->unheard)
		return unheard(s);
	if (line_status(s->line, 0))
		return work_runtime_status(line_status(s->line, 0), s->o->argv[0]);
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
	u = unpack_new(fd, s->sums ? &sum : NULL, &err);
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

static int keep(const struct save *s)
{
	struct err err;

	if (record_archive(&s->o->record, s->o->file, s->w.bytes, s->w.sum,
			   s->o->check ? s->verdict.data + 1 : "", &err) == 0)
		return 0;
	return work_complain(EX_FILE, "", &err);
}

/* libpipeline ends the process when it cannot start a stage. */
static const char *unfinished;
static pid_t owner;

static void clear_away(void)
{
	if (unfinished && getpid() == owner)
		unlink(unfinished);
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

int work_save(const struct options *o)
{
	struct save s = {
		.o = o, .sums = o->sum || o->record.dir, .said = { -1, -1 }, .wrote = { -1, -1 }
	};
	int rc, sig;

	s.line = line_new(); /* from here on no signal leaves FILE there */
	s.file = open(o->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (s.file < 0) {
		rc = file_trouble(o->file, errno);
	} else {
		unfinished = o->file;
		owner = getpid();
		atexit(clear_away);
		rc = save_stream(&s);
		if (!rc)
			rc = keep(&s);
		if (!rc)
			rc = work_print_report(o, s.w.bytes, s.w.sum,
					       o->check ? s.verdict.data + 1 : "");
		if (rc)
			unlink(o->file);
		unfinished = NULL;
	}
	line_wait(s.line); /* a signal may have come after the stages had ended */
	sig = line_signal(s.line);
	if (s.file >= 0)
		close(s.file);
	close_pipe(s.said);
	close_pipe(s.wrote);
	line_free(s.line);
	buf_release(&s.verdict);
	if (sig)
		work_die_by(sig);
	return rc;
}
