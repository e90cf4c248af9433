/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/ci.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define CLEAR "\033[0K"

static int is_true(const char *name)
{
	const char *value = getenv(name);

	return value && !strcmp(value, "true");
}

enum ci ci_find(void)
{
	if (is_true("GITHUB_ACTIONS"))
		return CI_GITHUB;
	return is_true("GITLAB_CI") ? CI_GITLAB : CI_NONE;
}

static bool completes_command(const struct ci_line *line, char c)
{
	return (c == ':' && line->colons == 1) || (c == '[' && line->hashes == 2);
}

static void follow(struct ci_line *line, char c)
{
	if (c == '\n' || c == '\r') {
		*line = (struct ci_line){ 0 };
		return;
	}
	line->hashes = (unsigned char)(c != '#' ? 0 : line->hashes ? 2 : 1);
	if (c == ':' && line->colons == 0)
		line->colons = 1;
	else if (!strchr(" \t\v\f", c) || line->colons)
		line->colons = 2;
}

void ci_defuse(struct ci_line *line, const char *s, size_t len, struct buf *to)
{
	for (size_t i = 0; i < len; i++) {
		if (completes_command(line, s[i]))
			buf_addf(to, "\\x%02x", (unsigned)s[i]);
		else
			buf_addc(to, s[i]);
		follow(line, s[i]);
	}
}

/* As GitHub's own toolkit does it; properties end at a comma or a colon. */
static void add_escaped(struct buf *b, const char *s, const char *special)
{
	for (; *s; s++)
		if (strchr(special, *s))
			buf_addf(b, "%%%02X", (unsigned)*s);
		else
			buf_addc(b, *s >= 0 && *s < 0x20 ? '?' : *s);
}

static void add_plain(struct buf *b, const char *s)
{
	add_escaped(b, s, "");
}

static void add_section(const struct ci_mark *m, const char *what, const char *more, struct buf *b)
{
	buf_addf(b, CLEAR "section_%s:%lld:hpn_%u%s\r" CLEAR, what,
		 (long long)(m->wall_ns / NS_PER_S), m->job + 1, more);
}

void ci_open(const struct ci_mark *m, const char *title, struct buf *b)
{
	if (m->ci == CI_GITHUB) {
		buf_adds(b, "::group::");
		add_escaped(b, title, "%\r\n");
		buf_addf(b, "\n::stop-commands::%s\n", m->secret);
	} else {
		add_section(m, "start", "[collapsed=true]", b);
		add_plain(b, title);
		buf_addc(b, '\n');
	}
}

void ci_close(const struct ci_mark *m, struct buf *b)
{
	if (m->ci == CI_GITHUB) {
		buf_addf(b, "::%s::\n::endgroup::\n", m->secret);
	} else {
		add_section(m, "end", "", b);
		buf_addc(b, '\n');
	}
}

void ci_error(const struct ci_mark *m, const char *what, const char *why, struct buf *b)
{
	if (m->ci == CI_GITHUB) {
		buf_adds(b, "::error title=");
		add_escaped(b, what, "%\r\n:,");
		buf_adds(b, "::");
		add_escaped(b, why, "%\r\n");
	} else {
		buf_adds(b, "❌ ");
		add_plain(b, what);
		buf_adds(b, ": ");
		buf_add(b, why, strcspn(why, "\n"));
	}
	buf_addc(b, '\n');
}
