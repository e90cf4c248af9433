/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/jobs.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/parse.h"
#include "base/slurp.h"
#include "base/utf8.h"

#define FILE_BYTES 4096

int jobs_parse(const char *text, unsigned cores, unsigned *ret)
{
	struct buf number = BUF_INIT;
	size_t len = strlen(text);
	bool share = len && text[len - 1] == '%', more = *text == '+';
	int64_t n = 0;
	int rc;

	if (!strcmp(text, "auto")) {
		*ret = 0;
		return 0;
	}
	buf_add(&number, text, len - share);
	rc = share && more ? -EINVAL : parse_int(buf_str(&number), &n);
	buf_release(&number);
	if (rc)
		return rc;
	if (n < 0 || n > 1000000)
		return -ERANGE;
	if (share)
		n = n && n * cores < 100 ? 1 : n * cores / 100;
	if (more)
		n += cores;
	if (n < 1 || n > JOBS_MOST)
		return -ERANGE;
	*ret = (unsigned)n;
	return 0;
}

int jobs_read(const char *path, unsigned cores, unsigned *ret, struct err *err)
{
	struct buf text = BUF_INIT, shown = BUF_INIT;
	struct err why = { "" };
	const char *s;
	size_t len;
	int rc = slurp(path, FILE_BYTES, &text, &why);

	if (rc) {
		buf_release(&text);
		return err_set(err, "%s: %s", path, why.text);
	}
	s = buf_str(&text);
	len = strlen(s);
	utf8_trim(&s, &len);
	buf_add(&shown, s, len);
	rc = jobs_parse(buf_str(&shown), cores, ret);
	if (rc) {
		buf_reset(&text);
		utf8_show(&text, buf_str(&shown), shown.len, 40);
		err_set(err, "%s holds '%s'; put in a number from 1 to %d, N%%, +N or auto", path,
			buf_str(&text), JOBS_MOST);
	}
	buf_release(&text);
	buf_release(&shown);
	return rc ? -1 : 0;
}
