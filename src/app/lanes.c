/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/lanes.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "app/action.h"
#include "base/clock.h"
#include "base/mem.h"

static int64_t number(const struct action *a, const char *host, enum reg id)
{
	const struct reg_value *v = registry_find(cfg_registries(a->cfg), host, id);
	int64_t num = 0;

	if (v)
		return v->num;
	option_check(reg_get(id), reg_get(id)->def, &num, NULL);
	return num;
}

static struct gate_rules rules_of(const struct action *a, const char *host)
{
	const struct reg_value *rate = registry_find(cfg_registries(a->cfg), host, REG_RATE);
	struct gate_rules r = { .workers = (unsigned)number(a, host, REG_MAX_WORKERS),
				.failures = (unsigned)number(a, host, REG_BREAKER),
				.cooldown_ns = number(a, host, REG_COOLDOWN) };
	int64_t starts;

	if (rate && !registry_read_rate(rate->text, &starts, &r.per_ns, NULL))
		r.starts = (unsigned)starts;
	return r;
}

void lanes_init(struct action *a)
{
	size_t n = a->lane_names.n;

	a->rules.gate = mem_array(n, sizeof(*a->rules.gate));
	a->rules.unreached = mem_array(n, sizeof(*a->rules.unreached));
	for (size_t i = 0; i < n && a->rt && !cfg_bool(a->cfg, OPT_SERIAL); i++)
		a->rules.gate[i] = rules_of(a, a->lane_names.v[i]);
}

void lanes_release(struct action *a)
{
	for (size_t i = 0; a->rules.unreached && i < a->lane_names.n; i++)
		free(a->rules.unreached[i]);
	free(a->rules.unreached);
	free(a->rules.gate);
	a->rules = (struct lanes){ 0 };
}

const char *lanes_name(const struct action *a, uint32_t lane)
{
	const char *host = a->lane_names.v[lane];

	return *host ? host : a->rt ? a->rt->name : a->verbs;
}

int64_t lanes_setting(const struct action *a, uint32_t lane, enum reg id, enum opt general)
{
	const char *host = a->lane_names.v[lane];
	const struct reg_value *v = registry_find(cfg_registries(a->cfg), host, id);

	if (!v || cfg_layer_source(a->cfg, general, LAYER_FLAG) ||
	    cfg_layer_source(a->cfg, general, LAYER_ENV))
		return cfg_int(a->cfg, general);
	return v->num;
}

void lanes_unreached(struct action *a, uint32_t lane, const struct verdict *v)
{
	char **why = &a->rules.unreached[lane];
	struct buf b = BUF_INIT;

	buf_adds(&b, v->line);
	if (v->hint)
		buf_addf(&b, "\n%s", v->hint);
	free(*why);
	*why = buf_detach(&b);
}

void lanes_explain(const struct action *a, uint32_t lane, struct buf *b)
{
	const char *why = a->rules.unreached[lane];

	buf_addf(b, "%s\nNot tried any more, since %s could not be reached again and again", why,
		 lanes_name(a, lane));
}

static void log_limit(const struct action *a, const struct event *ev)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s: %.*s", lanes_name(a, ev->lane), (int)ev->len, ev->data);
	if (ev->wait_ns > 0)
		buf_addf(&b, " for %.3g s", (double)ev->wait_ns / NS_PER_S);
	if (ev->workers != UINT_MAX)
		buf_addf(&b, ", %u at once", ev->workers);
	log_say(a->log, LOG_LEVEL_INFO, "%s", buf_str(&b));
	buf_release(&b);
}

static void warn_broken(const struct action *a, const struct event *ev)
{
	const char *why = a->rules.unreached[ev->lane];

	if (ev->wait_ns < 0)
		run_complain(&a->run,
			     "Warning: %s could not be reached again and again; no more is tried"
			     " there\n",
			     lanes_name(a, ev->lane));
	else
		run_complain(&a->run,
			     "Warning: %s cannot be reached; one image tries it in %.6g s: %.*s\n",
			     lanes_name(a, ev->lane), (double)ev->wait_ns / NS_PER_S,
			     (int)strcspn(why, "\n"), why);
}

void lanes_event(void *action, const struct event *ev)
{
	const struct action *a = action;

	if (ev->kind != EVENT_LIMIT || ev->lane == NO_LANE)
		return;
	if (a->log)
		log_limit(a, ev);
	if (!strcmp(ev->data, "broken"))
		warn_broken(a, ev);
}
