/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "query/select.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/self.h"
#include "pool/pool.h"
#include "query/ask.h"
#include "runtime/builtin.h"
#include "runtime/choose.h"
#include "runtime/probe.h"

struct prober {
	struct console *console;
	struct runtimes *all;
	struct probe *probes;
	struct candidate *candidates;
	struct asking *asking;
	struct deadline head_start;
	bool hurry;
};

static void command(void *ctx, uint32_t i, struct strvec *argv)
{
	probe_argv(((struct prober *)ctx)->all->v[i], argv);
}

static void settle(struct prober *p, uint32_t i)
{
	p->candidates[i].state = p->probes[i].there ? PROBE_THERE : PROBE_ABSENT;
	p->candidates[i].reason = p->probes[i].reason;
}

static void ended(void *ctx, const struct pool_attempt *at, const struct buf *out)
{
	struct prober *p = ctx;
	struct probe_end end = {
		.spawn_errno = at->cause == CAUSE_UNSTARTED ? at->spawn_errno : 0,
		.timed_out = at->cause == CAUSE_TIMED_OUT,
		.status = at->status,
		.out = buf_str(out),
		.err = at->text,
	};

	if (at->cause != CAUSE_STOPPED) {
		probe_judge(p->all->v[at->job], &end, &p->probes[at->job]);
		settle(p, at->job);
	}
}

static void on_head_start(void *owner, struct deadline *d)
{
	(void)d;
	((struct prober *)owner)->hurry = true;
}

static void prober_init(struct prober *p, struct console *s, struct runtimes *all)
{
	unsigned n = (unsigned)all->n;
	struct ask q = { .n = n,
			 .workers = n,
			 .timeout_ns = PROBE_LIMIT_NS,
			 .ctx = p,
			 .command = command,
			 .ended = ended };

	*p = (struct prober){ .console = s, .all = all };
	p->probes = mem_array(n, sizeof(*p->probes));
	p->candidates = mem_array(n, sizeof(*p->candidates));
	p->asking = ask_open(s, &q);
	for (unsigned i = 0; i < n; i++) {
		p->candidates[i].name = all->v[i]->name;
		p->candidates[i].automatic = all->v[i]->priority > 0;
		p->candidates[i].install = all->v[i]->install_hint;
	}
	p->head_start.due = on_head_start;
	p->head_start.owner = p;
	deadline_set(&s->loop.deadlines, &p->head_start, clock_now_ns() + CHOICE_HEAD_START_NS);
}

static void prober_release(struct prober *p)
{
	ask_close(p->asking);
	deadline_clear(&p->console->loop.deadlines, &p->head_start);
	for (size_t i = 0; p->probes && i < p->all->n; i++)
		probe_release(&p->probes[i]);
	free(p->probes);
	free(p->candidates);
}

/* Find the program, and ask it for its version. */
static void probe_start(struct prober *p, size_t i)
{
	if (runtime_find_program(p->all->v[i], getenv("PATH"), &p->probes[i]) ||
	    probe_knock(p->all->v[i], &p->probes[i])) {
		settle(p, (uint32_t)i);
		return;
	}
	p->candidates[i].state = PROBE_RUNNING;
	ask_add(p->asking, (uint32_t)i);
}

static void probe_until_ready(struct prober *p, const struct choice *ch)
{
	size_t *which = mem_array(ch->n, sizeof(*which));

	while (!choice_is_ready(ch) && !p->console->ended_by) {
		size_t n = choice_next(ch, p->hurry, which);

		for (size_t i = 0; i < n; i++)
			probe_start(p, which[i]);
		/* Not when a program that was not found makes room for the next. */
		if (!choice_is_ready(ch) && !choice_next(ch, p->hurry, which))
			ask_turn(p->asking);
	}
	free(which);
}

static int ask(struct console *s, const struct choice *ch, struct chosen *c)
{
	char line[256];
	bool answered;

	console_write(s, buf_str(&c->out), c->out.len);
	answered = console_read_line(s, line, sizeof(line));
	buf_reset(&c->out);
	choice_answer(ch, choice_is_yes(answered ? line : NULL), c);
	return s->ended_by ? -1 : 0;
}

static const struct runtime *decide(struct console *s, const struct choice *ch,
				    struct runtimes *all, struct err *err)
{
	const struct runtime *rt = NULL;
	struct chosen c;

	choice_make(ch, &c);
	if (c.kind == CHOICE_ASK && ask(s, ch, &c))
		err_set(err, "interrupted");
	else if (c.kind == CHOICE_FAIL)
		err_set(err, "%s", buf_str(&c.err));
	else
		rt = all->v[c.use];
	console_write(s, buf_str(&c.out), c.out.len);
	chosen_release(&c);
	return rt;
}

/* In a prefix hpn is in bin, and its other programs are in libexec/hpn. */
static void find_share(struct buf *share)
{
	struct buf hpn = BUF_INIT;

	self_path("../share/hpn", share);
	self_path("hpn", &hpn);
	if (access(buf_str(share), F_OK) && access(buf_str(&hpn), F_OK))
		self_path("../../share/hpn", share);
	buf_release(&hpn);
}

static int load_all(const struct cfg *cfg, struct runtimes *ret_all, struct err *err)
{
	struct strvec dirs = STRVEC_INIT;
	struct buf share = BUF_INIT;
	struct rt_search search;
	int rc;

	for (char *const *d = cfg_list(cfg, OPT_RUNTIME_DIR); *d; d++)
		strvec_push(&dirs, *d);
	rt_search_init(&search, &dirs);
	find_share(&share);
	if (access(buf_str(&share), F_OK) == 0)
		search.pkgdatadir = buf_str(&share);
	search.env_path = NULL; /* the option has $HPN_RUNTIME_PATH in it already */
	rc = runtimes_load(&search, ret_all, err);
	buf_release(&share);
	strvec_release(&dirs);
	return rc;
}

static bool is_installed(struct runtime *rt)
{
	struct probe why = { 0 };
	bool found = runtime_find_program(rt, getenv("PATH"), &why) == 0;

	probe_release(&why);
	return found;
}

/* For --dry-run, which starts nothing, it is enough that the program exists. */
static const struct runtime *first_installed(const struct choice *ch, struct runtimes *all)
{
	bool wanted = ch->wanted && *ch->wanted;
	const char *name = wanted ? ch->wanted : ch->preferred;
	struct runtime *named = name && *name ? runtimes_find(all, name) : NULL;

	if (wanted)
		return named && is_installed(named) ? named : NULL;
	if (named && is_installed(named))
		return named;
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i]->priority > 0 && is_installed(all->v[i]))
			return all->v[i];
	return NULL;
}

int select_check_preferred(const struct cfg *cfg, struct err *err)
{
	const char *name = cfg_str(cfg, OPT_RUNTIME_PREFERRED);
	struct runtimes all;
	struct buf known = BUF_INIT;
	int rc = 0;

	if (!*name)
		return 0;
	for (const struct rt_builtin *b = rt_builtins; b->name; b++)
		if (!strcmp(b->name, name))
			return 0;
	if (load_all(cfg, &all, err))
		return -1;
	for (size_t i = 0; i < all.n; i++)
		buf_addf(&known, "%s%s", i ? ", " : "", all.v[i]->name);
	if (!runtimes_find(&all, name))
		rc = err_set(err,
			     "%s: runtime.preferred: there is no descriptor of a runtime '%s';"
			     " known: %s",
			     cfg_source(cfg, OPT_RUNTIME_PREFERRED), name, buf_str(&known));
	buf_release(&known);
	runtimes_release(&all);
	return rc;
}

const struct runtime *select_runtime(struct console *s, const struct cfg *cfg,
				     struct runtimes *ret_all, struct err *err)
{
	const struct runtime *rt = NULL;
	struct prober p;
	struct choice ch = {
		.wanted = cfg_str(cfg, OPT_RUNTIME),
		.preferred = cfg_str(cfg, OPT_RUNTIME_PREFERRED),
		.auto_fallback = cfg_bool(cfg, OPT_AUTO_FALLBACK),
	};

	if (load_all(cfg, ret_all, err))
		return NULL;
	if (cfg_bool(cfg, OPT_DRY_RUN))
		rt = first_installed(&ch, ret_all);
	if (rt)
		return rt;
	prober_init(&p, s, ret_all);
	ch.c = p.candidates;
	ch.n = ret_all->n;
	probe_until_ready(&p, &ch);
	if (s->ended_by)
		err_set(err, "interrupted");
	else
		rt = decide(s, &ch, ret_all, err);
	prober_release(&p);
	return rt;
}

int select_survey(struct console *s, const struct cfg *cfg, struct runtimes *ret_all,
		  struct probe **ret_probes, struct err *err)
{
	struct prober p;

	*ret_all = (struct runtimes){ 0 };
	*ret_probes = NULL;
	if (load_all(cfg, ret_all, err))
		return -1;
	prober_init(&p, s, ret_all);
	for (size_t i = 0; i < ret_all->n; i++)
		probe_start(&p, i);
	while (ask_turn(p.asking))
		;
	*ret_probes = p.probes;
	p.probes = NULL;
	prober_release(&p);
	return s->ended_by ? err_set(err, "interrupted") : 0;
}

void select_survey_free(struct runtimes *all, struct probe *probes)
{
	for (size_t i = 0; probes && i < all->n; i++)
		probe_release(&probes[i]);
	free(probes);
	runtimes_release(all);
}

int select_list(struct console *s, const struct cfg *cfg)
{
	struct runtimes all;
	struct probe *probes;
	struct buf b = BUF_INIT;
	struct err err;
	int status = 1;

	if (select_survey(s, cfg, &all, &probes, &err)) {
		if (!s->ended_by)
			console_warn("Error: %s\n", err.text);
	} else {
		probe_table(all.v, probes, all.n, &b);
		console_write(s, buf_str(&b), b.len);
		for (size_t i = 0; i < all.n; i++)
			if (probes[i].there)
				status = 0;
	}
	select_survey_free(&all, probes);
	buf_release(&b);
	return status;
}
