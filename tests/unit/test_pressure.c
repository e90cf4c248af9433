/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proc/pressure.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

static char proc[] = "/tmp/hpn-pressure.XXXXXX";

static void put(const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", proc, name);
	if (!text) {
		unlink(path);
		return;
	}
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static const struct {
	const char *mem, *load, *cpu, *memory;
	enum pressure want;
} machines[] = {
	{ NULL, NULL, NULL, NULL, PRESSURE_NONE },
	{ "", "", "", "", PRESSURE_NONE },
	{ "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 51 kB\n", "1.5 1 1 1/1 1\n", NULL, NULL,
	  PRESSURE_NONE },
	{ "MemTotal: 1000 kB\nMemFree: 9 kB\nMemAvailable: 49 kB\n", "1.5 1 1 1/1 1\n", NULL, NULL,
	  PRESSURE_FULL },
	{ "MemTotal: 1000 kB\n", NULL, NULL, NULL, PRESSURE_NONE },
	{ NULL, NULL, NULL, "some avg10=99.00 avg60=0\nfull avg10=9.00 avg60=99\n", PRESSURE_NONE },
	{ NULL, NULL, NULL, "some avg10=99.00 avg60=0\nfull avg10=11.00 avg60=0\n", PRESSURE_FULL },
	{ NULL, "15.9 1 1 1/1 1\n", NULL, NULL, PRESSURE_NONE }, /* two cores */
	{ NULL, "16.1 1 1 1/1 1\n", NULL, NULL, PRESSURE_BUSY },
	{ NULL, "16.1 1 1 1/1 1\n", "some avg10=70.00\n", NULL, PRESSURE_NONE },
	{ NULL, "17 1 1 1/1 1\n", "some avg10=85.00\n", NULL, PRESSURE_BUSY },
	{ NULL, "15 1 1 1/1 1\n", "some avg10=95.00\n", NULL, PRESSURE_NONE },
};

START_TEST(what_the_kernel_tells)
{
	char dir[64];

	ck_assert_ptr_nonnull(mkdtemp(proc));
	snprintf(dir, sizeof(dir), "%s/pressure", proc);
	mkdir(dir, 0700);
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		put("meminfo", machines[i].mem);
		put("loadavg", machines[i].load);
		put("pressure/cpu", machines[i].cpu);
		put("pressure/memory", machines[i].memory);
		ck_assert_msg(pressure_read(proc, 2) == machines[i].want, "machine %zu", i);
	}
	put("meminfo", NULL);
	put("loadavg", NULL);
	put("pressure/cpu", NULL);
	put("pressure/memory", NULL);
	rmdir(dir);
	rmdir(proc);
}
END_TEST

UNIT_MAIN("pressure", what_the_kernel_tells)
