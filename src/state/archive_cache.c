/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state/archive_cache.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "state/statedir.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "base/slurp.h"

#define FILE_NAME "archives"
#define HEADING "hpn archives 1\n"
#define MOST_BYTES ((size_t)64 << 20)

static struct cached_archive *add(struct archive_cache *k, const char *path)
{
	uint32_t at = k->n;

	if (!name_map_add(&k->paths, path, strlen(path), k->n, &at))
		return &k->v[at];
	if (k->n == k->cap) {
		k->cap = k->cap ? 2 * k->cap : 64;
		k->v = mem_grow(k->v, k->cap, sizeof(*k->v));
	}
	k->v[k->n] = (struct cached_archive){ .path = arena_copy(&k->texts, path, strlen(path)) };
	return &k->v[k->n++];
}

static bool is_id(const char *s)
{
	size_t n = 0;

	while (isxdigit((unsigned char)s[n]))
		n++;
	return n == IMAGE_ID_LEN && !s[n];
}

/* ID BYTES MTIME INODE PATH */
static void parse_line(struct archive_cache *k, char *line)
{
	char *word[4], *rest = line;
	struct cached_archive a = { .bytes = 0 }, *to;
	int64_t inode;

	for (int i = 0; i < 4; i++)
		word[i] = strsep(&rest, " ");
	if (!rest || *rest != '/' || !is_id(word[0]) || parse_int(word[1], &a.bytes) ||
	    parse_int(word[2], &a.mtime_ns) || parse_int(word[3], &inode))
		return;
	to = add(k, rest);
	a.path = to->path;
	a.inode = (uint64_t)inode;
	memcpy(a.id, word[0], sizeof(a.id));
	*to = a;
}

void archive_cache_parse(struct archive_cache *k, const char *text, size_t len)
{
	struct buf copy = BUF_INIT;
	char *rest, *line;

	buf_add(&copy, text, len);
	rest = copy.data;
	if (copy.len < strlen(HEADING) || strncmp(rest, HEADING, strlen(HEADING)) != 0) {
		buf_release(&copy);
		return;
	}
	rest += strlen(HEADING);
	while ((line = strsep(&rest, "\n")))
		if (rest) /* a last line without its end was cut off */
			parse_line(k, line);
	buf_release(&copy);
}

void archive_cache_print(const struct archive_cache *k, struct buf *b)
{
	buf_adds(b, HEADING);
	for (uint32_t i = k->n > ARCHIVE_CACHE_MAX ? k->n - ARCHIVE_CACHE_MAX : 0; i < k->n; i++)
		buf_addf(b, "%s %" PRId64 " %" PRId64 " %" PRId64 " %s\n", k->v[i].id,
			 k->v[i].bytes, k->v[i].mtime_ns, (int64_t)k->v[i].inode, k->v[i].path);
}

void archive_cache_load(struct archive_cache *k)
{
	struct buf path = BUF_INIT, text = BUF_INIT;

	if (statedir_file(FILE_NAME, &path, NULL) == 0 &&
	    slurp(buf_str(&path), MOST_BYTES, &text, NULL) == 0)
		archive_cache_parse(k, buf_str(&text), text.len);
	buf_release(&path);
	buf_release(&text);
}

static int64_t mtime_of(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * NS_PER_S + st->st_mtim.tv_nsec;
}

/* The same for each way to write it; false where there is no such file. */
static bool look(const char *path, struct buf *ret_full, struct stat *st)
{
	char *full;

	if (stat(path, st) < 0 || !S_ISREG(st->st_mode))
		return false;
	full = realpath(path, NULL);
	if (!full)
		return false;
	buf_reset(ret_full);
	buf_adds(ret_full, full);
	free(full);
	return !strchr(buf_str(ret_full), '\n');
}

const char *archive_cache_id(const struct archive_cache *k, const char *path)
{
	const struct cached_archive *a = NULL;
	struct buf full = BUF_INIT;
	struct stat st;
	uint32_t at;

	if (look(path, &full, &st)) {
		at = name_map_find(&k->paths, buf_str(&full), full.len);
		a = at == NAME_MAP_NONE ? NULL : &k->v[at];
	}
	buf_release(&full);
	return a && a->bytes == st.st_size && a->mtime_ns == mtime_of(&st) &&
			       a->inode == (uint64_t)st.st_ino
		       ? a->id
		       : NULL;
}

void archive_cache_note(struct archive_cache *k, const char *path, const char *id)
{
	struct buf full = BUF_INIT;
	struct cached_archive *a;
	struct stat st;

	if (is_id(id) && look(path, &full, &st)) {
		a = add(k, buf_str(&full));
		a->bytes = st.st_size;
		a->mtime_ns = mtime_of(&st);
		a->inode = (uint64_t)st.st_ino;
		memcpy(a->id, id, sizeof(a->id));
		k->changed = true;
	}
	buf_release(&full);
}

int archive_cache_save(const struct archive_cache *k, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc = 0;

	if (k->changed) {
		archive_cache_print(k, &text);
		rc = statedir_replace(FILE_NAME, &text, err);
	}
	buf_release(&text);
	return rc;
}

void archive_cache_release(struct archive_cache *k)
{
	name_map_release(&k->paths);
	arena_release(&k->texts);
	free(k->v);
	*k = (struct archive_cache){ 0 };
}
