/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state/tempdir.h"

#include <dirent.h>
#include <ftw.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/artefact.h"

/* Archives that are being written have the numbers of jobs, and may be in the
 * same directory. */
#define TEMPDIR_BIT (UINT32_C(1) << 31)
#define LINE_BYTES 1024

/* ---- where ---- */

/* "$NAME" is a variable's value, "~/" the home. */
static bool expand(const char *text, struct buf *b)
{
	const char *home = *text == '$'              ? getenv(text + 1)
			   : !strncmp(text, "~/", 2) ? getenv("HOME")
						     : "";

	buf_reset(b);
	if (!home || (*text != '/' && *home != '/'))
		return false;
	buf_addf(b, "%s%s", home, *text == '$' ? "" : *text == '~' ? text + 1 : text);
	return true;
}

static bool file_says(const struct rt_tempdir_def *def, const char *path)
{
	char line[LINE_BYTES];
	FILE *f = fopen(path, "r");
	bool said = false;

	while (f && !said && fgets(line, sizeof(line), f))
		said = patterns_match(&def->says, line) >= 0;
	if (f)
		fclose(f);
	return said;
}

/* The runtime's own configuration has a place, which the variable would hide. */
static bool is_configured(const struct rt_tempdir_def *def)
{
	struct buf pattern = BUF_INIT;
	bool said = false;

	for (size_t i = 0; i < def->files.n && !said; i++) {
		glob_t found;

		if (!expand(def->files.v[i], &pattern) || glob(buf_str(&pattern), 0, NULL, &found))
			continue;
		for (size_t k = 0; k < found.gl_pathc && !said; k++)
			said = file_says(def, found.gl_pathv[k]);
		globfree(&found);
	}
	buf_release(&pattern);
	return said;
}

/* ---- directories ---- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	remove(path);
	return 0;
}

/* Only what is this user's alone: the place may be open to all. */
static bool is_own(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
	       !(st.st_mode & 077);
}

static void remove_tree(const char *path)
{
	if (is_own(path))
		nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Those of hpns that are dead, or of this one. */
static void remove_all(struct tempdir *t, bool own)
{
	DIR *d = opendir(buf_str(&t->base));
	struct dirent *e;

	while (d && (e = readdir(d))) {
		if (!artefact_is_left(e->d_name, t->machine, own))
			continue;
		buf_reset(&t->path);
		buf_addf(&t->path, "%s%s", buf_str(&t->base), e->d_name);
		remove_tree(buf_str(&t->path));
	}
	if (d)
		closedir(d);
}

static void name_dir(struct tempdir *t, uint32_t job)
{
	buf_reset(&t->path);
	artefact_name(buf_str(&t->base), t->machine, job | TEMPDIR_BIT, &t->path);
}

/* ---- in a run ---- */

/* The variable is as long as it can ever be, and is changed in place: others
 * have copied where it is. */
static void put_variable(struct tempdir *t, const char *name, struct strvec *env)
{
	struct strvec all = STRVEC_INIT;

	name_dir(t, UINT32_MAX);
	t->name_len = strlen(name) + 1;
	for (size_t i = 0; i < env->n; i++)
		if (strncmp(env->v[i], name, t->name_len - 1) != 0 ||
		    env->v[i][t->name_len - 1] != '=')
			strvec_push(&all, env->v[i]);
	strvec_pushf(&all, "%s=%s", name, buf_str(&t->path));
	strvec_release(env);
	*env = all;
	t->variable = env->v[env->n - 1];
}

static void set_variable(struct tempdir *t, const struct buf *path)
{
	memcpy(t->variable + t->name_len, buf_str(path), path->len + 1);
}

void tempdir_open(struct tempdir *t, const struct runtime *rt, struct strvec *env)
{
	const struct rt_tempdir_def *def = &rt->tempdir;
	const char *value = def->variable ? getenv(def->variable) : NULL;
	struct stat st;

	*t = (struct tempdir){ .base = BUF_INIT, .path = BUF_INIT };
	if (!value && def->common && !is_configured(def))
		value = def->common;
	if (!def->variable || !value || *value != '/' || stat(value, &st) < 0 ||
	    !S_ISDIR(st.st_mode))
		return;
	buf_addf(&t->base, "%s/", value);
	t->machine = artefact_machine();
	remove_all(t, false);
	put_variable(t, def->variable, env);
	set_variable(t, &t->base);
}

void tempdir_make(struct tempdir *t, uint32_t job)
{
	if (!t->base.len)
		return;
	name_dir(t, job);
	remove_tree(buf_str(&t->path));
	set_variable(t, mkdir(buf_str(&t->path), 0700) == 0 ? &t->path : &t->base);
}

void tempdir_drop(struct tempdir *t, uint32_t job)
{
	if (!t->base.len)
		return;
	name_dir(t, job);
	remove_tree(buf_str(&t->path));
}

void tempdir_close(struct tempdir *t)
{
	if (t->base.len)
		remove_all(t, true);
	buf_release(&t->base);
	buf_release(&t->path);
}
