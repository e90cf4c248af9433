/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A name from anywhere, and all that is made of one that was accepted. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image/names.h"
#include "image/ref.h"

#define MUST(cond) ((cond) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_key(const struct ref *r)
{
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct ref again;

	ref_key(r, &once);
	/* docker.io/library/ may make it too long to be a name itself. */
	if (!ref_parse(buf_str(&once), &again, NULL)) {
		ref_key(&again, &twice);
		MUST(!strcmp(buf_str(&once), buf_str(&twice)));
	} else {
		MUST(r->path.len > 200);
	}
	buf_release(&once);
	buf_release(&twice);
}

static void check_names(const char *name)
{
	struct span project = names_save_project(name);
	struct name_map taken = { { NULL, 0 }, NULL, 0, 0 };
	struct buf b = BUF_INIT;
	struct err err = { "" };
	uint32_t earlier;

	names_file(name, ".tar", 0, &b);
	MUST(b.len > 4 && b.len <= NAMES_FILE_MAX && !strchr(buf_str(&b), '/'));
	MUST(project.len && project.s[0] != '.' && !memchr(project.s, '/', project.len));
	MUST(names_claim_path(&taken, name, 3, ".tar", 0, &earlier, &err) && earlier == 0);
	MUST(names_claim_path(&taken, name, 3, ".tar", 1, &earlier, &err) && earlier == 0);
	buf_reset(&b);
	if (!names_target(name, "r.io:5000", "p", &b, &err))
		MUST(!ref_parse(buf_str(&b), NULL, &err));
	else
		MUST(err.text[0] && !b.len);
	name_map_release(&taken);
	buf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf name = BUF_INIT;
	struct err err = { "" };
	struct ref r;

	buf_add(&name, data, size);
	if (ref_parsen(buf_str(&name), size, &r, &err)) {
		MUST(err.text[0]);
	} else {
		MUST(size && name.data[0] != '-' && strlen(name.data) == size);
		MUST(r.path.len && ref_base(&r).len && ref_registry(&r).len);
		check_key(&r);
		check_names(name.data);
	}
	buf_release(&name);
	return 0;
}
