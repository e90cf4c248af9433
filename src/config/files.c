/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/slurp.h"
#include "base/strvec.h"
#include "base/utf8.h"
#include "config/cfg.h"
#include "config/iniconf.h"
#include "config/trust.h"
#include "config/yamlconf.h"

static int ends_in(const char *path, const char *end)
{
	size_t lp = strlen(path), le = strlen(end);

	return lp >= le && !strcasecmp(path + lp - le, end);
}

/* [x] and key = value are INI; all else is left to the YAML reader, which has
 * the better words for what is neither. */
static enum files_form form_of_line(const char *s, size_t len)
{
	const char *eq = memchr(s, '=', len), *colon = memchr(s, ':', len);

	if (*s == '[' || *s == ';')
		return FORM_INI;
	if (*s == '{' || *s == '"' || *s == '\'')
		return FORM_YAML;
	return eq && (!colon || eq < colon) ? FORM_INI : FORM_YAML;
}

enum files_form files_form(const char *path, const char *data, size_t len)
{
	size_t line;

	if (ends_in(path, ".yaml") || ends_in(path, ".yml") || ends_in(path, ".json"))
		return FORM_YAML;
	if (ends_in(path, ".ini"))
		return FORM_INI;
	if (len >= UTF8_BOM_LEN && !memcmp(data, UTF8_BOM, UTF8_BOM_LEN)) {
		data += UTF8_BOM_LEN;
		len -= UTF8_BOM_LEN;
	}
	for (; len; data += line, len -= line) {
		const char *nl = memchr(data, '\n', len), *s = data;
		size_t rest;

		line = nl ? (size_t)(nl - data) + 1 : len;
		rest = line;
		utf8_trim(&s, &rest);
		if (rest && *s != '#')
			return form_of_line(s, rest);
	}
	return FORM_YAML;
}

static int cannot_read(const char *path, const char *why, struct err *err)
{
	return err_set(err,
		       "cannot read the configuration %s: %s; mend it, or name another with -c",
		       path, why);
}

/* 1: it is hpn's. 0: it belongs to another program, and `ret_foreign` says why. */
static int parse(struct cfg *c, const char *path, const struct buf *data, struct buf *ret_foreign,
		 struct err *err)
{
	if (files_form(path, buf_str(data), data->len) == FORM_INI)
		return iniconf_read(c, path, buf_str(data), data->len, err) ? -1 : 1;
	if (yamlconf_read(c, path, buf_str(data), data->len, ret_foreign, err))
		return -1;
	return !ret_foreign || !ret_foreign->len;
}

static int read_given(struct cfg *c, const char *path, struct err *err)
{
	struct buf data = BUF_INIT;
	struct err why = { "" };
	int rc;

	if (slurp(path, FILES_MAX_BYTES, &data, &why))
		rc = cannot_read(path, why.text, err);
	else
		rc = parse(c, path, &data, NULL, err) < 0 ? -1 : 0;
	buf_release(&data);
	return rc;
}

static void add_places(struct strvec *places, const char *home, const char *etc_dir)
{
	strvec_push(places, "hpn.ini");
	if (home) {
		strvec_pushf(places, "%s/.config/hpn/hpn.ini", home);
		strvec_pushf(places, "%s/.hpn/config.ini", home);
	}
	strvec_pushf(places, "%s/hpn.ini", etc_dir);
	strvec_push(places, "config.yaml");
	strvec_push(places, "config.yml");
	if (home) {
		strvec_pushf(places, "%s/.hpn/config.yaml", home);
		strvec_pushf(places, "%s/.hpn/config.yml", home);
	}
	strvec_pushf(places, "%s/config.yaml", etc_dir);
	strvec_pushf(places, "%s/config.yml", etc_dir);
}

/* Programs of all kinds call a file in their own directory config.yaml. */
static int may_be_foreign(const char *path)
{
	return !strcmp(path, "config.yaml") || !strcmp(path, "config.yml");
}

static int check_trust(struct cfg *c, const struct trust *trust, const char *path, int fd,
		       struct err *err)
{
	struct stat name, file, dir;
	struct err why = { "" };

	if (strchr(path, '/'))
		return 0;
	if (lstat(path, &name) || fstat(fd, &file) || stat(".", &dir))
		return cannot_read(path, strerror(errno), err);
	if (trust_check(trust, path, &name, &file, &dir, err))
		return -1;
	if (file.st_mode & S_IWGRP) {
		err_set(&why, "%s may be written to by its group; chmod g-w %s", path, path);
		cfg_warn(c, why.text);
	}
	return 0;
}

/* The file is open and is closed by the caller. 1: it was read. 0: it belongs to
 * another program, so that nobody minds whose it is. */
static int read_found(struct cfg *c, const struct trust *trust, const char *path, int fd,
		      struct err *err)
{
	struct buf data = BUF_INIT, foreign = BUF_INIT;
	struct err why = { "" };
	int rc;

	if (slurp_fd(fd, FILES_MAX_BYTES, &data, &why))
		rc = cannot_read(path, why.text, err);
	else
		rc = parse(c, path, &data, may_be_foreign(path) ? &foreign : NULL, err);
	if (!rc) {
		cfg_drop_layer(c, LAYER_FILE);
		err_set(&why, "%s is left alone: %s; name it with -c if it is hpn's", path,
			buf_str(&foreign));
		cfg_warn(c, why.text);
	} else if (check_trust(c, trust, path, fd, err)) {
		rc = -1;
	}
	buf_release(&data);
	buf_release(&foreign);
	return rc;
}

/* Regular files only: the open of a FIFO would wait for somebody to write to it. */
static int try_place(struct cfg *c, const struct trust *trust, const char *path, struct err *err)
{
	struct stat st;
	int fd, rc;

	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return cannot_read(path, strerror(errno), err);
	rc = read_found(c, trust, path, fd, err);
	close(fd);
	return rc;
}

static int search(struct cfg *c, const struct files_env *env, struct buf *ret_path, struct err *err)
{
	const struct trust trust = trust_of(geteuid(), env->sudo_uid);
	struct strvec places = STRVEC_INIT;
	int rc = 0;

	add_places(&places, env->home, env->etc_dir);
	for (size_t i = 0; i < places.n && !rc; i++) {
		rc = try_place(c, &trust, places.v[i], err);
		if (rc > 0)
			buf_adds(ret_path, places.v[i]);
	}
	strvec_release(&places);
	return rc < 0 ? -1 : 0;
}

int files_read(struct cfg *c, const char *given, const struct files_env *env, struct buf *ret_path,
	       struct err *err)
{
	if (!*given)
		return search(c, env, ret_path, err);
	if (read_given(c, given, err))
		return -1;
	buf_adds(ret_path, given);
	return 0;
}
