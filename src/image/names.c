/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "image/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define DEFAULT_PROJECT "library"
#define HASH_LEN ((size_t)17) /* '~' and 16 digits */
#define DIGEST_DIGITS ((size_t)12)
#define SHOWN ((size_t)300)

/* The letters of NAME as they are in a file name, at most `max` of them. */
static void add_flat(struct buf *b, const char *name, size_t max)
{
	for (size_t i = 0; i < max && name[i]; i++)
		buf_addc(b, name[i] == '/' || name[i] == ':' ? '_' : name[i]);
}

void names_file(const char *name, const char *ext, unsigned variant, struct buf *b)
{
	size_t room = NAMES_FILE_MAX - strlen(ext);

	if (variant == 0 && strlen(name) <= room) {
		add_flat(b, name, room);
	} else {
		uint64_t hash = name_map_hash(name, strlen(name));

		add_flat(b, name, room - HASH_LEN);
		buf_addf(b, "~%016" PRIx64, hash + variant);
	}
	buf_adds(b, ext);
}

/* The last part but one of the parts between slashes. */
static struct span project_of(const char *name)
{
	const char *end = strrchr(name, '/'), *start;

	if (!end)
		return (struct span){ DEFAULT_PROJECT, strlen(DEFAULT_PROJECT) };
	for (start = end; start > name && start[-1] != '/'; start--)
		;
	return (struct span){ start, (size_t)(end - start) };
}

struct span names_save_project(const char *name)
{
	return project_of(name);
}

/* The first of several parts, with a '.' or ':', or localhost. The contract's
 * rule, which is simpler than the grammar's. */
static size_t host_len(const char *name)
{
	size_t len = strcspn(name, "/");

	if (!name[len])
		return 0;
	if (memchr(name, '.', len) || memchr(name, ':', len))
		return len;
	return len == strlen("localhost") && !memcmp(name, "localhost", len) ? len : 0;
}

struct span names_push_project(const char *name)
{
	size_t host = host_len(name);

	return project_of(host ? name + host + 1 : name);
}

/* The grammar lets no such part through; this is the last door before the disk
 * and does not rely on it. */
static int is_safe_dir(struct span dir)
{
	return dir.len && dir.len <= NAMES_FILE_MAX && dir.s[0] != '.' &&
	       !memchr(dir.s, '/', dir.len);
}

int names_save_dir(const char *name, int mode, struct buf *b, struct err *err)
{
	struct span project = names_save_project(name);

	if (mode == 3 && !is_safe_dir(project))
		return err_set(err, "its project is not a directory name; save it in mode 1 or 2");
	buf_adds(b, mode == 1 ? "." : "./images");
	if (mode == 3) {
		buf_addc(b, '/');
		buf_add(b, project.s, project.len);
	}
	return 0;
}

const char *names_claim_path(struct name_map *taken, const char *name, int mode, const char *ext,
			     uint32_t owner, uint32_t *ret_earlier, struct err *err)
{
	struct buf path = BUF_INIT;
	const char *mine = NULL;
	uint32_t taken_by;
	size_t dir_len;

	*ret_earlier = owner;
	if (!names_save_dir(name, mode, &path, err)) {
		buf_addc(&path, '/');
		dir_len = path.len;
		for (unsigned variant = 0; !mine; variant++) {
			path.len = dir_len;
			names_file(name, ext, variant, &path);
			mine = name_map_add(taken, buf_str(&path), path.len, owner, &taken_by);
			if (!mine && variant == 0)
				*ret_earlier = taken_by;
		}
	}
	buf_release(&path);
	return mine;
}

/* sha256:0123… as a tag. What a tag may not hold can come only from an
 * algorithm that nobody has yet. */
static void add_digest_tag(struct buf *b, struct span digest)
{
	const char *hex = (const char *)memchr(digest.s, ':', digest.len) + 1;
	size_t len = (size_t)(hex - 1 - digest.s);

	if (len > REF_TAG_MAX - DIGEST_DIGITS - 1)
		len = REF_TAG_MAX - DIGEST_DIGITS - 1;
	for (size_t i = 0; i < len; i++)
		buf_addc(b, digest.s[i] == '+' ? '_' : digest.s[i]);
	buf_addc(b, '-');
	buf_add(b, hex, DIGEST_DIGITS);
}

static void add_target(struct buf *b, const struct ref *ref, const char *registry,
		       const char *project)
{
	struct span base = ref_base(ref);

	buf_adds(b, registry);
	buf_addc(b, '/');
	if (project) {
		buf_adds(b, project);
		buf_addc(b, '/');
	}
	buf_add(b, base.s, base.len);
	buf_addc(b, ':');
	if (ref->tag.len)
		buf_add(b, ref->tag.s, ref->tag.len);
	else if (ref->digest.len)
		add_digest_tag(b, ref->digest);
	else
		buf_adds(b, REF_DEFAULT_TAG);
}

int names_target(const char *name, const char *registry, const char *project, struct buf *b,
		 struct err *err)
{
	struct buf target = BUF_INIT, shown = BUF_INIT;
	struct ref ref;
	int rc;

	if (ref_parse(name, &ref, err))
		return -1;
	add_target(&target, &ref, registry, project);
	rc = ref_parse(buf_str(&target), NULL, err);
	if (rc) {
		utf8_show(&shown, buf_str(&target), target.len, SHOWN);
		err_wrap(err, "push target '%s' is not a reference, see --registry and --project",
			 buf_str(&shown));
	} else {
		buf_add(b, buf_str(&target), target.len);
	}
	buf_release(&target);
	buf_release(&shown);
	return rc;
}
