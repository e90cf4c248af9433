/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/lanes.h"

#include "base/mem.h"
#include "image/names.h"
#include "pool/breaker.h"

static uint32_t lane_of_host(struct plan *p, const struct buf *host)
{
	uint32_t lane = p->n_lanes, earlier = lane;
	const char *own = name_map_add(&p->hosts, buf_str(host), host->len, lane, &earlier);

	if (!own)
		return earlier;
	p->lane = mem_grow(p->lane, lane + 1, sizeof(*p->lane));
	p->lane[lane] = (struct lane_plan){ .host = own };
	p->n_lanes++;
	return lane;
}

/* Which images come out of archives is not known yet, but where they go is. */
static void target_host(const struct plan *p, const struct stage *st, struct buf *host)
{
	struct buf target = BUF_INIT;

	if (!names_target("image", p->set->registry, NULL, &target, NULL))
		plan_host(st, NULL, buf_str(&target), host);
	buf_release(&target);
}

void lanes_choose(struct plan *p, const struct stage *st)
{
	struct buf host = BUF_INIT;

	for (uint32_t i = 0; i < p->n; i++) {
		struct item *it = &p->item[i];

		buf_reset(&host);
		if (st->verb->uses_network && plan_unpacks(p))
			target_host(p, st, &host);
		else if (st->verb->uses_network)
			plan_host(st, it->name, it->path[st->nth], &host);
		it->lane[st->nth] = lane_of_host(p, &host);
	}
	buf_release(&host);
}

static const struct reg_value *section(const struct plan *p, const char *host, enum reg id)
{
	return p->set->registries ? registry_find(p->set->registries, host, id) : NULL;
}

static int64_t number(const struct plan *p, const char *host, enum reg id)
{
	const struct reg_value *v = section(p, host, id);
	int64_t num = 0;

	if (v)
		return v->num;
	option_check(reg_get(id), reg_get(id)->def, &num, NULL);
	return num;
}

static int64_t unless_for_all(const struct plan *p, const char *host, enum reg id, bool for_all,
			      int64_t general)
{
	const struct reg_value *v = section(p, host, id);

	return !v || for_all ? general : v->num;
}

static struct breaker_rules rules_of(const struct plan *p, const char *host)
{
	const struct reg_value *rate = section(p, host, REG_RATE);
	struct breaker_rules r = { .workers = (unsigned)number(p, host, REG_MAX_WORKERS),
				   .failures = (unsigned)number(p, host, REG_BREAKER),
				   .cooldown_ns = number(p, host, REG_COOLDOWN) };
	int64_t starts;

	if (r.failures)
		r.patience_ns = p->set->patience_ns / 2;
	if (rate && !registry_read_rate(rate->text, &starts, &r.per_ns, NULL))
		r.starts = (unsigned)starts;
	return r;
}

void lanes_set_rules(struct plan *p)
{
	const struct settings *set = p->set;

	for (uint32_t i = 0; i < p->n_lanes; i++) {
		struct lane_plan *l = &p->lane[i];

		l->name = *l->host ? l->host : p->rt ? p->rt->name : p->verbs;
		l->attempts = (unsigned)unless_for_all(p, l->host, REG_MAX_ATTEMPTS,
						       set->attempts_for_all, set->attempts);
		l->delay_ns = unless_for_all(p, l->host, REG_DELAY, set->delay_for_all,
					     set->retry_delay_ns);
		l->max_delay_ns = unless_for_all(p, l->host, REG_MAX_DELAY, set->max_delay_for_all,
						 set->retry_max_delay_ns);
		if (p->rt && !set->serial)
			l->rules = rules_of(p, l->host);
		else if (p->rt)
			l->rules = (struct breaker_rules){
				.cooldown_ns = number(p, l->host, REG_COOLDOWN),
				.patience_ns = set->patience_ns / 2,
			};
	}
}

struct breaker_rules lanes_engine_rules(const struct plan *p)
{
	return (struct breaker_rules){ .cooldown_ns = number(p, "", REG_COOLDOWN),
				       .patience_ns = p->rt ? p->set->patience_ns : 0 };
}
