/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runtime/classify.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "image/ref.h"
#include "runtime/text.h"

#define MAX_RETRY_AFTER_NS (24 * 3600 * NS_PER_S)

/* Two copies of the text, of the same length: what the expressions see, and
 * what is shown. */
struct texts {
	char *blanked;
	char *shown;
	size_t len;
};

/* A piece of the text. */
struct piece {
	size_t at;
	size_t len;
};

/* What a runtime says first and last is what counts in a flood. */
static void copy_text(const struct failure *f, struct texts *t)
{
	struct buf b = BUF_INIT;
	size_t half = CLASSIFY_MAX_TEXT / 2;

	if (f->text_len <= CLASSIFY_MAX_TEXT) {
		buf_add(&b, f->text, f->text_len);
	} else {
		buf_add(&b, f->text, half);
		buf_addc(&b, '\n');
		buf_add(&b, f->text + f->text_len - half, half);
	}
	for (size_t i = 0; i < b.len; i++) {
		if (b.data[i] == '\r')
			b.data[i] = '\n'; /* progress that is drawn over */
		else if (!b.data[i])
			b.data[i] = TEXT_BLANK;
	}
	t->len = b.len;
	t->shown = buf_detach(&b);
	t->blanked = mem_strndup(t->shown, t->len);
}

static void texts_release(struct texts *t)
{
	free(t->blanked);
	free(t->shown);
}

static void blank_span(struct texts *t, struct span s)
{
	if (!s.len)
		return;
	if (memchr(s.s, '/', s.len) || memchr(s.s, ':', s.len))
		text_blank(t->blanked, t->len, s.s, s.len);
	else
		text_blank_word(t->blanked, t->len, s.s, s.len);
}

/* `nginx` is shown as nginx:latest, too. */
static void blank_latest(struct texts *t, struct span name)
{
	struct buf b = BUF_INIT;

	buf_add(&b, name.s, name.len);
	buf_adds(&b, ":" REF_DEFAULT_TAG);
	text_blank(t->blanked, t->len, b.data, b.len);
	buf_release(&b);
}

/* A host has a dot or a colon; `localhost` is not a word of an error either. */
static void blank_ref(struct texts *t, const char *name)
{
	struct buf full = BUF_INIT;
	struct span known;
	struct ref ref;

	if (!name)
		return;
	blank_span(t, (struct span){ name, strlen(name) });
	if (ref_parse(name, &ref, NULL))
		return;
	ref_key(&ref, &full);
	text_blank(t->blanked, t->len, buf_str(&full), full.len);
	known = (struct span){ name, 0 };
	if (ref.path.len) {
		known.len = (size_t)(ref.path.s - name) + ref.path.len;
		blank_latest(t, known);
		blank_span(t, known);
		blank_span(t, ref.path);
	}
	text_blank(t->blanked, t->len, ref.host.s, ref.host.len);
	text_blank_word(t->blanked, t->len, ref.tag.s, ref.tag.len);
	buf_release(&full);
}

static void blank_file(struct texts *t, const char *file)
{
	const char *base;

	if (!file || !*file)
		return;
	base = strrchr(file, '/');
	base = base ? base + 1 : file;
	text_blank(t->blanked, t->len, file, strlen(file));
	text_blank(t->blanked, t->len, base, strlen(base));
}

static bool find_rule(const struct failure *f, const struct texts *t,
		      const struct rt_rule **ret_rule, struct piece *ret_where)
{
	regmatch_t m[1];

	for (size_t i = 0; i < f->rt->n_rules; i++) {
		struct rt_rule *rule = &f->rt->rules[i];

		if (!(rule->verbs & RT_BIT(f->verb)) ||
		    !pattern_match(&rule->pattern, t->blanked, 1, m))
			continue;
		*ret_rule = rule;
		ret_where->at = (size_t)m[0].rm_so;
		ret_where->len = (size_t)(m[0].rm_eo - m[0].rm_so);
		return true;
	}
	return false;
}

/* The complete line around a place. */
static struct piece line_at(const struct texts *t, size_t at)
{
	const char *end = memchr(t->shown + at, '\n', t->len - at);
	size_t from = at;

	while (from && t->shown[from - 1] != '\n')
		from--;
	return (struct piece){ from, (end ? (size_t)(end - t->shown) : t->len) - from };
}

/* The last place where one expression matches; group 1 if it took part. Lines
 * are tried one by one from the end, as the last is what is wanted. */
static bool last_match(const struct texts *t, struct rt_pattern *p, struct piece *ret)
{
	size_t end = t->len;

	for (;;) {
		struct piece l = line_at(t, end);
		char *line = mem_strndup(t->shown + l.at, l.len);
		regmatch_t m[2] = { { -1, -1 }, { -1, -1 } };
		bool hit = l.len && pattern_match(p, line, 2, m);
		const regmatch_t *best = m[1].rm_so >= 0 ? &m[1] : &m[0];

		free(line);
		if (hit && best->rm_eo > best->rm_so) {
			ret->at = l.at + (size_t)best->rm_so;
			ret->len = (size_t)(best->rm_eo - best->rm_so);
			return true;
		}
		if (!l.at)
			return false;
		end = l.at - 1;
	}
}

static bool is_blank_line(const char *s, size_t len)
{
	while (len && isspace((unsigned char)*s)) {
		s++;
		len--;
	}
	return !len;
}

/* Lines like `time="..." level=warning msg=...` are asides. */
static bool is_aside(const char *s, size_t len)
{
	return memmem(s, len, "level=warning", 13) || memmem(s, len, "level=info", 10) ||
	       (len > 7 && !strncasecmp(s, "warning", 7));
}

static bool last_line(const struct texts *t, bool asides, struct piece *ret)
{
	size_t end = t->len;

	for (;;) {
		struct piece l = line_at(t, end);

		if (!is_blank_line(t->shown + l.at, l.len) &&
		    (asides || !is_aside(t->shown + l.at, l.len))) {
			*ret = l;
			return true;
		}
		if (!l.at)
			return false;
		end = l.at - 1;
	}
}

static bool find_reason(const struct failure *f, const struct texts *t, struct piece *ret)
{
	for (size_t i = 0; i < f->rt->reason.n; i++)
		if (last_match(t, &f->rt->reason.v[i], ret))
			return true;
	return false;
}

/* In quotes, as loggers write it? Then show what was meant. */
static void show_piece(const struct texts *t, struct piece p, struct buf *b)
{
	const char *s = t->shown + p.at;
	bool quoted = p.at && s[-1] == '"' && p.at + p.len < t->len && s[p.len] == '"';
	struct buf plain = BUF_INIT;

	if (quoted)
		text_unquote(s, p.len, &plain);
	else
		buf_add(&plain, s, p.len);
	text_one_line(buf_str(&plain), plain.len, CLASSIFY_MAX_LINE, b);
	buf_release(&plain);
}

static void show_status(int status, struct buf *b)
{
	if (WIFSIGNALED(status))
		buf_addf(b, "killed by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else if (WIFEXITED(status) && WEXITSTATUS(status))
		buf_addf(b, "exit status %d, and not a word why", WEXITSTATUS(status));
	else
		buf_adds(b, "it ended without an error, and has not done its work");
}

static char *find_line(const struct failure *f, const struct texts *t, const struct rt_rule *rule,
		       struct piece where)
{
	struct buf b = BUF_INIT;
	struct piece p;

	if (!find_reason(f, t, &p)) {
		p = where;
		if (rule)
			p = line_at(t, where.at);
		else if (!last_line(t, false, &p))
			last_line(t, true, &p);
	}
	show_piece(t, p, &b);
	if (!b.len)
		show_status(f->status, &b);
	return buf_detach(&b);
}

/* "412.17us", "1.004s", "30", "2 minutes" at s. */
static int64_t parse_wait_ns(const char *s, size_t len)
{
	struct buf b = BUF_INIT;
	int64_t ns = -1;
	size_t i = 0;
	int rc = 0;

	while (i < len && (isdigit((unsigned char)s[i]) || s[i] == '.'))
		buf_addc(&b, s[i++]);
	if (i < len && s[i] == ' ')
		i++;
	if (len - i >= 3 && (!memcmp(s + i, "\xc2\xb5s", 3) || !memcmp(s + i, "\xce\xbcs", 3)))
		buf_adds(&b, "us");
	else if (len - i >= 2 &&
		 (!memcmp(s + i, "ms", 2) || !memcmp(s + i, "us", 2) || !memcmp(s + i, "ns", 2)))
		buf_add(&b, s + i, 2);
	else if (b.len && i < len && (s[i] == 'm' || s[i] == 'h'))
		buf_addc(&b, s[i]);
	else if (b.len)
		buf_addc(&b, 's');
	if (b.len && isdigit((unsigned char)b.data[0]))
		rc = parse_duration(b.data, &ns);
	buf_release(&b);
	if (rc == -ERANGE || ns > MAX_RETRY_AFTER_NS)
		return MAX_RETRY_AFTER_NS;
	return ns;
}

/* "retry-after: 1.004s", "Retry-After: 30", "retry after 2 minutes" */
static int64_t find_retry_after_ns(const struct texts *t)
{
	static const char first[] = "retry", second[] = "after";
	int64_t longest = -1;

	for (size_t i = 0; i + 12 < t->len; i++) {
		const char *s = t->blanked + i;
		size_t at = 11;
		int64_t ns;

		if (strncasecmp(s, first, 5) || !strchr("- ", s[5]) ||
		    strncasecmp(s + 6, second, 5))
			continue;
		while (i + at < t->len && strchr(":= \"", s[at]))
			at++;
		ns = parse_wait_ns(s + at, t->len - i - at);
		if (ns > longest)
			longest = ns;
	}
	return longest;
}

/* The registry that the call was about. */
static char *find_host(const struct failure *f)
{
	const char *name = f->verb == RT_PUSH ? f->target : f->image;
	struct span host;
	struct ref ref;

	if (!name || f->verb == RT_LOAD || ref_parse(name, &ref, NULL))
		return NULL;
	host = ref_registry(&ref);
	return mem_strndup(host.s, host.len);
}

static char *find_hint(const struct failure *f, const char *name)
{
	const char *text = runtime_hint(f->rt, name);
	char *host = find_host(f);
	struct rt_vars vars = { .v = {
					[RT_IMAGE] = f->image,
					[RT_TARGET] = f->target,
					[RT_FILE] = f->file,
					[RT_HOST] = host,
					[RT_NAME] = f->rt->name,
					[RT_PROGRAM] = f->rt->path ? f->rt->path : f->rt->program,
				} };
	struct buf b = BUF_INIT, line = BUF_INIT;
	char *hint = NULL;

	if (text && *text && !template_expand(text, &vars, &b)) {
		text_one_line(buf_str(&b), b.len, CLASSIFY_MAX_LINE, &line);
		hint = buf_detach(&line);
	}
	buf_release(&b);
	free(host);
	return hint;
}

/* Did somebody else end it? Clients that catch a signal exit with 128 + it. */
static bool was_killed(int status)
{
	if (WIFSIGNALED(status))
		return true;
	return WIFEXITED(status) && (WEXITSTATUS(status) == 130 || WEXITSTATUS(status) == 137 ||
				     WEXITSTATUS(status) == 143);
}

static enum err_class decide(const struct failure *f, const struct rt_rule *rule)
{
	if (f->timed_out)
		return ERR_TIMEOUT;
	if (f->stopped)
		return ERR_KILLED;
	if (rule)
		return rule->class;
	return was_killed(f->status) ? ERR_KILLED : ERR_UNKNOWN;
}

/* daemon-down, missing.host and transient.connect, by their rules' names. */
static bool is_unreached(const struct rt_rule *rule, enum err_class class)
{
	const char *word = rule ? strchr(rule->name, '.') : NULL;

	if (!rule || rule->class != class)
		return false;
	return class == ERR_DAEMON_DOWN ||
	       (word && (!strcmp(word, ".host") || !strcmp(word, ".connect")));
}

void classify(const struct failure *f, struct verdict *ret)
{
	const struct rt_rule *rule = NULL;
	struct piece where = { 0, 0 };
	struct texts t;

	copy_text(f, &t);
	blank_ref(&t, f->image);
	blank_ref(&t, f->target);
	blank_file(&t, f->file);
	find_rule(f, &t, &rule, &where);
	ret->class = decide(f, rule);
	ret->rule = rule && rule->class == ret->class ? rule->name : NULL;
	ret->unreached = is_unreached(rule, ret->class);
	ret->line = find_line(f, &t, rule, where);
	ret->retry_after_ns = ret->class == ERR_THROTTLED || ret->class == ERR_TRANSIENT
				      ? find_retry_after_ns(&t)
				      : -1;
	if (ret->class == ERR_TIMEOUT)
		ret->hint = mem_strdup("it took too long; give it more time with --timeout");
	else if (ret->class == ERR_KILLED && !f->stopped)
		ret->hint = mem_strdup("something outside of hpn ended it; is memory short?");
	else
		ret->hint = rule && ret->class == rule->class ? find_hint(f, rule->name) : NULL;
	texts_release(&t);
}

void verdict_release(struct verdict *v)
{
	free(v->line);
	free(v->hint);
	*v = (struct verdict){ .class = ERR_UNKNOWN };
}
