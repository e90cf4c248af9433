/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runtime/argv.h"

#include <stdlib.h>
#include <string.h>

#include "image/ref.h"

/* The form in which nothing is left out; as written if it is not a reference. */
static const char *full_name(const char *name, struct buf *b)
{
	struct ref ref;

	if (!name || ref_parse(name, &ref, NULL))
		return name;
	ref_key(&ref, b);
	return buf_str(b);
}

static struct rt_vars call_vars(const struct rt_call *call)
{
	const struct rt_versions unknown = { 0 }, *v = call->versions ? call->versions : &unknown;

	return (struct rt_vars){ .v = {
					 [RT_IMAGE] = call->image,
					 [RT_IMAGE_FULL] = call->image,
					 [RT_TARGET] = call->target,
					 [RT_TARGET_FULL] = call->target,
					 [RT_FILE] = call->file,
					 [RT_PLATFORM] = call->platform,
					 [RT_INSECURE] = call->insecure_host,
					 [RT_CLIENT] = v->client,
					 [RT_SERVER] = v->server,
					 [RT_API] = v->api,
				 } };
}

int runtime_argv(const struct runtime *rt, enum rt_verb verb, const struct rt_call *call,
		 struct strvec *ret_argv, struct err *err)
{
	const struct rt_verb_def *def = &rt->verb[verb];
	struct buf image = BUF_INIT, target = BUF_INIT;
	struct rt_vars vars = call_vars(call);
	int rc;

	if (!def->given)
		return err_set(err, "%s cannot %s: its descriptor (%s) has no [%s]", rt->name,
			       rt_verb_name(verb), rt->source, rt_verb_name(verb));
	vars.v[RT_IMAGE_FULL] = full_name(call->image, &image);
	vars.v[RT_TARGET_FULL] = full_name(call->target, &target);
	strvec_clear(ret_argv);
	strvec_push(ret_argv, rt->path ? rt->path : rt->program);
	rc = words_expand(&def->argv, &vars, ret_argv, err);
	buf_release(&image);
	buf_release(&target);
	return rc;
}

bool runtime_needs_versions(const struct runtime *rt, enum rt_verb verb, const struct rt_call *call)
{
	const struct rt_vars vars = call_vars(call);

	return rt->verb[RT_VERSION].given && words_need_version(&rt->verb[verb].argv, &vars);
}

void rt_versions_read(struct rt_versions *v, const struct runtime *rt, const char *out)
{
	const struct rt_version_def *def = &rt->version;

	*v = (struct rt_versions){ patterns_group(&def->client, out),
				   patterns_group(&def->server, out),
				   patterns_group(&def->api, out) };
}

void rt_versions_release(struct rt_versions *v)
{
	free(v->client);
	free(v->server);
	free(v->api);
	*v = (struct rt_versions){ 0 };
}

/* Is this variable one that the descriptor sets? */
static bool is_set_by(const struct runtime *rt, const char *entry)
{
	size_t len = strcspn(entry, "=");

	for (size_t i = 0; i < rt->env.n; i++)
		if (!strncmp(rt->env.v[i], entry, len) && rt->env.v[i][len] == '=')
			return true;
	return false;
}

void runtime_env(const struct runtime *rt, char *const *base, struct strvec *ret_env)
{
	strvec_clear(ret_env);
	for (; *base; base++)
		if (!is_set_by(rt, *base))
			strvec_push(ret_env, *base);
	for (size_t i = 0; i < rt->env.n; i++)
		strvec_push(ret_env, rt->env.v[i]);
}

bool runtime_knows(const struct runtime *rt, enum rt_verb verb, enum rt_var var)
{
	return (words_used(&rt->verb[verb].argv) & RT_BIT(var)) != 0;
}
