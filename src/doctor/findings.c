/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "doctor/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"

static const char *const level_names[] = { "ok", "note", "problem" };

/* Much of the text comes from other programs. */
static char *shown(const char *text)
{
	struct buf b = BUF_INIT;

	utf8_show(&b, text, strlen(text), 2000);
	return b.data ? buf_detach(&b) : mem_strdup("");
}

void findings_add(struct findings *f, enum finding_level level, const char *about,
		  const char *check, const char *advice, const char *fmt, ...)
{
	struct finding *to;
	char text[4096];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (f->n == f->cap) {
		f->cap = f->cap ? 2 * f->cap : 16;
		f->v = mem_grow(f->v, f->cap, sizeof(*f->v));
	}
	to = &f->v[f->n++];
	to->level = level;
	to->about = shown(about);
	to->check = mem_strdup(check);
	to->text = shown(text);
	to->advice = advice ? shown(advice) : NULL;
}

int findings_has_problem(const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].level == FINDING_PROBLEM)
			return 1;
	return 0;
}

void findings_text(const struct findings *f, struct buf *b)
{
	const char *about = "";

	for (size_t i = 0; i < f->n; i++) {
		const struct finding *x = &f->v[i];

		if (strcmp(about, x->about) != 0)
			buf_addf(b, "%s%s\n", i ? "\n" : "", x->about);
		about = x->about;
		buf_addf(b, "  %-8s %s\n", level_names[x->level], x->text);
		if (x->advice)
			buf_addf(b, "  %-8s %s\n", "", x->advice);
	}
}

void findings_json(const struct findings *f, struct buf *b)
{
	buf_addf(b, "{\"ok\":%s,\"findings\":[", findings_has_problem(f) ? "false" : "true");
	for (size_t i = 0; i < f->n; i++) {
		const struct finding *x = &f->v[i];

		buf_adds(b, i ? ",\n{" : "\n{");
		json_pair(b, "about", x->about);
		buf_addc(b, ',');
		json_pair(b, "check", x->check);
		buf_addc(b, ',');
		json_pair(b, "level", level_names[x->level]);
		buf_addc(b, ',');
		json_pair(b, "text", x->text);
		buf_addc(b, ',');
		json_pair(b, "advice", x->advice);
		buf_addc(b, '}');
	}
	buf_adds(b, "\n]}\n");
}

void findings_release(struct findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		free(f->v[i].about);
		free(f->v[i].check);
		free(f->v[i].text);
		free(f->v[i].advice);
	}
	free(f->v);
	*f = (struct findings){ 0 };
}
