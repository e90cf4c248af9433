/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * keys.h - which of the keys that come during a run are meant for hpn
 *
 * People type the next command while hpn runs. So a key that pauses or ends the
 * run counts only when it stands alone, with no other key for 0.3 s before and
 * after it, and the end needs a second one. All other keys act at once, except
 * in a burst of different keys. Times are monotonic nanoseconds, handed in.
 */
#ifndef HPN_OUTPUT_KEYS_H
#define HPN_OUTPUT_KEYS_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroed: no key has come. */
struct keys {
	int64_t last_ns;  /* when the last key came; 0: none did */
	int64_t asked_ns; /* when the 'q' came that wants a second one; 0: none did */
	char last;
	char held;            /* 'p' or 'q', which may still be part of a word; or 0 */
	unsigned char escape; /* how much of an arrow's sequence has come */
};

/* A byte from the terminal. Returns the key to obey, or 0. Arrows are 'k' (up)
 * and 'j' (down); 'q' means that the run is to start nothing more. */
char keys_take(struct keys *k, char c, int64_t now_ns);

/* Some time has passed. Returns the key to obey by now, or 0. */
char keys_due(struct keys *k, int64_t now_ns);

/* One 'q' was pressed, and a second one now would count. */
bool keys_wants_second(const struct keys *k, int64_t now_ns);

#endif
