/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/lognames.h"

#include <string.h>

#include "image/names.h"

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

static void choose(struct claims *taken, const struct action *a, uint32_t job, struct strvec *names)
{
	struct buf safe = BUF_INIT, file = BUF_INIT;
	uint32_t earlier;

	make_safe(action_name(a, job), &safe);
	for (unsigned variant = 0;; variant++) {
		buf_reset(&file);
		names_file(buf_str(&safe), ".log", variant, &file);
		if (claims_add(taken, buf_str(&file), file.len, job, &earlier))
			break;
	}
	strvec_push(names, buf_str(&file));
	buf_release(&safe);
	buf_release(&file);
}

void lognames_choose(const struct action *a, struct strvec *ret_names)
{
	struct claims taken = { 0 };

	for (uint32_t i = 0; i < a->n; i++)
		choose(&taken, a, i, ret_names);
	claims_release(&taken);
}
