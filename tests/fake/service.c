/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everybody in service gets the same share, so it is enough to know how much
 * each has got since the beginning: a job is over when that has grown by its
 * work. It stands in a file that whoever looks brings up to date, under a lock.
 */
#include "service.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

struct state {
	double at_ms;  /* up to date as of this time */
	double got_ms; /* by each, since the beginning */
	unsigned active;
	unsigned done;
};

struct service {
	int fd;
	char kind[16];
	char plan[256];
	struct state now;
};

static double clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void open_service(struct service *s)
{
	const char *dir = getenv("FAKE_STATE");
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/service", dir ? dir : ".");
	f = fopen(path, "re");
	if (!f || fscanf(f, "%15s", s->kind) != 1 || !fgets(s->plan, sizeof(s->plan), f))
		_exit(96);
	fclose(f);
	snprintf(path, sizeof(path), "%s/service-state", dir ? dir : ".");
	s->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
}

static double capacity(const struct service *s)
{
	char *rest;
	double c = strtod(s->plan, &rest);

	for (;;) {
		char *end;
		unsigned long after = strtoul(rest, &end, 10);

		if (end == rest || s->now.done < after)
			return c;
		c = strtod(end, &rest);
	}
}

/* What each gets of a millisecond. */
static double share(const struct service *s)
{
	double n = s->now.active, c = capacity(s);

	if (n <= c || !strcmp(s->kind, "refuse"))
		return 1;
	return (!strcmp(s->kind, "thrash") ? c * c / n : c) / n;
}

static void enter(struct service *s)
{
	double now;

	while (flock(s->fd, LOCK_EX) < 0)
		;
	now = clock_ms();
	if (pread(s->fd, &s->now, sizeof(s->now), 0) != (ssize_t)sizeof(s->now))
		s->now = (struct state){ .at_ms = now };
	if (s->now.active)
		s->now.got_ms += (now - s->now.at_ms) * share(s);
	s->now.at_ms = now;
}

static void leave(struct service *s)
{
	if (pwrite(s->fd, &s->now, sizeof(s->now), 0) != (ssize_t)sizeof(s->now))
		_exit(95);
	flock(s->fd, LOCK_UN);
}

static void pause_at_most_ms(double ms)
{
	struct timespec t = { 0, 0 };

	ms = ms < 10 ? ms : 10; /* others come and go */
	t.tv_nsec = (long)(ms * 1e6) + 100000;
	nanosleep(&t, NULL);
}

int service_use(double ms)
{
	struct service s = { .fd = -1 };
	double until_ms, left_ms;

	open_service(&s);
	enter(&s);
	if (!strcmp(s.kind, "refuse") && s.now.active >= capacity(&s)) {
		leave(&s);
		return -1;
	}
	s.now.active++;
	until_ms = s.now.got_ms + ms;
	for (;;) {
		left_ms = (until_ms - s.now.got_ms) / share(&s);
		if (left_ms <= 0)
			break;
		leave(&s);
		pause_at_most_ms(left_ms);
		enter(&s);
	}
	s.now.active--;
	s.now.done++;
	leave(&s);
	close(s.fd);
	return 0;
}
