/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/keys.h"

#include <string.h>

#include "base/clock.h"

#define ALONE_NS (300 * NS_PER_MS)
#define BURST_NS (100 * NS_PER_MS)
#define SECOND_NS (3 * NS_PER_S)

/* An arrow is ESC [ A or ESC O A. 0: more of it is to come, or it is unknown. */
static char whole_key(struct keys *k, char c)
{
	unsigned char before = k->escape;

	k->escape = 0;
	if (c == '\033')
		k->escape = 1;
	else if (before == 1 && (c == '[' || c == 'O'))
		k->escape = 2;
	else if (before == 2)
		return (char)(c == 'A' ? 'k' : c == 'B' ? 'j' : 0);
	else
		return c;
	return 0;
}

bool keys_wants_second(const struct keys *k, int64_t now_ns)
{
	int64_t since_ns = now_ns - k->asked_ns;

	return k->asked_ns && since_ns >= ALONE_NS && since_ns <= SECOND_NS;
}

char keys_take(struct keys *k, char c, int64_t now_ns)
{
	char key = whole_key(k, c), before = k->last;
	int64_t since_ns = k->last_ns ? now_ns - k->last_ns : INT64_MAX;
	bool wants_second = !k->held && keys_wants_second(k, now_ns);

	if (k->escape)
		return 0;
	k->last = key;
	k->last_ns = now_ns;
	k->held = 0;
	k->asked_ns = 0;
	if (key == 'q' && wants_second)
		return 'q';
	if (key == 'q' || key == 'p') {
		if (since_ns >= ALONE_NS)
			k->held = key;
		return 0;
	}
	return (char)(since_ns < BURST_NS && key != before ? 0 : key);
}

char keys_due(struct keys *k, int64_t now_ns)
{
	char key = k->held;

	if (!key || now_ns - k->last_ns < ALONE_NS)
		return 0;
	k->held = 0;
	if (key != 'q')
		return key;
	k->asked_ns = k->last_ns;
	return 0;
}
