/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/space.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "app/bundle.h"
#include "query/engine_info.h"
#include "app/fresh.h"
#include "query/local_images.h"
#include "base/bytes.h"
#include "base/mem.h"

/* Headers and padding of a tar. */
#define OVERHEAD_BYTES 65536
#define OVERHEAD_SHARE 100

/* What a compressor makes of an image is not known before. Refusing what would
 * fit is worse than a disk that says that it is full. */
#define PACKED_SHARE 4

bool space_take(struct space *target, const struct space *staging, const struct space_need *need)
{
	bool same = staging && staging->dev == target->dev;

	if (need->bytes < 0 || target->room < 0)
		return true;
	if (need->bytes + (same ? need->staged : 0) > target->room)
		return false;
	if (staging && !same && staging->room >= 0 && need->staged > staging->room)
		return false;
	target->room -= need->bytes - need->replaces;
	return true;
}

static int larger_first(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

unsigned space_at_once(const struct space_need *need, uint32_t n, int64_t room, unsigned most)
{
	int64_t *staged = mem_array(n, sizeof(*staged));
	unsigned at_once = 0;

	for (uint32_t i = 0; i < n; i++)
		staged[i] = need[i].bytes > 0 ? need[i].staged : 0;
	qsort(staged, n, sizeof(*staged), larger_first);
	while (at_once < n && at_once < most && staged[at_once] <= room)
		room -= staged[at_once++];
	free(staged);
	if (at_once == n)
		return most;
	return at_once ? at_once : 1;
}

/* ---- what there is ---- */

static bool look_at(const char *dir, struct space *ret)
{
	struct statvfs vfs;
	struct stat st;

	if (statvfs(dir, &vfs) < 0 || stat(dir, &st) < 0 ||
	    vfs.f_bavail > (uint64_t)INT64_MAX / vfs.f_frsize)
		return false;
	ret->dev = st.st_dev;
	ret->room = (int64_t)(vfs.f_bavail * vfs.f_frsize);
	return true;
}

static int64_t size_of_file(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) ? (int64_t)st.st_size : 0;
}

/* What each save needs, as far as the runtime has the image already. */
static struct space_need *find_needs(struct action *a, const struct stage *st)
{
	struct space_need *need = mem_array(a->n, sizeof(*need));
	bool packed = strcmp(cfg_str(a->cfg, OPT_COMPRESS), "none") != 0;
	const struct local_images *images = action_images(a, NULL);

	for (uint32_t i = 0; i < a->n; i++) {
		struct place at = action_place(a, i, st->first);
		const struct local_image *fact = !images || at.bad || fresh_has(a->fresh, &at)
							 ? NULL
							 : local_images_find(images, at.name);
		int64_t bytes = fact ? fact->bytes : -1;

		need[i].bytes = bytes;
		if (bytes < 0)
			continue;
		need[i].staged = bytes + bytes / OVERHEAD_SHARE + OVERHEAD_BYTES;
		need[i].bytes = packed ? bytes / PACKED_SHARE : need[i].staged;
		need[i].replaces = size_of_file(at.path);
	}
	return need;
}

/* ---- what is too much ---- */

static void refuse(struct action *a, uint32_t job, const struct space_need *need,
		   const struct space *target, const struct space *staging)
{
	struct buf why = BUF_INIT;
	int64_t keep = cfg_int(a->cfg, OPT_KEEP_FREE);

	buf_adds(&why, "no room: its archive needs about ");
	bytes_show(&why, need->bytes);
	if (staging) {
		buf_adds(&why, ", and the engine as much while it is put together");
		if (staging->dev != target->dev) {
			buf_adds(&why, ", where ");
			bytes_show(&why, staging->room);
			buf_adds(&why, " are free");
		}
	}
	buf_adds(&why, "; the images before it leave ");
	bytes_show(&why, target->room > 0 ? target->room : 0);
	if (keep) {
		buf_adds(&why, " beside the ");
		bytes_show(&why, keep);
		buf_adds(&why, " of --keep-free");
	}
	action_spoil(a, job, buf_str(&why));
	buf_release(&why);
}

static void admit(struct action *a, const struct space_need *need, struct space *target,
		  const struct space *staging)
{
	for (uint32_t i = 0; i < a->n; i++)
		if (!space_take(target, staging, &need[i]))
			refuse(a, i, &need[i], target, staging);
}

/* The engine's own folder, where it has one on this machine. */
static bool find_staging(struct action *a, struct space *ret)
{
	struct engine_info facts;
	bool found;

	engine_info_read(&facts, a->console, a->rt, a->env.v);
	found = engine_info_is_folder(facts.staging) && look_at(facts.staging, ret);
	engine_info_release(&facts);
	return found;
}

/* Is it worth a question where the engine puts them together? */
static bool is_much(const struct space_need *need, uint32_t n)
{
	int64_t sum = 0;

	while (n-- && sum < SPACE_LITTLE_BYTES)
		if (need[n].bytes >= 0)
			sum += need[n].staged;
	return sum >= SPACE_LITTLE_BYTES;
}

static struct stage *saving_stage(struct action *a)
{
	for (unsigned i = 0; i < a->n_stages; i++)
		if (a->stage[i].ops == &action_save)
			return &a->stage[i];
	return NULL;
}

unsigned space_admit(struct action *a, unsigned most)
{
	struct stage *st = saving_stage(a);
	int64_t keep = cfg_int(a->cfg, OPT_KEEP_FREE);
	struct space target, staging;
	struct space_need *need;
	bool staged;

	if (!st || bundle_wanted(a) || !a->rt->verb[RT_INSPECT].given ||
	    !look_at(st->mode == 1 ? "." : "images", &target))
		return most;
	target.room -= keep;
	if (target.room / SPACE_PLENTY_BYTES >= a->n)
		return most;
	if (target.room < 0)
		target.room = 0;
	need = find_needs(a, st);
	staged = is_much(need, a->n) && find_staging(a, &staging);
	admit(a, need, &target, staged ? &staging : NULL);
	if (staged && staging.dev == target.dev)
		staging.room = target.room;
	if (staged)
		most = space_at_once(need, a->n, staging.room, most);
	free(need);
	return most;
}
