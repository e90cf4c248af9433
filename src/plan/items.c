/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/items.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "output/clean.h"

#define MOST_BAD_LINES 1000 /* of more only the number is told */

static int read_lists(struct plan *p, struct console *c, struct err *err)
{
	const struct settings *set = p->set;
	enum list_form form = set->from_yaml ? LIST_YAML : LIST_AUTO;

	p->list.stop_fd = c->sig_fd;
	p->list.stopped = console_stopped;
	p->list.stop_ctx = c;
	for (char *const *f = set->lists; *f; f++)
		if (list_read(&p->list, *f, form, err))
			return err_wrap(err, "failed to read image list");
	for (size_t i = 0; i < set->operands->n; i++)
		if (list_add_word(&p->list, set->operands->v[i], err))
			return err_wrap(err, "failed to read image list");
	list_seal(&p->list);
	return 0;
}

int items_from_lists(struct plan *p, struct console *c, struct err *err)
{
	if (read_lists(p, c, err))
		return -1;
	p->n = (uint32_t)p->list.n;
	p->item = mem_array(p->n, sizeof(*p->item));
	for (uint32_t i = 0; i < p->n; i++) {
		const struct list_item *from = &p->list.item[i];

		p->item[i] = (struct item){ .name = from->name,
					    .bad = from->bad,
					    .list = from->file,
					    .line = from->line,
					    .priority = from->priority };
	}
	free(p->list.item); /* the items have it all; texts stay the list's */
	p->list.item = NULL;
	p->list.n = 0;
	return 0;
}

/* A file's name can hold anything; this is how it may be shown in one line. */
static const char *shown(struct plan *p, const char *path)
{
	struct buf b = BUF_INIT;
	struct clean c = { 0 };
	const char *ret;

	clean_add(&c, path, strlen(path), &b);
	clean_end(&c, &b);
	for (char *s = b.data; s && *s; s++)
		if (*s == '\n' || *s == '\t')
			*s = '?';
	ret = strcmp(buf_str(&b), path) ? plan_keep(p, buf_str(&b)) : NULL;
	buf_release(&b);
	return ret;
}

struct item item_of_file(struct plan *p, const char *path)
{
	const char *file = plan_keep(p, path), *name = shown(p, file);

	return (struct item){ .file = file, .name = name ? name : file };
}

void items_from_files(struct plan *p, const struct strvec *paths)
{
	p->n = (uint32_t)paths->n;
	p->item = mem_array(p->n, sizeof(*p->item));
	for (uint32_t i = 0; i < p->n; i++)
		p->item[i] = item_of_file(p, paths->v[i]);
}

/* The bad lines of a list that are not told one by one. */
static void tell_more(struct plan *p, const struct item *last, size_t n)
{
	struct buf name = BUF_INIT;

	if (!n)
		return;
	list_name(&p->list, last->list, &name);
	strvec_pushf(&p->warnings, "%s: %zu more bad line%s", buf_str(&name), n, n == 1 ? "" : "s");
	buf_release(&name);
}

int items_tell_bad(struct plan *p, struct err *err)
{
	const struct item *last = NULL;
	size_t told = 0, more = 0;

	for (uint32_t i = 0; i < p->n; i++) {
		const char *bad = p->item[i].bad;
		struct buf where = BUF_INIT;

		if (!bad || p->item[i].file)
			continue;
		if (told++ >= MOST_BAD_LINES) {
			if (last && last->list != p->item[i].list) {
				tell_more(p, last, more);
				more = 0;
			}
			last = &p->item[i];
			more++;
			continue;
		}
		plan_where(p, i, &where);
		if (p->set->strict)
			err_set(err, "failed to read image list: %s: %s", buf_str(&where), bad);
		else
			strvec_pushf(&p->warnings, "%s: %s", buf_str(&where), bad);
		buf_release(&where);
		if (p->set->strict)
			return -1;
	}
	tell_more(p, last, more);
	return 0;
}

void items_filter(struct plan *p, bool (*keep)(const void *ctx, const char *key), const void *ctx)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->n; i++)
		if (keep(ctx, item_key(&p->item[i])))
			p->item[n++] = p->item[i];
	p->n = n;
}

const char *item_key(const struct item *it)
{
	return it->file ? it->file : it->name;
}
