/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "query/expect.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/archives.h"
#include "query/ask.h"
#include "query/libexec.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/sums.h"
#include "image/name_map.h"
#include "image/list.h"
#include "image/ref.h"

#define PROGRAM "hpn-pipe"
#define INDEX "hpn-index.json"
#define WORKERS 4
#define TIMEOUT_NS (30 * 60 * NS_PER_S)
#define MOST_NAMED 20

struct shelf {
	const struct strvec *asked; /* folders, or files */
	bool files;
	const struct strvec *paths; /* the archives that count; NULL: none do */
	bool *known;                /* for each of them */
	struct name_map names;      /* canonical, of all images that are there */
	struct strvec listed;       /* files that an index names */
};

static void command(void *ctx, uint32_t i, struct strvec *argv)
{
	const struct shelf *sh = ctx;

	libexec_push(argv, PROGRAM);
	strvec_push(argv, sh->files ? "verify" : "known");
	if (sh->files) {
		strvec_push(argv, "--lines");
		strvec_push(argv, "--foreign");
	}
	if (sh->asked->v[i][0] == '-')
		strvec_pushf(argv, "./%s", sh->asked->v[i]);
	else
		strvec_push(argv, sh->asked->v[i]);
}

/* The archive that a line "file NAME" means; -1: none of ours. */
static ssize_t place_of(const struct shelf *sh, uint32_t asked, const char *name)
{
	const char *dir = sh->asked->v[asked];
	struct buf path = BUF_INIT;
	ssize_t place = -1;

	if (sh->files)
		buf_adds(&path, dir);
	else if (strcmp(dir, ".") != 0)
		buf_addf(&path, "%s/%s", dir, name);
	else
		buf_adds(&path, name);
	for (size_t i = 0; place < 0 && sh->paths && i < sh->paths->n; i++)
		if (!strcmp(sh->paths->v[i], buf_str(&path)))
			place = (ssize_t)i;
	buf_release(&path);
	return place;
}

/* "image ID PLATFORM SIZE SUM": of the file that is there now? */
static bool is_that(const char *path, const char *line)
{
	struct stat st;

	for (int word = 0; line && word < 3; word++) {
		line = strchr(line, ' ');
		line += line != NULL;
	}
	return line && stat(path, &st) == 0 && st.st_size == strtoll(line, NULL, 10);
}

static void add_name(struct shelf *sh, const char *name)
{
	struct buf key = BUF_INIT;
	uint32_t earlier;
	struct ref ref;

	if (!ref_parse(name, &ref, NULL)) {
		ref_key(&ref, &key);
		name_map_add(&sh->names, buf_str(&key), key.len, 0, &earlier);
	}
	buf_release(&key);
}

static void answer(void *ctx, uint32_t i, int status, const struct buf *out, const char *err_text)
{
	struct shelf *sh = ctx;
	char *text = mem_strndup(buf_str(out), out->len), *rest = text, *line;
	ssize_t place = -1;
	bool counts = false;

	if (status && !sh->files)
		console_warn("Warning: %.*s\n", (int)strcspn(err_text, "\n"), err_text);
	while (!status && (line = strsep(&rest, "\n"))) {
		if (!strncmp(line, "file ", 5)) {
			place = place_of(sh, i, line + 5);
			strvec_push(&sh->listed, line + 5);
		} else if (!strncmp(line, "image ", 6)) {
			counts = place >= 0 && (sh->files || is_that(sh->paths->v[place], line));
			if (counts)
				sh->known[place] = true;
		} else if (counts && !strncmp(line, "name ", 5)) {
			add_name(sh, line + 5);
		}
	}
	free(text);
}

static void ask(struct console *s, struct shelf *sh)
{
	struct ask q = {
		.n = (uint32_t)sh->asked->n,
		.workers = WORKERS,
		.timeout_ns = TIMEOUT_NS,
		.ctx = sh,
		.command = command,
		.answer = answer,
	};

	if (q.n)
		ask_all(s, &q);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Those with .tar alone are there already. */
static bool is_more(const char *file, const struct strvec *paths)
{
	struct stat st;

	if (strchr(file, '/') || file[0] == '.' || !archives_is_name(file))
		return false;
	for (size_t i = 0; i < paths->n; i++)
		if (!strcmp(paths->v[i], file))
			return false;
	return stat(file, &st) == 0 && S_ISREG(st.st_mode);
}

void expect_listed(struct console *s, struct strvec *paths)
{
	struct strvec here = STRVEC_INIT;
	struct shelf sh = { .asked = &here };

	if (access(INDEX, F_OK) < 0)
		return;
	strvec_push(&here, ".");
	ask(s, &sh);
	for (size_t i = 0; i < sh.listed.n; i++)
		if (is_more(sh.listed.v[i], paths))
			strvec_push(paths, sh.listed.v[i]);
	if (paths->n)
		qsort(paths->v, paths->n, sizeof(*paths->v), by_bytes);
	name_map_release(&sh.names);
	strvec_release(&sh.listed);
	strvec_release(&here);
}

/* The archive's folder and the one above, where an index is there. */
static void add_folders(const char *path, struct strvec *dirs)
{
	size_t len = strlen(path);

	for (int up = 0; up < 2; up++) {
		struct buf index = BUF_INIT, dir = BUF_INIT;
		bool old = false;

		while (len && path[len - 1] != '/')
			len--;
		len -= len > 1;
		buf_add(&dir, path, len);
		if (!len)
			buf_adds(&dir, ".");
		buf_addf(&index, "%s/" INDEX, buf_str(&dir));
		for (size_t i = 0; i < dirs->n; i++)
			old |= !strcmp(dirs->v[i], buf_str(&dir));
		if (!old && access(buf_str(&index), F_OK) == 0)
			strvec_push(dirs, buf_str(&dir));
		buf_release(&index);
		buf_release(&dir);
		if (!len)
			return;
	}
}

static void fill_shelf(struct console *s, struct shelf *sh)
{
	struct strvec asked = STRVEC_INIT;

	sh->asked = &asked;
	for (size_t i = 0; i < sh->paths->n; i++)
		add_folders(sh->paths->v[i], &asked);
	ask(s, sh);
	strvec_clear(&asked);
	for (size_t i = 0; i < sh->paths->n; i++)
		if (!sh->known[i])
			strvec_push(&asked, sh->paths->v[i]);
	sh->files = true;
	ask(s, sh);
	sh->asked = NULL;
	strvec_release(&asked);
}

static bool is_there(struct shelf *sh, const char *name)
{
	size_t before = sh->names.n;

	add_name(sh, name);
	return sh->names.n == before;
}

static int compare(struct shelf *sh, const struct list *l, struct err *err)
{
	struct buf text = BUF_INIT;
	size_t missing = 0;
	int rc = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (l->item[i].bad)
			rc = err_set(err, "%s: %s", l->item[i].name, l->item[i].bad);
		else if (!is_there(sh, l->item[i].name) && ++missing <= MOST_NAMED)
			buf_addf(&text, "\n  - %s", l->item[i].name);
	}
	if (missing > MOST_NAMED)
		buf_addf(&text, "\n  and %zu more", missing - MOST_NAMED);
	if (!rc && missing)
		rc = err_set(err, "%zu of %zu expected images are in none of these archives:%s",
			     missing, l->n, buf_str(&text));
	buf_release(&text);
	return rc;
}

int expect_all(struct console *s, const char *file, const struct strvec *paths, struct err *err)
{
	struct shelf sh = { .paths = paths, .known = mem_array(paths->n + 1, sizeof(bool)) };
	struct list list;
	int rc;

	list_init(&list);
	list.stop_fd = s->sig_fd;
	list.stopped = console_stopped;
	list.stop_ctx = s;
	rc = list_read(&list, file, LIST_AUTO, err);
	if (rc)
		err_wrap(err, "failed to read image list");
	if (!rc)
		fill_shelf(s, &sh);
	if (!rc && s->ended_by)
		rc = -1;
	if (!rc)
		rc = compare(&sh, &list, err);
	list_release(&list);
	name_map_release(&sh.names);
	strvec_release(&sh.listed);
	free(sh.known);
	return rc;
}
