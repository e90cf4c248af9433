/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verbs/pipe.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/compressor.h"
#include "base/tarhead.h"
#include "query/libexec.h"
#include "state/artefact.h"

#define PROGRAM "hpn-pipe"
#define MOST_THREADS 256

const char *pipe_ending(const struct settings *set)
{
	const struct compressor *c;
	struct err err;
	int level;

	return compressor_read(set->compress, &c, &level, &err) || !c ? ".tar" : c->ending;
}

bool pipe_packs(const struct settings *set)
{
	return strcmp(set->compress, "none") != 0;
}

const char *pipe_file(const char *path, struct buf *room)
{
	if (*path != '-')
		return path;
	buf_reset(room);
	buf_addf(room, "./%s", path);
	return buf_str(room);
}

void pipe_scratch(const struct plan *p, const char *dir, uint32_t job, struct buf *b)
{
	struct buf in = BUF_INIT;

	buf_addf(&in, "%s/", dir);
	artefact_name(buf_str(&in), p->machine, job, b);
	buf_release(&in);
}

/* ---- what a file is ---- */

/* The first bytes; what cannot be read is the runtime's to complain about. */
static size_t read_head(const char *path, char *head, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd >= 0 ? read(fd, head, size) : -1;

	if (fd >= 0)
		close(fd);
	return n > 0 ? (size_t)n : 0;
}

static bool head_is_packed(const char *head, size_t len)
{
	static const struct {
		const char *magic;
		size_t len;
	} known[] = { { "\x1f\x8b", 2 },
		      { "\x28\xb5\x2f\xfd", 4 },
		      { "\xfd"
			"7zXZ",
			5 },
		      { "\x04\x22\x4d\x18", 4 } };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (len > known[i].len && memcmp(head, known[i].magic, known[i].len) == 0)
			return true;
	return false;
}

bool pipe_is_packed(const char *path)
{
	char head[512] = "";

	return head_is_packed(head, read_head(path, head, sizeof(head)));
}

bool pipe_checks(const struct settings *set, const char *path)
{
	char head[512];
	size_t len;

	if (set->check != CHECK_AUTO)
		return set->check == CHECK_ALWAYS;
	len = read_head(path, head, sizeof(head));
	return head_is_packed(head, len) || tarhead_begins(head, len);
}

/* ---- commands ---- */

static void begin(struct strvec *argv, const char *verb)
{
	strvec_clear(argv);
	libexec_push(argv, PROGRAM);
	strvec_push(argv, verb);
}

static void add_pair(struct strvec *argv, const char *option, const char *value)
{
	strvec_push(argv, option);
	strvec_push(argv, value);
}

/* The compressors of all children together have a thread for each processor. */
static void add_threads(const struct plan *p, struct strvec *argv)
{
	unsigned at_once = p->set->workers < p->n ? p->set->workers : p->n;
	unsigned each = at_once ? p->set->cores / at_once : 0;

	if (p->set->cores <= at_once || p->set->under_make)
		return;
	strvec_push(argv, "--threads");
	strvec_pushf(argv, "%u", each > MOST_THREADS ? MOST_THREADS : each);
}

static void add_keeping(const struct pipe_keep *keep, struct strvec *argv)
{
	add_pair(argv, "--publish", keep->final);
	for (size_t i = 0; keep->tags && i < keep->tags->n; i++)
		add_pair(argv, "--tag", keep->tags->v[i]);
	if (!*keep->list_dir)
		return;
	add_pair(argv, "--record", keep->list_dir);
	add_pair(argv, "--scratch", keep->scratch);
	if (keep->image)
		add_pair(argv, "--image", keep->image);
}

int pipe_add_runtime(const struct plan *p, enum rt_verb verb, const struct rt_call *call,
		     struct strvec *argv, struct err *err)
{
	struct strvec own = STRVEC_INIT;
	int rc = runtime_argv(p->rt, verb, call, &own, err);

	for (size_t i = 0; !rc && i < own.n; i++)
		strvec_push(argv, own.v[i]);
	strvec_release(&own);
	return rc ? -1 : COMMAND_READY;
}

void pipe_save(const struct plan *p, const char *temporary, const struct pipe_keep *keep,
	       struct strvec *argv)
{
	begin(argv, "save");
	add_pair(argv, "--out", temporary);
	add_pair(argv, "--compress", p->set->compress);
	add_threads(p, argv);
	if (p->set->check == CHECK_NEVER)
		strvec_push(argv, "--no-check");
	if (!p->set->dry_run)
		add_keeping(keep, argv);
	strvec_push(argv, "--");
}

void pipe_publish(const char *temporary, const struct pipe_keep *keep, struct strvec *argv)
{
	begin(argv, "verify");
	strvec_push(argv, "--text");
	add_keeping(keep, argv);
	strvec_push(argv, temporary);
}

/* Runtimes load what hpn does not know: archives of ten years ago. */
static void add_tolerance(const struct plan *p, struct strvec *argv)
{
	if (p->set->check != CHECK_ALWAYS)
		strvec_push(argv, "--foreign");
}

void pipe_load(const struct plan *p, const struct item *it, const char *file, struct strvec *argv)
{
	begin(argv, "load");
	add_pair(argv, "--in", file);
	if (p->set->check == CHECK_NEVER) {
		strvec_push(argv, "--no-check");
	} else {
		add_tolerance(p, argv);
		if (it->sum)
			add_pair(argv, "--sha256", it->sum);
	}
	strvec_push(argv, "--");
}

void pipe_verify(const struct plan *p, const struct item *it, const char *file, const char *form,
		 bool tolerant, struct strvec *argv)
{
	begin(argv, "verify");
	strvec_push(argv, form);
	if (tolerant)
		add_tolerance(p, argv);
	if (it->sum)
		add_pair(argv, "--sha256", it->sum);
	strvec_push(argv, file);
}

void pipe_index(const struct plan *p, const struct item *it, const char *file, const char *scratch,
		struct strvec *argv)
{
	begin(argv, "verify");
	strvec_push(argv, "--text");
	strvec_push(argv, "--prune");
	add_pair(argv, "--record", p->dir);
	add_pair(argv, "--scratch", scratch);
	if (it->sum)
		add_pair(argv, "--sha256", it->sum);
	add_pair(argv, "--", file);
}

void pipe_look(const char *path, struct strvec *argv)
{
	begin(argv, "verify");
	add_pair(argv, "--json", path);
}
