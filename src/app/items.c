/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/items.h"

#include <stdlib.h>
#include <string.h>

#include "state/archives.h"
#include "app/bundle.h"
#include "query/expect.h"
#include "app/loaded.h"
#include "app/steps.h"
#include "base/mem.h"
#include "image/names.h"
#include "output/clean.h"

extern char **environ;

static const char *wanted_name(void *ctx, uint32_t i)
{
	const struct action *a = ctx;

	return a->target[i].bad ? NULL : action_name(a, i);
}

const struct local_images *action_images(struct action *a, struct err *err)
{
	if (!a->asked &&
	    local_images_read(&a->images, a->console, a->rt, a->env.v, wanted_name, a, a->n, err))
		return NULL;
	a->asked = true;
	return &a->images;
}

static int read_lists(struct action *a, const struct args *args, struct err *err)
{
	enum list_form form = cfg_bool(a->cfg, OPT_FROM_YAML) ? LIST_YAML : LIST_AUTO;

	list_init(&a->list);
	a->list.stop_fd = a->console->sig_fd;
	a->list.stopped = console_stopped;
	a->list.stop_ctx = a->console;
	for (char *const *f = usage_lists(args, a->cfg); *f; f++)
		if (list_read(&a->list, *f, form, err))
			return err_wrap(err, "failed to read image list");
	for (size_t i = 0; i < args->operands.n; i++)
		if (list_add_word(&a->list, args->operands.v[i], err))
			return err_wrap(err, "failed to read image list");
	list_seal(&a->list);
	a->n = (uint32_t)a->list.n;
	return 0;
}

static int find_archives(struct action *a, const struct args *args, struct err *err)
{
	static const char *const where[] = { "", "in current directory", "in images directory",
					     "recursively" };
	int mode = a->stage[0].mode;
	struct err why;

	for (size_t i = 0; i < args->operands.n; i++)
		strvec_push(&a->paths, args->operands.v[i]);
	if (a->stage[0].ops->no_runtime)
		return verify_find(a, args, err);
	if (!args->operands.n && archives_find(mode, &a->paths, &why))
		return err_set(err, "failed to find tar files %s: %s", where[mode], why.text);
	if (!args->operands.n && mode == 1)
		expect_listed(a->console, &a->paths);
	if (*cfg_str(a->cfg, OPT_EXPECT) && !action_is_dry(a) &&
	    expect_all(a->console, cfg_str(a->cfg, OPT_EXPECT), &a->paths, err))
		return -1;
	a->n = (uint32_t)a->paths.n;
	if (!a->paths.v) /* so that it tells paths from a list even when empty */
		a->paths.v = mem_alloc(sizeof(char *));
	return 0;
}

/* A bad line fails in its place; with --strict nothing is started at all. */
static int tell_bad_lines(struct action *a, struct err *err)
{
	bool strict = cfg_bool(a->cfg, OPT_STRICT);

	for (uint32_t i = 0; i < a->list.n; i++) {
		const char *bad = a->list.item[i].bad;
		struct buf where = BUF_INIT;

		if (!bad)
			continue;
		action_where(a, i, &where);
		if (strict)
			err_set(err, "failed to read image list: %s: %s", buf_str(&where), bad);
		else
			console_warn("Warning: %s: %s\n", buf_str(&where), bad);
		buf_release(&where);
		if (strict)
			return -1;
		a->target[i].bad = bad;
	}
	return 0;
}

/* Paths as they may be shown: a file's name can hold anything. */
static void show_paths(struct action *a)
{
	struct buf shown = BUF_INIT;

	for (uint32_t i = 0; a->paths.v && i < a->paths.n; i++) {
		struct clean c = { 0 };

		buf_reset(&shown);
		clean_add(&c, a->paths.v[i], strlen(a->paths.v[i]), &shown);
		clean_end(&c, &shown);
		for (char *p = shown.data; p && *p; p++)
			if (*p == '\n' || *p == '\t')
				*p = '?';
		a->target[i].shown = arena_copy(&a->texts, buf_str(&shown), shown.len);
	}
	buf_release(&shown);
}

/* What comes out of archives is not known yet, but where it goes is. */
static void target_host(struct action *a, struct buf *b)
{
	struct buf target = BUF_INIT;
	struct place at = { .stage = &a->stage[a->n_stages - 1] };

	if (!names_target("image", cfg_str(a->cfg, OPT_REGISTRY), NULL, &target, NULL))
		at.path = buf_str(&target);
	steps_host(a, &at, b);
	buf_release(&target);
}

static void choose_lanes(struct action *a, struct stage *st)
{
	struct buf host = BUF_INIT;

	for (uint32_t i = 0; i < a->n; i++) {
		uint32_t lane = (uint32_t)a->lanes.n, earlier = lane;
		struct place at = action_place(a, i, st->first);

		buf_reset(&host);
		if (a->loaded && st->ops->uses_network)
			target_host(a, &host);
		else if (st->ops->uses_network)
			steps_host(a, &at, &host);
		if (claims_add(&a->lanes, buf_str(&host), host.len, lane, &earlier))
			strvec_push(&a->lane_names, buf_str(&host));
		st->lane[i] = earlier;
	}
	buf_release(&host);
}

static void set_environment(struct action *a)
{
	struct strvec base = STRVEC_INIT;

	for (char **e = environ; *e; e++)
		strvec_push(&base, *e);
	cfg_proxy_env(a->cfg, &base);
	if (a->rt)
		runtime_env(a->rt, base.v, &a->env);
	else
		for (size_t i = 0; i < base.n; i++)
			strvec_push(&a->env, base.v[i]);
	strvec_release(&base);
}

static bool any_insecure(const struct action *a)
{
	for (size_t i = 0; i < a->lane_names.n; i++)
		if (action_insecure_host(a, a->lane_names.v[i]))
			return true;
	return *cfg_list(a->cfg, OPT_INSECURE) != NULL;
}

/* What was asked for and this runtime knows nothing of is not lost silently. */
static void tell_unknown_wishes(const struct action *a)
{
	bool lost = false;

	for (unsigned i = 0; i < a->n_stages; i++) {
		const struct action_ops *ops = a->stage[i].ops;
		enum rt_verb last = ops->step[ops->steps - 1];

		lost |= ops->uses_network && !runtime_knows(a->rt, last, RT_INSECURE);
	}
	if (*cfg_str(a->cfg, OPT_PLATFORM) && action_has(a, &action_pull) &&
	    !runtime_knows(a->rt, RT_PULL, RT_PLATFORM))
		console_warn("Warning: %s knows no --platform; it takes what fits this machine\n",
			     a->rt->name);
	if (any_insecure(a) && lost)
		console_warn("Warning: %s takes no --insecure-registry; its own configuration says"
			     " which registries are insecure\n",
			     a->rt->name);
}

static int set_up_stages(struct action *a, struct err *err)
{
	for (unsigned i = 0; i < a->n_stages; i++) {
		struct stage *st = &a->stage[i];

		st->path = mem_array(a->n, sizeof(*st->path));
		st->lane = mem_array(a->n, sizeof(*st->lane));
		if (st->ops->set_up && st->ops->set_up(a, st, err))
			return -1;
		choose_lanes(a, st);
	}
	lanes_init(a);
	return 0;
}

int items_set_up(struct action *a, struct err *err)
{
	if (action_is_chatty(a))
		console_say(a->console, "Found %u %s to %s\n", a->n,
			    a->paths.v ? "tar files" : "images", a->verbs);
	a->target = mem_array(a->n, sizeof(*a->target));
	if (action_has(a, &action_load))
		a->loaded = mem_array(a->n, sizeof(*a->loaded));
	set_environment(a);
	if (tell_bad_lines(a, err) || bundle_begin(a, err))
		return -1;
	show_paths(a);
	if (set_up_stages(a, err))
		return -1;
	if (a->rt)
		tell_unknown_wishes(a);
	return 0;
}

int items_find(struct action *a, const struct args *args, struct err *err)
{
	return a->stage[0].ops->takes_files ? find_archives(a, args, err)
					    : read_lists(a, args, err);
}
