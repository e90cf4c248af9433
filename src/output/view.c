/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "output/width.h"

#define OUTPUT_BYTES 8192
#define DOING_BYTES 200
#define RATE_NS (NS_PER_S / 2)

static int64_t usual_ns(const struct view *v, uint32_t job)
{
	return v->info->usual_ns ? v->info->usual_ns[job] : 0;
}

static void measure_names(struct view *v)
{
	struct buf shown = BUF_INIT;

	for (uint32_t i = 0; i < v->info->jobs; i++) {
		const char *name = v->info->name[i];
		size_t columns;

		buf_reset(&shown);
		utf8_show(&shown, name, strlen(name), SIZE_MAX);
		columns = width_text(buf_str(&shown), shown.len);
		if (columns > v->name_columns)
			v->name_columns = columns;
	}
	buf_release(&shown);
}

void view_init(struct view *v, const struct run_info *info)
{
	*v = (struct view){ .info = info,
			    .workers = info->workers,
			    .rate = -1,
			    .rate_ns = info->start_ns,
			    .chosen = NO_JOB };
	v->of_job = mem_array(info->jobs, sizeof(struct view_row *));
	v->begun = mem_array(info->jobs, sizeof(bool));
	measure_names(v);
}

static void free_row(struct view_row *r)
{
	if (!r)
		return;
	buf_release(&r->doing);
	buf_release(&r->output);
	free(r);
}

void view_release(struct view *v)
{
	for (uint32_t i = 0; i < v->n_rows; i++)
		free_row(v->rows[i]);
	for (unsigned i = 0; i < VIEW_FAILURES; i++)
		free(v->failure[i].reason);
	free(v->rows);
	free(v->of_job);
	free(v->begun);
	*v = (struct view){ 0 };
}

/* The place of one that is over is taken by the next, so that rows stay where
 * they are. */
static struct view_row *new_row(struct view *v, const struct event *ev)
{
	struct view_row *r = mem_alloc(sizeof(*r));
	uint32_t place = 0;

	while (place < v->n_rows && v->rows[place])
		place++;
	if (place == v->cap_rows) {
		v->cap_rows = v->cap_rows ? v->cap_rows * 2 : 16;
		v->rows = mem_grow(v->rows, v->cap_rows, sizeof(struct view_row *));
	}
	if (place == v->n_rows)
		v->n_rows++;
	r->job = ev->job;
	r->start_ns = ev->at_ns;
	r->bytes = r->total = r->rate = -1;
	v->rows[place] = r;
	v->of_job[ev->job] = r;
	v->begun[ev->job] = true;
	return r;
}

static void drop_row(struct view *v, struct view_row *r)
{
	for (uint32_t i = 0; i < v->n_rows; i++)
		if (v->rows[i] == r)
			v->rows[i] = NULL;
	v->of_job[r->job] = NULL;
	free_row(r);
}

static void on_attempt(struct view *v, struct view_row *r, const struct event *ev)
{
	r->runs = true;
	r->again_ns = 0;
	r->step = ev->step_name;
	r->attempt = ev->attempt;
	r->bytes = r->total = r->rate = -1;
	r->parts = r->of_parts = 0;
	r->rate_ns = ev->at_ns;
	r->rate_bytes = 0;
	r->blobs = 0;
	buf_reset(&r->doing);
	v->running++;
}

static void on_end(struct view *v, struct view_row *r)
{
	if (r->runs)
		v->running--;
	r->runs = false;
}

static void keep_text(struct buf *to, const char *data, size_t len)
{
	buf_reset(to);
	buf_add(to, data, len < DOING_BYTES ? len : DOING_BYTES);
}

static void on_wait(struct view_row *r, const struct event *ev)
{
	r->again_ns = ev->at_ns + ev->wait_ns;
	r->bytes = r->total = r->rate = -1;
	r->parts = r->of_parts = 0;
	keep_text(&r->doing, ev->data, strcspn(ev->data, "\n"));
}

static void on_output(struct view_row *r, const struct event *ev)
{
	size_t skip = ev->len > OUTPUT_BYTES ? ev->len - OUTPUT_BYTES : 0;

	clean_add(&r->clean[ev->stream], ev->data + skip, ev->len - skip, &r->output);
	if (r->output.len > (size_t)2 * OUTPUT_BYTES)
		buf_eat(&r->output, r->output.len - OUTPUT_BYTES);
}

/* A mean that forgets: what was a few seconds ago counts little. */
static int64_t smooth(int64_t rate, int64_t bytes, int64_t took_ns)
{
	int64_t now = (int64_t)((double)bytes / (double)took_ns * (double)NS_PER_S);

	return rate < 0 ? now : (rate * 3 + now) / 4;
}

/* Where the digest of a blob begins in the runtime's words; len: there is none. */
static size_t digest_in(const char *text, size_t len)
{
	static const char mark[] = " sha256:";

	for (size_t i = 0; i + strlen(mark) <= len; i++)
		if (!memcmp(text + i, mark, strlen(mark)))
			return i;
	return len;
}

/* A digest tells people nothing; how many there were does: "Copying blob 3". */
static void keep_doing(struct view_row *r, const char *data, size_t len)
{
	size_t words = digest_in(data, len);

	keep_text(&r->doing, data, words);
	if (words < len)
		buf_addf(&r->doing, " %u", ++r->blobs);
}

static void on_progress(struct view_row *r, const struct event *ev)
{
	r->bytes = ev->bytes;
	r->total = ev->total >= 0 && ev->total < ev->bytes ? ev->bytes : ev->total;
	r->parts = ev->parts;
	r->of_parts = ev->of_parts;
	if (ev->len)
		keep_doing(r, ev->data, ev->len);
	if (r->bytes < 0 || ev->at_ns - r->rate_ns < RATE_NS)
		return;
	r->rate = smooth(r->rate, r->bytes - r->rate_bytes, ev->at_ns - r->rate_ns);
	r->rate_bytes = r->bytes;
	r->rate_ns = ev->at_ns;
}

static void on_failed(struct view *v, const struct event *ev)
{
	struct view_failure *f = &v->failure[v->failed++ % VIEW_FAILURES];

	free(f->reason);
	*f = (struct view_failure){ ev->job, mem_strndup(ev->data, ev->len) };
}

static void on_finish(struct view *v, struct view_row *r, const struct event *ev)
{
	if (ev->result == RESULT_FAILED)
		on_failed(v, ev);
	else if (ev->result == RESULT_CANCELLED)
		v->cancelled++;
	else
		v->done++;
	v->begun[ev->job] = true; /* nothing more will be */
	if (!r)
		return;
	if (r->bytes > 0)
		v->over_bytes += r->bytes;
	if (r->attempt) /* what was refused before tells nothing of the others */
		v->over_ns[v->over++ % ESTIMATE_SAMPLES] = ev->at_ns - r->start_ns;
	if (usual_ns(v, r->job)) {
		v->took_ns += ev->at_ns - r->start_ns;
		v->took_usual_ns += usual_ns(v, r->job);
	}
	drop_row(v, r);
}

static void on_limit(struct view *v, const struct event *ev)
{
	if (ev->lane == NO_LANE && ev->workers)
		v->workers = ev->workers;
}

void view_event(struct view *v, const struct event *ev)
{
	struct view_row *r = ev->job < v->info->jobs ? v->of_job[ev->job] : NULL;

	if (ev->kind == EVENT_LIMIT)
		on_limit(v, ev);
	else if (ev->kind == EVENT_FINISH)
		on_finish(v, r, ev);
	else if (ev->kind == EVENT_START && !r)
		new_row(v, ev);
	else if (r && ev->kind == EVENT_ATTEMPT)
		on_attempt(v, r, ev);
	else if (r && ev->kind == EVENT_END)
		on_end(v, r);
	else if (r && ev->kind == EVENT_WAIT)
		on_wait(r, ev);
	else if (r && ev->kind == EVENT_OUTPUT)
		on_output(r, ev);
	else if (r && ev->kind == EVENT_PROGRESS)
		on_progress(r, ev);
}

void view_settle(struct view *v, int64_t now_ns)
{
	int64_t bytes = view_bytes(v);
	uint32_t n = 0;

	for (uint32_t i = 0; i < v->n_rows; i++)
		if (v->rows[i])
			v->rows[n++] = v->rows[i];
	v->n_rows = n;
	if (v->chosen == NO_JOB || !v->of_job[v->chosen])
		v->chosen = n ? v->rows[0]->job : NO_JOB;
	if (bytes <= 0 || now_ns - v->rate_ns < NS_PER_S)
		return;
	v->rate = smooth(v->rate, bytes > v->rate_bytes ? bytes - v->rate_bytes : 0,
			 now_ns - v->rate_ns);
	v->rate_bytes = bytes;
	v->rate_ns = now_ns;
}

void view_choose(struct view *v, int by)
{
	for (uint32_t i = 0; i < v->n_rows; i++)
		if (v->rows[i] && v->rows[i]->job == v->chosen) {
			uint32_t to = i + (uint32_t)by + v->n_rows;

			v->chosen =
				v->rows[to % v->n_rows] ? v->rows[to % v->n_rows]->job : v->chosen;
			return;
		}
}

uint32_t view_waiting(const struct view *v)
{
	return v->info->jobs - v->done - v->failed - v->cancelled - v->running;
}

int64_t view_bytes(const struct view *v)
{
	int64_t sum = v->over_bytes;

	for (uint32_t i = 0; i < v->n_rows; i++)
		if (v->rows[i] && v->rows[i]->bytes > 0)
			sum += v->rows[i]->bytes;
	return sum;
}

/* How much longer images take in this run than in earlier ones. Those that are
 * open and beyond their time count, too. */
static double pace(const struct view *v, int64_t now_ns)
{
	int64_t took_ns = v->took_ns, usual_sum_ns = v->took_usual_ns;

	for (uint32_t i = 0; i < v->n_rows; i++) {
		const struct view_row *r = v->rows[i];
		int64_t usual = usual_ns(v, r->job), age_ns = now_ns - r->start_ns;

		if (usual && age_ns > usual) {
			took_ns += age_ns;
			usual_sum_ns += usual;
		}
	}
	return usual_sum_ns && took_ns ? (double)took_ns / (double)usual_sum_ns : 1;
}

static void add_open(const struct view *v, const struct view_row *r, double scale, int64_t now_ns,
		     struct estimate *e)
{
	int64_t usual = usual_ns(v, r->job), age_ns = now_ns - r->start_ns;
	bool is_known = usual && age_ns < usual; /* after that its history is of no use */

	if (r->again_ns > now_ns) { /* a pause, and then once more */
		e->waiting++;
		estimate_open(e, 0, 0, -1, r->again_ns - now_ns);
	} else {
		estimate_open(e, age_ns, r->bytes, r->total,
			      is_known ? (int64_t)(scale * (double)usual) : -1);
	}
}

int64_t view_left_ns(const struct view *v, int64_t now_ns)
{
	struct estimate e = { .waiting = 0 };
	double scale = pace(v, now_ns);

	for (uint32_t i = 0; i < v->info->jobs && !v->finishing; i++) {
		if (!v->begun[i] && usual_ns(v, i))
			estimate_known(&e, (int64_t)(scale * (double)usual_ns(v, i)));
		else
			e.waiting += !v->begun[i];
	}
	for (uint32_t i = 0; i < v->over && i < ESTIMATE_SAMPLES; i++)
		estimate_took(&e, v->over_ns[i]);
	for (uint32_t i = 0; i < v->n_rows; i++)
		add_open(v, v->rows[i], scale, now_ns, &e);
	return estimate_left_ns(&e);
}
