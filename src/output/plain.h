/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plain.h - the run as lines of text, the same as those of the serial tool
 *
 * A consumer of events; what it makes of them goes into a mux.
 */
#ifndef HPN_OUTPUT_PLAIN_H
#define HPN_OUTPUT_PLAIN_H

#include <stdbool.h>

#include "base/event.h"
#include "output/ci.h"
#include "output/mux.h"

struct plain_options {
	uint32_t total;
	bool chatter;  /* what the children write is shown as well */
	bool answers;  /* what they write on standard output is */
	bool raw;      /* only that, as it is: the children's JSON */
	bool quiet;    /* images that failed, and nothing else */
	bool prefixed; /* each line with the name in front, as it comes */
	/* On a terminal: results come in the order in which they happen, each with
	 * the number of its image, and followed by the notes on it. Not with
	 * chatter, answers or prefixed. */
	bool numbered;
	bool brief;   /* as well: an image is shown only when it is done */
	bool guarded; /* nothing in it is a command for GitHub: see ci_defuse() */
	enum ci ci;   /* images are folded for this one */
	const char *ci_secret;
};

struct plain;

struct plain *plain_new(struct mux *mux, const struct plain_options *options);
void plain_free(struct plain *p);

void plain_event(struct plain *p, const struct event *ev);

#endif
