/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/syncer.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

#define STACK_BYTES 65536

struct syncer {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int fd;
	int errnum;
	bool wished, ends;
};

static void *work(void *ctx)
{
	struct syncer *s = ctx;

	pthread_mutex_lock(&s->lock);
	while (!s->ends) {
		int errnum = 0;

		if (!s->wished) {
			pthread_cond_wait(&s->changed, &s->lock);
			continue;
		}
		s->wished = false;
		pthread_mutex_unlock(&s->lock);
		if (fdatasync(s->fd) < 0 && errno != EINVAL) /* a pipe cannot be synced */
			errnum = errno;
		pthread_mutex_lock(&s->lock);
		if (!s->errnum)
			s->errnum = errnum;
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* Signals are for the thread that has the loop. */
static int start(struct syncer *s)
{
	pthread_attr_t attr;
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&s->thread, &attr, work, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return rc;
}

struct syncer *syncer_new(int fd)
{
	struct syncer *s = mem_alloc(sizeof(*s));

	*s = (struct syncer){ .fd = fd };
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	if (start(s) == 0)
		return s;
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free(s);
	return NULL;
}

static void tell(struct syncer *s, bool *wish)
{
	pthread_mutex_lock(&s->lock);
	*wish = true;
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

void syncer_wish(struct syncer *s)
{
	tell(s, &s->wished);
}

int syncer_free(struct syncer *s)
{
	int errnum;

	if (!s)
		return 0;
	tell(s, &s->ends);
	pthread_join(s->thread, NULL);
	errnum = s->errnum;
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free(s);
	return errnum;
}
