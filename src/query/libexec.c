/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "query/libexec.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/self.h"
#include "proc/spawn.h"

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

int libexec_become(struct strvec *argv, struct err *err)
{
	const char *path = argv->v[0];
	int rc = spawn_become(path, argv->v);

	if (rc == -ENOENT)
		err_set(err,
			"there is no %s, neither beside hpn nor in %s; it is installed together"
			" with hpn",
			strrchr(path, '/') + 1, HPN_PKGLIBEXECDIR);
	else
		err_sys(err, -rc, "cannot start %s", path);
	strvec_release(argv);
	return -1;
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
