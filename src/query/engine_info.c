/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "query/engine_info.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "query/ask.h"
#include "base/clock.h"
#include "base/mem.h"
#include "runtime/argv.h"

#define LONGEST_ANSWER_NS (15 * NS_PER_S)

static char **place_of(struct engine_info *f, const char *word, size_t len)
{
	const struct {
		const char *word;
		char **to;
	} places[] = { { "driver", &f->driver },           { "root", &f->root },
		       { "staging", &f->staging },         { "http-proxy", &f->http_proxy },
		       { "https-proxy", &f->https_proxy }, { "rootless", &f->rootless } };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (!strncmp(places[i].word, word, len) && !places[i].word[len])
			return places[i].to;
	return NULL;
}

static void take_line(struct engine_info *f, const char *line, size_t len)
{
	const char *blank = memchr(line, ' ', len);
	size_t word = blank ? (size_t)(blank - line) : len;
	char **to = place_of(f, line, word);

	if (!blank || !to || *to || word + 1 >= len)
		return;
	*to = mem_alloc(len - word);
	memcpy(*to, blank + 1, len - word - 1);
}

void engine_info_parse(struct engine_info *f, const char *text, size_t len)
{
	const char *end = text + len, *nl;

	for (; text < end; text = nl + 1) {
		nl = memchr(text, '\n', (size_t)(end - text));
		if (!nl)
			nl = end;
		take_line(f, text, (size_t)(nl - text));
	}
}

struct question {
	struct engine_info *facts;
	struct rt_versions *versions;
	const struct runtime *rt;
	enum rt_verb verb;
};

static void command(void *ctx, uint32_t i, struct strvec *argv)
{
	const struct question *q = ctx;
	struct rt_call call = { 0 };

	(void)i;
	if (runtime_argv(q->rt, q->verb, &call, argv, NULL))
		strvec_clear(argv);
}

static void answer(void *ctx, uint32_t i, int status, const struct buf *out, const char *err_text)
{
	const struct question *q = ctx;

	(void)i, (void)err_text;
	if (status != 0 || !out->len)
		return;
	if (q->facts)
		engine_info_parse(q->facts, out->data, out->len);
	else
		rt_versions_read(q->versions, q->rt, out->data);
}

static void ask(struct question *question, struct console *s, char *const *envp)
{
	struct ask q = {
		.n = question->rt->verb[question->verb].given,
		.workers = 1,
		.timeout_ns = LONGEST_ANSWER_NS,
		.envp = envp,
		.ctx = question,
		.command = command,
		.answer = answer,
	};

	ask_all(s, &q);
}

void engine_info_read(struct engine_info *f, struct console *s, const struct runtime *rt,
		      char *const *envp)
{
	struct question question = { .facts = f, .rt = rt, .verb = RT_FACTS };

	*f = (struct engine_info){ 0 };
	ask(&question, s, envp);
}

void engine_versions_read(struct rt_versions *v, struct console *s, const struct runtime *rt,
			  char *const *envp)
{
	struct question question = { .versions = v, .rt = rt, .verb = RT_VERSION };

	*v = (struct rt_versions){ 0 };
	ask(&question, s, envp);
}

void engine_info_release(struct engine_info *f)
{
	free(f->driver);
	free(f->root);
	free(f->staging);
	free(f->http_proxy);
	free(f->https_proxy);
	free(f->rootless);
	*f = (struct engine_info){ 0 };
}

bool engine_info_is_folder(const char *path)
{
	struct stat st;

	return path && *path == '/' && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}
