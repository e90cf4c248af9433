/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runtime/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "runtime/socket.h"
#include "runtime/text.h"

#define MAX_LINE_BYTES ((size_t)300)
#define MAX_VERSION_BYTES ((size_t)60)

static int absent(struct probe *p, struct buf *why)
{
	p->there = false;
	free(p->reason);
	p->reason = buf_detach(why);
	return -1;
}

enum program_is { PROGRAM_NONE, PROGRAM_NO_EXEC, PROGRAM_FINE };

static enum program_is look_at(const char *path)
{
	struct stat st;

	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return PROGRAM_NONE;
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) ? PROGRAM_NO_EXEC : PROGRAM_FINE;
}

/* Walk PATH; keeps the first that may not be executed, for the message. */
static char *search(const char *program, const char *path, char **ret_no_exec)
{
	while (path && *path) {
		size_t len = strcspn(path, ":");
		struct buf b = BUF_INIT;
		enum program_is is = PROGRAM_NONE;

		if (*path == '/') {
			buf_add(&b, path, len);
			buf_addf(&b, "/%s", program);
			is = look_at(buf_str(&b));
		}
		if (is == PROGRAM_FINE)
			return buf_detach(&b);
		if (is == PROGRAM_NO_EXEC && !*ret_no_exec)
			*ret_no_exec = buf_detach(&b);
		buf_release(&b);
		path += len + (path[len] == ':');
	}
	return NULL;
}

static int find_absolute(struct runtime *rt, struct probe *p)
{
	enum program_is is = look_at(rt->program);
	struct buf why = BUF_INIT;

	if (is == PROGRAM_FINE) {
		rt->path = mem_strdup(rt->program);
		return 0;
	}
	if (is == PROGRAM_NO_EXEC)
		buf_addf(&why, "%s is not executable", rt->program);
	else
		buf_addf(&why, "there is no program %s", rt->program);
	return absent(p, &why);
}

int runtime_find_program(struct runtime *rt, const char *path, struct probe *ret_probe)
{
	struct buf why = BUF_INIT;
	char *no_exec = NULL;

	free(rt->path);
	rt->path = NULL;
	if (rt->program[0] == '/')
		return find_absolute(rt, ret_probe);
	rt->path = search(rt->program, path, &no_exec);
	if (rt->path) {
		free(no_exec);
		return 0;
	}
	if (no_exec)
		buf_addf(&why, "found %s, but it is not executable", no_exec);
	else if (strcmp(rt->program, rt->name))
		buf_addf(&why, "%s not found in PATH", rt->program);
	else
		buf_adds(&why, "not found in PATH");
	free(no_exec);
	return absent(ret_probe, &why);
}

/* The variable that has the place of the daemon, if it names one that is not
 * the usual one. */
static const char *find_variable(const struct runtime *rt, const char **ret_value)
{
	const char *const names[] = { rt->probe.socket_env, rt->daemon.socket_env };
	const char *const usual[] = { rt->probe.socket, rt->daemon.socket };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct buf path = BUF_INIT;
		bool is_usual;

		*ret_value = names[i] ? getenv(names[i]) : NULL;
		socket_path(names[i], NULL, &path);
		is_usual = usual[i] && !strcmp(buf_str(&path), usual[i]);
		buf_release(&path);
		if (*ret_value && **ret_value && !is_usual)
			return names[i];
	}
	return NULL;
}

void probe_add_advice(const struct runtime *rt, struct buf *b)
{
	const char *value;
	const char *variable = find_variable(rt, &value);

	if (variable) {
		buf_addf(b, "check $%s, which is ", variable);
		text_one_line(value, strlen(value), MAX_LINE_BYTES, b);
	} else if (rt->probe.start_hint) {
		buf_adds(b, rt->probe.start_hint);
	}
}

static void add_hint(const char *hint, struct buf *b)
{
	if (hint)
		buf_addf(b, "; %s", hint);
}

static void add_start_advice(const struct runtime *rt, struct buf *b)
{
	struct buf advice = BUF_INIT;

	probe_add_advice(rt, &advice);
	add_hint(advice.data, b);
	buf_release(&advice);
}

int probe_knock(const struct runtime *rt, struct probe *ret_probe)
{
	struct buf path = BUF_INIT, why = BUF_INIT;
	pid_t pid;
	int rc = 0;

	socket_path(rt->probe.socket_env, rt->probe.socket, &path);
	if (path.len)
		rc = socket_knock(buf_str(&path), &pid);
	if (rc == ENOENT || rc == ECONNREFUSED) {
		buf_addf(&why, "found %s, but its daemon does not answer: %s: %s", rt->path,
			 buf_str(&path), strerror(rc));
		add_start_advice(rt, &why);
		absent(ret_probe, &why);
	}
	buf_release(&path);
	return ret_probe->reason ? -1 : 0;
}

void probe_argv(const struct runtime *rt, struct strvec *ret_argv)
{
	static const struct rt_vars none = { .v = { NULL } };

	strvec_clear(ret_argv);
	strvec_push(ret_argv, rt->path);
	words_expand(&rt->probe.argv, &none, ret_argv, NULL);
}

static char *find_version(const struct runtime *rt, const char *out)
{
	struct buf b = BUF_INIT;
	regmatch_t m[2];

	for (size_t i = 0; i < rt->probe.version.n; i++) {
		if (!pattern_match(&rt->probe.version.v[i], out, 2, m) || m[1].rm_so < 0)
			continue;
		text_one_line(out + m[1].rm_so, (size_t)(m[1].rm_eo - m[1].rm_so),
			      MAX_VERSION_BYTES, &b);
		if (b.len)
			return buf_detach(&b);
	}
	buf_release(&b);
	return NULL;
}

/* The line of the text that one of the patterns matches. */
static bool add_matching_line(const struct rt_patterns *p, const char *text, struct buf *b)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		char *line = mem_strndup(text, len);
		bool hit = patterns_match(p, line);

		free(line);
		if (hit) {
			text_one_line(text, len, MAX_LINE_BYTES, b);
			return true;
		}
		text += len + (text[len] == '\n');
	}
	return false;
}

static void add_last_line(const char *text, struct buf *b)
{
	const char *best = "";
	size_t best_len = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");

		if (strspn(text, " \t\r") < len) {
			best = text;
			best_len = len;
		}
		text += len + (text[len] == '\n');
	}
	text_one_line(best, best_len, MAX_LINE_BYTES, b);
}

static void add_status(int status, struct buf *b)
{
	if (WIFSIGNALED(status))
		buf_addf(b, "was killed by signal %d", WTERMSIG(status));
	else
		buf_addf(b, "ended with status %d", WEXITSTATUS(status));
}

static void explain(const struct runtime *rt, const struct probe_end *end, struct buf *why)
{
	struct buf line = BUF_INIT;

	if (add_matching_line(&rt->probe.not_permitted, end->err, &line)) {
		buf_addf(why, "found %s, but it may not talk to its daemon: %s", rt->path,
			 buf_str(&line));
		add_hint(rt->probe.permit_hint, why);
	} else if (add_matching_line(&rt->probe.stopped, end->err, &line)) {
		buf_addf(why, "found %s, but its daemon does not answer: %s", rt->path,
			 buf_str(&line));
		add_start_advice(rt, why);
	} else {
		buf_addf(why, "found %s, but asking it for its version ", rt->path);
		add_status(end->status, why);
		add_last_line(end->err, &line);
		if (line.len)
			buf_addf(why, ": %s", buf_str(&line));
	}
	buf_release(&line);
}

void probe_judge(const struct runtime *rt, const struct probe_end *end, struct probe *ret_probe)
{
	struct buf why = BUF_INIT;

	if (end->spawn_errno) {
		buf_addf(&why, "found %s, but it cannot be started: %s", rt->path,
			 strerror(end->spawn_errno));
		absent(ret_probe, &why);
		return;
	}
	free(ret_probe->version);
	ret_probe->version = find_version(rt, end->out);
	if (!end->timed_out && WIFEXITED(end->status) && !WEXITSTATUS(end->status)) {
		ret_probe->there = true;
		free(ret_probe->reason);
		ret_probe->reason = NULL;
		return;
	}
	if (end->timed_out) {
		buf_addf(&why, "found %s, but it did not answer within %d s", rt->path,
			 (int)(PROBE_LIMIT_NS / NS_PER_S));
		add_start_advice(rt, &why);
	} else {
		explain(rt, end, &why);
	}
	absent(ret_probe, &why);
}

static size_t widest(size_t have, const char *s)
{
	size_t len = strlen(s);

	return len > have ? len : have;
}

static const char *shown_version(const struct probe *p)
{
	return p->version ? p->version : "-";
}

static const char *shown_path(const struct runtime *rt)
{
	return rt->path ? rt->path : "-";
}

static void pad(struct buf *b, const char *s, size_t width)
{
	buf_addf(b, "%-*s  ", (int)width, s);
}

void probe_table(struct runtime *const *rts, const struct probe *probes, size_t n, struct buf *b)
{
	size_t name = strlen("NAME"), version = strlen("VERSION"), path = strlen("PROGRAM");

	for (size_t i = 0; i < n; i++) {
		name = widest(name, rts[i]->name);
		version = widest(version, shown_version(&probes[i]));
		path = widest(path, shown_path(rts[i]));
	}
	pad(b, "NAME", name);
	pad(b, "STATE", strlen("missing"));
	pad(b, "VERSION", version);
	pad(b, "PROGRAM", path);
	buf_adds(b, "DESCRIPTOR\n");
	for (size_t i = 0; i < n; i++) {
		const struct probe *p = &probes[i];

		pad(b, rts[i]->name, name);
		pad(b,
		    p->there       ? "answers"
		    : rts[i]->path ? "silent"
				   : "missing",
		    strlen("missing"));
		pad(b, shown_version(p), version);
		pad(b, shown_path(rts[i]), path);
		buf_addf(b, "%s\n", rts[i]->source);
		if (!p->there && p->reason)
			buf_addf(b, "  %s\n", p->reason);
		if (!rts[i]->path && rts[i]->install_hint)
			buf_addf(b, "  to install it: %s\n", rts[i]->install_hint);
	}
}

void probe_release(struct probe *p)
{
	free(p->version);
	free(p->reason);
	*p = (struct probe){ 0 };
}
