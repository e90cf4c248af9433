/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/cfg.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "config/cfgstore.h"
#include "config/jobs.h"

const char *cfg_str(const struct cfg *c, enum opt id)
{
	return cfg_find(c, id, LAYER_FLAG)->text;
}

int64_t cfg_int(const struct cfg *c, enum opt id)
{
	return cfg_find(c, id, LAYER_FLAG)->num;
}

int cfg_bool(const struct cfg *c, enum opt id)
{
	return cfg_int(c, id) != 0;
}

int64_t cfg_duration_ns(const struct cfg *c, enum opt id)
{
	return cfg_int(c, id);
}

char *const *cfg_list(const struct cfg *c, enum opt id)
{
	static char *const none[] = { NULL };
	const struct strvec *list = option_get(id)->bits & OPT_F_ADDS
					    ? &c->all[id]
					    : &cfg_find(c, id, LAYER_FLAG)->list;

	return list->n ? list->v : none;
}

const char *cfg_source(const struct cfg *c, enum opt id)
{
	return cfg_find(c, id, LAYER_FLAG)->where;
}

int cfg_given_by_flag(const struct cfg *c, enum opt id)
{
	return c->v[id][LAYER_FLAG].text != NULL;
}

int cfg_is_set(const struct cfg *c, enum opt id)
{
	return cfg_find(c, id, LAYER_FLAG) != &c->def[id];
}

const struct strvec *cfg_warnings(const struct cfg *c)
{
	return &c->warnings;
}

const char *cfg_file(const struct cfg *c)
{
	return c->file;
}

int cfg_finds_level(const struct cfg *c)
{
	if (cfg_bool(c, OPT_SERIAL))
		return 0;
	if (cfg_counts(c, OPT_JOBS, LAYER_FLAG))
		return !c->v[OPT_JOBS][LAYER_FLAG].num;
	return cfg_bool(c, OPT_AUTO_ADJUST);
}

int cfg_max_workers(const struct cfg *c)
{
	const struct value *v = cfg_find(c, OPT_JOBS, LAYER_ENV);

	return v == &c->def[OPT_JOBS] ? 0 : (int)v->num;
}

int cfg_workers(const struct cfg *c)
{
	int start = (int)c->def[OPT_JOBS].num, most = cfg_max_workers(c);

	if (cfg_bool(c, OPT_SERIAL))
		return 1;
	if (!cfg_finds_level(c))
		return (int)cfg_int(c, OPT_JOBS);
	return most && most < start ? most : start;
}

const char *cfg_jobs_file(const struct cfg *c)
{
	const char *text = c->v[OPT_JOBS][LAYER_FLAG].text;
	unsigned n;

	return text && *text && jobs_parse(text, 1, &n) == -EINVAL ? text : "";
}

struct registries *cfg_registries(const struct cfg *c)
{
	return c->registries;
}

int cfg_log_setup(const struct cfg *c, struct log_setup *ret_setup)
{
	static const char *const levels[] = { "debug", "info", "warn", "error" };
	int asked = 0;

	for (unsigned i = OPT_LOG_LEVEL; i <= OPT_LOG_COLORS; i++)
		asked |= cfg_is_set(c, (enum opt)i);
	*ret_setup = (struct log_setup){
		.json = !strcmp(cfg_str(c, OPT_LOG_FORMAT), "json"),
		.timestamp = cfg_bool(c, OPT_LOG_TIMESTAMP),
		.colors = cfg_bool(c, OPT_LOG_COLORS),
		.console_fd = cfg_bool(c, OPT_LOG_CONSOLE) ? STDERR_FILENO : -1,
		.file = cfg_str(c, OPT_LOG_FILE),
	};
	for (unsigned i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (!strcmp(cfg_str(c, OPT_LOG_LEVEL), levels[i]))
			ret_setup->level = (enum log_level)i;
	return asked;
}

void cfg_proxy_env(const struct cfg *c, struct strvec *ret_env)
{
	static const struct {
		enum opt id;
		const char *lower, *upper;
	} both[] = { { OPT_PROXY_HTTP, "http_proxy", "HTTP_PROXY" },
		     { OPT_PROXY_HTTPS, "https_proxy", "HTTPS_PROXY" } };

	if (!cfg_bool(c, OPT_PROXY_ENABLED))
		return;
	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		const char *url = cfg_str(c, both[i].id);

		if (!*url)
			continue;
		strvec_pushf(ret_env, "%s=%s", both[i].lower, url);
		strvec_pushf(ret_env, "%s=%s", both[i].upper, url);
	}
}
