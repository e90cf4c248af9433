/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/compressor.h"
#include "base/parse.h"
#include "base/strvec.h"
#include "base/suggest.h"
#include "base/threshold.h"
#include "base/utf8.h"
#include "config/cores.h"
#include "config/jobs.h"
#include "config/platform.h"
#include "config/proxy.h"

#define ACTIONS \
	(VERB_BIT(VERB_PULL) | VERB_BIT(VERB_SAVE) | VERB_BIT(VERB_LOAD) | VERB_BIT(VERB_PUSH))
#define JOBS (ACTIONS | VERB_BIT(VERB_VERIFY) | VERB_BIT(VERB_INDEX))
#define RUNTIMES (ACTIONS | VERB_BIT(VERB_DOCTOR) | VERB_BIT(VERB_RUNTIMES))
#define NETWORK (VERB_BIT(VERB_PULL) | VERB_BIT(VERB_PUSH))

static int check_registry(const char *s, struct err *why)
{
	if (!*s)
		return err_set(why, "empty; give a host such as registry.example:5000");
	if (strstr(s, "://"))
		return err_set(why, "has a scheme; give the host alone, such as"
				    " registry.example:5000");
	return 0;
}

static int check_project(const char *s, struct err *why)
{
	if (!*s)
		return err_set(why, "empty; give a name such as library");
	if (strpbrk(s, ":@ \t\n"))
		return err_set(why, "contains a colon, an @ or white space; give a name such as"
				    " library");
	return 0;
}

/* Whether it has a descriptor is seen where those are read. */
static int check_runtime(const char *s, struct err *why)
{
	if (s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-_.")])
		return err_set(why,
			       "'%.40s' is not a name for a runtime; `hpn runtimes` lists them", s);
	return 0;
}

static int check_compress(const char *s, struct err *why)
{
	const struct compressor *which;
	int level;

	return compressor_read(s, &which, &level, why);
}

int option_check_picture(const char *path, struct err *why)
{
	const char *dot = strrchr(path, '.');

	if (!strcmp(path, "-") || (dot && (!strcasecmp(dot, ".html") || !strcasecmp(dot, ".svg") ||
					   !strcasecmp(dot, ".json"))))
		return 0;
	return err_set(why, "'%s': the name must end in .html, .svg or .json", path);
}

static int check_timeline(const char *path, struct err *why)
{
	if (!strcmp(path, "-"))
		return err_set(why, "standard output has the run's own lines; give a file");
	return *path ? option_check_picture(path, why) : 0;
}

static int check_report(const char *s, struct err *why)
{
	const char *dot = strrchr(s, '.');

	if (!*s || (dot && (!strcmp(dot, ".json") || !strcmp(dot, ".xml"))))
		return 0;
	return err_set(why, "the name ends neither in .json nor in .xml, which says what it is to"
			    " be; give report.json, or report.xml for JUnit");
}

static int check_warn(const char *s, struct err *why)
{
	return *s ? threshold_add(s, NULL, NULL, why) : 0;
}

static const struct option options[OPT_COUNT] = {
	[OPT_ACTION] = {
		.flag = "action", .letter = 'a', .kind = KIND_TEXT, .group = GROUP_WHAT,
		.arg = "ACTION", .def = "", .offers = "pull save load push", .verbs = ACTIONS,
		.bits = OPT_F_FIRST,
		.help = "pull, save, load or push; the same as a verb",
	},
	[OPT_FILE] = {
		.flag = "file", .letter = 'f', .kind = KIND_LIST, .group = GROUP_WHAT,
		.arg = "LIST", .def = "", .verbs = ACTIONS, .bits = OPT_F_FIRST,
		.help = "list of images, one name a line; - is stdin",
		.more = "Every action but load needs one, unless images are named. After"
			" a verb it may be repeated; with -a the last one counts.",
	},
	[OPT_FROM_YAML] = {
		.flag = "from-yaml", .kind = KIND_BOOL, .group = GROUP_WHAT, .def = "false",
		.verbs = ACTIONS,
		.help = "the list is YAML: take every image: in it",
		.more = "For compose files, Kubernetes manifests and the output of helm"
			" template.",
	},
	[OPT_PLATFORM] = {
		.flag = "platform", .kind = KIND_TEXT, .group = GROUP_WHAT, .arg = "OS/ARCH",
		.key = "runtime.platform", .env = "PLATFORM", .def = "",
		.offers = "linux/amd64 linux/arm64 linux/arm/v7 linux/ppc64le linux/riscv64"
			  " linux/s390x",
		.verbs = VERB_BIT(VERB_PULL) | VERB_BIT(VERB_SAVE) | VERB_BIT(VERB_PUSH),
		.check = platform_check, .bits = OPT_F_FIRST,
		.help = "images for this platform, such as linux/arm64",
	},
	[OPT_STRICT] = {
		.flag = "strict", .kind = KIND_BOOL, .group = GROUP_WHAT, .def = "false",
		.verbs = ACTIONS,
		.help = "do nothing if a line of the list is bad",
		.more = "Without it, a bad line causes a warning and fails in its place,"
			" while the others are done.",
	},
	[OPT_DRY_RUN] = {
		.flag = "dry-run", .letter = 'n', .kind = KIND_BOOL, .group = GROUP_WHAT,
		.def = "false", .verbs = ACTIONS, .bits = OPT_F_FIRST,
		.help = "print the commands, and run none of them",
	},
	[OPT_OUT] = {
		.flag = "out", .letter = 'o', .kind = KIND_TEXT, .group = GROUP_WHAT,
		.arg = "FILE", .def = "", .bits = OPT_F_HIDDEN | OPT_F_OWN_VERB,
		.verbs = VERB_BIT(VERB_TIMELINE),
		.help = "hpn timeline: the picture's file; - is stdout",
		.more = "Its ending decides: .html makes a page, .svg an SVG, .json a trace for"
			" Perfetto.",
	},
	[OPT_REGISTRY] = {
		.flag = "registry", .letter = 'r', .kind = KIND_TEXT, .group = GROUP_WHERE,
		.arg = "HOST", .key = "registry", .def = "registry.k8s.local",
		.bits = OPT_F_FIRST | OPT_F_FREE_FLAG, .verbs = VERB_BIT(VERB_PUSH),
		.help = "push: target registry, with port and path",
		.check = check_registry,
	},
	[OPT_PROJECT] = {
		.flag = "project", .letter = 'p', .kind = KIND_TEXT, .group = GROUP_WHERE,
		.arg = "NAME", .key = "project", .def = "library",
		.bits = OPT_F_FIRST | OPT_F_FREE_FLAG, .verbs = VERB_BIT(VERB_PUSH),
		.help = "push: target project; turns push mode 1 into 2",
		.check = check_project,
	},
	[OPT_SAVE_MODE] = {
		.flag = "save-mode", .kind = KIND_INT, .group = GROUP_WHERE, .arg = "1|2|3",
		.key = "modes.save_mode", .def = "1", .min = 1, .max = 3,
		.bits = OPT_F_ZERO_IS_NONE, .verbs = VERB_BIT(VERB_SAVE),
		.help = "save to ., ./images or ./images/PROJECT",
	},
	[OPT_LOAD_MODE] = {
		.flag = "load-mode", .kind = KIND_INT, .group = GROUP_WHERE, .arg = "1|2|3",
		.key = "modes.load_mode", .def = "1", .min = 1, .max = 3,
		.bits = OPT_F_ZERO_IS_NONE, .verbs = VERB_BIT(VERB_LOAD),
		.help = "load from ., ./images or ./images and below",
	},
	[OPT_PUSH_MODE] = {
		.flag = "push-mode", .kind = KIND_INT, .group = GROUP_WHERE, .arg = "1|2",
		.key = "modes.push_mode", .def = "1", .min = 1, .max = 3,
		.bits = OPT_F_ZERO_IS_NONE, .verbs = VERB_BIT(VERB_PUSH),
		.help = "push to HOST/IMAGE or HOST/PROJECT/IMAGE",
	},
	[OPT_COMPRESS] = {
		.flag = "compress", .kind = KIND_TEXT, .group = GROUP_WHERE, .arg = "HOW",
		.key = "output.compress", .env = "COMPRESS", .def = "none", .alone = "zstd",
		.offers = "zstd gzip xz lz4 none",
		.verbs = VERB_BIT(VERB_SAVE), .check = check_compress,
		.bits = OPT_F_FIRST,
		.help = "use zstd, gzip, xz or lz4[:LEVEL]; alone: zstd",
		.more = "The archive is checked while it is written, and its name ends in"
			" .tar.zst, .tar.gz, .tar.xz or .tar.lz4. The value follows an"
			" equals sign.",
	},
	[OPT_CHECKSUMS] = {
		.flag = "checksums", .kind = KIND_BOOL, .group = GROUP_WHERE,
		.key = "output.checksums", .env = "CHECKSUMS", .def = "false",
		.bits = OPT_F_HIDDEN, .verbs = VERB_BIT(VERB_SAVE),
		.help = "keep SHA256SUMS and hpn-index.json up to date",
	},
	[OPT_BUNDLE] = {
		.flag = "bundle", .kind = KIND_TEXT, .group = GROUP_WHERE, .arg = "FILE",
		.def = "", .bits = OPT_F_HIDDEN | OPT_F_OWN_VERB,
		.verbs = VERB_BIT(VERB_SAVE),
		.help = "save all images into this one archive",
		.more = "It holds each shared layer once.",
	},
	[OPT_VERIFY] = {
		.flag = "verify", .kind = KIND_CHOICE, .group = GROUP_WHERE, .arg = "WHEN",
		.key = "output.verify", .env = "VERIFY", .def = "auto",
		.choices = "auto|always|never", .bits = OPT_F_HIDDEN,
		.verbs = VERB_BIT(VERB_SAVE) | VERB_BIT(VERB_LOAD),
		.help = "check archives: auto, always or never",
	},
	[OPT_NO_VERIFY] = {
		.flag = "no-verify", .kind = KIND_BOOL, .group = GROUP_WHERE, .def = "false",
		.bits = OPT_F_HIDDEN,
		.verbs = VERB_BIT(VERB_SAVE) | VERB_BIT(VERB_LOAD),
		.help = "do not check archives; same as --verify never",
	},
	[OPT_IF_MISSING] = {
		.flag = "if-missing", .kind = KIND_BOOL, .group = GROUP_WHAT,
		.key = "modes.if_missing", .def = "false",
		.verbs = VERB_BIT(VERB_PULL) | VERB_BIT(VERB_SAVE) | VERB_BIT(VERB_PUSH),
		.bits = OPT_F_FIRST,
		.help = "skip what is already done",
		.more = "What cannot be determined is done again.",
	},
	[OPT_FORCE] = {
		.flag = "force", .kind = KIND_BOOL, .group = GROUP_WHAT, .def = "false",
		.bits = OPT_F_HIDDEN, .verbs = ACTIONS,
		.help = "do everything, even if modes.if_missing is set",
	},
	[OPT_KEEP_FREE] = {
		.flag = "keep-free", .kind = KIND_SIZE, .group = GROUP_WHERE, .arg = "SIZE",
		.key = "output.keep_free", .def = "0", .bits = OPT_F_HIDDEN,
		.verbs = VERB_BIT(VERB_SAVE),
		.help = "disk space to leave free, such as 10G",
	},
	[OPT_EXPECT] = {
		.flag = "expect", .kind = KIND_TEXT, .group = GROUP_WHERE, .arg = "LIST",
		.def = "", .bits = OPT_F_HIDDEN, .verbs = VERB_BIT(VERB_LOAD),
		.help = "load nothing unless all its images are there",
	},
	[OPT_INSECURE] = {
		.flag = "insecure-registry", .kind = KIND_LIST, .group = GROUP_WHERE,
		.arg = "HOST", .key = "runtime.insecure_registries",
		.env = "INSECURE_REGISTRIES", .def = "", .separator = ',',
		.bits = OPT_F_ADDS, .verbs = NETWORK,
		.help = "allow plain http or an unknown certificate",
		.more = "May be repeated; the environment's and the file's are added.",
	},
	[OPT_RUNTIME] = {
		.flag = "runtime", .kind = KIND_TEXT, .group = GROUP_RUNTIME, .arg = "NAME",
		.def = "", .offers = "@runtime", .bits = OPT_F_FIRST, .verbs = RUNTIMES,
		.help = "docker, podman, nerdctl, ctr ..., and no other",
	},
	[OPT_RUNTIME_PREFERRED] = {
		.kind = KIND_TEXT, .group = GROUP_RUNTIME, .arg = "NAME",
		.key = "runtime.preferred", .def = "", .check = check_runtime,
		.help = "the runtime to use if it answers",
		.more = "If it does not, the first that does is used: at once with"
			" runtime.auto_fallback, otherwise after a question.",
	},
	[OPT_AUTO_FALLBACK] = {
		.flag = "auto-fallback", .kind = KIND_BOOL, .group = GROUP_RUNTIME,
		.key = "runtime.auto_fallback", .def = "false",
		.verbs = ACTIONS,
		.help = "take another runtime without asking",
	},
	[OPT_RUNTIME_DIR] = {
		.flag = "runtime-dir", .kind = KIND_LIST, .group = GROUP_RUNTIME, .arg = "DIR",
		.key = "runtime.path", .def = "", .separator = ':', .bits = OPT_F_ADDS,
		.verbs = RUNTIMES,
		.help = "look for descriptions of runtimes here first",
		.more = "May be repeated; the environment's and the file's come after it.",
	},
	[OPT_JOBS] = {
		.flag = "jobs", .letter = 'j', .kind = KIND_JOBS, .group = GROUP_PACE, .arg = "N",
		.key = "parallel.max_workers", .env = "PARALLEL_MAX", .def = "4", .min = 1,
		.max = 100, .flag_max = JOBS_MOST, .verbs = JOBS, .bits = OPT_F_FIRST,
		.help = "images at once: N, N%, +N, auto, or a file",
		.more = "1 is a serial run. N% is a share of the cores, +N that many more"
			" than there are cores; a file holds one of these, and is read"
			" again when it changes.",
	},
	[OPT_NETWORK_WORKERS] = {
		.flag = "network-workers", .kind = KIND_INT, .group = GROUP_PACE, .arg = "N",
		.key = "parallel.network_workers", .def = "0", .max = 100, .flag_max = 256,
		.bits = OPT_F_HIDDEN, .verbs = ACTIONS,
		.help = "of these, how many pull or push; 0: no limit",
	},
	[OPT_DISK_WORKERS] = {
		.flag = "disk-workers", .kind = KIND_INT, .group = GROUP_PACE, .arg = "N",
		.key = "parallel.disk_workers", .def = "0", .max = 100, .flag_max = 256,
		.bits = OPT_F_HIDDEN, .verbs = ACTIONS,
		.help = "of these, how many save or load; 0: no limit",
	},
	[OPT_CPU_WORKERS] = {
		.flag = "cpu-workers", .kind = KIND_INT, .group = GROUP_PACE, .arg = "N",
		.key = "parallel.cpu_workers", .def = "0", .max = 100, .flag_max = 256,
		.bits = OPT_F_HIDDEN, .verbs = JOBS,
		.help = "of these, how many tag or verify; 0: no limit",
	},
	[OPT_AUTO_ADJUST] = {
		.kind = KIND_BOOL, .group = GROUP_PACE, .key = "parallel.auto_adjust",
		.env = "PARALLEL_AUTO", .def = "true", .verbs = ACTIONS,
		.help = "without -j: find out how many images at once are best",
		.more = "It starts at 4 and goes up to parallel.max_workers where that is"
			" set; if not, to 16, or to twice the cores for disk and cpu.",
	},
	[OPT_SERIAL] = {
		.flag = "serial", .kind = KIND_BOOL, .group = GROUP_PACE, .env = "SERIAL",
		.def = "false", .verbs = JOBS,
		.help = "one image after another, whatever -j says",
	},
	[OPT_PRIORITY_HIGH] = {
		.kind = KIND_LIST, .group = GROUP_PACE, .arg = "PATTERN", .key = "priority.high",
		.def = "", .separator = ',', .verbs = ACTIONS,
		.help = "images that are started before all others",
		.more = "Shell patterns, in which * also matches slashes.",
	},
	[OPT_PRIORITY_LOW] = {
		.kind = KIND_LIST, .group = GROUP_PACE, .arg = "PATTERN", .key = "priority.low",
		.def = "", .separator = ',', .verbs = ACTIONS,
		.help = "images that are started after all others",
	},
	[OPT_HISTORY] = {
		.kind = KIND_BOOL, .group = GROUP_PACE, .key = "parallel.history",
		.env = "HISTORY", .def = "true", .verbs = ACTIONS,
		.help = "remember how long images take, and start the longest first",
	},
	[OPT_TIMEOUT] = {
		.flag = "timeout", .kind = KIND_TIME_SHARE, .group = GROUP_PACE, .arg = "TIME|N%",
		.key = "runtime.timeout", .def = "30m", .verbs = JOBS, .bits = OPT_F_FIRST,
		.help = "limit for each attempt (30m): 90s, 1h30m, 300",
		.more = "A number alone is seconds; a share is a share of the median so"
			" far.",
	},
	[OPT_STALL_TIMEOUT] = {
		.flag = "stall-timeout", .kind = KIND_TIME, .group = GROUP_PACE, .arg = "TIME",
		.key = "runtime.stall_timeout", .env = "STALL_TIMEOUT", .def = "",
		.bits = OPT_F_HIDDEN, .verbs = ACTIONS,
		.help = "stop an attempt that is silent for this long",
	},
	[OPT_DEADLINE] = {
		.flag = "deadline", .kind = KIND_TIME, .group = GROUP_PACE, .arg = "TIME",
		.def = "", .bits = OPT_F_HIDDEN, .verbs = ACTIONS,
		.help = "end the run after this long",
	},
	[OPT_KILL_AFTER] = {
		.flag = "kill-after", .kind = KIND_TIME, .group = GROUP_PACE, .arg = "TIME",
		.key = "runtime.kill_after", .env = "KILL_AFTER", .def = "10s",
		.bits = OPT_F_HIDDEN, .verbs = ACTIONS,
		.help = "time between SIGTERM and SIGKILL (10s)",
	},
	[OPT_PATIENCE] = {
		.flag = "patience", .kind = KIND_TIME, .group = GROUP_PACE, .arg = "TIME",
		.key = "runtime.patience", .env = "PATIENCE", .def = "60s",
		.bits = OPT_F_HIDDEN | OPT_F_ZERO_TIME, .verbs = ACTIONS,
		.help = "wait so long for an engine that goes away (60s)",
		.more = "For a registry, half as long; 0: do not wait.",
	},
	[OPT_RETRIES] = {
		.flag = "retries", .kind = KIND_INT, .group = GROUP_PACE, .arg = "N",
		.key = "runtime.retry.max_attempts", .def = "3", .min = 1, .max = 10,
		.verbs = ACTIONS, .bits = OPT_F_FIRST,
		.help = "attempts in all if the network fails (3)",
	},
	[OPT_RETRY_DELAY] = {
		.kind = KIND_TIME, .group = GROUP_PACE, .arg = "TIME",
		.key = "runtime.retry.delay", .def = "1s", .verbs = ACTIONS,
		.help = "wait before the second attempt; it grows from there",
	},
	[OPT_RETRY_MAX_DELAY] = {
		.kind = KIND_TIME, .group = GROUP_PACE, .arg = "TIME",
		.key = "runtime.retry.max_delay", .def = "30s", .verbs = ACTIONS,
		.help = "the longest wait; over runtime.retry.delay",
	},
	[OPT_RESUME] = {
		.flag = "resume", .kind = KIND_BOOL, .group = GROUP_PACE, .def = "false",
		.verbs = ACTIONS, .bits = OPT_F_FIRST,
		.help = "do what an interrupted run left undone",
		.more = "What is done and still there is left alone. Without an action:"
			" the last run in this directory.",
	},
	[OPT_RETRY_FAILED] = {
		.flag = "retry-failed", .kind = KIND_BOOL, .group = GROUP_PACE, .def = "false",
		.bits = OPT_F_HIDDEN, .verbs = ACTIONS,
		.help = "do only what failed in the last run",
	},
	[OPT_JOURNAL] = {
		.flag = "journal", .kind = KIND_TEXT, .group = GROUP_PACE, .arg = "FILE",
		.def = "", .bits = OPT_F_HIDDEN, .verbs = ACTIONS,
		.help = "file that notes what is done; none: no file",
	},
	[OPT_FAILED_LIST] = {
		.flag = "failed-list", .kind = KIND_TEXT, .group = GROUP_PACE, .arg = "FILE",
		.def = "", .bits = OPT_F_HIDDEN, .verbs = ACTIONS,
		.help = "write a list of what failed or was not done",
	},
	[OPT_FAIL_FAST] = {
		.flag = "fail-fast", .kind = KIND_BOOL, .group = GROUP_PACE, .def = "false",
		.verbs = ACTIONS,
		.help = "start nothing new after the first failure",
	},
	[OPT_MAX_FAILURES] = {
		.flag = "max-failures", .kind = KIND_LIMIT, .group = GROUP_PACE, .arg = "N|N%",
		.def = "", .bits = OPT_F_HIDDEN, .verbs = ACTIONS,
		.help = "start nothing new after N failures",
	},
	[OPT_OUTPUT] = {
		.flag = "output", .kind = KIND_CHOICE, .group = GROUP_OUTPUT, .arg = "MODE",
		.key = "output.mode", .env = "OUTPUT", .def = "ordered",
		.choices = "ordered|grouped|lines|none", .verbs = JOBS,
		.help = "ordered, grouped, lines or none",
		.more = "ordered: as in a serial run. grouped: each image when it ends."
			" lines: each line at once, after the name of its image.",
	},
	[OPT_PROGRESS] = {
		.flag = "progress", .kind = KIND_CHOICE, .group = GROUP_OUTPUT, .arg = "HOW",
		.key = "output.progress", .env = "PROGRESS", .def = "auto",
		.choices = "auto|tty|plain|json|none", .bits = OPT_F_HIDDEN, .verbs = JOBS,
		.help = "auto, tty (live screen), plain, json or none",
		.more = "auto: the screen on a terminal that can show it, lines"
			" elsewhere.",
	},
	[OPT_JSON] = {
		.flag = "json", .kind = KIND_BOOL, .group = GROUP_OUTPUT, .def = "false",
		.bits = OPT_F_HIDDEN | OPT_F_OWN_VERB,
		.verbs = VERB_BIT(VERB_DOCTOR) | VERB_BIT(VERB_VERIFY),
		.help = "print JSON, for programs",
	},
	[OPT_VERBOSE] = {
		.flag = "verbose", .kind = KIND_BOOL, .group = GROUP_OUTPUT, .def = "false",
		.verbs = JOBS,
		.help = "also show what the runtime prints",
	},
	[OPT_QUIET] = {
		.flag = "quiet", .letter = 'q', .kind = KIND_BOOL, .group = GROUP_OUTPUT,
		.def = "false",
		.bits = OPT_F_FIRST, .verbs = JOBS,
		.help = "print only what fails",
	},
	[OPT_EVENTS] = {
		.flag = "events", .kind = KIND_TEXT, .group = GROUP_OUTPUT, .arg = "FILE",
		.key = "output.events", .env = "EVENTS", .def = "",
		.bits = OPT_F_HIDDEN, .verbs = JOBS,
		.help = "what happens, as lines of JSON; - is stdout",
		.more = "See hpn-events(5). With - nothing else is written to stdout.",
	},
	[OPT_TIMELINE] = {
		.flag = "timeline", .kind = KIND_TEXT, .group = GROUP_OUTPUT, .arg = "FILE",
		.key = "output.timeline", .env = "TIMELINE", .def = "", .verbs = JOBS,
		.bits = OPT_F_HIDDEN, .check = check_timeline,
		.help = "draw the run at its end: HTML, SVG or a trace",
		.more = "See hpn-timeline(1).",
	},
	[OPT_OTLP] = {
		.flag = "otlp", .kind = KIND_TEXT, .group = GROUP_OUTPUT, .arg = "FILE",
		.key = "output.otlp", .env = "OTLP", .def = "", .verbs = JOBS,
		.bits = OPT_F_HIDDEN,
		.help = "spans and metrics as lines of OTLP/JSON",
		.more = "They are also sent to OTEL_EXPORTER_OTLP_ENDPOINT if that is"
			" set; see hpn-otel(7).",
	},
	[OPT_LOG_DIR] = {
		.flag = "log-dir", .kind = KIND_TEXT, .group = GROUP_OUTPUT, .arg = "DIR",
		.key = "output.log_dir", .env = "LOG_DIR", .def = "",
		.bits = OPT_F_HIDDEN, .verbs = JOBS,
		.help = "write a log for each image into this directory",
		.more = "It has the command line, what was written, how it ended and"
			" when.",
	},
	[OPT_REPORT] = {
		.flag = "report", .kind = KIND_LIST, .group = GROUP_OUTPUT, .arg = "FILE",
		.key = "output.report", .env = "REPORT", .def = "", .separator = ',',
		.bits = OPT_F_HIDDEN, .verbs = JOBS, .check = check_report,
		.help = "write a report: FILE.json, or FILE.xml (JUnit)",
		.more = "See hpn-report(5). May be repeated.",
	},
	[OPT_METRICS] = {
		.flag = "metrics", .kind = KIND_TEXT, .group = GROUP_OUTPUT, .arg = "FILE",
		.key = "output.metrics", .env = "METRICS", .def = "",
		.bits = OPT_F_HIDDEN, .verbs = JOBS,
		.help = "metrics for node_exporter's textfile collector",
		.more = "The file is replaced every 10 seconds and at the end.",
	},
	[OPT_WARN] = {
		.flag = "warn", .kind = KIND_LIST, .group = GROUP_OUTPUT, .arg = "LIMITS",
		.key = "output.warn", .env = "WARN", .def = "", .separator = ',',
		.bits = OPT_F_HIDDEN, .verbs = JOBS, .check = check_warn,
		.help = "warn about failures=10%, p95=60s or stalled=30s",
		.more = "With :fail after it, the exit status is then 1. May be repeated.",
	},
	[OPT_LOG_LEVEL] = {
		.kind = KIND_CHOICE, .group = GROUP_OUTPUT, .arg = "LEVEL",
		.key = "logging.level", .env = "LOG_LEVEL", .def = "info",
		.choices = "debug|info|warn|error",
		.help = "the lowest level that is logged",
		.more = "There is no log unless a logging key or variable is set.",
	},
	[OPT_LOG_FORMAT] = {
		.kind = KIND_CHOICE, .group = GROUP_OUTPUT, .arg = "FORMAT",
		.key = "logging.format", .env = "LOG_FORMAT", .def = "text",
		.choices = "text|json",
		.help = "text, or one JSON object per line",
	},
	[OPT_LOG_FILE] = {
		.kind = KIND_TEXT, .group = GROUP_OUTPUT, .arg = "FILE", .key = "logging.file",
		.env = "LOG_FILE", .def = "",
		.help = "append the log to this file; ~/ is HOME",
		.more = "Its directory is made if it is missing.",
	},
	[OPT_LOG_CONSOLE] = {
		.kind = KIND_BOOL, .group = GROUP_OUTPUT, .key = "logging.console",
		.env = "LOG_CONSOLE", .def = "true",
		.help = "write the log to stderr as well",
	},
	[OPT_LOG_TIMESTAMP] = {
		.kind = KIND_BOOL, .group = GROUP_OUTPUT, .key = "logging.timestamp",
		.def = "true",
		.help = "begin each line of the log with the time",
	},
	[OPT_LOG_COLORS] = {
		.kind = KIND_BOOL, .group = GROUP_OUTPUT, .key = "logging.colors", .def = "true",
		.help = "show levels in colour if stderr is a terminal",
		.more = "NO_COLOR in the environment turns it off.",
	},
	[OPT_PROXY_HTTP] = {
		.kind = KIND_URL, .group = GROUP_PROXY, .arg = "URL", .key = "proxy.http",
		.def = "",
		.help = "the proxy for http",
		.more = "The runtime gets it as http_proxy and HTTP_PROXY. http_proxy in"
			" the environment wins over it.",
	},
	[OPT_PROXY_HTTPS] = {
		.kind = KIND_URL, .group = GROUP_PROXY, .arg = "URL", .key = "proxy.https",
		.def = "",
		.help = "the proxy for https",
		.more = "The runtime gets it as https_proxy and HTTPS_PROXY. https_proxy"
			" in the environment wins over it.",
	},
	[OPT_PROXY_ENABLED] = {
		.kind = KIND_BOOL, .group = GROUP_PROXY, .key = "proxy.enabled", .def = "false",
		.help = "give proxy.http and proxy.https to the runtime",
		.more = "http_proxy or https_proxy in the environment turns it on.",
	},
	[OPT_CONFIG] = {
		.flag = "config", .letter = 'c', .kind = KIND_TEXT, .group = GROUP_SELF,
		.arg = "FILE", .def = "",
		.bits = OPT_F_FIRST,
		.help = "read this configuration file and no other",
	},
	[OPT_DEFAULTS] = {
		.flag = "defaults", .kind = KIND_BOOL, .group = GROUP_SELF, .def = "false",
		.bits = OPT_F_HIDDEN | OPT_F_OWN_VERB, .verbs = VERB_BIT(VERB_CONFIG),
		.help = "hpn config: print every key with its default",
	},
	[OPT_OPTIONS] = {
		.flag = "options", .kind = KIND_BOOL, .group = GROUP_SELF, .def = "false",
		.bits = OPT_F_HIDDEN | OPT_F_OWN_VERB, .verbs = VERB_BIT(VERB_CONFIG),
		.help = "hpn config: print the table of options",
	},
	[OPT_VERSION] = {
		.flag = "version", .letter = 'v', .kind = KIND_BOOL, .group = GROUP_SELF,
		.def = "false", .bits = OPT_F_FIRST,
		.help = "print the version",
	},
	[OPT_VERSION_UPPER] = {
		.flag = "Version", .letter = 'V', .kind = KIND_BOOL, .group = GROUP_SELF,
		.def = "false", .bits = OPT_F_HIDDEN, .help = "print the version",
	},
	[OPT_HELP] = {
		.flag = "help", .letter = 'h', .kind = KIND_BOOL, .group = GROUP_SELF,
		.def = "false", .bits = OPT_F_FIRST,
		.help = "print this; with a verb, the help for that verb",
	},
	[OPT_ALL] = {
		.flag = "all", .kind = KIND_BOOL, .group = GROUP_SELF, .def = "false",
		.bits = OPT_F_HIDDEN | OPT_F_OWN_VERB, .verbs = VERB_BIT(VERB_HELP),
		.help = "hpn help: print every option",
	},
};

static const struct verb_info verbs[VERB_COUNT] = {
	[VERB_PULL] = { "pull",
			"[IMAGE...]",
			"@name",
			"pull images",
			{ "hpn pull nginx:1.27 redis:7", "hpn pull -f images.txt -j 8" } },
	[VERB_SAVE] = { "save",
			"[IMAGE...]",
			"@name",
			"save each image as an archive",
			{ "hpn save -f images.txt --save-mode 2 --compress",
			  "hpn save -f images.txt --bundle all.tar" } },
	[VERB_LOAD] = { "load",
			"[FILE...]",
			"@archive",
			"load archives",
			{ "hpn load nginx_1.27.tar",
			  "hpn load --load-mode 2 --expect images.txt" } },
	[VERB_PUSH] = { "push",
			"[IMAGE...]",
			"@name",
			"tag images for a registry and push them",
			{ "hpn push -f images.txt -r registry.example:5000 -p team",
			  "hpn push nginx:1.27 -r registry.example --dry-run" } },
	[VERB_VERIFY] = { "verify",
			  "[FILE|DIR...]",
			  "@archive",
			  "check that archives are complete",
			  { "hpn verify images", "hpn verify images --json" } },
	[VERB_INDEX] = { "index",
			 "[DIR]",
			 "@dir",
			 "write the checksums and the index of a directory",
			 { "hpn index", "hpn index images" } },
	[VERB_TIMELINE] = { "timeline",
			    "EVENTS -o FILE",
			    "@file",
			    "draw what happened in a run",
			    { "hpn timeline run.jsonl -o run.html",
			      "hpn timeline run.jsonl -o run.svg" } },
	[VERB_DOCTOR] = { "doctor",
			  "[REGISTRY...]",
			  "@host",
			  "look for what will be slow or fail",
			  { "hpn doctor", "hpn doctor docker.io --json" } },
	[VERB_RUNTIMES] = { "runtimes",
			    "",
			    "",
			    "list the runtimes that were found",
			    { "hpn runtimes", "hpn runtimes --runtime-dir ./runtimes" } },
	[VERB_CONFIG] = { "config",
			  "",
			  "",
			  "print each setting and where it comes from",
			  { "hpn config", "hpn config --defaults >hpn.ini" } },
	[VERB_COMPLETION] = { "completion",
			      "SHELL",
			      "bash zsh fish",
			      "print a completion script",
			      { "hpn completion bash", "hpn completion fish" } },
	[VERB_VERSION] = { "version", "", "", "print the version", { "hpn version", "hpn -v" } },
	[VERB_HELP] = { "help",
			"[VERB]",
			"pull save load push verify index timeline doctor runtimes config"
			" completion version",
			"print the help for a verb",
			{ "hpn help save", "hpn help --all" } },
};

const struct option *option_get(enum opt id)
{
	return &options[id];
}

const struct verb_info *verb_get(enum verb v)
{
	return &verbs[v];
}

enum verb verb_by_name(const char *name)
{
	for (unsigned v = VERB_NONE + 1; v < VERB_COUNT; v++)
		if (!strcmp(name, verbs[v].name))
			return (enum verb)v;
	return VERB_NONE;
}

const char *option_group_title(enum opt_group g)
{
	static const char *const titles[GROUP_COUNT] = {
		[GROUP_WHAT] = "What to do",      [GROUP_WHERE] = "Where images go",
		[GROUP_RUNTIME] = "Runtime",      [GROUP_PACE] = "Pace and patience",
		[GROUP_OUTPUT] = "What is shown", [GROUP_PROXY] = "Proxies",
		[GROUP_SELF] = "hpn itself",
	};

	return titles[g];
}

enum opt option_by_flag(const char *name, size_t len)
{
	for (unsigned i = 0; i < OPT_COUNT; i++)
		if (options[i].flag && !strncmp(name, options[i].flag, len) &&
		    !options[i].flag[len])
			return (enum opt)i;
	return OPT_COUNT;
}

enum opt option_by_letter(char letter)
{
	for (unsigned i = 0; i < OPT_COUNT; i++)
		if (letter && options[i].letter == letter)
			return (enum opt)i;
	return OPT_COUNT;
}

enum opt option_by_key(const char *key)
{
	for (unsigned i = 0; i < OPT_COUNT; i++)
		if (options[i].key && !strcasecmp(key, options[i].key))
			return (enum opt)i;
	return OPT_COUNT;
}

int option_is_section(const char *name)
{
	size_t len = strlen(name);

	for (unsigned i = 0; i < OPT_COUNT; i++)
		if (len && options[i].key && !strncasecmp(name, options[i].key, len) &&
		    options[i].key[len] == '.')
			return 1;
	return 0;
}

const char *option_suggest_flag(const char *name)
{
	const char *known[OPT_COUNT];
	size_t n = 0;

	for (unsigned i = 0; i < OPT_COUNT; i++)
		if (options[i].flag)
			known[n++] = options[i].flag;
	return suggest_nearest(name, known, n);
}

const char *option_suggest_section(const char *name, struct buf *room)
{
	struct strvec known = STRVEC_INIT;
	const char *best;

	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const char *key = options[i].key, *dot = key ? strrchr(key, '.') : NULL;

		if (dot)
			strvec_pushn(&known, key, (size_t)(dot - key));
	}
	best = suggest_nearest(name, (const char *const *)known.v, known.n);
	buf_reset(room);
	if (best)
		buf_adds(room, best);
	strvec_release(&known);
	return room->len ? buf_str(room) : NULL;
}

/* A key is often right but for its section, so its last part counts alone, too;
 * and a long section must not make all that is in it near. */
const char *option_suggest_key(const char *key)
{
	const char *dot = strrchr(key, '.'), *last = dot ? dot + 1 : key, *best = NULL;
	size_t least = SIZE_MAX;

	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const char *known = options[i].key;
		const char *known_dot = known ? strrchr(known, '.') : NULL;
		size_t distance = known ? suggest_distance(key, known) : SIZE_MAX;

		if (known_dot && !strcasecmp(known_dot + 1, last))
			distance = distance < 1 ? distance : 1;
		if (distance < least) {
			least = distance;
			best = known;
		}
	}
	return suggest_close(last, least) ? best : NULL;
}

const char *verb_suggest(const char *word)
{
	const char *known[VERB_COUNT];
	size_t n = 0;

	for (unsigned v = VERB_NONE + 1; v < VERB_COUNT; v++)
		known[n++] = verbs[v].name;
	return suggest_nearest(word, known, n);
}

/* "a, b or c" from "a|b|c" */
static void add_choices(struct buf *b, const char *choices)
{
	for (const char *p = choices; *p; p++)
		if (*p != '|')
			buf_addc(b, *p);
		else
			buf_adds(b, strchr(p + 1, '|') ? ", " : " or ");
}

static void add_range(struct buf *b, const struct option *o, int from_flag)
{
	long long max = (long long)(from_flag && o->flag_max ? o->flag_max : o->max);

	switch (o->kind) {
	case KIND_BOOL:
		buf_adds(b, "true or false");
		break;
	case KIND_INT:
	case KIND_JOBS:
		buf_addf(b, "a whole number from %lld to %lld", (long long)o->min, max);
		if (from_flag && o->kind == KIND_JOBS)
			buf_adds(b, ", N%, +N, auto or a file that holds one of these");
		break;
	case KIND_TIME:
		buf_addf(b, "a time%s, such as 90s, 5m or 1h30m",
			 o->bits & OPT_F_ZERO_TIME ? "" : " over zero");
		break;
	case KIND_TIME_SHARE:
		buf_adds(b, "a time over zero, such as 90s, 5m or 1h30m, or a share such as 300%");
		break;
	case KIND_CHOICE:
		add_choices(b, o->choices);
		break;
	case KIND_SIZE:
		buf_adds(b, "a size such as 500M or 10G");
		break;
	case KIND_LIMIT:
		buf_adds(b, "a whole number such as 3, or a share such as 10%");
		break;
	case KIND_URL:
		buf_adds(b, "a URL such as http://proxy.example:3128");
		break;
	case KIND_LIST:
	case KIND_TEXT:
		buf_adds(b, "text");
		break;
	}
}

void option_range(const struct option *o, struct buf *ret_text)
{
	add_range(ret_text, o, 0);
}

static int refuse(const struct option *o, const char *text, int from_flag, const char *what,
		  struct err *why)
{
	struct buf shown = BUF_INIT, range = BUF_INIT;

	utf8_show(&shown, text, strlen(text), 100);
	add_range(&range, o, from_flag);
	err_set(why, "'%s' %s; give %s", buf_str(&shown), what, buf_str(&range));
	buf_release(&shown);
	buf_release(&range);
	return -1;
}

static int read_int(const struct option *o, const char *text, int from_flag, int64_t *ret,
		    struct err *why)
{
	int64_t max = from_flag && o->flag_max ? o->flag_max : o->max;
	int rc = parse_int(text, ret);

	if (rc == -EINVAL)
		return refuse(o, text, from_flag, "is not a whole number", why);
	/* The range of a mode's flag is looked at with the action; see args.h. */
	if (!rc && from_flag && (o->bits & OPT_F_ZERO_IS_NONE))
		return 0;
	if (rc || *ret < o->min || *ret > max)
		return refuse(o, text, from_flag, "is out of range", why);
	return 0;
}

static int read_jobs(const struct option *o, const char *text, int64_t *ret, struct err *why)
{
	unsigned n = 0;
	int rc = jobs_parse(text, cores_usable(""), &n);

	if (rc == -EINVAL && access(text, F_OK) < 0)
		return refuse(o, text, 1, "is not a whole number", why);
	if (rc == -EINVAL)
		rc = jobs_read(text, cores_usable(""), &n, why);
	else if (rc)
		return refuse(o, text, 1, "is out of range", why);
	*ret = n;
	return rc;
}

static int read_time(const struct option *o, const char *text, int from_flag, int64_t *ret,
		     struct err *why)
{
	int rc;

	if (!*text && !*o->def)
		return 0;
	rc = parse_duration(text, ret);
	if (rc == -EINVAL)
		return refuse(o, text, from_flag, "is not a time", why);
	if (rc)
		return refuse(o, text, from_flag, "is too long", why);
	if (*ret <= 0 && !(o->bits & OPT_F_ZERO_TIME))
		return refuse(o, text, from_flag, "is not over zero", why);
	return 0;
}

static int read_time_share(const struct option *o, const char *text, int from_flag, int64_t *ret,
			   struct err *why)
{
	size_t len = strlen(text);
	struct buf number = BUF_INIT;
	int rc;

	if (!len || text[len - 1] != '%')
		return read_time(o, text, from_flag, ret, why);
	buf_add(&number, text, len - 1);
	rc = parse_int(buf_str(&number), ret);
	buf_release(&number);
	if (rc == -EINVAL)
		return refuse(o, text, from_flag, "is not a share", why);
	if (rc || *ret < 1 || *ret > 1000000)
		return refuse(o, text, from_flag, "is out of range", why);
	*ret = -*ret;
	return 0;
}

static int read_limit(const struct option *o, const char *text, int from_flag, int64_t *ret,
		      struct err *why)
{
	size_t len = strlen(text);
	int share = len && text[len - 1] == '%', rc;
	struct buf number = BUF_INIT;

	if (!*text)
		return 0;
	buf_add(&number, text, len - (size_t)share);
	rc = parse_int(buf_str(&number), ret);
	buf_release(&number);
	if (rc == -EINVAL)
		return refuse(o, text, from_flag, "is not a whole number or a share", why);
	if (rc || *ret < 0 || (share && *ret > 100))
		return refuse(o, text, from_flag, "is out of range", why);
	if (share)
		*ret = -*ret;
	return 0;
}

static int is_choice(const struct option *o, const char *text)
{
	size_t len = strlen(text);

	if (!len)
		return !*o->def;
	if (strchr(text, '|'))
		return 0;
	for (const char *p = o->choices; p; p = strchr(p, '|')) {
		p += *p == '|';
		if (!strncmp(p, text, len) && (!p[len] || p[len] == '|'))
			return 1;
	}
	return 0;
}

/* What no text of a configuration can mean, a URL's password masked. */
static int check_text(const struct option *o, const char *text, struct err *why)
{
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return err_set(why, "holds the control character 0x%02x; remove it",
				       (unsigned)*p);
	if (o->kind == KIND_URL)
		return proxy_check(text, why);
	return o->check ? o->check(text, why) : 0;
}

static int refuse_choice(const struct option *o, const char *text, struct err *why)
{
	struct buf shown = BUF_INIT, choices = BUF_INIT;

	utf8_show(&shown, text, strlen(text), 100);
	add_choices(&choices, o->choices);
	err_set(why, "unknown value '%s'; use %s", buf_str(&shown), buf_str(&choices));
	buf_release(&shown);
	buf_release(&choices);
	return -1;
}

static int read_value(const struct option *o, const char *text, int from_flag, int64_t *ret_num,
		      struct err *why)
{
	int truth = 0, rc;

	*ret_num = 0;
	switch (o->kind) {
	case KIND_BOOL:
		if (parse_bool(text, &truth))
			return refuse(o, text, from_flag, "is not a switch", why);
		*ret_num = truth;
		return 0;
	case KIND_INT:
		return read_int(o, text, from_flag, ret_num, why);
	case KIND_JOBS:
		return from_flag ? read_jobs(o, text, ret_num, why)
				 : read_int(o, text, 0, ret_num, why);
	case KIND_TIME:
		return read_time(o, text, from_flag, ret_num, why);
	case KIND_TIME_SHARE:
		return read_time_share(o, text, from_flag, ret_num, why);
	case KIND_SIZE:
		rc = bytes_parse(text, ret_num);
		if (rc)
			return refuse(o, text, from_flag,
				      rc == -EINVAL ? "is not a size" : "is too large", why);
		return 0;
	case KIND_LIMIT:
		return read_limit(o, text, from_flag, ret_num, why);
	case KIND_CHOICE:
		if ((from_flag && !*text) || is_choice(o, text))
			return 0;
		return refuse_choice(o, text, why);
	case KIND_TEXT:
	case KIND_LIST:
	case KIND_URL:
		/* A flag without a key is a name of the user's, whatever is in it. */
		if (from_flag && (!o->key || (o->bits & OPT_F_FREE_FLAG)))
			return 0;
		return check_text(o, text, why);
	}
	return 0;
}

int option_read(enum opt id, const char *text, int from_flag, int64_t *ret_num, struct err *why)
{
	return read_value(&options[id], text, from_flag, ret_num, why);
}

int option_check(const struct option *o, const char *text, int64_t *ret_num, struct err *why)
{
	return read_value(o, text, 0, ret_num, why);
}

int option_env_short(enum opt id, struct buf *ret_name)
{
	buf_reset(ret_name);
	if (!options[id].env)
		return 0;
	buf_addf(ret_name, "HPN_%s", options[id].env);
	return 1;
}

int option_env_full(enum opt id, struct buf *ret_name)
{
	buf_reset(ret_name);
	if (!options[id].key)
		return 0;
	buf_adds(ret_name, "HPN_");
	for (const char *p = options[id].key; *p; p++)
		buf_addc(ret_name, *p == '.' ? '_' : (char)toupper((unsigned char)*p));
	return 1;
}

void option_usage(enum opt id, struct buf *ret_text)
{
	const struct option *o = &options[id];

	if (o->letter)
		buf_addf(ret_text, "-%c, ", o->letter);
	else
		buf_adds(ret_text, "    ");
	buf_addf(ret_text, "--%s", o->flag);
	if (o->arg)
		buf_addf(ret_text, o->alone ? "[=%s]" : " %s", o->arg);
}
