/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state/statedir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/replace.h"

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

int statedir_replace(const char *name, const struct buf *text, struct err *err)
{
	struct buf path = BUF_INIT;
	struct replace to;
	int rc = statedir_file(name, &path, err);

	if (!rc) {
		replace_begin(&to, buf_str(&path));
		replace_add(&to, text->data, text->len);
		rc = replace_end(&to, err);
	}
	buf_release(&path);
	return rc;
}
