/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/files.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/slurp.h"
#include "base/strvec.h"
#include "base/utf8.h"
#include "config/cfg.h"
#include "config/iniconf.h"
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

/* 1: it was read. 0: it is none of ours. -1: an error. */
static int read_one(struct cfg *c, const char *path, int may_be_foreign, struct err *err)
{
	struct buf data = BUF_INIT, why = BUF_INIT;
	struct err cause = { "" };
	int rc;

	if (slurp(path, FILES_MAX_BYTES, &data, &cause)) {
		rc = err_set(err,
			     "cannot read the configuration %s: %s; mend it, or name"
			     " another with -c",
			     path, cause.text);
	} else if (files_form(path, buf_str(&data), data.len) == FORM_INI) {
		rc = iniconf_read(c, path, buf_str(&data), data.len, err) ? -1 : 1;
	} else {
		rc = yamlconf_read(c, path, buf_str(&data), data.len, may_be_foreign ? &why : NULL,
				   err);
		rc = rc ? -1 : !why.len;
	}
	if (!rc) {
		cfg_drop_layer(c, LAYER_FILE);
		err_set(&cause, "%s is left alone: %s; name it with -c if it is hpn's", path,
			buf_str(&why));
		cfg_warn(c, cause.text);
	}
	buf_release(&data);
	buf_release(&why);
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

/* Programs of all kinds call a file in their own folder config.yaml. */
static int is_foreign_place(const char *path)
{
	return !strcmp(path, "config.yaml") || !strcmp(path, "config.yml");
}

static int search(struct cfg *c, const char *home, const char *etc_dir, struct buf *ret_path,
		  struct err *err)
{
	struct strvec places = STRVEC_INIT;
	struct stat st;
	int rc = 0;

	add_places(&places, home, etc_dir);
	for (size_t i = 0; i < places.n && !rc; i++) {
		const char *path = places.v[i];

		if (stat(path, &st) || S_ISDIR(st.st_mode))
			continue;
		rc = read_one(c, path, is_foreign_place(path), err);
		if (rc > 0)
			buf_adds(ret_path, path);
	}
	strvec_release(&places);
	return rc < 0 ? -1 : 0;
}

int files_read(struct cfg *c, const char *given, const char *home, const char *etc_dir,
	       struct buf *ret_path, struct err *err)
{
	if (!*given)
		return search(c, home, etc_dir, ret_path, err);
	if (read_one(c, given, 0, err) < 0)
		return -1;
	buf_adds(ret_path, given);
	return 0;
}
