/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runtime/runtime.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const char *const verb_names[RT_VERBS] = {
	[RT_PULL] = "pull",
	[RT_SAVE] = "save",
	[RT_LOAD] = "load",
	[RT_TAG] = "tag",
	[RT_PUSH] = "push",
	[RT_SAVE_STREAM] = "save-stream",
	[RT_LOAD_STREAM] = "load-stream",
	[RT_SAVE_BUNDLE] = "save-bundle",
	[RT_BUNDLE_STREAM] = "save-bundle-stream",
	[RT_INSPECT] = "inspect",
	[RT_MANIFEST] = "manifest",
	[RT_FACTS] = "facts",
	[RT_VERSION] = "version",
};

/* What a verb is when its descriptor does not say. */
static const enum rt_work verb_works[RT_VERBS] = {
	[RT_PULL] = RT_NETWORK,     [RT_SAVE] = RT_DISK,        [RT_LOAD] = RT_DISK,
	[RT_TAG] = RT_CPU,          [RT_PUSH] = RT_NETWORK,     [RT_SAVE_STREAM] = RT_DISK,
	[RT_LOAD_STREAM] = RT_DISK, [RT_INSPECT] = RT_CPU,      [RT_MANIFEST] = RT_NETWORK,
	[RT_FACTS] = RT_CPU,        [RT_SAVE_BUNDLE] = RT_DISK, [RT_BUNDLE_STREAM] = RT_DISK,
	[RT_VERSION] = RT_CPU,
};

static const char *const work_names[RT_WORKS] = {
	[RT_NETWORK] = "network",
	[RT_DISK] = "disk",
	[RT_CPU] = "cpu",
};

static const char *const class_names[ERR_CLASSES] = {
	[ERR_NO_SPACE] = "no-space",   [ERR_DAEMON_DOWN] = "daemon-down",
	[ERR_THROTTLED] = "throttled", [ERR_DENIED] = "denied",
	[ERR_MISSING] = "missing",     [ERR_INVALID] = "invalid",
	[ERR_TRANSIENT] = "transient", [ERR_KILLED] = "killed",
	[ERR_TIMEOUT] = "timeout",     [ERR_UNKNOWN] = "unknown",
};

const char *rt_verb_name(enum rt_verb verb)
{
	return verb_names[verb];
}

const char *rt_work_name(enum rt_work work)
{
	return work_names[work];
}

const char *err_class_name(enum err_class class)
{
	return class_names[class];
}

static int find(const char *const *names, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

int rt_verb_find(const char *name)
{
	return find(verb_names, RT_VERBS, name);
}

int rt_work_find(const char *name)
{
	return find(work_names, RT_WORKS, name);
}

int err_class_find(const char *name)
{
	return find(class_names, ERR_MATCHED, name);
}

bool err_class_retries(enum err_class class)
{
	return class == ERR_TRANSIENT || class == ERR_THROTTLED;
}

struct runtime *runtime_new(void)
{
	struct runtime *rt = mem_alloc(sizeof(*rt));

	for (size_t i = 0; i < RT_VERBS; i++)
		rt->verb[i].work = verb_works[i];
	rt->description = mem_strdup("");
	return rt;
}

static void probe_def_release(struct rt_probe_def *p)
{
	words_release(&p->argv);
	patterns_release(&p->version);
	patterns_release(&p->stopped);
	patterns_release(&p->not_permitted);
	free(p->start_hint);
	free(p->permit_hint);
	free(p->socket);
	free(p->socket_env);
}

static void daemon_def_release(struct rt_daemon_def *d)
{
	free(d->program);
	free(d->config);
	free(d->socket);
	free(d->socket_env);
	free(d->downloads);
	free(d->store);
	free(d->store_driver);
	free(d->store_config);
	free(d->store_root);
}

static void release_rules(struct runtime *rt)
{
	for (size_t i = 0; i < rt->n_rules; i++) {
		free(rt->rules[i].name);
		pattern_release(&rt->rules[i].pattern);
	}
	free(rt->rules);
	for (size_t i = 0; i < rt->n_hints; i++) {
		free(rt->hints[i].name);
		free(rt->hints[i].text);
	}
	free(rt->hints);
}

void runtime_free(struct runtime *rt)
{
	if (!rt)
		return;
	free(rt->name);
	free(rt->program);
	free(rt->description);
	free(rt->install_hint);
	free(rt->source);
	free(rt->path);
	for (size_t i = 0; i < RT_VERBS; i++)
		words_release(&rt->verb[i].argv);
	probe_def_release(&rt->probe);
	daemon_def_release(&rt->daemon);
	patterns_release(&rt->version.client);
	patterns_release(&rt->version.server);
	patterns_release(&rt->version.api);
	patterns_release(&rt->reason);
	patterns_release(&rt->loaded);
	patterns_release(&rt->load_failed);
	patterns_release(&rt->part);
	patterns_release(&rt->part_done);
	patterns_release(&rt->doing);
	release_rules(rt);
	strvec_release(&rt->env);
	free(rt->tempdir.variable);
	free(rt->tempdir.common);
	strvec_release(&rt->tempdir.files);
	patterns_release(&rt->tempdir.says);
	free(rt);
}

static const char *find_hint(const struct runtime *rt, const char *name, size_t len)
{
	for (size_t i = 0; i < rt->n_hints; i++)
		if (!strncmp(rt->hints[i].name, name, len) && !rt->hints[i].name[len])
			return rt->hints[i].text;
	return NULL;
}

const char *runtime_hint(const struct runtime *rt, const char *name)
{
	const char *hint = find_hint(rt, name, strlen(name));

	return hint ? hint : find_hint(rt, name, strcspn(name, "."));
}
