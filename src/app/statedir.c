/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/statedir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A value that is no absolute path is to be ignored, says the XDG standard. */
static const char *absolute(const char *name)
{
	const char *value = getenv(name);

	return value && *value == '/' ? value : NULL;
}

static int make_dirs(char *path, struct err *err)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		int rc;

		*slash = '\0';
		rc = mkdir(path, 0700) && errno != EEXIST ? errno : 0;
		/* a directory that is there may answer EACCES or EROFS too */
		if (rc && access(path, X_OK))
			return err_sys(err, rc, "cannot make directory %s", path);
		*slash = '/';
	}
	return 0;
}

int statedir_file(const char *name, struct buf *ret_path, struct err *err)
{
	const char *state = absolute("XDG_STATE_HOME"), *home = absolute("HOME");

	buf_reset(ret_path);
	if (state)
		buf_addf(ret_path, "%s/hpn/%s", state, name);
	else if (home)
		buf_addf(ret_path, "%s/.local/state/hpn/%s", home, name);
	else
		return err_set(err, "no place to remember things: set HOME or XDG_STATE_HOME");
	return make_dirs(ret_path->data, err);
}

static int write_whole(const char *path, const struct buf *text, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ssize_t n;

	if (fd < 0)
		return err_sys(err, errno, "cannot write %s", path);
	n = write(fd, buf_str(text), text->len);
	if (n != (ssize_t)text->len)
		err_sys(err, n < 0 ? errno : ENOSPC, "cannot write %s", path);
	close(fd);
	return n == (ssize_t)text->len ? 0 : -1;
}

int statedir_replace(const char *name, const struct buf *text, struct err *err)
{
	struct buf path = BUF_INIT, temp = BUF_INIT;
	int rc = statedir_file(name, &path, err);

	if (!rc) {
		buf_addf(&temp, "%s.%ld", buf_str(&path), (long)getpid());
		unlink(buf_str(&temp)); /* of a dead process with this number */
		rc = write_whole(buf_str(&temp), text, err);
		if (!rc && rename(buf_str(&temp), buf_str(&path)) < 0)
			rc = err_sys(err, errno, "cannot write %s", buf_str(&path));
		if (rc)
			unlink(buf_str(&temp));
	}
	buf_release(&path);
	buf_release(&temp);
	return rc;
}
