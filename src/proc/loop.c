/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proc/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"

#define ASLEEP_NS (30 * NS_PER_S)
#define LONGEST_MS 3600000

void loop_init(struct loop *l, int64_t now_ns)
{
	*l = (struct loop){ .now_ns = now_ns };
}

void loop_release(struct loop *l)
{
	deadlines_release(&l->deadlines);
	free(l->fds);
	free(l->watch);
	*l = (struct loop){ 0 };
}

static unsigned free_place(struct loop *l)
{
	for (unsigned i = 0; i < l->n; i++)
		if (!l->watch[i].ready)
			return i;
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 16;
		l->fds = mem_grow(l->fds, l->cap, sizeof(*l->fds));
		l->watch = mem_grow(l->watch, l->cap, sizeof(*l->watch));
	}
	return l->n++;
}

unsigned loop_watch(struct loop *l, int fd, short events, void (*ready)(void *ctx, short revents),
		    void *ctx)
{
	unsigned id = free_place(l);

	l->watch[id] = (struct loop_watch){ .ready = ready, .ctx = ctx, .fd = fd };
	loop_want(l, id, events);
	return id;
}

void loop_want(struct loop *l, unsigned id, short events)
{
	l->fds[id] = (struct pollfd){ .fd = events ? l->watch[id].fd : -1, .events = events };
}

void loop_drop(struct loop *l, unsigned id)
{
	l->fds[id] = (struct pollfd){ .fd = -1 };
	l->watch[id] = (struct loop_watch){ 0 };
	while (l->n && !l->watch[l->n - 1].ready)
		l->n--;
}

static int timeout_ms(const struct loop *l, int64_t max_wait_ns)
{
	int64_t wait_ns = deadlines_wait_ns(&l->deadlines, clock_now_ns());

	if (wait_ns < 0 || (max_wait_ns >= 0 && max_wait_ns < wait_ns))
		wait_ns = max_wait_ns;
	if (wait_ns < 0)
		return -1;
	wait_ns = (wait_ns + NS_PER_MS - 1) / NS_PER_MS; /* round up: never spin */
	return wait_ns > LONGEST_MS ? LONGEST_MS : (int)wait_ns;
}

/* poll() itself failed, for want of memory: wait a moment, so as not to spin, and
 * then take each descriptor for ready, since all of them are non-blocking. */
static void poll_blind(struct loop *l)
{
	struct timespec moment = { .tv_nsec = 10 * NS_PER_MS };

	nanosleep(&moment, NULL);
	for (unsigned i = 0; i < l->n; i++)
		l->fds[i].revents = l->fds[i].fd < 0 ? 0 : l->fds[i].events;
}

static void notice_sleep(struct loop *l, int64_t asked_at_ns, int ms)
{
	int64_t late_ns = l->now_ns - asked_at_ns - (int64_t)ms * NS_PER_MS;

	l->slept_ns = 0;
	if (ms < 0 || late_ns < ASLEEP_NS)
		return;
	l->slept_ns = late_ns;
	deadlines_shift(&l->deadlines, late_ns);
}

void loop_turn(struct loop *l, int64_t max_wait_ns)
{
	int ms = timeout_ms(l, max_wait_ns);
	int64_t asked_at_ns = clock_now_ns();
	unsigned last = l->n;
	int n = poll(l->fds, l->n, ms);

	if (n < 0 && errno != EINTR)
		poll_blind(l);
	else if (n < 0)
		last = 0;
	l->now_ns = clock_now_ns();
	notice_sleep(l, asked_at_ns, ms);
	if (n == 0)
		return;
	for (unsigned i = 0; i < last && i < l->n; i++) {
		short revents = l->fds[i].revents;

		l->fds[i].revents = 0;
		if (l->fds[i].fd >= 0 && revents)
			l->watch[i].ready(l->watch[i].ctx, revents);
	}
}
