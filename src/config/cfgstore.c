/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/cfgstore.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

static void value_release(struct value *v)
{
	free(v->text);
	free(v->where);
	strvec_release(&v->list);
	*v = (struct value){ 0 };
}

static void add_items(struct strvec *list, const char *text, char separator)
{
	while (*text) {
		const char *end = separator ? strchr(text, separator) : NULL;
		size_t len = end ? (size_t)(end - text) : strlen(text);
		const char *item = text;

		text += len + (end != NULL);
		utf8_trim(&item, &len);
		if (len)
			strvec_pushn(list, item, len);
	}
}

struct cfg *cfg_new(void)
{
	struct cfg *c = mem_alloc(sizeof(*c));

	for (unsigned i = 0; i < OPT_COUNT; i++) {
		c->def[i].text = mem_strdup(option_get((enum opt)i)->def);
		c->def[i].where = mem_strdup("default");
		option_read((enum opt)i, c->def[i].text, 0, &c->def[i].num, NULL);
	}
	c->registries = mem_alloc(sizeof(*c->registries));
	c->file = mem_strdup("");
	return c;
}

void cfg_free(struct cfg *c)
{
	if (!c)
		return;
	for (unsigned i = 0; i < OPT_COUNT; i++) {
		for (unsigned l = 0; l < LAYER_COUNT; l++)
			value_release(&c->v[i][l]);
		value_release(&c->def[i]);
		strvec_release(&c->all[i]);
	}
	strvec_release(&c->warnings);
	strvec_release(&c->mistakes);
	registries_release(c->registries);
	free(c->registries);
	free(c->file);
	free(c);
}

static void gather(struct cfg *c, enum opt id)
{
	if (!(option_get(id)->bits & OPT_F_ADDS))
		return;
	strvec_clear(&c->all[id]);
	for (unsigned l = 0; l < LAYER_COUNT; l++)
		for (size_t i = 0; i < c->v[id][l].list.n; i++)
			strvec_push(&c->all[id], c->v[id][l].list.v[i]);
}

int cfg_put(struct cfg *c, enum opt id, enum cfg_layer layer, const char *text, const char *where,
	    struct err *err)
{
	const struct option *o = option_get(id);
	struct value *v = &c->v[id][layer];
	struct err why = { "" };
	int64_t num = 0;

	if (layer == LAYER_FLAG && option_read(id, text, 1, &num, &why))
		return err_set(err, "%s: %s", where, why.text);
	free(v->text);
	v->text = mem_strdup(text);
	free(v->where);
	v->where = mem_strdup(where);
	v->num = num;
	if (o->kind == KIND_LIST) {
		/* nothing is cut or trimmed from what the shell hands over, and
		 * an empty flag takes back those before it */
		if (layer != LAYER_FLAG)
			add_items(&v->list, text, o->separator);
		else if (*text)
			strvec_push(&v->list, text);
		else
			strvec_clear(&v->list);
		gather(c, id);
	}
	return 0;
}

const char *cfg_layer_source(const struct cfg *c, enum opt id, enum cfg_layer layer)
{
	return c->v[id][layer].where;
}

void cfg_drop_layer(struct cfg *c, enum cfg_layer layer)
{
	for (unsigned i = 0; i < OPT_COUNT; i++) {
		value_release(&c->v[i][layer]);
		gather(c, (enum opt)i);
	}
	if (layer == LAYER_FILE)
		registries_release(c->registries);
}

void cfg_warn(struct cfg *c, const char *text)
{
	strvec_push(&c->warnings, text);
}

void cfg_mistake(struct cfg *c, const char *text)
{
	strvec_push(&c->mistakes, text);
}

const struct strvec *cfg_mistakes(const struct cfg *c)
{
	return &c->mistakes;
}

int cfg_counts(const struct cfg *c, enum opt id, enum cfg_layer layer)
{
	const struct option *o = option_get(id);
	const struct value *v = &c->v[id][layer];

	if (!v->text)
		return 0;
	if (o->kind == KIND_LIST)
		return v->list.n > 0;
	if (layer != LAYER_FLAG)
		return 1;
	return *v->text && !((o->bits & OPT_F_ZERO_IS_NONE) && v->num == 0);
}

const struct value *cfg_find(const struct cfg *c, enum opt id, unsigned from)
{
	for (unsigned l = from; l < LAYER_COUNT; l++)
		if (cfg_counts(c, id, (enum cfg_layer)l))
			return &c->v[id][l];
	return &c->def[id];
}
