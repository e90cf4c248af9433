/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/terminal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>
#undef columns /* term.h has macros of such names */
#undef lines

#include "base/colour.h"
#include "base/mem.h"

/* A copy without padding ($<5>), which no terminal of today needs; NULL for
 * what there is not. */
static char *copy_sequence(const char *s)
{
	char *copy, *to;

	if (!s || (intptr_t)s == -1 || !*s)
		return NULL;
	copy = to = mem_strdup(s);
	while (*s) {
		const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;

		if (end)
			s = end + 1;
		else
			*to++ = *s++;
	}
	*to = '\0';
	return copy;
}

static char *capability(const char *name)
{
	return copy_sequence(tigetstr(name));
}

static unsigned number(const char *name, unsigned otherwise)
{
	int n = tigetnum(name);

	return n > 0 ? (unsigned)n : otherwise;
}

static char *colour(int nr)
{
	const char *set = tigetstr("setaf");

	if (!set || (intptr_t)set == -1 || !colour_is_wanted())
		return NULL;
	return copy_sequence(tparm(set, nr));
}

/* By the rules for the locale's name; asking the C library would load it. */
static bool is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);
		const char *set = value && *value ? strchr(value, '.') : NULL;

		if (value && *value)
			return set &&
			       (!strncasecmp(set, ".utf-8", 6) || !strncasecmp(set, ".utf8", 5));
	}
	return false;
}

/* Those that do not are few, and old. */
static bool reflows(const char *term)
{
	return !getenv("XTERM_VERSION") && strncmp(term, "linux", 5) != 0 &&
	       strncmp(term, "rxvt", 4) != 0 && strncmp(term, "vt", 2) != 0;
}

static void read_capabilities(struct terminal *t)
{
	t->up = capability("cuu1");
	t->clear = capability("el");
	t->below = capability("ed");
	t->plain = capability("sgr0");
	if (!t->plain)
		return;
	t->bold = capability("bold");
	t->dim = capability("dim");
	t->red = colour(COLOR_RED);
	t->yellow = colour(COLOR_YELLOW);
}

bool terminal_open(struct terminal *t, int fd)
{
	const char *term = getenv("TERM");
	int why;

	*t = (struct terminal){ .fd = fd };
	if (!term || !*term || !strcmp(term, "dumb") || !isatty(fd))
		return false;
	if (setupterm(NULL, fd, &why) != OK)
		return false;
	read_capabilities(t);
	t->reflows = reflows(term);
	t->size.utf8 = is_utf8();
	t->size.columns = number("cols", 80);
	t->size.lines = number("lines", 24);
	del_curterm(cur_term);
	if (!t->up || !t->clear) {
		terminal_release(t);
		return false;
	}
	terminal_measure(t);
	return true;
}

void terminal_release(struct terminal *t)
{
	char *owned[] = { t->up, t->clear, t->below, t->plain, t->bold, t->dim, t->red, t->yellow };

	for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
		free(owned[i]);
	*t = (struct terminal){ .fd = -1 };
}

void terminal_measure(struct terminal *t)
{
	struct winsize ws;

	if (ioctl(t->fd, TIOCGWINSZ, &ws) < 0 || !ws.ws_col || !ws.ws_row)
		return;
	t->size.columns = ws.ws_col;
	t->size.lines = ws.ws_row;
}

void terminal_style(const struct terminal *t, char style, struct buf *b)
{
	const char *s = style == STYLE_BOLD     ? t->bold
			: style == STYLE_DIM    ? t->dim
			: style == STYLE_RED    ? t->red
			: style == STYLE_YELLOW ? t->yellow
						: t->plain;

	if (s)
		buf_adds(b, s);
}
