/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/admission.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "query/engine_info.h"

/* Headers and padding of a tar. */
#define OVERHEAD_BYTES 65536
#define OVERHEAD_SHARE 100

/* What a compressor makes of an image is not known before. Refusing what would
 * fit is worse than a disk that says that it is full. */
#define PACKED_SHARE 4

bool room_take(struct room *target, const struct room *staging, const struct need *need)
{
	bool same = staging && staging->dev == target->dev;

	if (need->bytes < 0 || target->bytes < 0)
		return true;
	if (need->bytes + (same ? need->staged : 0) > target->bytes)
		return false;
	if (staging && !same && staging->bytes >= 0 && need->staged > staging->bytes)
		return false;
	target->bytes -= need->bytes - need->replaces;
	return true;
}

static int larger_first(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

unsigned room_at_once(const struct need *need, uint32_t n, int64_t bytes, unsigned most)
{
	int64_t *staged = mem_array(n, sizeof(*staged));
	unsigned at_once = 0;

	for (uint32_t i = 0; i < n; i++)
		staged[i] = need[i].bytes > 0 ? need[i].staged : 0;
	qsort(staged, n, sizeof(*staged), larger_first);
	while (at_once < n && at_once < most && staged[at_once] <= bytes)
		bytes -= staged[at_once++];
	free(staged);
	if (at_once == n)
		return most;
	return at_once ? at_once : 1;
}

/* ---- what there is ---- */

static bool look_at(const char *dir, struct room *ret)
{
	struct statvfs vfs;
	struct stat st;

	if (statvfs(dir, &vfs) < 0 || stat(dir, &st) < 0 ||
	    vfs.f_bavail > (uint64_t)INT64_MAX / vfs.f_frsize)
		return false;
	ret->dev = st.st_dev;
	ret->bytes = (int64_t)(vfs.f_bavail * vfs.f_frsize);
	return true;
}

static int64_t size_of_file(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) ? (int64_t)st.st_size : 0;
}

/* What each save needs, as far as the runtime has the image already. */
static struct need *find_needs(const struct plan *p, const struct stage *st)
{
	struct need *need = mem_array(p->n, sizeof(*need));
	bool packed = strcmp(p->set->compress, "none") != 0;

	for (uint32_t i = 0; i < p->n; i++) {
		const struct local_image *image = plan_is_done(p, st, i) ? NULL : plan_image(p, i);
		int64_t bytes = image ? image->bytes : -1;

		/* Only what is packed goes into the archive, and the engine does not say
		 * how much of it that is. */
		if (image && image->packed_too)
			bytes /= PACKED_SHARE;
		need[i].bytes = bytes;
		if (bytes < 0)
			continue;
		need[i].staged = bytes + bytes / OVERHEAD_SHARE + OVERHEAD_BYTES;
		need[i].bytes = packed ? bytes / PACKED_SHARE : need[i].staged;
		need[i].replaces = size_of_file(p->item[i].path[st->nth]);
	}
	return need;
}

/* ---- what is too much ---- */

static void refuse(struct plan *p, uint32_t job, const struct need *need, const struct room *target,
		   const struct room *staging)
{
	struct buf why = BUF_INIT;

	buf_adds(&why, "not enough space: the archive needs about ");
	bytes_show(&why, need->bytes);
	if (staging && staging->dev != target->dev) {
		buf_adds(&why,
			 ", and the engine as much while it puts the archive together, where ");
		bytes_show(&why, staging->bytes);
		buf_adds(&why, " are free");
	} else if (staging) {
		buf_adds(&why, ", and the engine as much while it puts the archive together");
	}
	buf_adds(&why, "; ");
	bytes_show(&why, target->bytes > 0 ? target->bytes : 0);
	buf_adds(&why, " are free beside the images before it");
	if (p->set->keep_free_bytes) {
		buf_adds(&why, " and the ");
		bytes_show(&why, p->set->keep_free_bytes);
		buf_adds(&why, " of --keep-free");
	}
	plan_spoil(p, job, buf_str(&why));
	buf_release(&why);
}

/* The engine's own directory, where it has one on this machine. */
static bool find_staging(const struct plan *p, struct console *c, struct room *ret)
{
	struct engine_info info;
	bool found;

	engine_info_read(&info, c, p->rt, p->env.v);
	found = engine_info_is_folder(info.staging) && look_at(info.staging, ret);
	engine_info_release(&info);
	return found;
}

/* Is it worth a question where the engine puts archives together? */
static bool is_much(const struct need *need, uint32_t n)
{
	int64_t sum = 0;

	while (n-- && sum < ROOM_LITTLE_BYTES)
		if (need[n].bytes >= 0)
			sum += need[n].staged;
	return sum >= ROOM_LITTLE_BYTES;
}

static bool takes_room(const struct verb_def *verb)
{
	return verb->takes_room;
}

void admission_check(struct plan *p, struct console *c)
{
	const struct stage *st = plan_find_stage(p, takes_room);
	struct room target, staging;
	struct need *need;
	bool staged;

	if (!st || !p->rt->verb[RT_INSPECT].given ||
	    !look_at(st->mode == 1 ? "." : "images", &target))
		return;
	target.bytes -= p->set->keep_free_bytes;
	if (target.bytes / ROOM_PLENTY_BYTES >= p->n)
		return;
	if (target.bytes < 0)
		target.bytes = 0;
	plan_ask_images(p, c, NULL);
	need = find_needs(p, st);
	staged = is_much(need, p->n) && find_staging(p, c, &staging);
	for (uint32_t i = 0; i < p->n; i++)
		if (!room_take(&target, staged ? &staging : NULL, &need[i]))
			refuse(p, i, &need[i], &target, staged ? &staging : NULL);
	if (staged && staging.dev == target.dev)
		staging.bytes = target.bytes;
	if (staged)
		p->disk_workers = room_at_once(need, p->n, staging.bytes, p->disk_workers);
	free(need);
}
