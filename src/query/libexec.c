/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "query/libexec.h"

#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/self.h"

static void find(const char *name, struct buf *path)
{
	struct buf relative = BUF_INIT;

	self_path(name, path);
	if (access(buf_str(path), X_OK)) {
		buf_addf(&relative, "../libexec/hpn/%s", name);
		self_path(buf_str(&relative), path);
	}
	if (access(buf_str(path), X_OK)) {
		buf_reset(path);
		buf_addf(path, "%s/%s", HPN_PKGLIBEXECDIR, name);
	}
	buf_release(&relative);
}

void libexec_push(struct strvec *argv, const char *name)
{
	struct buf path = BUF_INIT;

	find(name, &path);
	strvec_push(argv, buf_str(&path));
	buf_release(&path);
}

bool libexec_has(const char *name)
{
	struct buf path = BUF_INIT;
	bool has;

	find(name, &path);
	has = access(buf_str(&path), X_OK) == 0;
	buf_release(&path);
	return has;
}

/* This program: as the kernel knows it; where /proc is missing, as it was started. */
static void push_self(struct strvec *argv)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[n > 0 ? n : 0] = '\0';
	if (n > 0 && access(self, X_OK) == 0)
		strvec_push(argv, self);
	else if (n > 0) /* the file was replaced since */
		strvec_push(argv, "/proc/self/exe");
	else
		strvec_push(argv, (const char *)getauxval(AT_EXECFN)); // NOLINT
}

void libexec_publish(struct strvec *argv, const char *temporary, const char *final)
{
	strvec_clear(argv);
	push_self(argv);
	strvec_push(argv, LIBEXEC_PUBLISH);
	strvec_push(argv, temporary);
	strvec_push(argv, final);
}
