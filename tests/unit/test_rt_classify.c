/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table is data/errors.list: FILE, VERB, what it was about, CLASS and the
 * decisive LINE, separated by tabs. The files in data/errors are what real
 * runtimes wrote; the first word of a name is the runtime.
 */
#include "unit.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/slurp.h"
#include "base/strvec.h"
#include "runtime/classify.h"
#include "runtime/store.h"
#include "runtime/text.h"

#define EXITED(n) ((n) << 8)

static struct runtimes all;

static void setup(void)
{
	const struct rt_search nowhere = { 0 };
	struct err err = { "" };

	ck_assert_msg(!runtimes_load(&nowhere, &all, &err), "%s", err.text);
}

static void teardown(void)
{
	runtimes_release(&all);
}

static void slurp_data(const char *name, struct buf *b)
{
	struct buf path = BUF_INIT;
	struct err err = { "" };

	buf_addf(&path, "%s/tests/unit/data/%s", getenv("HPN_SRCDIR"), name);
	ck_assert_msg(!slurp(buf_str(&path), 1 << 20, b, &err), "%s: %s", buf_str(&path), err.text);
	buf_release(&path);
}

static struct failure make(const char *runtime, enum rt_verb verb, const char *text,
			   const char *about)
{
	struct failure f = { .rt = runtimes_find(&all, runtime),
			     .verb = verb,
			     .text = text,
			     .text_len = strlen(text),
			     .status = EXITED(1) };

	ck_assert_ptr_nonnull(f.rt);
	if (verb == RT_PUSH)
		f.target = about;
	else if (verb == RT_LOAD)
		f.file = about;
	else
		f.image = about;
	return f;
}

/* The names of the samples say it. */
static bool is_unreached(const char *sample, enum err_class class)
{
	static const char *const words[] = { "-refused", "-nohost", "-hub" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(sample, words[i]))
			return true;
	return class == ERR_DAEMON_DOWN;
}

/* One line of the table, taken apart in place. */
static void check_sample(char *line)
{
	char *field[5], *runtime, *save = NULL;
	struct buf text = BUF_INIT, path = BUF_INIT;
	struct verdict v;
	struct failure f;

	for (size_t i = 0; i < 5; i++) {
		field[i] = strtok_r(i ? NULL : line, "\t", &save);
		ck_assert_msg(field[i] != NULL, "five fields: %s", line);
	}
	buf_addf(&path, "errors/%s", field[0]);
	slurp_data(buf_str(&path), &text);
	runtime = strndup(field[0], strcspn(field[0], "-"));
	f = make(runtime, (enum rt_verb)rt_verb_find(field[1]), buf_str(&text), field[2]);
	classify(&f, &v);
	ck_assert_msg(!strcmp(err_class_name(v.class), field[3]), "%s: %s, not %s", field[0],
		      err_class_name(v.class), field[3]);
	ck_assert_msg(!strcmp(v.line, field[4]), "%s:\n%s\n%s", field[0], v.line, field[4]);
	ck_assert_msg(v.unreached == is_unreached(field[0], v.class), "%s", field[0]);
	verdict_release(&v);
	free(runtime);
	buf_release(&path);
	buf_release(&text);
}

START_TEST(real_errors)
{
	struct buf list = BUF_INIT;
	char *line, *save = NULL;
	int n = 0, files = 0;
	struct buf path = BUF_INIT;
	DIR *d;

	slurp_data("errors.list", &list);
	for (line = strtok_r(list.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		check_sample(line);
		n++;
	}
	buf_addf(&path, "%s/tests/unit/data/errors", getenv("HPN_SRCDIR"));
	d = opendir(buf_str(&path));
	ck_assert_ptr_nonnull(d);
	for (const struct dirent *e; (e = readdir(d));)
		files += e->d_name[0] != '.';
	closedir(d);
	ck_assert_int_ge(n, 100);
	ck_assert_int_eq(files, n);
	buf_release(&path);
	buf_release(&list);
}
END_TEST

/* Seen by others, or in other versions; without a file of their own. */
static const struct {
	const char *runtime, *text, *about;
	enum rt_verb verb;
	enum err_class class;
} quoted[] = {
	{ "docker",
	  "Error response from daemon: pull access denied for x, repository does not"
	  " exist or may require 'docker login': denied: requested access to the resource is"
	  " denied",
	  "x", RT_PULL, ERR_DENIED },
	{ "docker", "toomanyrequests: You have reached your unauthenticated pull rate limit.", "x",
	  RT_PULL, ERR_THROTTLED },
	{ "docker",
	  "Error response from daemon: failed to resolve reference"
	  " \"docker.io/library/x:1\": docker.io/library/x:1: not found",
	  "x:1", RT_PULL, ERR_MISSING },
	{ "docker", "failed to register layer: write /usr/x: no space left on device", "x", RT_PULL,
	  ERR_NO_SPACE },
	{ "docker",
	  "failed to connect to the docker API at unix:///var/run/docker.sock; check if"
	  " the path is correct and if the daemon is running: dial unix /var/run/docker.sock:"
	  " connect: no such file or directory",
	  "x", RT_PULL, ERR_DAEMON_DOWN },
	{ "docker", "net/http: TLS handshake timeout", "x", RT_PULL, ERR_TRANSIENT },
	{ "docker", "dial tcp: lookup r on 10.0.0.1:53: read udp: i/o timeout", "r.x/x", RT_PULL,
	  ERR_TRANSIENT },
	{ "docker", "dial tcp: lookup r on 10.0.0.1:53: server misbehaving", "r.x/x", RT_PULL,
	  ERR_TRANSIENT },
	{ "docker", "unknown flag: --platfrom\nSee 'docker pull --help'.", "x", RT_PULL,
	  ERR_INVALID },
	{ "docker", "no matching manifest for linux/s390x in the manifest list entries", "x",
	  RT_PULL, ERR_MISSING },
	{ "docker", "invalid diffID for layer 0: expected \"sha256:a\", got \"sha256:b\"", "x.tar",
	  RT_LOAD, ERR_INVALID },
	{ "podman",
	  "Error: writing blob: storing blob to file \"/t/1\": write /t/1: no space left"
	  " on device",
	  "x", RT_PULL, ERR_NO_SPACE },
	{ "podman", "Error: unable to connect to Podman socket: connection refused", "x", RT_PULL,
	  ERR_DAEMON_DOWN },
	{ "podman", "Error: layer not known", "x", RT_PULL, ERR_TRANSIENT },
	{ "podman",
	  "Error: short-name \"x\" did not resolve to an alias and no unqualified-search"
	  " registries are defined",
	  "x", RT_PULL, ERR_INVALID },
	{ "podman",
	  "Error: initializing source docker://q.io/x:1: Requesting bearer token:"
	  " invalid status code from registry 429 (Too Many Requests)",
	  "q.io/x:1", RT_PULL, ERR_THROTTLED },
	{ "docker", "something that nobody has seen before", "x", RT_PULL, ERR_UNKNOWN },
	{ "docker", "", "x", RT_PULL, ERR_UNKNOWN },
	/* a truncated tar says what a broken connection says, too */
	{ "nerdctl", "level=fatal msg=\"unexpected EOF\"", "x", RT_PULL, ERR_TRANSIENT },
	{ "nerdctl", "level=fatal msg=\"unexpected EOF\"", "x", RT_LOAD, ERR_INVALID },
	/* the permanent one of two */
	{ "docker", "connection refused\nmanifest unknown\n", "x", RT_PULL, ERR_MISSING },
};

START_TEST(quoted_errors)
{
	for (size_t i = 0; i < sizeof(quoted) / sizeof(quoted[0]); i++) {
		struct failure f =
			make(quoted[i].runtime, quoted[i].verb, quoted[i].text, quoted[i].about);
		struct verdict v;

		classify(&f, &v);
		ck_assert_msg(v.class == quoted[i].class, "'%s' is %s", quoted[i].text,
			      err_class_name(v.class));
		verdict_release(&v);
	}
}
END_TEST

/* An image cannot choose its class by its name. */
static const struct {
	const char *image, *text;
	enum err_class class;
} names[] = {
	{ "q.io/x/connection-refused:v1", "weird: q.io/x/connection-refused:v1", ERR_UNKNOWN },
	{ "unauthorized", "odd: unauthorized:latest: something", ERR_UNKNOWN },
	{ "x/y:EOF", "Error: reading manifest EOF in docker.io/x/y: odd", ERR_UNKNOWN },
	{ "x/y:denied", "odd image x/y:denied", ERR_UNKNOWN },
	{ "denied", "pulling image denied: odd", ERR_UNKNOWN },
	{ "denied", "image \"denied\": odd", ERR_UNKNOWN },
	{ "q.io/toomanyrequests", "odd: q.io/toomanyrequests: what", ERR_UNKNOWN },
	{ "q.io/toomanyrequests",
	  "https://q.io/v2/toomanyrequests/manifests/1: toomanyrequests"
	  ": no",
	  ERR_THROTTLED },
	{ "x509:1", "odd docker.io/library/x509:1 thing", ERR_UNKNOWN },
	{ "denied", "denied: requested access to the resource is denied", ERR_DENIED },
	{ "denied",
	  "Error response from daemon: pull access denied for denied, repository does"
	  " not exist",
	  ERR_DENIED },
	{ "a/b", "open /data/bin: no such file or directory", ERR_INVALID },
	{ "v1", "received unexpected HTTP status: 503 Service Unavailable", ERR_TRANSIENT },
	{ "x:503", "received unexpected HTTP status: 503 Service Unavailable", ERR_TRANSIENT },
};

START_TEST(names_are_no_errors)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct failure f = make("docker", RT_PULL, names[i].text, names[i].image);
		struct verdict v;

		classify(&f, &v);
		ck_assert_msg(v.class == names[i].class, "%s: '%s' is %s", names[i].image,
			      names[i].text, err_class_name(v.class));
		verdict_release(&v);
	}
}
END_TEST

START_TEST(file_names_are_no_errors)
{
	struct failure f = make("docker", RT_LOAD,
				"odd ./images/no space left on device.tar:"
				" images/manifest unknown",
				"./images/no space left on device.tar");
	struct verdict v;

	classify(&f, &v);
	ck_assert_int_eq(v.class, ERR_MISSING);
	verdict_release(&v);
	f = make("docker", RT_LOAD, "odd: no space left on device.tar: thing",
		 "./images/no space left on device.tar");
	classify(&f, &v);
	ck_assert_int_eq(v.class, ERR_UNKNOWN);
	verdict_release(&v);
}
END_TEST

/* What hpn did decides, not what the child made of it. */
START_TEST(ended_by_hpn)
{
	struct failure f = make("docker", RT_PULL, "manifest unknown", "x");
	struct verdict v;

	f.timed_out = true;
	f.status = 0;
	classify(&f, &v);
	ck_assert_int_eq(v.class, ERR_TIMEOUT);
	ck_assert_str_eq(v.line, "manifest unknown");
	ck_assert_str_eq(v.hint, "it took too long; give it more time with --timeout");
	verdict_release(&v);
	f.timed_out = false;
	f.stopped = true;
	classify(&f, &v);
	ck_assert_int_eq(v.class, ERR_KILLED);
	ck_assert_ptr_null(v.hint);
	verdict_release(&v);
}
END_TEST

START_TEST(ended_by_others)
{
	static const int status[] = { SIGKILL, SIGTERM, EXITED(130), EXITED(137), EXITED(143) };
	struct failure f = make("docker", RT_PULL, "", "x");
	struct verdict v;

	for (size_t i = 0; i < sizeof(status) / sizeof(status[0]); i++) {
		f.status = status[i];
		classify(&f, &v);
		ck_assert_int_eq(v.class, ERR_KILLED);
		ck_assert_str_eq(v.hint, "something outside of hpn ended it; is memory short?");
		verdict_release(&v);
	}
	/* but when it says why, that counts */
	f = make("docker", RT_PULL, "no space left on device", "x");
	f.status = EXITED(137);
	classify(&f, &v);
	ck_assert_int_eq(v.class, ERR_NO_SPACE);
	verdict_release(&v);
}
END_TEST

static const struct {
	const char *runtime, *text, *line;
	int status;
} lines[] = {
	{ "docker", "", "exit status 1, and not a word why", EXITED(1) },
	{ "docker", " \n\t\n", "exit status 125, and not a word why", EXITED(125) },
	{ "docker", "", "killed by signal 9 (Killed)", SIGKILL },
	{ "docker", "", "it ended without an error, and has not done its work", 0 },
	{ "docker", "one\ntwo\n\n", "two", EXITED(1) },
	{ "docker", "one\nWARNING: two\ntime=\"t\" level=warning msg=\"x\"\n", "one", EXITED(1) },
	{ "docker", "WARNING: two\n", "WARNING: two", EXITED(1) },
	/* the first expression of the descriptor, and of its lines the last */
	{ "docker", "Error response from daemon: a\nError response from daemon: b\nc\n",
	  "Error response from daemon: b", EXITED(1) },
	{ "podman", "Error: a\nb\n", "a", EXITED(125) },
	{ "nerdctl", "time=\"t\" level=fatal msg=\"a \\\"b\\\"\\n\\tc \\x41\\u00e9 \\\\d\"\n",
	  "a \"b\" c A\xc3\xa9 \\d", EXITED(1) },
	{ "nerdctl", "time=\"t\" level=fatal msg=EOF\n", "EOF", EXITED(1) },
	/* where no line is marked, the one with the reason */
	{ "docker", "no basic auth credentials\nand so on\n", "no basic auth credentials",
	  EXITED(1) },
	/* nothing that a terminal would obey */
	{ "docker", "a\x1b[31mb\x1b]0;title\a\tc  \x1b(Bd\xff\x07\n", "ab c Bd\\xff\\x07",
	  EXITED(1) },
	{ "docker", "progress 1\rprogress 2\rwhat\r\n", "what", EXITED(1) },
	{ "nerdctl", "level=fatal msg=\"a\\x1b[1mb\\u202ec\"\n", "ab\\u{202e}c", EXITED(1) },
};

START_TEST(lines_that_tell)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct failure f = make(lines[i].runtime, RT_PULL, lines[i].text, "x");
		struct verdict v;

		f.status = lines[i].status;
		classify(&f, &v);
		ck_assert_str_eq(v.line, lines[i].line);
		verdict_release(&v);
	}
}
END_TEST

START_TEST(long_lines_lose_their_middle)
{
	struct buf b = BUF_INIT;
	struct verdict v;
	struct failure f;

	buf_adds(&b, "Error response from daemon: begin");
	for (int i = 0; i < 1000; i++)
		buf_adds(&b, "\xc3\xa9");
	buf_adds(&b, "the end");
	f = make("docker", RT_PULL, buf_str(&b), "x");
	classify(&f, &v);
	ck_assert_uint_le(strlen(v.line), CLASSIFY_MAX_LINE + 5);
	ck_assert_uint_ge(strlen(v.line), CLASSIFY_MAX_LINE - 5);
	ck_assert(!strncmp(v.line, "Error response from daemon: begin", 33));
	ck_assert_str_eq(v.line + strlen(v.line) - 7, "the end");
	ck_assert_ptr_nonnull(strstr(v.line, "\xc3\xa9 ... \xc3\xa9"));
	ck_assert_ptr_null(strstr(v.line, "\\x"));
	verdict_release(&v);
	buf_release(&b);
}
END_TEST

/* Of a flood, both ends are looked at. */
START_TEST(floods)
{
	struct buf b = BUF_INIT;
	struct verdict v;
	struct failure f;

	buf_adds(&b, "no space left on device\n");
	for (int i = 0; i < 200000; i++)
		buf_adds(&b, "noise\n");
	f = make("docker", RT_PULL, buf_str(&b), "x");
	classify(&f, &v);
	ck_assert_int_eq(v.class, ERR_NO_SPACE);
	ck_assert_str_eq(v.line, "no space left on device");
	verdict_release(&v);
	buf_adds(&b, "Cannot connect to the Docker daemon\n");
	buf_eat(&b, 24);
	f = make("docker", RT_PULL, buf_str(&b), "x");
	classify(&f, &v);
	ck_assert_int_eq(v.class, ERR_DAEMON_DOWN);
	verdict_release(&v);
	buf_release(&b);
}
END_TEST

static const struct {
	const char *text;
	int64_t ns;
} waits[] = {
	{ "toomanyrequests: retry-after: 412.17\xc2\xb5s, allowed: 44000/minute", 412170 },
	{ "toomanyrequests: retry-after: 1.004s, allowed: 1/s", 1004000000 },
	{ "toomanyrequests: x; Retry-After: 30", 30 * NS_PER_S },
	{ "429 Too Many Requests: retry after 2 minutes", 120 * NS_PER_S },
	{ "toomanyrequests: Retry-After=5", 5 * NS_PER_S },
	{ "toomanyrequests: retry-after: 250ms", 250 * NS_PER_MS },
	{ "toomanyrequests: retry-after: 3s\nretry-after: 9s\nretry-after: 4s", 9 * NS_PER_S },
	{ "toomanyrequests: retry-after: 99999999999", 24 * 3600 * NS_PER_S },
	{ "toomanyrequests: retry-after: 999999999999999999999999", 24 * 3600 * NS_PER_S },
	{ "toomanyrequests: retry-after: soon", -1 },
	{ "toomanyrequests: retry-after: 1.2.3", -1 },
	{ "toomanyrequests: retry-after: ", -1 },
	{ "toomanyrequests: retry-after", -1 },
	{ "toomanyrequests: please retry", -1 },
	{ "denied: retry-after: 30", -1 },
};

START_TEST(waits_that_are_asked_for)
{
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		struct failure f = make("docker", RT_PULL, waits[i].text, "x");
		struct verdict v;

		classify(&f, &v);
		ck_assert_msg(v.retry_after_ns == waits[i].ns, "'%s': %lld", waits[i].text,
			      (long long)v.retry_after_ns);
		verdict_release(&v);
	}
}
END_TEST

static const struct {
	const char *runtime, *text, *about, *hint;
	enum rt_verb verb;
} hints[] = {
	{ "docker", "no basic auth credentials", "r.example:5000/a/b",
	  "check the name; if it is"
	  " right, 'docker login r.example:5000'",
	  RT_PULL },
	{ "docker", "pull access denied for x", "x",
	  "check the name; if it is right, 'docker"
	  " login docker.io'",
	  RT_PULL },
	{ "docker", "denied", "r.example/a:1",
	  "check the name; if it is right, 'docker login"
	  " r.example'",
	  RT_PUSH },
	{ "podman", "Error: http: server gave HTTP response to HTTPS client", "r.example/a",
	  "r.example speaks plain http; if that is meant, --insecure-registry r.example", RT_PULL },
	{ "nerdctl", "level=fatal msg=\"http: server gave HTTP response to HTTPS client\"",
	  "r.example/a",
	  "r.example speaks plain http; if that is meant, --insecure-registry"
	  " r.example",
	  RT_PUSH },
	{ "docker", "http: server gave HTTP response to HTTPS client", "r.example/a",
	  "r.example speaks plain http: put it into \"insecure-registries\" in"
	  " /etc/docker/daemon.json (docker has no flag for what --insecure-registry r.example"
	  " asks of other runtimes)",
	  RT_PULL },
	{ "docker", "Cannot connect to the Docker daemon", "x",
	  "start it with 'systemctl start"
	  " docker', then run it again",
	  RT_PULL },
	{ "docker", "permission denied while trying to connect", "x",
	  "add yourself to the group"
	  " docker, or run as root",
	  RT_PULL },
	{ "docker", "No such image: x", "x",
	  "pull or tag it first; 'docker images' lists what is"
	  " there",
	  RT_SAVE },
	/* no host in it, so no hint with one */
	{ "docker", "unauthorized", "x.tar", NULL, RT_LOAD },
	{ "docker", "broken pipe", "x", NULL, RT_PULL },
	{ "docker", "connection refused", "reg.example:5000/x",
	  "check the name and the port of reg.example:5000, the network, and the proxy if there"
	  " is one",
	  RT_PULL },
	{ "docker", "nobody knows", "x", NULL, RT_PULL },
};

START_TEST(hints_say_what_to_do)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		struct failure f =
			make(hints[i].runtime, hints[i].verb, hints[i].text, hints[i].about);
		struct verdict v;

		classify(&f, &v);
		if (hints[i].hint) {
			ck_assert_ptr_nonnull(v.hint);
			ck_assert_str_eq(v.hint, hints[i].hint);
		} else {
			ck_assert_msg(!v.hint, "'%s': %s", hints[i].text, v.hint);
		}
		verdict_release(&v);
	}
}
END_TEST

START_TEST(only_some_are_tried_again)
{
	for (int c = 0; c < ERR_CLASSES; c++)
		ck_assert_int_eq(err_class_retries((enum err_class)c),
				 c == ERR_TRANSIENT || c == ERR_THROTTLED);
}
END_TEST

START_TEST(bytes_of_all_kinds)
{
	struct failure f = make("docker", RT_PULL, "", "x");
	char text[256 * 3];
	struct verdict v;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)i;
	memcpy(text + 300, "connection refused", 18);
	f.text = text;
	f.text_len = sizeof(text);
	classify(&f, &v);
	ck_assert_int_eq(v.class, ERR_TRANSIENT);
	for (const char *s = v.line; *s; s++)
		ck_assert((unsigned char)*s >= 0x20 && (unsigned char)*s != 0x7f);
	verdict_release(&v);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("rt_classify");
	TCase *tc = tcase_create("rt_classify");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, real_errors);
	tcase_add_test(tc, quoted_errors);
	tcase_add_test(tc, names_are_no_errors);
	tcase_add_test(tc, file_names_are_no_errors);
	tcase_add_test(tc, ended_by_hpn);
	tcase_add_test(tc, ended_by_others);
	tcase_add_test(tc, lines_that_tell);
	tcase_add_test(tc, long_lines_lose_their_middle);
	tcase_add_test(tc, floods);
	tcase_add_test(tc, waits_that_are_asked_for);
	tcase_add_test(tc, hints_say_what_to_do);
	tcase_add_test(tc, only_some_are_tried_again);
	tcase_add_test(tc, bytes_of_all_kinds);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
