/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/trust.h"

#include <pwd.h>
#include <stdint.h>

#include "base/parse.h"

struct trust trust_of(uid_t self, const char *sudo_uid)
{
	struct trust t = { self, self };
	int64_t n;

	if (!self && sudo_uid && !parse_int(sudo_uid, &n) && n >= 0 && n < UINT32_MAX)
		t.sudo = (uid_t)n;
	return t;
}

static bool is_trusted(const struct trust *t, uid_t owner)
{
	return !owner || owner == t->self || owner == t->sudo;
}

static int refuse_owner(const char *path, const char *what, uid_t owner, struct err *err)
{
	const struct passwd *who = getpwuid(owner);

	return err_set(err,
		       "%s is refused: %s belongs to %s%suid %lu%s, and a configuration decides"
		       " where images go and which files are written; if you trust it, give"
		       " -c ./%s",
		       path, what, who ? who->pw_name : "", who ? " (" : "", (unsigned long)owner,
		       who ? ")" : "", path);
}

int trust_check(const struct trust *t, const char *path, const struct stat *name,
		const struct stat *file, const struct stat *dir, struct err *err)
{
	if (!is_trusted(t, file->st_uid))
		return refuse_owner(path, "it", file->st_uid, err);
	if (!is_trusted(t, name->st_uid))
		return refuse_owner(path, "the link", name->st_uid, err);
	/* Whoever owns a directory can put a file of somebody else under any name there,
	 * but for one that is sticky: /tmp. */
	if (!is_trusted(t, dir->st_uid) && !(dir->st_mode & S_ISVTX))
		return refuse_owner(path, "the current directory", dir->st_uid, err);
	if (file->st_mode & S_IWOTH)
		return err_set(err,
			       "%s is refused: everybody may write to it; run chmod o-w %s, or"
			       " give -c ./%s",
			       path, path, path);
	return 0;
}
