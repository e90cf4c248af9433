/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/cores.h"

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/parse.h"
#include "base/slurp.h"

#define FILE_BYTES 65536
#define MOST_CPUS (1 << 16)

/* ---- affinity ---- */

static unsigned online(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n > 0 ? (unsigned)n : 1;
}

static unsigned allowed(void)
{
	unsigned n = 0;

	/* The kernel refuses a set that is smaller than its own. */
	for (size_t cpus = CPU_SETSIZE; !n && cpus <= MOST_CPUS; cpus *= 2) {
		cpu_set_t *set = CPU_ALLOC(cpus);
		size_t size = CPU_ALLOC_SIZE(cpus);

		if (set && sched_getaffinity(0, size, set) == 0)
			n = (unsigned)CPU_COUNT_S(size, set);
		CPU_FREE(set);
	}
	return n ? n : online();
}

/* ---- quotas of control groups ---- */

/* A file of one or two numbers. False: it is not there, or holds something else,
 * such as "max". */
static bool read_numbers(const char *path, unsigned n, int64_t *ret)
{
	struct buf text = BUF_INIT;
	struct err err;
	char *rest, *word;
	unsigned i = 0;

	if (!slurp(path, FILE_BYTES, &text, &err) && text.len) {
		buf_str(&text);
		for (rest = text.data; i < n && (word = strsep(&rest, " \n")); i++)
			if (parse_int(word, &ret[i]))
				break;
	}
	buf_release(&text);
	return i == n;
}

static bool read_v2(const char *dir, int64_t ret[2])
{
	struct buf path = BUF_INIT;
	bool read;

	buf_addf(&path, "%s/cpu.max", dir);
	read = read_numbers(buf_str(&path), 2, ret);
	buf_release(&path);
	return read;
}

static bool read_v1(const char *dir, int64_t ret[2])
{
	static const char *const names[] = { "cpu.cfs_quota_us", "cpu.cfs_period_us" };
	bool read = true;

	for (int i = 0; read && i < 2; i++) {
		struct buf path = BUF_INIT;

		buf_addf(&path, "%s/%s", dir, names[i]);
		read = read_numbers(buf_str(&path), 1, &ret[i]);
		buf_release(&path);
	}
	return read;
}

/* The least quota of this group and of those above it. In a container the path may
 * be that of the host; then the top, which is the container's own group, counts. */
static unsigned least_quota(const char *mount, const char *group,
			    bool (*read)(const char *dir, int64_t ret[2]), unsigned cores)
{
	struct buf dir = BUF_INIT;
	int64_t time[2];
	char *slash;

	buf_addf(&dir, "%s%s", mount, group);
	for (;;) {
		if (read(buf_str(&dir), time) && time[0] > 0 && time[1] > 0 &&
		    (time[0] - 1) / time[1] + 1 < cores)
			cores = (unsigned)((time[0] - 1) / time[1] + 1);
		slash = strrchr(dir.data + strlen(mount), '/');
		if (!slash)
			break;
		dir.len = (size_t)(slash - dir.data);
		*slash = '\0';
	}
	buf_release(&dir);
	return cores;
}

static bool has_cpu(const char *controllers)
{
	for (const char *s = controllers; *s; s += strcspn(s, ",") + (s[strcspn(s, ",")] == ','))
		if (strcspn(s, ",") == 3 && !strncmp(s, "cpu", 3))
			return true;
	return false;
}

/* A line of /proc/self/cgroup: "NUMBER:CONTROLLERS:PATH"; version 2 has number 0 and
 * no controllers. */
static unsigned apply_line(const char *root, char *line, unsigned cores)
{
	char *rest = line, *number = strsep(&rest, ":"), *controllers = strsep(&rest, ":");
	struct buf mount = BUF_INIT;

	if (!rest || *rest != '/')
		return cores;
	buf_addf(&mount, "%s/sys/fs/cgroup", root);
	if (!strcmp(number, "0") && !*controllers) {
		cores = least_quota(buf_str(&mount), rest, read_v2, cores);
	} else if (has_cpu(controllers)) {
		buf_adds(&mount, "/cpu");
		cores = least_quota(buf_str(&mount), rest, read_v1, cores);
	}
	buf_release(&mount);
	return cores;
}

unsigned cores_usable(const char *root)
{
	struct buf path = BUF_INIT, text = BUF_INIT;
	unsigned cores = allowed();
	struct err err;
	char *rest, *line;

	buf_addf(&path, "%s/proc/self/cgroup", root);
	if (!slurp(buf_str(&path), FILE_BYTES, &text, &err) && text.len) {
		buf_str(&text);
		for (rest = text.data; (line = strsep(&rest, "\n"));)
			cores = apply_line(root, line, cores);
	}
	buf_release(&path);
	buf_release(&text);
	return cores;
}
