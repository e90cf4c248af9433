/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/fresh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "query/ask.h"
#include "query/local_images.h"
#include "state/archive_cache.h"
#include "app/pipe.h"
#include "base/clock.h"
#include "base/mem.h"

#define LONGEST_MANIFEST_NS (60 * NS_PER_S)

struct fresh {
	struct action *action;
	const struct local_images *images;
	struct archive_cache archives;
	uint8_t *there; /* of each job, a bit for each stage */
};

/* A question about one job's part in one stage. */
struct questions {
	struct fresh *fresh;
	struct stage *stage;
	uint32_t *job;
	uint32_t n;
};

static unsigned bit_of(const struct action *a, const struct stage *st)
{
	return 1u << (unsigned)(st - a->stage);
}

static void mark(struct fresh *f, const struct stage *st, uint32_t job)
{
	f->there[job] |= (uint8_t)bit_of(f->action, st);
}

static const struct local_image *fact_of(const struct fresh *f, uint32_t job)
{
	return f->action->target[job].bad
		       ? NULL
		       : local_images_find(f->images, action_name(f->action, job));
}

/* ---- pull ---- */

static void look_for_images(struct fresh *f, const struct stage *st)
{
	const char *platform = cfg_str(f->action->cfg, OPT_PLATFORM);

	for (uint32_t i = 0; i < f->action->n; i++) {
		const struct local_image *fact = fact_of(f, i);

		if (fact && (!*platform || strcmp(platform, fact->platform) == 0))
			mark(f, st, i);
	}
}

/* ---- save ---- */

static void ask_archive(void *ctx, uint32_t i, struct strvec *argv)
{
	struct questions *q = ctx;

	pipe_look_argv(q->stage->path[q->job[i]], argv);
}

/* One image, and it is the one: "Image: NAME sha256:ID PLATFORM". */
static bool holds(const char *text, const char *id)
{
	static const char word[] = "Image: ";
	char wanted[IMAGE_ID_LEN + 16];

	snprintf(wanted, sizeof(wanted), " sha256:%s ", id);
	return strncmp(text, word, strlen(word)) == 0 && strstr(text, wanted) &&
	       !strstr(text + strlen(word), word);
}

static void take_archive(void *ctx, uint32_t i, int status, const struct buf *out,
			 const char *err_text)
{
	struct questions *q = ctx;
	const struct local_image *fact = fact_of(q->fresh, q->job[i]);

	(void)err_text;
	if (status != 0 || !fact || !out->len || !holds(out->data, fact->id))
		return;
	mark(q->fresh, q->stage, q->job[i]);
	archive_cache_note(&q->fresh->archives, q->stage->path[q->job[i]], fact->id);
}

static bool is_file(const char *path)
{
	struct stat st;

	return path && stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
}

/* Those that hpn remembers are only looked at; the others are read. */
static void look_for_archives(struct fresh *f, struct questions *q)
{
	for (uint32_t i = 0; i < f->action->n; i++) {
		const struct local_image *fact = fact_of(f, i);
		const char *path = q->stage->path[i], *id;

		if (!fact || !is_file(path))
			continue;
		id = archive_cache_id(&f->archives, path);
		if (!id)
			q->job[q->n++] = i;
		else if (strcmp(id, fact->id) == 0)
			mark(f, q->stage, i);
	}
}

/* ---- push ---- */

static void ask_registry(void *ctx, uint32_t i, struct strvec *argv)
{
	struct questions *q = ctx;
	struct buf host = BUF_INIT;
	struct rt_call call = { .target = q->stage->path[q->job[i]] };

	call.insecure_host = action_insecure(q->fresh->action, call.target, &host);
	if (runtime_argv(q->fresh->action->rt, RT_MANIFEST, &call, argv, NULL))
		strvec_clear(argv);
	buf_release(&host);
}

/* A manifest names its image by the sum of the configuration, which is its id;
 * a list of manifests does not, and is pushed again. */
static void take_manifest(void *ctx, uint32_t i, int status, const struct buf *out,
			  const char *err_text)
{
	struct questions *q = ctx;
	const struct local_image *fact = fact_of(q->fresh, q->job[i]);
	char wanted[IMAGE_ID_LEN + 16];

	(void)err_text;
	if (status != 0 || !fact || !out->len)
		return;
	snprintf(wanted, sizeof(wanted), "\"sha256:%s\"", fact->id);
	if (strstr(out->data, wanted))
		mark(q->fresh, q->stage, q->job[i]);
}

static void look_in_registry(struct fresh *f, struct questions *q)
{
	for (uint32_t i = 0; i < f->action->n; i++)
		if (q->stage->path[i] && fact_of(f, i))
			q->job[q->n++] = i;
}

/* ---- all of it ---- */

static void look(struct fresh *f, struct stage *st)
{
	struct questions q = { .fresh = f, .stage = st };
	struct ask ask = {
		.workers = (unsigned)cfg_workers(f->action->cfg),
		.envp = f->action->env.v,
		.ctx = &q,
	};

	if (st->ops == &action_pull) {
		look_for_images(f, st);
		return;
	}
	q.job = mem_array(f->action->n, sizeof(*q.job));
	if (st->ops == &action_save) {
		look_for_archives(f, &q);
		ask.command = ask_archive;
		ask.answer = take_archive;
		ask.timeout_ns = cfg_duration_ns(f->action->cfg, OPT_TIMEOUT);
	} else if (st->ops == &action_push && f->action->rt->verb[RT_MANIFEST].given) {
		look_in_registry(f, &q);
		ask.command = ask_registry;
		ask.answer = take_manifest;
		ask.timeout_ns = LONGEST_MANIFEST_NS;
	}
	ask.n = q.n;
	ask_all(f->action->console, &ask);
	free(q.job);
}

struct fresh *fresh_new(struct action *a)
{
	struct fresh *f;
	struct err err;

	if (!cfg_bool(a->cfg, OPT_IF_MISSING) || cfg_bool(a->cfg, OPT_FORCE) || a->paths.v || !a->n)
		return NULL;
	f = mem_alloc(sizeof(*f));
	f->action = a;
	f->there = mem_array(a->n, sizeof(*f->there));
	f->images = action_images(a, &err);
	if (!f->images) {
		console_warn("Warning: --if-missing: %s; everything is done\n", err.text);
		fresh_free(f);
		return NULL;
	}
	archive_cache_load(&f->archives);
	for (unsigned i = 0; i < a->n_stages; i++)
		look(f, &a->stage[i]);
	return f;
}

/* The bits of the stages before this one. */
static unsigned before(const struct fresh *f, const struct place *at)
{
	return bit_of(f->action, at->stage) - 1;
}

bool fresh_has(const struct fresh *f, const struct place *at)
{
	unsigned all = f ? before(f, at) | bit_of(f->action, at->stage) : 0;

	return f && (f->there[at->job] & all) == all;
}

/* After a pull in this run it may be another image than the one that was asked
 * about. */
void fresh_saved(struct fresh *f, const struct place *at)
{
	const struct local_image *fact = f ? fact_of(f, at->job) : NULL;

	if (fact && (f->there[at->job] & before(f, at)) == before(f, at))
		archive_cache_note(&f->archives, at->path, fact->id);
}

void fresh_free(struct fresh *f)
{
	if (!f)
		return;
	archive_cache_save(&f->archives, NULL);
	archive_cache_release(&f->archives);
	free(f->there);
	free(f);
}
