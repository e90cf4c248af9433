/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state/artefact.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/publish.h"
#include "image/name_map.h"

/* .hpn-MACHINE-PID-NUMBER.part, and docker's own name while it writes that
 * file, .tmp-.hpn-...; MACHINE keeps processes of another host or container
 * that share the directory from being taken for dead ones of this. */
#define PREFIX ".hpn-"
#define SUFFIX ".part"

/* By its name and the space of its process numbers; not by the boot, for what a
 * power cut left has to go as well. */
uint32_t artefact_machine(void)
{
	char text[256] = "", ns[64];
	ssize_t n = readlink("/proc/self/ns/pid", ns, sizeof(ns));
	size_t len;

	gethostname(text, 128);
	text[128] = '\0';
	len = strlen(text);
	if (n > 0) {
		memcpy(text + len, ns, (size_t)n);
		len += (size_t)n;
	}
	return (uint32_t)name_map_hash(text, len);
}

void artefact_name(const char *final, uint32_t machine, uint32_t number, struct buf *b)
{
	buf_add(b, final, publish_dir_length(final));
	buf_addf(b, PREFIX "%08" PRIx32 "-%ld-%" PRIu32 SUFFIX, machine, (long)getpid(), number);
}

int artefact_publish(const char *temporary, const char *final, struct err *err)
{
	int rc = publish_settle(temporary, err);

	if (!rc)
		rc = publish_rename(temporary, final, err);
	if (rc)
		artefact_drop(temporary);
	return rc;
}

/* The process that made the file under this name, or 0 if no hpn did here. */
static long maker_of(const char *name, uint32_t machine)
{
	char *end;
	long pid;

	if (strncmp(name, ".tmp-", 5) == 0)
		name += 5;
	if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
		return 0;
	if (strtoul(name + strlen(PREFIX), &end, 16) != machine || *end != '-')
		return 0;
	pid = strtol(end + 1, &end, 10);
	if (pid <= 0 || *end != '-')
		return 0;
	strtoul(end + 1, &end, 10);
	return strncmp(end, SUFFIX, strlen(SUFFIX)) == 0 ? pid : 0;
}

static bool is_dead(long pid)
{
	return pid != (long)getpid() && kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

bool artefact_is_left(const char *name, uint32_t machine, bool own)
{
	long pid = *name == '.' ? maker_of(name, machine) : 0;

	return pid && (own ? pid == (long)getpid() : is_dead(pid));
}

static unsigned clear(const char *dir, bool own)
{
	DIR *d = opendir(dir);
	uint32_t machine = artefact_machine();
	struct dirent *e;
	unsigned n = 0;

	while (d && (e = readdir(d))) {
		if (artefact_is_left(e->d_name, machine, own) &&
		    unlinkat(dirfd(d), e->d_name, 0) == 0)
			n++;
	}
	if (d)
		closedir(d);
	return n;
}

unsigned artefact_clear(const char *dir)
{
	return clear(dir, false);
}

void artefact_sweep(const char *dir)
{
	clear(dir, true);
}

/* The file, and those under docker's names beside it. */
static void each_file(const char *temporary, void (*visit)(int dirfd, const char *name, void *ctx),
		      void *ctx)
{
	size_t at = publish_dir_length(temporary);
	struct buf dir = BUF_INIT, client = BUF_INIT;
	struct dirent *e;
	DIR *d;

	buf_add(&dir, temporary, at);
	buf_addf(&client, ".tmp-%s", temporary + at);
	d = opendir(at ? buf_str(&dir) : ".");
	while (d && (e = readdir(d)))
		if (!strcmp(e->d_name, temporary + at) ||
		    strncmp(e->d_name, buf_str(&client), client.len) == 0)
			visit(dirfd(d), e->d_name, ctx);
	if (d)
		closedir(d);
	buf_release(&dir);
	buf_release(&client);
}

static void drop(int dirfd, const char *name, void *ctx)
{
	(void)ctx;
	unlinkat(dirfd, name, 0);
}

void artefact_drop(const char *temporary)
{
	unlink(temporary); /* also from a folder that cannot be read */
	each_file(temporary, drop, NULL);
}

static void add_size(int dirfd, const char *name, void *ctx)
{
	int64_t *bytes = ctx;
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		*bytes = (*bytes < 0 ? 0 : *bytes) + st.st_size;
}

int64_t artefact_bytes(const char *temporary)
{
	int64_t bytes = -1;

	each_file(temporary, add_size, &bytes);
	return bytes;
}

void artefact_drop_lists(const char *scratch)
{
	static const char *const ends[] = { ".sums", ".json" };
	struct buf path = BUF_INIT;

	for (size_t i = 0; i < 2; i++) {
		buf_reset(&path);
		buf_addf(&path, "%s%s", scratch, ends[i]);
		unlink(buf_str(&path));
	}
	buf_release(&path);
}
