/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A container runtime that does what the name of the image says. It is called
 * as docker, podman, nerdctl or ctr, through links in a folder of the test's own;
 * engines.h has the engines that it can play.
 *
 *	version [...]  pull NAME  save [-m] [-o FILE] NAME...  load -i FILE  tag A B  push B
 *
 * Each part of NAME between slashes is one thing to do, in their order:
 *
 *	sleep-MS         wait
 *	serve-MS         work in a service whose capacity all share, see service.h
 *	slow             wait for ever
 *	wait-NAME        wait until the file $FAKE_STATE/NAME is there
 *	touch-NAME       make it
 *	lines-N          say N lines            stderr-N      on standard error
 *	flood-N          write N MiB, fast      nonl          say "no end", no newline
 *	trace            say $TRACEPARENT, or "untraced"
 *	binary           write control characters, a bell, NUL, bad UTF-8
 *	litter           leave files in $TMPDIR, and say so in $FAKE_STATE/litter
 *	deaf             ignore SIGTERM         termzero      exit 0 on SIGTERM
 *	stopself         stop as SIGSTOP does
 *	grandchild       leave a child behind that holds the pipes for ever
 *	daemon           leave a child behind that has closed them
 *	exit-N           end with this status   sig-N         die of this signal
 *	fail missing denied nohost unauthorized refused invalid nospace down http
 *	                 fail in a runtime's words
 *	partial platform nolayer badrequest   the same, in those of $FAKE_ENGINE
 *	unpackfail       of load: say that it cannot be unpacked, and exit 0
 *	cuts-N           of save: exit 0 with an archive that is cut, N times
 *	transient-N refused-N away-N throttled-N      fail N times so ($FAKE_STATE counts), then not
 *	layers-N layered-N   say as docker does that N layers come, that N are there
 *	grow-N           of save: write N kB, and more of it later
 *	nothing half     of save: exit 0 without a file; write some of it and fail
 *	part             of save: write some of it, and go on
 *	junk cut flip bare empty hostile     of save: exit 0 with an archive that is
 *			 text, cut, damaged, without an image, of no byte, full of
 *			 traps; else it is a whole docker-archive
 *	lost             of save of several: it is left out
 *
 * With $FAKE_STORE, a folder, what was pulled or loaded is there: a file for
 * each name (its slashes as %), which may hold an id and a size, such as
 * "0f...0f 1000"; `image inspect ... NAME...` tells of those as docker does,
 * and `manifest inspect NAME` of what was pushed.
 *
 * version does what $FAKE_VERSION_docker (and so on) says: down, fail, slow.
 * $FAKE_LOG gets a line for each start and each regular end.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engines.h"
#include "service.h"

static const struct engine *engine; /* or NULL */
static const char *program, *out_file, *image;
static char **images; /* of a save: all of them */
static int n_images;

static void log_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void log_line(const char *fmt, ...)
{
	const char *path = getenv("FAKE_LOG");
	char line[8192];
	va_list ap;
	int fd, n;

	if (!path)
		return;
	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (n > (int)sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	line[n++] = '\n';
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0 || write(fd, line, (size_t)n) != n)
		_exit(99);
	close(fd);
}

static long number(const char *s)
{
	return strtol(s, NULL, 10);
}

static void finish(int status)
{
	log_line("end %s %ld %d", program, (long)getpid(), status);
	_exit(status);
}

static void pause_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}

static void say(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0)
			_exit(98);
		data += n;
		len -= (size_t)n;
	}
}

static void say_text(int fd, const char *text)
{
	say(fd, text, strlen(text));
}

/* The text with `what` in place of each %s. */
static int fail(const char *text, const char *what)
{
	const char *hole;

	for (; (hole = strstr(text, "%s")); text = hole + 2) {
		say(2, text, (size_t)(hole - text));
		say_text(2, what);
	}
	say_text(2, text);
	say_text(2, "\n");
	finish(strcmp(program, "podman") ? 1 : 125);
	return -1;
}

static void state_path(char *to, size_t size, const char *name)
{
	const char *dir = getenv("FAKE_STATE");

	snprintf(to, size, "%s/%s", dir ? dir : ".", name);
}

static void wait_for(const char *name)
{
	char path[4096];

	state_path(path, sizeof(path), name);
	while (access(path, F_OK) < 0)
		pause_ms(5);
}

static void touch(const char *name)
{
	char path[4096];

	state_path(path, sizeof(path), name);
	close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
}

/* How often was this image tried before? A byte for each time. */
static long times_before(void)
{
	char name[512], path[4096];
	struct stat st;
	int fd;

	snprintf(name, sizeof(name), "count-%s", image);
	for (char *p = name; *p; p++)
		if (*p == '/')
			*p = '_';
	state_path(path, sizeof(path), name);
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0 || fstat(fd, &st) < 0)
		_exit(97);
	say(fd, "x", 1);
	close(fd);
	return (long)st.st_size;
}

static void flood(long mib)
{
	static char block[1 << 16];

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = i % 100 == 99 ? '\n' : (char)('a' + i % 26);
	for (long i = 0; i < mib * 16; i++)
		say(1, block, sizeof(block));
}

static void lines(int fd, long n)
{
	char line[64];

	for (long i = 1; i <= n; i++) {
		snprintf(line, sizeof(line), "line %ld\n", i);
		say_text(fd, line);
	}
}

static void layers(long n, const char *what)
{
	char line[64];

	for (long i = 1; i <= n; i++) {
		snprintf(line, sizeof(line), "%012lx: %s\n", 0xabc000 + i, what);
		say_text(1, line);
	}
}

static void grow(long kb)
{
	static const char block[1000];
	int fd;

	if (!out_file)
		return;
	fd = open(out_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	for (long i = 0; i < kb; i++)
		say(fd, block, sizeof(block));
	close(fd);
}

static void leave_behind(int quiet)
{
	if (fork())
		return;
	if (quiet) {
		setsid();
		close(1);
		close(2);
	}
	log_line("left %s %ld", program, (long)getpid());
	for (;;)
		pause();
}

static void litter(void)
{
	const char *dir = getenv("TMPDIR");
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/blobs", dir ? dir : ".");
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/blobs/large", dir ? dir : ".");
	fclose(fopen(path, "w"));
	state_path(path, sizeof(path), "litter");
	f = fopen(path, "w");
	fputs(dir ? dir : "", f);
	fclose(f);
}

static void on_term(int sig)
{
	(void)sig;
	_exit(0);
}

static void die_of(int sig)
{
	signal(sig, SIG_DFL);
	raise(sig);
}

static const char *after(const char *word, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(word, prefix, n) ? NULL : word + n;
}

struct deed {
	const char *word;
	const char *text; /* NULL: see act_plain() */
};

static const struct deed failures[] = {
	{ "fail", "Error response from daemon: something odd about %s" },
	{ "missing", "Error response from daemon: manifest for %s not found: manifest unknown:"
		     " manifest unknown" },
	{ "denied", "Error response from daemon: pull access denied for %s, repository does not"
		    " exist or may require 'docker login'" },
	{ "nohost", "Get \"https://%s/v2/\": dial tcp: lookup %s on 127.0.0.53:53: no such host" },
	{ "unauthorized", "unauthorized: authentication required (%s)" },
	{ "refused", "Get \"https://%s/v2/\": dial tcp 127.0.0.1:9: connect: connection refused" },
	{ "invalid", "invalid reference format: %s" },
	{ "nospace", "write /var/lib/%s: no space left on device" },
	{ "down", "Cannot connect to the Docker daemon at unix:///run/%s.sock. Is the docker"
		  " daemon running?" },
	{ "http", "Error response from daemon: Get \"https://%s/v2/\": http: server gave HTTP"
		  " response to HTTPS client" },
};

static const struct deed passing[] = {
	{ "transient-", "Error response from daemon: Get \"https://reg/v2/\": read tcp 10.0.0.1:1->"
			"10.0.0.2:443: read: connection reset by peer (%s)" },
	{ "refused-", "Error response from daemon: Get \"https://reg/v2/\": dial tcp 10.0.0.2:443:"
		      " connect: connection refused (%s)" },
	{ "away-", "Cannot connect to the Docker daemon at unix:///run/%s.sock. Is the docker"
		   " daemon running?" },
	{ "throttled-", "Error response from daemon: toomanyrequests: You have reached your pull"
			" rate limit. (%s)" },
};

static int act_number(const char *word)
{
	const char *n;

	if ((n = after(word, "sleep-")))
		pause_ms(number(n));
	else if ((n = after(word, "lines-")))
		lines(1, number(n));
	else if ((n = after(word, "stderr-")))
		lines(2, number(n));
	else if ((n = after(word, "layers-")))
		layers(number(n), "Pulling fs layer");
	else if ((n = after(word, "layered-")))
		layers(number(n), "Pull complete");
	else if ((n = after(word, "grow-")))
		grow(number(n));
	else if ((n = after(word, "flood-")))
		flood(number(n));
	else if ((n = after(word, "exit-")))
		finish((int)number(n));
	else if ((n = after(word, "sig-")))
		die_of((int)number(n));
	else if ((n = after(word, "wait-")))
		wait_for(n);
	else if ((n = after(word, "touch-")))
		touch(n);
	else
		return 0;
	return 1;
}

static void act_plain(const char *word)
{
	static const char odd[] = "a\033[31mred\033[0m\rb\0c\a\xff\n\033]0;title\a";
	const char *traceparent = getenv("TRACEPARENT");

	if (!strcmp(word, "slow"))
		for (;;)
			pause();
	else if (!strcmp(word, "trace"))
		say_text(1, traceparent ? traceparent : "untraced");
	else if (!strcmp(word, "nonl"))
		say_text(1, "no end");
	else if (!strcmp(word, "binary"))
		say(1, odd, sizeof(odd) - 1);
	else if (!strcmp(word, "litter"))
		litter();
	else if (!strcmp(word, "deaf"))
		signal(SIGTERM, SIG_IGN);
	else if (!strcmp(word, "termzero"))
		signal(SIGTERM, on_term);
	else if (!strcmp(word, "stopself"))
		raise(SIGSTOP);
	else if (!strcmp(word, "grandchild"))
		leave_behind(0);
	else if (!strcmp(word, "daemon"))
		leave_behind(1);
}

static void save_part(const char *word)
{
	int fd;

	if (!strcmp(word, "nothing") && out_file)
		finish(0);
	if (!out_file || (strcmp(word, "half") && strcmp(word, "part")))
		return;
	fd = open(out_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	say(fd, word, strlen(word));
	close(fd);
	if (!strcmp(word, "half"))
		fail("Error response from daemon: lost half of %s", image);
}

static void act(const char *word)
{
	const char *n;

	if ((n = after(word, "serve-")) && service_use((double)number(n)))
		fail("Error response from daemon: toomanyrequests: %s at once", "so many");
	if (n || act_number(word))
		return;
	if (engine && engine_words(engine, word))
		fail(engine_words(engine, word), image);
	for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		if ((n = after(word, passing[i].word)) && times_before() < number(n))
			fail(passing[i].text, image);
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (!strcmp(word, failures[i].word))
			fail(failures[i].text, image);
	save_part(word);
	act_plain(word);
}

/* The repository's parts; what stands behind ':' or '@' is no part. */
static void act_all(const char *name)
{
	char copy[4096], *rest = copy, *word;

	snprintf(copy, sizeof(copy), "%s", name);
	word = strrchr(copy, '/');
	word = word ? word : copy;
	word[strcspn(word, ":@")] = '\0';
	while ((word = strsep(&rest, "/")))
		act(word);
}

/* ---- archives ---- */

static void put_header(char *block, const char *name, size_t size)
{
	unsigned sum = 0;

	memset(block, 0, 512);
	snprintf(block, 100, "%s", name);
	memcpy(block + 100, "0000644\0000000000\0000000000\0", 24);
	snprintf(block + 124, 12, "%011lo", (unsigned long)size);
	memcpy(block + 136, "00000000000\0        0", 21);
	memcpy(block + 257, "ustar\00000", 8);
	for (int i = 0; i < 512; i++)
		sum += (unsigned char)block[i];
	snprintf(block + 148, 8, "%06o", sum);
}

static size_t put_entry(char *to, const char *name, const char *data, size_t len)
{
	put_header(to, name, len);
	memcpy(to + 512, data, len);
	memset(to + 512 + len, 0, (512 - len % 512) % 512);
	return 512 + (len + 511) / 512 * 512;
}

static int name_has(const char *name, const char *word)
{
	const char *at = strstr(name, word);
	size_t n = strlen(word);

	return at && (at == name || at[-1] == '/') && (!at[n] || strchr("/:@", at[n]));
}

/* A part of the name that begins so: what stands after that; else NULL. */
static const char *part_after(const char *prefix)
{
	const char *at = strstr(image, prefix);

	return at && (at == image || at[-1] == '/') ? at + strlen(prefix) : NULL;
}

static int has_part(const char *word)
{
	return name_has(image, word);
}

static const char layer_sum[] = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";

static void add(char *to, size_t size, const char *before, const char *text);

/* Its configuration; and a line of the manifest. As docker does, with a tag
 * where several are saved. */
static size_t put_image(char *to, int nth, char *manifest, size_t size)
{
	const char *of = images[nth], *slash = strrchr(of, '/');
	const char *tag = n_images > 1 && !strchr(slash ? slash : of, ':') ? ":latest" : "";
	char config[4096], line[4096], file[32] = "config.json";

	if (nth)
		snprintf(file, sizeof(file), "config%d.json", nth);
	snprintf(config, sizeof(config),
		 "{\"comment\":\"archive of %s\",\"os\":\"linux\",\"architecture\":\"amd64\","
		 "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:%s\"]}}\n",
		 of, layer_sum);
	snprintf(line, sizeof(line),
		 "{\"Config\":\"%s\",\"RepoTags\":[\"%s%s\"],\"Layers\":[\"layer.tar\"]}", file, of,
		 tag);
	add(manifest, size, manifest[1] ? "," : "", line);
	return put_entry(to, file, config, strlen(config));
}

/* A docker-archive of images with one layer, in which there is nothing. */
static size_t make_archive(char *to)
{
	static const char layer[1024];
	char manifest[8192] = "[";
	size_t n = 0;

	for (int i = 0; i < n_images; i++)
		if (n_images == 1 || !name_has(images[i], "lost"))
			n += put_image(to + n, i, manifest, sizeof(manifest));
	add(manifest, sizeof(manifest), "]", "\n");
	n += put_entry(to + n, "layer.tar", layer, sizeof(layer));
	n += put_entry(to + n, has_part("hostile") ? "../../manifest.json" : "manifest.json",
		       manifest, strlen(manifest));
	memset(to + n, 0, 1024);
	return n + 1024;
}

/* As it is, or as the name says. */
static void put_archive(int fd)
{
	static char data[1 << 16];
	size_t n = make_archive(data);

	if (has_part("junk"))
		n = (size_t)snprintf(data, sizeof(data), "archive of %s\n", image);
	else if (has_part("cut") ||
		 (part_after("cuts-") && times_before() < number(part_after("cuts-"))))
		n -= 1024 + 700;
	else if (has_part("flip"))
		data[n - 1024 - 1024 - 512 - 7] ^= 4; /* in the layer */
	else if (has_part("bare"))
		n = put_entry(data, "file", "content", 7), memset(data + n, 0, 1024), n += 1024;
	else if (has_part("empty"))
		n = 0;
	say(fd, data, n);
}

static void write_archive(void)
{
	int fd;

	if (access(out_file, F_OK) == 0 && !strcmp(program, "podman"))
		fail("Error: docker-archive doesn't support modifying existing images (%s)", "");
	fd = open(out_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		fail("failed to save image: open: %s", strerror(errno));
	put_archive(fd);
	close(fd);
}

/* What is behind "archive of " is said; in a tar only that text, for each image. */
static void load(const char *path)
{
	char text[16384], *name;
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : 0;
	ssize_t n = 0, got = 0;

	if (fd < 0)
		fail("open: %s", strerror(errno));
	while (n < (ssize_t)sizeof(text) - 1 &&
	       (got = read(fd, text + n, sizeof(text) - 1 - (size_t)n)) > 0)
		n += got;
	text[n] = '\0';
	for (ssize_t i = 0; i < n; i++)
		if (!text[i])
			text[i] = ' ';
	name = strstr(text, "archive of ");
	if (engine && (!name || !strstr(text, "manifest.json")))
		fail(name || !n ? engine->cut : engine->foreign, "");
	if (engine && engine->before_loaded)
		puts(engine->before_loaded), fflush(stdout);
	if (name && strstr(name, "unpackfail")) {
		puts("Error unpacking image unpackfail:v1: wrong diff id calculated on extraction");
		fflush(stdout);
		finish(0);
	}
	if (!name) {
		fail("Error processing tar file(exit status 1): unexpected %s", "EOF");
		return;
	}
	if (name == text) {
		say_text(1, "Loaded image: ");
		say_text(1, name + strlen("archive of "));
		return;
	}
	for (; name; name = strstr(name, "archive of ")) {
		name += strlen("archive of ");
		say_text(1, "Loaded image: ");
		say(1, name, strcspn(name, "\"\n"));
		say_text(1, "\n");
	}
}

static void store_path(char *to, size_t size, const char *name)
{
	int at = snprintf(to, size, "%s/", getenv("FAKE_STORE"));

	snprintf(to + at, size - (size_t)at, "%s", name);
	for (char *p = to + at; *p; p++)
		if (*p == '/')
			*p = '%';
}

static void keep(const char *name)
{
	char path[4096];

	if (!getenv("FAKE_STORE"))
		return;
	store_path(path, sizeof(path), name);
	close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
}

/* What the store has under this name: 0 where it has nothing. */
static int look_up(const char *name, char id[65], long *bytes)
{
	unsigned long long hash = 14695981039346656037ULL;
	char path[4096], line[128];
	FILE *f;

	store_path(path, sizeof(path), name);
	f = fopen(path, "re");
	if (!f)
		return 0;
	for (const char *p = name; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 1099511628211ULL;
	snprintf(id, 65, "%016llx%016llx%016llx%016llx", hash, hash, hash, hash);
	*bytes = 1000;
	if (fgets(line, sizeof(line), f) && strlen(line) > 65) {
		*bytes = number(line + 65);
		snprintf(id, 65, "%.64s", line);
	}
	fclose(f);
	return 1;
}

static void tell_of(const char *name)
{
	const char *slash = strrchr(name, '/'), *at = strchr(name, '@');
	int tagged = strpbrk(slash ? slash : name, ":@") != NULL;
	char id[65];
	long bytes;

	if (!look_up(name, id, &bytes)) {
		say_text(2, "Error: No such image: ");
		say_text(2, name);
		say_text(2, "\n");
		return;
	}
	printf("sha256:%s\t%ld\tlinux/amd64\t", id, bytes);
	if (engine && engine->ctd)
		printf("[\"%s%s\"]\t[\"%.*s@sha256:%s\"]\n", name, tagged ? "" : ":latest",
		       (int)strcspn(name, "@"), name, id);
	else if (at)
		printf("[]\t[\"%s\"]\n", name);
	else
		printf("[\"%s%s\"]\t[]\n", name, tagged ? "" : ":latest");
}

/* tag FROM TO, and push TO, which makes a second file. */
static void copy_name(const char *from, const char *prefix, const char *to)
{
	char id[65], path[4096], name[4096];
	long bytes;
	FILE *f;

	if (!getenv("FAKE_STORE") || !look_up(from, id, &bytes))
		return;
	snprintf(name, sizeof(name), "%s%s", prefix, to);
	store_path(path, sizeof(path), name);
	f = fopen(path, "we");
	if (!f)
		_exit(96);
	fprintf(f, "%s %ld\n", id, bytes);
	fclose(f);
}

/* manifest inspect NAME */
static void manifest(const char *name)
{
	char id[65], pushed[4096];
	long bytes;

	snprintf(pushed, sizeof(pushed), "pushed=%s", name);
	if (!getenv("FAKE_STORE"))
		return;
	if (!look_up(pushed, id, &bytes))
		fail("no such manifest: %s", name);
	if (engine && engine->blind)
		printf("{\n    \"mediaType\": \"x\",\n    \"manifests\": null\n}\n");
	else if (engine && engine->ctd)
		printf("{ \"Descriptor\": { \"digest\": \"sha256:%s\" } }\n", id);
	else
		printf("{ \"config\": { \"digest\": \"sha256:%s\" } }\n", id);
	fflush(stdout);
	finish(0);
}

/* image inspect --format FORMAT NAME... */
static void inspect(int argc, char **argv)
{
	char id[65];
	long bytes;
	int first = 3;

	while (first < argc && !strncmp(argv[first], "--", 2))
		first += strchr(argv[first], '=') ? 1 : 2;
	for (int i = first; engine && engine->all_or_none && i < argc; i++)
		if (!look_up(argv[i], id, &bytes))
			fail("no such image: %s", argv[i]);
	for (int i = first; getenv("FAKE_STORE") && i < argc; i++)
		tell_of(argv[i]);
	fflush(stdout);
	finish(0);
}

static void version(int argc, char **argv)
{
	char name[64];
	const char *how;

	snprintf(name, sizeof(name), "FAKE_VERSION_%s", program);
	how = getenv(name);
	if (how && !strcmp(how, "down"))
		fail("Cannot connect to the Docker daemon at unix:///%s.sock."
		     " Is the docker daemon running?",
		     "run");
	if (how && !strcmp(how, "fail"))
		fail("panic: %s", "the fake was told to");
	if (how && !strcmp(how, "slow"))
		for (;;)
			pause();
	if (argc > 3 && engine && engine->api && strstr(argv[3], "APIVersion"))
		puts(engine->api);
	else
		puts(engine ? engine->version : "1.2.3");
	fflush(stdout);
	finish(0);
}

static void add(char *to, size_t size, const char *before, const char *text)
{
	size_t len = strlen(to);

	snprintf(to + len, size - len, "%s%s", before, text);
}

/* What the child finds itself in, for tests of the engine. */
static void describe(int argc, char **argv)
{
	char fds[512] = "", in[256] = "", args[4096] = "";
	struct dirent *e;
	DIR *d;

	if (!getenv("FAKE_LOG"))
		return;
	d = opendir("/proc/self/fd");
	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.' && number(e->d_name) != dirfd(d))
			add(fds, sizeof(fds), ",", e->d_name);
	if (d)
		closedir(d);
	if (readlink("/proc/self/fd/0", in, sizeof(in) - 1) < 0)
		in[0] = '\0';
	for (int i = 1; i < argc; i++)
		add(args, sizeof(args), " ", argv[i]);
	log_line("start %s %ld pgid=%ld in=%s fds=%s%s", program, (long)getpid(), (long)getpgrp(),
		 in, fds, args);
}

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* `ctr image export [...] FILE NAME` as `save [...] -o FILE NAME`, and so on. */
static int as_docker(int argc, char **argv, char **to)
{
	static char save[] = "save", load[] = "load", out[] = "-o";
	int n = 0;

	if (!strcmp(argv[2], "export"))
		argv[2] = save;
	else if (!strcmp(argv[2], "import"))
		argv[2] = load;
	to[n++] = argv[0];
	for (int i = 2; i < argc; i++) {
		if (i == argc - 2 && argv[2] == save && strcmp(argv[i], "-"))
			to[n++] = out;
		if (strcmp(argv[i], "-") && (argv[2] != load || *argv[i] != '-'))
			to[n++] = argv[i];
	}
	to[n] = NULL;
	return n;
}

static void refuse_platform(int argc, char **argv)
{
	for (int i = 2; engine && i < argc; i++)
		if (!strncmp(argv[i], "--platform", 10) && !engine_has_platform(engine, argv[1]))
			fail("unknown flag: %s", "--platform");
}

/* save [...] [-o FILE] NAME... */
static void read_save(int argc, char **argv)
{
	int i = 2;

	while (i < argc - 1 && argv[i][0] == '-')
		if (!strcmp(argv[i++], "-o"))
			out_file = argv[i++];
	images = argv + i;
	n_images = argc - i;
}

int main(int argc, char **argv)
{
	char *words[64];
	const char *verb;

	program = base(argv[0]);
	engine = engine_played();
	describe(argc, argv);
	if (!strcmp(program, "ctr") && argc > 2 && argc < 60) {
		argc = as_docker(argc, argv, words);
		argv = words;
	}
	verb = argc > 1 ? argv[1] : "";
	if (!strcmp(verb, "version"))
		version(argc, argv);
	refuse_platform(argc, argv);
	if (argc > 2 && !strcmp(verb, "image") && !strcmp(argv[2], "inspect"))
		inspect(argc, argv);
	image = argv[argc - 1];
	if (argc > 3 && !strcmp(verb, "manifest"))
		manifest(image);
	if (!strcmp(verb, "save"))
		read_save(argc, argv);
	if (!strcmp(verb, "load"))
		load(argc > 2 ? image : NULL);
	for (int i = 0; i < n_images - 1; i++)
		act_all(images[i]);
	if (strcmp(verb, "load") && strcmp(verb, "tag"))
		act_all(image);
	if (out_file)
		write_archive();
	else if (!strcmp(verb, "save"))
		put_archive(1);
	if (!strcmp(verb, "pull"))
		keep(image);
	if (!strcmp(verb, "tag"))
		copy_name(argv[2], "", image);
	if (!strcmp(verb, "push"))
		copy_name(image, "pushed=", image);
	finish(0);
}
