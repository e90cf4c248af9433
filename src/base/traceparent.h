/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * traceparent.h - W3C trace context: of which trace this is a part
 */
#ifndef HPN_BASE_TRACEPARENT_H
#define HPN_BASE_TRACEPARENT_H

#define TRACEPARENT_LEN 55

struct traceparent {
	char trace[33], span[17]; /* hex digits in lower case */
	char flags[3];
};

/* "00-TRACE-SPAN-FLAGS", or a later version's that begins so; -1 when it is
 * none, NULL too. */
int traceparent_read(const char *text, struct traceparent *ret);

/*
 * Set the flag that says whether the trace is recorded, as OTEL_TRACES_SAMPLER
 * and OTEL_TRACES_SAMPLER_ARG have it. `is_new`: no parent has decided. What is
 * decided depends on the trace's id only, so that all who ask get one answer.
 * "" leaves the flag as it is, and so does what is not known, which returns -1.
 */
int traceparent_sample(struct traceparent *t, int is_new, const char *sampler, const char *arg);

/* As text of version 00. */
void traceparent_write(const struct traceparent *t, char ret_text[TRACEPARENT_LEN + 1]);

#endif
