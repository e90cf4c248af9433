/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Events of a run: what is taken for a run can be drawn, and told as spans
 * and metrics.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "story/otlp.h"
#include "story/timeline.h"

#define MUST(cond) ((cond) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int check_message(void *ctx, const char *message)
{
	json_t *root = json_loads(message, 0, NULL);

	(void)ctx;
	MUST(root);
	json_decref(root);
	return 0;
}

static void tell(const struct recorded_run *run)
{
	struct otlp o = { .run = run,
			  .state = "",
			  .service = "",
			  .attributes = run->verb,
			  .trace = { .trace = "0af7651916cd43dd8448eb211c80319c",
				     .span = "b7ad6b7169203331",
				     .flags = "01" } };
	struct buf b = BUF_INIT;

	timeline_svg(&b, run, true);
	buf_reset(&b);
	timeline_page(&b, run);
	buf_reset(&b);
	timeline_trace(&b, run);
	check_message(NULL, buf_str(&b));
	buf_release(&b);
	otlp_spans(&o, check_message, NULL);
	otlp_metrics(&o, check_message, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	union {
		const uint8_t *in;
		void *out;
	} bytes = { .in = data };
	FILE *in = size ? fmemopen(bytes.out, size, "r") : NULL;
	struct recorded_run s;
	struct err err;

	if (!in)
		return 0;
	if (recorded_run_read(in, "events", &s, &err) == 0)
		tell(&s);
	else
		MUST(*err.text);
	recorded_run_release(&s);
	fclose(in);
	return 0;
}
