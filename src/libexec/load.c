/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "archive/check.h"
#include "libexec/line.h"
#include "libexec/work.h"

/* The runtime may have had what it wanted: then SIGPIPE ends the stage. */
static int unpack_stage(void *user)
{
	const int *fd = user;
	struct err err;
	int rc = 0;
	struct unpack *u = unpack_new(*fd, NULL, &err);
	struct source src;
	const void *data;
	ssize_t n = -1;

	work_widen(1);
	if (u) {
		src = unpack_source(u);
		while (!rc && (n = src.read(src.user, &data, &err)) > 0)
			rc = work_write_all(1, data, (size_t)n);
	}
	unpack_free(u);
	if (rc && rc != -EPIPE) {
		err_sys(&err, -rc, "cannot pass it on");
		return work_complain(EX_STAGE, "decompress", &err);
	}
	return n < 0 ? work_complain(EX_DATA, "decompress", &err) : 0;
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
	else if (!plain && work_is_failure(line_status(l, 0)))
		rc = WIFEXITED(line_status(l, 0))
			     ? WEXITSTATUS(line_status(l, 0))
			     : work_stage_failed(line_status(l, 0), "decompress");
	else
		rc = line_status(l, runtime)
			     ? work_runtime_status(line_status(l, runtime), o->argv[0])
			     : 0;
	line_free(l);
	if (sig)
		work_die_by(sig);
	return rc;
}

int work_load(const struct options *o)
{
	struct err err;
	struct seen seen = { .packed = false };
	bool is_file;
	int rc = 0, fd = work_open(o->file);

	if (fd < 0) {
		fprintf(stderr, "open %s: %s\n", o->file, strerror(errno));
		return EX_FILE;
	}
	is_file = lseek(fd, 0, SEEK_SET) == 0;
	if (o->check) {
		rc = work_look_through(o, fd, &seen, &err);
		if (!rc)
			rc = work_print_facts(o, &seen.report);
		check_release(&seen.report);
		if (!rc)
			rc = rewind_archive(o->file, fd);
	} else if (is_file) {
		seen.packed = !is_plain(fd);
		rc = rewind_archive(o->file, fd);
	}
	if (!rc)
		rc = load_stream(o, fd, is_file && !seen.packed);
	close(fd);
	return rc;
}
