/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hpn-otlp - a run as OpenTelemetry's spans and metrics
 *
 *   hpn-otlp [--out FILE] [--post=MILLISECONDS] [EVENTS]
 *
 * EVENTS is what hpn wrote with --events; "-", or nothing, is standard input.
 * --out writes lines of OTLP/JSON to FILE. --post posts them, as JSON over HTTP,
 * within that time, to where these variables say, as OpenTelemetry has them:
 * OTEL_EXPORTER_OTLP_ENDPOINT, _HEADERS, _CERTIFICATE and _PROTOCOL, each also
 * for one signal (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT); OTEL_TRACES_EXPORTER and
 * OTEL_METRICS_EXPORTER, "none" of which leaves a signal out. For the file, too,
 * there are OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, and OTEL_TRACES_SAMPLER
 * with OTEL_TRACES_SAMPLER_ARG. TRACEPARENT is the span that the run is below.
 *
 *   0  all is well
 *   1  something was not read, written or posted; standard error has it
 *  64  wrong usage
 */
#include <curl/curl.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <time.h>

#include "base/clock.h"
#include "base/parse.h"
#include "base/replace.h"
#include "base/utf8.h"
#include "story/otlp.h"

#define EX_USE 64
#define MOST_REPLY ((size_t)64 << 10)
#define PAUSE_S 1

struct signal {
	const char *name; /* in variables */
	const char *path; /* below the endpoint for all */
	const char *rejected;
	int (*convert)(const struct otlp *o, int (*send)(void *ctx, const char *message),
		       void *ctx);
};

static const struct signal signals[] = {
	{ "TRACES", "/v1/traces", "rejectedSpans", otlp_spans },
	{ "METRICS", "/v1/metrics", "rejectedDataPoints", otlp_metrics },
};

struct post {
	const struct signal *signal;
	CURL *curl;
	struct curl_slist *headers;
	struct buf url, reply;
	int64_t until_ns;
	struct err *err;
};

/* ---- the environment ---- */

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

/* What is said for one signal, else for all. */
static const char *setting(const struct signal *sig, const char *what, bool *ret_own)
{
	char name[80];
	const char *value;

	snprintf(name, sizeof(name), "OTEL_EXPORTER_OTLP_%s_%s", sig->name, what);
	value = variable(name);
	if (ret_own)
		*ret_own = *value;
	if (*value)
		return value;
	snprintf(name, sizeof(name), "OTEL_EXPORTER_OTLP_%s", what);
	return variable(name);
}

static bool is_left_out(const struct signal *sig)
{
	char name[80];

	snprintf(name, sizeof(name), "OTEL_%s_EXPORTER", sig->name);
	return !strcasecmp(variable(name), "none");
}

/* An endpoint for all has the signal's path put after it. */
static void find_url(struct post *p)
{
	bool own;
	const char *value = setting(p->signal, "ENDPOINT", &own);

	buf_reset(&p->url);
	buf_adds(&p->url, value);
	while (!own && p->url.len && p->url.data[p->url.len - 1] == '/')
		p->url.data[--p->url.len] = '\0';
	if (!own && p->url.len)
		buf_adds(&p->url, p->signal->path);
}

/* KEY=VALUE,..., with %XX; a line break would begin another header. */
static void find_headers(struct post *p)
{
	struct buf key = BUF_INIT, value = BUF_INIT;

	p->headers = curl_slist_append(NULL, "Content-Type: application/json");
	p->headers = curl_slist_append(p->headers, "Expect:");
	for (const char *at = setting(p->signal, "HEADERS", NULL);
	     (at = otlp_pair(at, &key, &value));) {
		buf_adds(&key, ": ");
		buf_adds(&key, buf_str(&value));
		if (!strpbrk(buf_str(&key), "\r\n"))
			p->headers = curl_slist_append(p->headers, buf_str(&key));
	}
	buf_release(&key);
	buf_release(&value);
}

static bool is_sampled(const struct otlp *o)
{
	return strtoul(o->trace.flags, NULL, 16) & 1;
}

/* Of a trace that is not sampled nobody sees the spans; the numbers count. */
static bool is_wanted(const struct otlp *o, const struct signal *sig)
{
	return sig->convert != otlp_spans || is_sampled(o);
}

/* ---- posting ---- */

static size_t take_reply(char *data, size_t size, size_t n, void *ctx)
{
	struct buf *reply = ctx;

	if (reply->len < MOST_REPLY)
		buf_add(reply, data, size * n);
	return size * n;
}

/* Where to, without what may be secret in it. */
static void add_host(struct buf *b, const char *url)
{
	CURLU *u = curl_url();
	char *host = NULL, *port = NULL;

	if (u && !curl_url_set(u, CURLUPART_URL, url, 0) &&
	    !curl_url_get(u, CURLUPART_HOST, &host, 0))
		utf8_show(b, host, strlen(host), 200);
	if (host && !curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT))
		buf_addf(b, ":%s", port);
	if (!host)
		buf_adds(b, "the endpoint");
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(u);
}

static int failed(struct post *p, const char *why)
{
	struct buf where = BUF_INIT, shown = BUF_INIT;

	add_host(&where, buf_str(&p->url));
	utf8_show(&shown, why, strlen(why), 300);
	err_set(p->err, "%s were not taken by %s: %s", p->signal->path + 4, buf_str(&where),
		buf_str(&shown));
	buf_release(&where);
	buf_release(&shown);
	return -1;
}

/* What a collector has taken only in part, it says in its answer. */
static int check_reply(struct post *p)
{
	json_t *root = json_loadb(p->reply.data, p->reply.len, 0, NULL);
	json_t *part = json_object_get(root, "partialSuccess");
	json_t *n = json_object_get(part, p->signal->rejected);
	const char *text = json_string_value(json_object_get(part, "errorMessage"));
	const char *digits = json_string_value(n);
	char why[400];
	int rc = 0;

	if ((digits && strcmp(digits, "0") != 0) || json_integer_value(n)) {
		snprintf(why, sizeof(why), "%lld rejected: %.300s",
			 digits ? strtoll(digits, NULL, 10) : (long long)json_integer_value(n),
			 text ? text : "");
		rc = failed(p, why);
	}
	json_decref(root);
	return rc;
}

static bool may_try_again(long status)
{
	return status == 429 || status == 502 || status == 503 || status == 504;
}

/* Once more, if the collector wishes so and there is time for it. */
static bool pause_for(struct post *p)
{
	curl_off_t seconds = 0;
	struct timespec ts;

	curl_easy_getinfo(p->curl, CURLINFO_RETRY_AFTER, &seconds);
	ts = (struct timespec){ .tv_sec = seconds > 0 ? (time_t)seconds : PAUSE_S };
	if (ts.tv_sec >= (p->until_ns - clock_now_ns()) / NS_PER_S)
		return false;
	nanosleep(&ts, NULL);
	return true;
}

static int post_once(struct post *p, const char *message, long *ret_status)
{
	char why[CURL_ERROR_SIZE] = "";
	int64_t left_ms = (p->until_ns - clock_now_ns()) / NS_PER_MS;
	CURLcode rc;

	*ret_status = 0;
	if (left_ms <= 0)
		return failed(p, "no time is left");
	buf_reset(&p->reply);
	curl_easy_setopt(p->curl, CURLOPT_URL, buf_str(&p->url));
	curl_easy_setopt(p->curl, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(p->curl, CURLOPT_HTTPHEADER, p->headers);
	curl_easy_setopt(p->curl, CURLOPT_TIMEOUT_MS, (long)left_ms);
	curl_easy_setopt(p->curl, CURLOPT_POSTFIELDS, message);
	curl_easy_setopt(p->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(message));
	rc = curl_easy_perform(p->curl);
	if (rc)
		return failed(p, *why ? why : curl_easy_strerror(rc));
	curl_easy_getinfo(p->curl, CURLINFO_RESPONSE_CODE, ret_status);
	return 0;
}

static int post(void *ctx, const char *message)
{
	struct post *p = ctx;
	char why[40];
	long status;

	do
		if (post_once(p, message, &status))
			return -1;
	while (may_try_again(status) && pause_for(p));
	if (status >= 200 && status < 300)
		return check_reply(p);
	snprintf(why, sizeof(why), "status %ld", status);
	return failed(p, why);
}

static int set_up(struct post *p)
{
	const char *ca = setting(p->signal, "CERTIFICATE", NULL);

	if (!strcasecmp(setting(p->signal, "PROTOCOL", NULL), "grpc"))
		return failed(p, "OTEL_EXPORTER_OTLP_PROTOCOL is grpc, and hpn speaks http/json");
	p->curl = curl_easy_init();
	if (!p->curl)
		return failed(p, "no memory");
	if (*ca)
		curl_easy_setopt(p->curl, CURLOPT_CAINFO, ca);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(p->curl, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(p->curl, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
	curl_easy_setopt(p->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(p->curl, CURLOPT_USERAGENT, "hpn/" PACKAGE_VERSION);
	curl_easy_setopt(p->curl, CURLOPT_WRITEFUNCTION, take_reply);
	curl_easy_setopt(p->curl, CURLOPT_WRITEDATA, &p->reply);
	find_headers(p);
	return 0;
}

static int post_signal(const struct otlp *o, const struct signal *sig, int64_t until_ns,
		       struct err *err)
{
	struct post p = { .signal = sig, .until_ns = until_ns, .err = err };
	int rc = 0;

	if (is_left_out(sig))
		return 0;
	find_url(&p);
	if (p.url.len)
		rc = set_up(&p);
	if (p.url.len && !rc)
		rc = sig->convert(o, post, &p);
	if (p.curl)
		curl_easy_cleanup(p.curl);
	curl_slist_free_all(p.headers);
	buf_release(&p.url);
	buf_release(&p.reply);
	return rc;
}

static int post_all(const struct otlp *o, int64_t within_ms)
{
	int64_t until_ns = clock_now_ns() + within_ms * NS_PER_MS;
	struct err err;
	int rc = 0;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (is_wanted(o, &signals[i]) && post_signal(o, &signals[i], until_ns, &err)) {
			fprintf(stderr, "Warning: %s\n", err.text);
			rc = 1;
		}
	curl_global_cleanup();
	return rc;
}

/* ---- the file ---- */

static int add_line(void *ctx, const char *message)
{
	replace_add(ctx, message, strlen(message));
	replace_add(ctx, "\n", 1);
	return 0;
}

static int write_out(const struct otlp *o, const char *out)
{
	struct replace to;
	struct err err;
	int rc;

	replace_begin(&to, out);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (is_wanted(o, &signals[i]))
			signals[i].convert(o, add_line, &to);
	rc = replace_end(&to, &err);
	if (rc)
		fprintf(stderr, "Warning: %s\n", err.text);
	return rc ? 1 : 0;
}

/* ---- the run ---- */

/* Events that were recorded without a trace are given one. */
static int make_up(struct traceparent *t)
{
	uint64_t n[3];

	if (getentropy(n, sizeof(n)))
		return -1;
	snprintf(t->trace, sizeof(t->trace), "%016" PRIx64 "%016" PRIx64, n[0] | 1, n[1]);
	snprintf(t->span, sizeof(t->span), "%016" PRIx64, n[2] | 1);
	memcpy(t->flags, "01", sizeof(t->flags));
	return 0;
}

static void sample(struct otlp *o)
{
	const char *sampler = variable("OTEL_TRACES_SAMPLER");
	const char *arg = variable("OTEL_TRACES_SAMPLER_ARG");
	struct buf shown = BUF_INIT;

	if (traceparent_sample(&o->trace, !*o->parent && is_sampled(o), sampler, arg)) {
		utf8_show(&shown, sampler, strlen(sampler), 60);
		buf_adds(&shown, *arg ? " " : "");
		utf8_show(&shown, arg, strlen(arg), 60);
		fprintf(stderr, "Warning: OTEL_TRACES_SAMPLER: '%s' is not known, and ignored\n",
			buf_str(&shown));
	}
	buf_release(&shown);
}

static int join_trace(struct otlp *o)
{
	struct traceparent above;

	if (traceparent_read(o->run->traceparent, &o->trace)) {
		if (make_up(&o->trace))
			return -1;
	} else if (!traceparent_read(getenv("TRACEPARENT"), &above) &&
		   !strcmp(above.trace, o->trace.trace)) {
		memcpy(o->parent, above.span, sizeof(o->parent));
		o->state = variable("TRACESTATE");
	}
	sample(o);
	return 0;
}

static int tell(FILE *in, const char *name, const char *out, int64_t within_ms)
{
	struct recorded_run run;
	struct otlp o = { .run = &run,
			  .state = "",
			  .service = variable("OTEL_SERVICE_NAME"),
			  .attributes = variable("OTEL_RESOURCE_ATTRIBUTES") };
	struct err err;
	int rc = recorded_run_read(in, name, &run, &err);

	if (!rc && join_trace(&o))
		rc = err_sys(&err, errno, "no random numbers");
	if (rc)
		fprintf(stderr, "Error: %s\n", err.text);
	if (!rc && out)
		rc = write_out(&o, out);
	if (rc >= 0 && within_ms)
		rc |= post_all(&o, within_ms);
	recorded_run_release(&run);
	return rc ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "out", required_argument, NULL, 'o' },
						 { "post", required_argument, NULL, 'p' },
						 { NULL, 0, NULL, 0 } };
	const char *out = NULL, *name = "-";
	int64_t within_ms = 0;
	bool good = true;
	FILE *in = stdin;
	int opt, rc;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (opt == 'o')
			out = optarg;
		else if (opt != 'p' || parse_int(optarg, &within_ms) || within_ms < 1)
			good = false;
	if (optind < argc)
		name = argv[optind];
	if (!good || argc - optind > 1)
		return EX_USE;
	if (strcmp(name, "-") != 0)
		in = fopen(name, "re");
	if (!in) {
		fprintf(stderr, "Error: cannot open %s: %s\n", name, strerror(errno));
		return 1;
	}
	rc = tell(in, name, out, within_ms);
	fclose(in);
	return rc;
}
