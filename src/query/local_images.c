/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "query/local_images.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "query/ask.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "image/ref.h"
#include "runtime/argv.h"

#define ASKED_AT_ONCE 4u
#define LONGEST_ANSWER_NS (60 * NS_PER_S)
#define FIELDS 5

/* ---- reading ---- */

/* What a name is looked up by: of one with a digest the tag does not count. */
static bool key_of(const char *name, size_t len, struct buf *b)
{
	struct ref ref;

	if (ref_parsen(name, len, &ref, NULL))
		return false;
	if (ref.digest.len)
		ref.tag = (struct span){ ref.digest.s, 0 };
	buf_reset(b);
	ref_key(&ref, b);
	return true;
}

static void add_name(struct local_images *inv, const char *name, size_t len, uint32_t fact)
{
	struct buf key = BUF_INIT;
	uint32_t earlier;

	if (key_of(name, len, &key))
		name_map_add(&inv->keys, buf_str(&key), key.len, fact, &earlier);
	buf_release(&key);
}

/* ["a","b"]: names hold nothing that JSON would have to escape. */
static void add_names(struct local_images *inv, struct span list, uint32_t fact)
{
	const char *p = list.s, *end = list.s + list.len, *close;

	while (p < end && (p = memchr(p, '"', (size_t)(end - p)))) {
		close = memchr(p + 1, '"', (size_t)(end - p - 1));
		if (!close)
			return;
		add_name(inv, p + 1, (size_t)(close - p - 1), fact);
		p = close + 1;
	}
}

static bool is_id(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!isxdigit((unsigned char)s.s[i]))
			return false;
	return s.len == 64;
}

/* Is the id also one of the digests? Then it is not that of a configuration, and
 * the image lies in containerd's store. */
static bool names_digest(struct span list, struct span id)
{
	for (size_t at = id.len; at <= list.len; at++)
		if (!memcmp(list.s + at - id.len, id.s, id.len))
			return true;
	return false;
}

static bool read_bytes(struct span s, int64_t *ret)
{
	char text[24];

	if (s.len >= sizeof(text))
		return false;
	memcpy(text, s.s, s.len);
	text[s.len] = '\0';
	return parse_int(text, ret) == 0 && *ret >= 0;
}

static unsigned split(const char *line, size_t len, struct span field[FIELDS])
{
	const char *end = line + len, *tab;
	unsigned n = 0;

	while (n < FIELDS) {
		tab = memchr(line, '\t', (size_t)(end - line));
		field[n++] = (struct span){ line, (size_t)((tab ? tab : end) - line) };
		if (!tab)
			return n;
		line = tab + 1;
	}
	return FIELDS + 1;
}

void local_images_take(struct local_images *inv, const char *line, size_t len)
{
	static const char prefix[] = "sha256:";
	struct span f[FIELDS];
	struct local_image fact;

	if (split(line, len, f) != FIELDS)
		return;
	if (f[0].len > strlen(prefix) && !memcmp(f[0].s, prefix, strlen(prefix))) {
		f[0].s += strlen(prefix);
		f[0].len -= strlen(prefix);
	}
	if (!is_id(f[0]) || !read_bytes(f[1], &fact.bytes))
		return;
	fact.packed_too = names_digest(f[4], f[0]);
	fact.id = arena_copy(&inv->texts, f[0].s, f[0].len);
	fact.platform = arena_copy(&inv->texts, f[2].s, f[2].len);
	if (inv->n == inv->cap) {
		inv->cap = inv->cap ? 2 * inv->cap : 64;
		inv->fact = mem_grow(inv->fact, inv->cap, sizeof(*inv->fact));
	}
	inv->fact[inv->n] = fact;
	add_names(inv, f[3], inv->n);
	add_names(inv, f[4], inv->n);
	inv->n++;
}

/* ---- asking ---- */

struct question {
	struct local_images *inv;
	const struct runtime *rt;
	const char *(*name)(void *ctx, uint32_t i);
	void *ctx;
	uint32_t n;
	const struct rt_call *call;
	uint32_t chunk; /* names in one call */
	bool silent;    /* a call has printed nothing */
};

static void command(void *ctx, uint32_t i, struct strvec *argv)
{
	struct question *q = ctx;
	size_t words;

	if (runtime_argv(q->rt, RT_INSPECT, q->call, argv, NULL))
		return;
	words = argv->n;
	for (uint32_t k = i * q->chunk; k < q->n && k < (i + 1) * q->chunk; k++) {
		const char *name = q->name(q->ctx, k);

		if (name && (q->chunk > 1 || !local_images_find(q->inv, name)))
			strvec_push(argv, name);
	}
	if (argv->n == words)
		strvec_clear(argv);
}

/* One name that is missing makes the status bad, and the rest is there. */
static void answer(void *ctx, uint32_t i, int status, const struct buf *out, const char *err_text)
{
	struct question *q = ctx;
	const char *text = out->data, *end = text + out->len, *nl;

	(void)i, (void)err_text;
	if (status < 0)
		return;
	q->silent |= !out->len;
	for (; text && (nl = memchr(text, '\n', (size_t)(end - text))); text = nl + 1)
		local_images_take(q->inv, text, (size_t)(nl - text));
}

int local_images_read(struct local_images *inv, struct console *s, const struct runtime *rt,
		      char *const *envp, const char *(*name)(void *ctx, uint32_t i), void *ctx,
		      uint32_t n, const struct rt_call *call, struct err *err)
{
	struct question question = { inv, rt, name, ctx, n, call, LOCAL_IMAGES_CHUNK, false };
	struct ask q = {
		.n = n / LOCAL_IMAGES_CHUNK + (n % LOCAL_IMAGES_CHUNK != 0),
		.workers = ASKED_AT_ONCE,
		.timeout_ns = LONGEST_ANSWER_NS,
		.envp = envp,
		.ctx = &question,
		.command = command,
		.answer = answer,
	};

	if (!rt->verb[RT_INSPECT].given)
		return err_set(err,
			       "%s cannot be asked which images it has: its descriptor (%s)"
			       " has no [inspect]",
			       rt->name, rt->source);
	ask_all(s, &q);
	if (question.silent && n > 1) {
		question.chunk = 1;
		q.n = n;
		ask_all(s, &q);
	}
	return 0;
}

const struct local_image *local_images_find(const struct local_images *inv, const char *name)
{
	struct buf key = BUF_INIT;
	uint32_t at = NAME_MAP_NONE;

	if (key_of(name, strlen(name), &key))
		at = name_map_find(&inv->keys, buf_str(&key), key.len);
	buf_release(&key);
	return at == NAME_MAP_NONE ? NULL : &inv->fact[at];
}

void local_images_release(struct local_images *inv)
{
	name_map_release(&inv->keys);
	arena_release(&inv->texts);
	free(inv->fact);
	*inv = (struct local_images){ 0 };
}
