/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/strvec.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void strvec_take(struct strvec *sv, char *s)
{
	if (sv->n + 2 > sv->cap) {
		sv->cap = sv->cap ? sv->cap * 2 : 8;
		sv->v = mem_grow(sv->v, sv->cap, sizeof(*sv->v));
	}
	sv->v[sv->n++] = s;
	sv->v[sv->n] = NULL;
}

void strvec_pushn(struct strvec *sv, const char *s, size_t len)
{
	strvec_take(sv, mem_strndup(s, len));
}

void strvec_push(struct strvec *sv, const char *s)
{
	strvec_take(sv, mem_strdup(s));
}

void strvec_pushf(struct strvec *sv, const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	s = mem_alloc((size_t)(n > 0 ? n : 0) + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)(n > 0 ? n : 0) + 1, fmt, ap);
	va_end(ap);
	strvec_take(sv, s);
}

void strvec_clear(struct strvec *sv)
{
	for (size_t i = 0; i < sv->n; i++)
		free(sv->v[i]);
	sv->n = 0;
	if (sv->v)
		sv->v[0] = NULL;
}

void strvec_release(struct strvec *sv)
{
	strvec_clear(sv);
	free(sv->v);
	*sv = (struct strvec)STRVEC_INIT;
}

static int plain(const char *s)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789@%+=:,./_-";

	return *s && s[strspn(s, safe)] == '\0';
}

void strvec_quote(char *const *v, struct buf *b)
{
	for (size_t i = 0; v[i]; i++) {
		if (i)
			buf_addc(b, ' ');
		if (plain(v[i])) {
			buf_adds(b, v[i]);
			continue;
		}
		buf_addc(b, '\'');
		for (const char *p = v[i]; *p; p++)
			if (*p == '\'')
				buf_adds(b, "'\\''");
			else
				buf_addc(b, *p);
		buf_addc(b, '\'');
	}
}
