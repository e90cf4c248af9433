/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pipe.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/libexec.h"

#define PROGRAM "hpn-pipe"

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
	int rc = runtime_argv(a->rt, verb, call, &own, err);

	strvec_push(argv, "--");
	for (size_t i = 0; !rc && i < own.n; i++)
		strvec_push(argv, own.v[i]);
	strvec_release(&own);
	return rc;
}

int pipe_save_argv(struct action *a, uint32_t job, const struct rt_call *call, struct strvec *argv,
		   struct err *err)
{
	const char *how = cfg_str(a->cfg, OPT_COMPRESS);

	(void)job;
	if (strcmp(how, "none") == 0)
		return 1;
	strvec_clear(argv);
	libexec_push(argv, PROGRAM);
	strvec_push(argv, "save");
	strvec_push(argv, "--out");
	strvec_push(argv, call->file);
	strvec_push(argv, "--compress");
	strvec_push(argv, how);
	return add_runtime(a, RT_SAVE_STREAM, call, argv, err);
}

/* By its first bytes, not by its name. What cannot be read is the runtime's to
 * complain about. */
static bool is_packed(const char *path)
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
	char head[6] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd >= 0 ? read(fd, head, sizeof(head)) : -1;

	if (fd >= 0)
		close(fd);
	for (size_t i = 0; n == (ssize_t)sizeof(head) && i < sizeof(known) / sizeof(known[0]); i++)
		if (memcmp(head, known[i].magic, known[i].len) == 0)
			return true;
	return false;
}

int pipe_load_argv(struct action *a, uint32_t job, const struct rt_call *call, struct strvec *argv,
		   struct err *err)
{
	(void)job;
	if (!a->rt->verb[RT_LOAD_STREAM].given || !is_packed(call->file))
		return 1;
	strvec_clear(argv);
	libexec_push(argv, PROGRAM);
	strvec_push(argv, "load");
	strvec_push(argv, "--in");
	strvec_push(argv, call->file);
	return add_runtime(a, RT_LOAD_STREAM, call, argv, err);
}

int pipe_verify_argv(struct action *a, uint32_t job, const struct rt_call *call,
		     struct strvec *argv, struct err *err)
{
	(void)a, (void)job, (void)err;
	strvec_clear(argv);
	libexec_push(argv, PROGRAM);
	strvec_push(argv, "verify");
	strvec_push(argv, "--text");
	strvec_push(argv, call->file);
	return 0;
}
