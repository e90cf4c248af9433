/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pipe.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "state/artefact.h"
#include "app/bundle.h"
#include "query/libexec.h"

#define PROGRAM "hpn-pipe"
#define TAR_MAGIC_AT 257

static const struct {
	const char *how, *ending;
} endings[] = {
	{ "zstd", ".tar.zst" },
	{ "gzip", ".tar.gz" },
	{ "xz", ".tar.xz" },
	{ "lz4", ".tar.lz4" },
};

const char *pipe_ending(const struct action *a)
{
	const char *how = cfg_str(a->cfg, OPT_COMPRESS);
	size_t len = strcspn(how, ":");

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (strncmp(how, endings[i].how, len) == 0 && !endings[i].how[len])
			return endings[i].ending;
	return ".tar";
}

/* Behind what is for hpn-pipe: -- and the runtime's own command. */
static int add_runtime(const struct action *a, enum rt_verb verb, const struct rt_call *call,
		       struct strvec *argv, struct err *err)
{
	struct strvec own = STRVEC_INIT;
	int rc = verb == RT_BUNDLE_STREAM ? bundle_argv(a, verb, call, &own, err)
					  : runtime_argv(a->rt, verb, call, &own, err);

	strvec_push(argv, "--");
	for (size_t i = 0; !rc && i < own.n; i++)
		strvec_push(argv, own.v[i]);
	strvec_release(&own);
	return rc;
}

bool pipe_packs(const struct action *a)
{
	return strcmp(cfg_str(a->cfg, OPT_COMPRESS), "none") != 0;
}

bool pipe_never_checks(const struct action *a)
{
	return cfg_bool(a->cfg, OPT_NO_VERIFY) || !strcmp(cfg_str(a->cfg, OPT_VERIFY), "never");
}

/* The compressors of all children together have a thread for each processor. */
static void add_threads(const struct action *a, struct strvec *argv)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN), at_once = cfg_workers(a->cfg);

	if (at_once > (long)a->n)
		at_once = (long)a->n;
	if (cores <= at_once || a->jobserver.write_fd > 0)
		return;
	strvec_push(argv, "--threads");
	strvec_pushf(argv, "%ld", cores / at_once > 256 ? 256 : cores / at_once);
}

/* As in save.c, without a slash at the end: the lists of ./images are those of
 * all projects, too. */
static const char *list_dir(const struct action *a, const struct place *at)
{
	if (bundle_wanted(a))
		return a->base;
	return at->stage->mode == 1 ? "." : "./images";
}

void pipe_scratch_in(const struct action *a, const char *dir, uint32_t job, struct buf *b)
{
	struct buf in = BUF_INIT;

	buf_addf(&in, "%s/", dir);
	artefact_name(buf_str(&in), a->machine, job, b);
	buf_release(&in);
}

void pipe_scratch(const struct action *a, const struct place *at, struct buf *b)
{
	pipe_scratch_in(a, list_dir(a, at), at->job, b);
}

/* It becomes `final`, and is listed. */
static void add_keeping(const struct action *a, const struct place *at, struct strvec *argv)
{
	struct buf scratch = BUF_INIT;

	strvec_push(argv, "--publish");
	strvec_push(argv, at->path);
	if (bundle_wanted(a))
		bundle_add_tags(a, argv);
	if (!cfg_bool(a->cfg, OPT_CHECKSUMS))
		return;
	pipe_scratch(a, at, &scratch);
	strvec_push(argv, "--record");
	strvec_push(argv, list_dir(a, at));
	strvec_push(argv, "--scratch");
	strvec_push(argv, buf_str(&scratch));
	if (!bundle_wanted(a)) {
		strvec_push(argv, "--image");
		strvec_push(argv, at->name);
	}
	buf_release(&scratch);
}

int pipe_save_argv(struct action *a, const struct place *at, const struct rt_call *call,
		   struct strvec *argv, struct err *err)
{
	strvec_clear(argv);
	libexec_push(argv, PROGRAM);
	strvec_push(argv, "save");
	strvec_push(argv, "--out");
	strvec_push(argv, call->file);
	strvec_push(argv, "--compress");
	strvec_push(argv, cfg_str(a->cfg, OPT_COMPRESS));
	add_threads(a, argv);
	if (pipe_never_checks(a))
		strvec_push(argv, "--no-check");
	if (!action_is_dry(a))
		add_keeping(a, at, argv);
	return add_runtime(a, bundle_wanted(a) ? RT_BUNDLE_STREAM : RT_SAVE_STREAM, call, argv,
			   err);
}

void pipe_publish_argv(struct action *a, const struct place *at, const struct rt_call *call,
		       struct strvec *argv)
{
	strvec_clear(argv);
	libexec_push(argv, PROGRAM);
	strvec_push(argv, "verify");
	strvec_push(argv, "--text");
	add_keeping(a, at, argv);
	strvec_push(argv, call->file);
}

/* The first bytes; what cannot be read is the runtime's to complain about. */
static size_t read_head(const char *path, char *head, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t n = fd >= 0 ? read(fd, head, size) : -1;

	if (fd >= 0)
		close(fd);
	return n > 0 ? (size_t)n : 0;
}

/* By its first bytes, not by its name. */
static bool is_packed(const char *head, size_t len)
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

/* The five letters of a tar's first header, of which one may be damaged. */
static bool is_tar(const char *head, size_t len)
{
	static const char magic[] = "ustar";
	unsigned same = 0;

	for (size_t i = 0; len > TAR_MAGIC_AT + 5 && i < 5; i++)
		same += head[TAR_MAGIC_AT + i] == magic[i];
	return same >= 4;
}

bool pipe_checks(const struct action *a, const char *path)
{
	char head[512];
	size_t len;

	if (pipe_never_checks(a))
		return false;
	if (!strcmp(cfg_str(a->cfg, OPT_VERIFY), "always"))
		return true;
	len = read_head(path, head, sizeof(head));
	return is_packed(head, len) || is_tar(head, len);
}

/* Runtimes load what hpn does not know: archives of ten years ago. */
static void add_tolerance(const struct action *a, struct strvec *argv)
{
	if (action_has(a, &action_load) && strcmp(cfg_str(a->cfg, OPT_VERIFY), "always") != 0)
		strvec_push(argv, "--foreign");
}

/* The sum that the file has to have, if one is known. */
static int add_sum(struct action *a, const char *file, struct strvec *argv, struct err *err)
{
	const char *hex;

	if (expected_sums_find(&a->book, file, &hex, err))
		return -1;
	if (hex) {
		strvec_push(argv, "--sha256");
		strvec_push(argv, hex);
	}
	return 0;
}

static int verify_argv(struct action *a, const char *report, const struct rt_call *call,
		       struct strvec *argv, struct err *err)
{
	strvec_clear(argv);
	libexec_push(argv, PROGRAM);
	strvec_push(argv, "verify");
	strvec_push(argv, report);
	add_tolerance(a, argv);
	if (add_sum(a, call->file, argv, err))
		return -1;
	strvec_push(argv, call->file);
	return 0;
}

/* What is compressed goes through hpn-pipe, which also checks it; for each
 * runtime knows other forms. */
static int packed_load_argv(struct action *a, const struct rt_call *call, struct strvec *argv,
			    struct err *err)
{
	strvec_clear(argv);
	libexec_push(argv, PROGRAM);
	strvec_push(argv, "load");
	strvec_push(argv, "--in");
	strvec_push(argv, call->file);
	if (pipe_never_checks(a)) {
		strvec_push(argv, "--no-check");
	} else {
		add_tolerance(a, argv);
		if (add_sum(a, call->file, argv, err))
			return -1;
	}
	return add_runtime(a, RT_LOAD_STREAM, call, argv, err);
}

void pipe_look_argv(const char *path, struct strvec *argv)
{
	strvec_clear(argv);
	libexec_push(argv, PROGRAM);
	strvec_push(argv, "verify");
	strvec_push(argv, "--text");
	strvec_push(argv, path);
}

/* What has a sum has been an archive. */
static bool is_to_check(struct action *a, const char *file)
{
	const char *hex;
	struct err err;

	if (action_is_dry(a) || pipe_never_checks(a))
		return false;
	return pipe_checks(a, file) || expected_sums_find(&a->book, file, &hex, &err) || hex;
}

int pipe_load_argv(struct action *a, const struct place *at, const struct rt_call *call,
		   struct strvec *argv, struct err *err)
{
	char head[512];
	size_t len = read_head(call->file, head, sizeof(head));
	bool packed = a->rt->verb[RT_LOAD_STREAM].given && is_packed(head, len);

	if (action_verb(at) != STEP_CHECK)
		return packed ? packed_load_argv(a, call, argv, err) : ARGV_RUNTIME;
	if (packed || !is_to_check(a, call->file))
		return ARGV_NOTHING;
	return verify_argv(a, "--text", call, argv, err);
}

int pipe_verify_argv(struct action *a, const struct place *at, const struct rt_call *call,
		     struct strvec *argv, struct err *err)
{
	(void)at;
	return verify_argv(a, cfg_bool(a->cfg, OPT_JSON) ? "--json" : "--text", call, argv, err);
}

int pipe_index_argv(struct action *a, const struct place *at, const struct rt_call *call,
		    struct strvec *argv, struct err *err)
{
	struct buf scratch = BUF_INIT;

	strvec_clear(argv);
	libexec_push(argv, PROGRAM);
	strvec_push(argv, "verify");
	strvec_push(argv, "--text");
	strvec_push(argv, "--prune");
	strvec_push(argv, "--record");
	strvec_push(argv, a->base);
	strvec_push(argv, "--scratch");
	pipe_scratch_in(a, a->base, at->job, &scratch);
	strvec_push(argv, buf_str(&scratch));
	buf_release(&scratch);
	if (add_sum(a, call->file, argv, err))
		return -1;
	strvec_push(argv, "--");
	strvec_push(argv, call->file);
	return 0;
}
