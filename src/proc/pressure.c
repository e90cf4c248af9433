/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proc/pressure.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LEAST_MEMORY 0.05    /* share of all memory that has to be available */
#define MOST_MEMORY_STALL 10 /* percentage of ten seconds in which no task could run */
#define MOST_CPU_STALL 80    /* percentage of ten seconds in which some task waited */
#define MOST_LOAD 8          /* load for each core */

/* The beginning of the file; "" where there is no such file. */
static const char *read_start(const char *proc, const char *name, char *buf, size_t size)
{
	char path[256];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", proc, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, buf, size - 1);
		close(fd);
	}
	buf[n > 0 ? n : 0] = '\0';
	return buf;
}

/* The number after this word; -1 where the word is not in the text. */
static double number_after(const char *text, const char *word)
{
	const char *at = strstr(text, word);

	return at ? strtod(at + strlen(word), NULL) : -1;
}

static double stall(const char *proc, const char *name, const char *word)
{
	char buf[512];

	return number_after(read_start(proc, name, buf, sizeof(buf)), word);
}

enum pressure pressure_read(const char *proc, unsigned cores)
{
	char buf[2048];
	double total, left, load, waits;

	read_start(proc, "meminfo", buf, sizeof(buf));
	total = number_after(buf, "MemTotal:");
	left = number_after(buf, "MemAvailable:");
	if ((total > 0 && left >= 0 && left < LEAST_MEMORY * total) ||
	    stall(proc, "pressure/memory", "full avg10=") > MOST_MEMORY_STALL)
		return PRESSURE_FULL;
	load = strtod(read_start(proc, "loadavg", buf, sizeof(buf)), NULL) / cores;
	waits = stall(proc, "pressure/cpu", "some avg10=");
	if (load > MOST_LOAD && (waits < 0 || waits > MOST_CPU_STALL))
		return PRESSURE_BUSY;
	return PRESSURE_NONE;
}
