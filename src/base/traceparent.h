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

/* As text of version 00. */
void traceparent_write(const struct traceparent *t, char ret_text[TRACEPARENT_LEN + 1]);

#endif
