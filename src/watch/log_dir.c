/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --log-dir: a log for each image, and what each of them is called. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "image/names.h"
#include "output/logdir.h"
#include "watch/watcher.h"

struct log_dir {
	struct logdir *logdir;
	struct strvec names; /* of the file of each item */
};

/* Bad lines and paths are items, too: nothing that a shell or a terminal could
 * take for something else, and nothing hidden. */
static void make_safe(const char *name, struct buf *b)
{
	static const char fine[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "._-+@/:";

	while (!strncmp(name, "./", 2))
		name += 2;
	for (; *name; name++)
		buf_addc(b, strchr(fine, *name) ? *name : '_');
	if (!b->len)
		buf_addc(b, '_');
	if ((b->data[0] == '.' || b->data[0] == '-'))
		b->data[0] = '_';
}

static void choose(struct name_map *taken, const struct item *it, uint32_t job,
		   struct strvec *names)
{
	struct buf safe = BUF_INIT, file = BUF_INIT;
	uint32_t earlier;

	make_safe(it->name, &safe);
	for (unsigned variant = 0;; variant++) {
		buf_reset(&file);
		names_file(buf_str(&safe), ".log", variant, &file);
		if (name_map_add(taken, buf_str(&file), file.len, job, &earlier))
			break;
	}
	strvec_push(names, buf_str(&file));
	buf_release(&safe);
	buf_release(&file);
}

static int check(const struct settings *set, void **state, struct err *err)
{
	struct err why = { "" };
	struct logdir *logdir;
	struct log_dir *d;

	if (!*set->log_dir || set->dry_run)
		return 0;
	logdir = logdir_new(set->log_dir, &why);
	if (!logdir)
		return err_set(err,
			       "--log-dir: %s; name one in a directory that is there and can"
			       " be written to",
			       why.text);
	d = mem_alloc(sizeof(*d));
	d->logdir = logdir;
	*state = d;
	return 0;
}

static void *open_log_dir(const struct watch_at *at, void *state)
{
	struct log_dir *d = state;
	struct name_map taken = { 0 };

	if (!d)
		return NULL;
	for (uint32_t i = 0; i < at->plan->n; i++)
		choose(&taken, &at->plan->item[i], i, &d->names);
	name_map_release(&taken);
	logdir_begin(d->logdir, at->info, at->ledger, (const char *const *)d->names.v);
	return d;
}

static void event(void *state, const struct event *ev)
{
	logdir_event(((struct log_dir *)state)->logdir, ev);
}

static int close_log_dir(void *state, const struct watch_end *end)
{
	struct log_dir *d = state;
	struct err err;

	if (logdir_close(d->logdir, &err))
		console_warn("Warning: --log-dir: %s\n", err.text);
	strvec_release(&d->names);
	free(d);
	return end->status;
}

const struct watcher watch_log_dir = {
	.check = check, .open = open_log_dir, .event = event, .close = close_log_dir
};
