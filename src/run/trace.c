/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/trace.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"

#define TIMEOUT_MS 10000

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static bool has_endpoint(void)
{
	return strcasecmp(variable("OTEL_SDK_DISABLED"), "true") != 0 &&
	       (*variable("OTEL_EXPORTER_OTLP_ENDPOINT") ||
		*variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") ||
		*variable("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"));
}

/* Ids need not be secret, but they must be nobody else's. */
static uint64_t seed(void)
{
	uint64_t n = (uint64_t)clock_wall_ns() ^ (uint64_t)getpid() << 40;
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return n;
	if (read(fd, &n, sizeof(n)) < 0)
		n += (uint64_t)clock_now_ns();
	close(fd);
	return n;
}

/* splitmix64; never 0, which is no id */
static uint64_t next_id(struct trace *t)
{
	uint64_t n = t->dice += UINT64_C(0x9e3779b97f4a7c15);

	n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
	n ^= n >> 31;
	return n ? n : 1;
}

static void new_span(struct trace *t)
{
	snprintf(t->child.span, sizeof(t->child.span), "%016" PRIx64, next_id(t));
}

void trace_init(struct trace *t, bool file)
{
	bool is_new;

	*t = (struct trace){ .posts = has_endpoint() };
	t->on = t->posts || file;
	if (!t->on)
		return;
	t->dice = seed();
	is_new = traceparent_read(getenv("TRACEPARENT"), &t->child) != 0;
	if (is_new) {
		snprintf(t->child.trace, sizeof(t->child.trace), "%016" PRIx64 "%016" PRIx64,
			 next_id(t), next_id(t));
		memcpy(t->child.flags, "01", sizeof(t->child.flags));
	}
	new_span(t);
	/* What is not known is ignored here; hpn-otlp says so. */
	traceparent_sample(&t->child, is_new, variable("OTEL_TRACES_SAMPLER"),
			   variable("OTEL_TRACES_SAMPLER_ARG"));
	traceparent_write(&t->child, t->run);
}

void trace_release(struct trace *t)
{
	free(t->env);
	t->env = NULL;
}

static char **copy_env(struct trace *t, char *const *env)
{
	size_t n = 0, to = 0;
	char **copy;

	while (env[n])
		n++;
	copy = mem_array(n + 2, sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		if (strncmp(env[i], "TRACEPARENT=", 12) != 0)
			copy[to++] = env[i];
	copy[to] = t->variable;
	return copy;
}

char *const *trace_next(struct trace *t, char *const *env)
{
	char text[TRACEPARENT_LEN + 1];

	if (!t->on)
		return env;
	if (!t->env)
		t->env = copy_env(t, env);
	new_span(t);
	traceparent_write(&t->child, text);
	snprintf(t->variable, sizeof(t->variable), "TRACEPARENT=%s", text);
	return t->env;
}

int64_t trace_timeout_ns(void)
{
	int64_t ms;

	if (parse_int(variable("OTEL_EXPORTER_OTLP_TIMEOUT"), &ms) || ms < 1 || ms > 3600 * 1000)
		ms = TIMEOUT_MS;
	return ms * NS_PER_MS;
}
