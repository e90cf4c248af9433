/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "query/libexec.h"

#include <unistd.h>

#include "base/self.h"

static void find(const char *name, struct buf *path)
{
	self_path(name, path);
	if (access(buf_str(path), X_OK) == 0)
		return;
	self_path("../libexec/hpn", path);
	if (access(buf_str(path), F_OK)) {
		buf_reset(path);
		buf_adds(path, HPN_PKGLIBEXECDIR);
	}
	buf_addf(path, "/%s", name);
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

void libexec_publish(struct strvec *argv, const char *temporary, const char *final)
{
	struct buf self = BUF_INIT;

	self_program(&self);
	strvec_clear(argv);
	/* The file may have been replaced since; the running program was not. */
	strvec_push(argv, access(buf_str(&self), X_OK) ? "/proc/self/exe" : buf_str(&self));
	strvec_push(argv, LIBEXEC_PUBLISH);
	strvec_push(argv, temporary);
	strvec_push(argv, final);
	buf_release(&self);
}
