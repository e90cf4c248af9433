/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Configuration: section 7 of the contract, its files and variables. */
#include "cfgbed.h"

#include "config/files.h"
#include "config/print.h"
#include "config/proxy.h"
#include "config/trust.h"

static const char *str(enum opt id)
{
	return cfg_str(bed_cfg, id);
}

/* The text as ./hpn.ini, given by -c */
static const char *ini(const char *text)
{
	bed_write("t.ini", text);
	return bed_load("-c t.ini", "");
}

static const char *yaml(const char *text)
{
	bed_write("t.yaml", text);
	return bed_load("-c t.yaml", "");
}

static size_t warnings(void)
{
	return cfg_warnings(bed_cfg)->n;
}

static const char *warning(size_t i)
{
	ck_assert_uint_lt(i, warnings());
	return cfg_warnings(bed_cfg)->v[i];
}

START_TEST(defaults)
{
	static const struct {
		enum opt id;
		const char *want;
	} cases[] = {
		{ OPT_REGISTRY, "registry.k8s.local" },
		{ OPT_PROJECT, "library" },
		{ OPT_PROXY_HTTP, "" },
		{ OPT_PROXY_HTTPS, "" },
		{ OPT_PROXY_ENABLED, "false" },
		{ OPT_RUNTIME_PREFERRED, "" },
		{ OPT_TIMEOUT, "30m" },
		{ OPT_AUTO_FALLBACK, "false" },
		{ OPT_RETRIES, "3" },
		{ OPT_RETRY_DELAY, "1s" },
		{ OPT_RETRY_MAX_DELAY, "30s" },
		{ OPT_LOG_LEVEL, "info" },
		{ OPT_LOG_FORMAT, "text" },
		{ OPT_LOG_FILE, "" },
		{ OPT_LOG_CONSOLE, "true" },
		{ OPT_LOG_TIMESTAMP, "true" },
		{ OPT_LOG_COLORS, "true" },
		{ OPT_JOBS, "4" },
		{ OPT_AUTO_ADJUST, "true" },
		{ OPT_SAVE_MODE, "1" },
		{ OPT_LOAD_MODE, "1" },
		{ OPT_PUSH_MODE, "1" },
		{ OPT_KILL_AFTER, "10s" },
		{ OPT_PATIENCE, "60s" },
	};

	ck_assert_str_eq(bed_load("", ""), "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_str_eq(str(cases[i].id), cases[i].want);
		ck_assert_str_eq(cfg_source(bed_cfg, cases[i].id), "default");
		ck_assert_int_eq(cfg_is_set(bed_cfg, cases[i].id), 0);
	}
	ck_assert_str_eq(cfg_file(bed_cfg), "");
	ck_assert_uint_eq(warnings(), 0);
}
END_TEST

START_TEST(flag_then_variable_then_file)
{
	bed_write("hpn.ini", "registry = file\n[runtime]\ntimeout = 1m\n");
	ck_assert_str_eq(bed_load("", ""), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "file");
	ck_assert_str_eq(cfg_source(bed_cfg, OPT_REGISTRY), "hpn.ini:1");
	ck_assert_str_eq(cfg_source(bed_cfg, OPT_TIMEOUT), "hpn.ini:3");
	ck_assert_str_eq(bed_load("", "HPN_REGISTRY=env"), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "env");
	ck_assert_str_eq(cfg_source(bed_cfg, OPT_REGISTRY), "HPN_REGISTRY");
	ck_assert_str_eq(bed_load("-r flag", "HPN_REGISTRY=env"), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "flag");
	ck_assert_str_eq(cfg_source(bed_cfg, OPT_REGISTRY), "-r");
	/* what is empty is not set */
	ck_assert_str_eq(bed_load("-r ''", "HPN_REGISTRY="), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "file");
	ck_assert_str_eq(bed_load("-r ''", "HPN_REGISTRY=env"), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "env");
}
END_TEST

START_TEST(variables_by_both_names)
{
	static const struct {
		enum opt id;
		const char *name, *full, *value;
	} cases[] = {
		{ OPT_LOG_LEVEL, "LOG_LEVEL", "LOGGING_LEVEL", "debug" },
		{ OPT_LOG_FORMAT, "LOG_FORMAT", "LOGGING_FORMAT", "json" },
		{ OPT_LOG_FILE, "LOG_FILE", "LOGGING_FILE", "/x" },
		{ OPT_LOG_CONSOLE, "LOG_CONSOLE", "LOGGING_CONSOLE", "false" },
		{ OPT_JOBS, "PARALLEL_MAX", "PARALLEL_MAX_WORKERS", "9" },
		{ OPT_AUTO_ADJUST, "PARALLEL_AUTO", "PARALLEL_AUTO_ADJUST", "no" },
		{ OPT_REGISTRY, NULL, "REGISTRY", "r" },
		{ OPT_PROJECT, NULL, "PROJECT", "p" },
		{ OPT_PROXY_HTTP, NULL, "PROXY_HTTP", "http://p:1" },
		{ OPT_PROXY_HTTPS, NULL, "PROXY_HTTPS", "http://p:2" },
		{ OPT_PROXY_ENABLED, NULL, "PROXY_ENABLED", "on" },
		{ OPT_RUNTIME_PREFERRED, NULL, "RUNTIME_PREFERRED", "podman" },
		{ OPT_TIMEOUT, NULL, "RUNTIME_TIMEOUT", "5m" },
		{ OPT_AUTO_FALLBACK, NULL, "RUNTIME_AUTO_FALLBACK", "1" },
		{ OPT_RETRIES, NULL, "RUNTIME_RETRY_MAX_ATTEMPTS", "10" },
		{ OPT_RETRY_DELAY, NULL, "RUNTIME_RETRY_DELAY", "2s" },
		{ OPT_RETRY_MAX_DELAY, NULL, "RUNTIME_RETRY_MAX_DELAY", "3s" },
		{ OPT_LOG_TIMESTAMP, NULL, "LOGGING_TIMESTAMP", "f" },
		{ OPT_LOG_COLORS, NULL, "LOGGING_COLORS", "f" },
		{ OPT_SAVE_MODE, NULL, "MODES_SAVE_MODE", "2" },
		{ OPT_LOAD_MODE, NULL, "MODES_LOAD_MODE", "3" },
		{ OPT_PUSH_MODE, NULL, "MODES_PUSH_MODE", "2" },
	};
	char env[256], name[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(env, sizeof(env), "HPN_%s=%s", cases[i].full, cases[i].value);
		ck_assert_str_eq(bed_load("", env), "");
		ck_assert_str_eq(str(cases[i].id), cases[i].value);
		if (!cases[i].name)
			continue;
		snprintf(env, sizeof(env), "HPN_%s=bad\001\nHPN_%s=%s", cases[i].full,
			 cases[i].name, cases[i].value);
		ck_assert_str_eq(bed_load("", env), "");
		ck_assert_str_eq(str(cases[i].id), cases[i].value);
		snprintf(name, sizeof(name), "HPN_%s", cases[i].name);
		ck_assert_str_eq(cfg_source(bed_cfg, cases[i].id), name);
		snprintf(env, sizeof(env), "HPN_%s=\nHPN_%s=%s", cases[i].name, cases[i].full,
			 cases[i].value);
		ck_assert_str_eq(bed_load("", env), "");
		ck_assert_str_eq(str(cases[i].id), cases[i].value);
	}
}
END_TEST

#define INT10 "; give a whole number from 1 to 10"
#define TIME "; give a time over zero, such as 90s, 5m or 1h30m"
#define SHARE ", or a share such as 300%"

/* Each key's column "accepted": in INI; a wrong value is told with its place. */
static const struct {
	const char *key, *value, *want;
} accepted[] = {
	{ "registry", "r.example:5000/a/b", "" },
	{ "registry", "http://r",
	  "has a scheme; give the host alone, such as registry.example:5000" },
	{ "registry", "", "empty; give a host such as registry.example:5000" },
	{ "project", "a/b", "" },
	{ "project", "", "empty; give a name such as library" },
	{ "project", "a:b", "contains a colon, an @ or white space; give a name such as library" },
	{ "project", "a@b", "contains a colon, an @ or white space; give a name such as library" },
	{ "project", "a b", "contains a colon, an @ or white space; give a name such as library" },
	{ "project", "a\tb", "holds the control character 0x09; remove it" },
	{ "proxy.enabled", "yes", "" },
	{ "proxy.enabled", "5", "'5' is not a switch; give true or false" },
	{ "runtime.preferred", "nerdctl", "" },
	{ "runtime.preferred", "", "" },
	{ "runtime.preferred", "ctr", "" },
	{ "runtime.preferred", "my-podman_2.0", "" },
	{ "runtime.preferred", "Docker",
	  "'Docker' is not a name for a runtime; `hpn runtimes` lists them" },
	{ "runtime.preferred", "docker|podman",
	  "'docker|podman' is not a name for a runtime; `hpn runtimes` lists them" },
	{ "runtime.timeout", "1m30.5s", "" },
	{ "runtime.timeout", "300", "" },
	{ "runtime.timeout", "0s", "'0s' is not over zero" TIME SHARE },
	{ "runtime.timeout", "-1s", "'-1s' is not over zero" TIME SHARE },
	{ "runtime.timeout", "5 m", "'5 m' is not a time" TIME SHARE },
	{ "runtime.timeout", "", "'' is not a time" TIME SHARE },
	{ "runtime.auto_fallback", "T", "" },
	{ "runtime.auto_fallback", "maybe", "'maybe' is not a switch; give true or false" },
	{ "runtime.retry.max_attempts", "1", "" },
	{ "runtime.retry.max_attempts", "10", "" },
	{ "runtime.retry.max_attempts", "0", "'0' is out of range" INT10 },
	{ "runtime.retry.max_attempts", "11", "'11' is out of range" INT10 },
	{ "runtime.retry.max_attempts", "2.9", "'2.9' is not a whole number" INT10 },
	{ "runtime.retry.max_attempts", "99999999999999999999",
	  "'99999999999999999999' is out of range" INT10 },
	{ "runtime.retry.delay", "29s", "" },
	{ "runtime.retry.delay", "0", "'0' is not over zero" TIME },
	{ "runtime.retry.max_delay", "1.001s", "" },
	{ "logging.level", "warn", "" },
	{ "logging.level", "warning", "unknown value 'warning'; use debug, info, warn or error" },
	{ "logging.level", "", "unknown value ''; use debug, info, warn or error" },
	{ "logging.format", "json", "" },
	{ "logging.format", "xml", "unknown value 'xml'; use text or json" },
	{ "logging.console", "off", "" },
	{ "logging.timestamp", "2", "'2' is not a switch; give true or false" },
	{ "output.compress", "none", "" },
	{ "output.compress", "zstd:19", "" },
	{ "output.compress", "lz4:9", "" },
	{ "output.compress", "lz4:10", "lz4 has levels from 1 to 9" },
	{ "output.compress", "xz:10", "xz has levels from 0 to 9" },
	{ "output.compress", "zstd:", "zstd has levels from 1 to 19" },
	{ "output.compress", "none:1", "'none' has no level" },
	{ "output.compress", "zst",
	  "unknown compression 'zst'; use zstd, gzip, xz, lz4 or none, with a level as in zstd:3" },
	{ "runtime.platform", "linux/amd64", "" },
	{ "runtime.platform", "linux/arm/v7", "" },
	{ "runtime.platform", "windows/amd64", "" },
	{ "runtime.platform", "bogus",
	  "'bogus' is not a platform; write OS/ARCH, such as linux/arm64" },
	{ "runtime.platform", "arm64",
	  "'arm64' has no operating system; did you mean 'linux/arm64'?" },
	{ "runtime.platform", "aarch64",
	  "'aarch64' has no operating system; did you mean 'linux/arm64'?" },
	{ "runtime.platform", "linux/x86_64",
	  "unknown architecture 'x86_64'; did you mean 'amd64'?" },
	{ "runtime.platform", "linux/amd46",
	  "unknown architecture 'amd46'; did you mean 'amd64'?" },
	{ "runtime.platform", "linus/amd64",
	  "unknown operating system 'linus'; did you mean 'linux'?" },
	{ "runtime.platform", "linux/",
	  "unknown architecture ''; write OS/ARCH, such as linux/arm64" },
	{ "runtime.platform", "/amd64",
	  "unknown operating system ''; write OS/ARCH, such as linux/arm64" },
	{ "runtime.platform", "linux/arm/7",
	  "'7' is not a variant; write OS/ARCH/VARIANT, such as linux/arm/v7" },
	{ "runtime.platform", "linux/arm/v7/x",
	  "'v7/x' is not a variant; write OS/ARCH/VARIANT, such as linux/arm/v7" },
	{ "runtime.platform", "Linux/amd64",
	  "unknown operating system 'Linux'; did you mean 'linux'?" },
	{ "logging.colors", "x", "'x' is not a switch; give true or false" },
	{ "parallel.max_workers", "100", "" },
	{ "parallel.max_workers", "101",
	  "'101' is out of range; give a whole number from 1 to 100" },
	{ "parallel.max_workers", "0x2",
	  "'0x2' is not a whole number; give a whole number from 1 to 100" },
	{ "parallel.auto_adjust", "on", "" },
	{ "modes.save_mode", "3", "" },
	{ "modes.save_mode", "0", "'0' is out of range; give a whole number from 1 to 3" },
	{ "modes.load_mode", "4", "'4' is out of range; give a whole number from 1 to 3" },
	{ "modes.push_mode", "3", "" },
	{ "modes.push_mode", "4", "'4' is out of range; give a whole number from 1 to 3" },
};

START_TEST(what_is_accepted)
{
	char text[256], want[256];

	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		snprintf(text, sizeof(text), "# x\n%s = %s\n", accepted[i].key, accepted[i].value);
		snprintf(want, sizeof(want), "t.ini:2: %s: %s", accepted[i].key, accepted[i].want);
		ck_assert_str_eq(ini(text), *accepted[i].want ? want : "");
	}
}
END_TEST

START_TEST(variables_are_checked_alike)
{
	struct buf name = BUF_INIT;
	char env[256], want[256];

	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		if (!*accepted[i].value)
			continue;
		option_env_full(option_by_key(accepted[i].key), &name);
		snprintf(env, sizeof(env), "%s=%s", buf_str(&name), accepted[i].value);
		snprintf(want, sizeof(want), "%s: %s", buf_str(&name), accepted[i].want);
		ck_assert_str_eq(bed_load("", env), *accepted[i].want ? want : "");
	}
	buf_release(&name);
	ck_assert_str_eq(bed_load("", "HPN_PROJECT=a\001b"),
			 "HPN_PROJECT: holds the control character 0x01; remove it");
	/* a flag hides no mistake, a variable hides the file's */
	bed_write("hpn.ini", "registry = http://x\n");
	ck_assert_str_eq(bed_load("-r y", ""),
			 "hpn.ini:1: registry: has a scheme; give the host alone, such as"
			 " registry.example:5000");
	ck_assert_str_eq(bed_load("", "HPN_REGISTRY=y"), "");
}
END_TEST

START_TEST(delays_belong_together)
{
	ck_assert_str_eq(ini("[runtime.retry]\ndelay = 30s\n"),
			 "runtime.retry.max_delay (30s, from default) is not over"
			 " runtime.retry.delay (30s, from t.ini:2); raise the first or lower"
			 " the second");
	ck_assert_str_eq(ini("[runtime.retry]\ndelay = 40s\nmax_delay = 41s\n"), "");
	ck_assert_str_eq(bed_load("", "HPN_RUNTIME_RETRY_MAX_DELAY=1"),
			 "runtime.retry.max_delay (1, from HPN_RUNTIME_RETRY_MAX_DELAY) is not"
			 " over runtime.retry.delay (1s, from default); raise the first or"
			 " lower the second");
}
END_TEST

START_TEST(ini_forms)
{
	ck_assert_str_eq(ini("\xef\xbb\xbf; x\r\nRegistry=r\r\n[Runtime]\r\nretry.delay: 2s ; y\r\n"
			     "[runtime.retry]\r\nMAX_ATTEMPTS = 5\r\n[runtime ; z\r\n"),
			 "t.ini:7: section without ']'; write [name]");
	ck_assert_str_eq(ini("Registry=r\r\n[Runtime]\r\nretry.delay: 2s ; y\r\n"
			     "[runtime.retry]\r\nMAX_ATTEMPTS = 5\r\n"),
			 "");
	ck_assert_str_eq(str(OPT_REGISTRY), "r");
	ck_assert_str_eq(str(OPT_RETRY_DELAY), "2s");
	ck_assert_int_eq(cfg_int(bed_cfg, OPT_RETRIES), 5);
	ck_assert_str_eq(ini("runtime.timeout = 5m\n"), "");
	ck_assert_str_eq(str(OPT_TIMEOUT), "5m");
	ck_assert_str_eq(ini(""), "");
}
END_TEST

/* What follows from a mistake is not told as one more. */
START_TEST(ini_mistakes_come_all_at_once)
{
	ck_assert_str_eq(
		ini("[runtime]\ntimeot = 5m\n  more\nretry.delay = soon\n[nonsense]\n"
		    "a = 1\nb = 2\n[logging\nx = 1\n[modes]\nsave_mode = 7\n"
		    "registry\n  more\nload_mode = 2\n[registry docker.io]\nrate = 1\n"),
		"t.ini:2: unknown key 'runtime.timeot'; did you mean 'runtime.timeout'?\n"
		"  t.ini:5: unknown section 'nonsense'; `hpn config --defaults` shows all\n"
		"  t.ini:8: section without ']'; write [name]\n"
		"  t.ini:12: neither [section] nor key = value; begin a comment with # or ;\n"
		"  t.ini:15: a registry's section has its host in quotes; write"
		" [registry \"docker.io\"]\n"
		"  t.ini:11: modes.save_mode: '7' is out of range; give a whole number from"
		" 1 to 3\n"
		"  t.ini:4: runtime.retry.delay: 'soon' is not a time; give a time over zero,"
		" such as 90s, 5m or 1h30m");
	ck_assert_int_eq(cfg_int(bed_cfg, OPT_LOAD_MODE), 2);
	ck_assert_str_eq(
		bed_load("", "HPN_MODES_SAVE_MODE=7\nHPN_MODES_LOAD_MODE=8"),
		"HPN_MODES_SAVE_MODE: '7' is out of range; give a whole number from 1 to 3\n"
		"  HPN_MODES_LOAD_MODE: '8' is out of range; give a whole number from 1 to 3");
}
END_TEST

START_TEST(a_thousand_mistakes_are_cut)
{
	struct buf text = BUF_INIT;
	const char *said;

	for (int i = 0; i < 1000; i++)
		buf_addf(&text, "key%d = x\n", i);
	said = ini(buf_str(&text));
	ck_assert(!strncmp(said, "t.ini:1: unknown key 'key0'; `hpn", 33));
	ck_assert_msg(strstr(said, "\n  and 98") != NULL, "%s", said);
	buf_release(&text);
}
END_TEST

START_TEST(ini_mistakes)
{
	ck_assert_str_eq(ini("[runtime]\ntimeot = 5m\n"),
			 "t.ini:2: unknown key 'runtime.timeot'; did you mean"
			 " 'runtime.timeout'?");
	ck_assert_str_eq(ini("timeout = 5m\n"),
			 "t.ini:1: unknown key 'timeout'; did you mean 'runtime.timeout'?");
	ck_assert_str_eq(ini("[logging]\nregistry = x\n"),
			 "t.ini:2: unknown key 'logging.registry'; `hpn config --defaults`"
			 " shows all");
	ck_assert_str_eq(ini("[runtime]\nvolumes = 5m\n"),
			 "t.ini:2: unknown key 'runtime.volumes'; `hpn config --defaults`"
			 " shows all");
	ck_assert_str_eq(ini("[runtim]\ntimeout = 5m\n"),
			 "t.ini:1: unknown section 'runtim'; did you mean 'runtime'?");
	ck_assert_str_eq(ini("[build-system]\n"),
			 "t.ini:1: unknown section 'build-system'; `hpn config --defaults`"
			 " shows all");
	ck_assert_str_eq(ini("[registry]\nx = y\n"),
			 "t.ini:1: a registry's section has its host in quotes; write"
			 " [registry \"docker.io\"]");
	ck_assert_str_eq(ini("[runtime]\nretry.delay = 2s\n[runtime.retry]\ndelay = 3s\n"),
			 "t.ini:4: runtime.retry.delay was set before, at t.ini:2; keep one");
	ck_assert_str_eq(ini("registry = x\nREGISTRY = y\n"),
			 "t.ini:2: registry was set before, at t.ini:1; keep one");
	ck_assert_str_eq(ini("registry = x\n  timeout = 5m\n"),
			 "t.ini:2: an indented line goes on with the one above, but registry is"
			 " no list; begin a key in the first column");
	ck_assert_str_eq(ini("[runtime]\njust words\n"),
			 "t.ini:2: neither [section] nor key = value; begin a comment with # or"
			 " ;");
}
END_TEST

static int64_t at(const char *host, enum reg id)
{
	const struct reg_value *v = registry_find(cfg_registries(bed_cfg), host, id);

	return v ? v->num : -1;
}

START_TEST(registries_have_sections)
{
	const struct reg_value *rate;

	ck_assert_str_eq(
		ini("registry = target\n[registry \"index.docker.io\"]\nmax_workers = 2\n"
		    "Rate = 100/6h ; quota\n[Registry \"*\"]\nbreaker = 0\nmax_workers = 9\n"
		    "[registry \"[::1]:5000\"]\ninsecure = yes\nmax_delay = 2m\n"
		    "[registry \"123456789012.dkr.ecr.eu-central-1.amazonaws.com:443\"]\n"
		    "max_attempts = 10\n[runtime]\ntimeout = 5m\n"),
		"");
	ck_assert_str_eq(str(OPT_REGISTRY), "target");
	ck_assert_str_eq(str(OPT_TIMEOUT), "5m");
	ck_assert_int_eq(at("docker.io", REG_MAX_WORKERS), 2);
	ck_assert_int_eq(at("quay.io", REG_MAX_WORKERS), 9);
	ck_assert_int_eq(at("docker.io", REG_BREAKER), 0);
	ck_assert_int_eq(at("docker.io", REG_INSECURE), -1);
	ck_assert_int_eq(at("[::1]:5000", REG_INSECURE), 1);
	ck_assert_int_eq(
		at("123456789012.dkr.ecr.eu-central-1.amazonaws.com:443", REG_MAX_ATTEMPTS), 10);
	rate = registry_find(cfg_registries(bed_cfg), "docker.io", REG_RATE);
	ck_assert_str_eq(rate->text, "100/6h");
	ck_assert_str_eq(rate->where, "t.ini:4");
}
END_TEST

START_TEST(rates)
{
	static const struct {
		const char *text;
		int64_t starts, per_s;
	} good[] = { { "5/s", 5, 1 },   { "10/m", 10, 60 },   { "100/6h", 100, 21600 },
		     { "1/90", 1, 90 }, { "7/1m30s", 7, 90 }, { "", 0, 0 } };
	static const char *const bad[] = { "5",     "5/",    "/s",     "0/s",  "-1/s",
					   "5/0s",  "5/-1s", "5/x",    "5 /s", "1.5/s",
					   "5/s/s", "fast",  "10001/s" };
	int64_t starts, per_ns;
	struct err err;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ck_assert_int_eq(registry_read_rate(good[i].text, &starts, &per_ns, &err), 0);
		ck_assert_int_eq(starts, good[i].starts);
		ck_assert_int_eq(per_ns, good[i].per_s * 1000000000);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(registry_read_rate(bad[i], &starts, &per_ns, &err) == -1, "%s",
			      bad[i]);
}
END_TEST

START_TEST(mistakes_in_registries)
{
	static const char *const all[][2] = {
		{ "[registry \"docker.io\"]\nrat = 5/s\n",
		  "t.ini:2: unknown key 'rat' of a registry; did you mean 'rate'?" },
		{ "[registry \"docker.io\"]\ntimeout = 5s\n",
		  "t.ini:2: unknown key 'timeout' of a registry; `hpn config --defaults` shows"
		  " all" },
		{ "[registry \"docker.io\"]\nrate = 5\n",
		  "t.ini:2: rate: '5' is not a rate; give a number from 1 to 10000 and a time, such"
		  " as 5/s, 10/m or 100/6h" },
		{ "[registry \"docker.io\"]\nmax_workers = many\n",
		  "t.ini:2: max_workers: 'many' is not a whole number; give a whole number from 0"
		  " to 100" },
		{ "[registry \"docker.io\"]\nrate = 5/s\n  6/s\n",
		  "t.ini:3: an indented line goes on with the one above, but rate is not a list;"
		  " begin a key in the first column" },
		{ "[registry \"docker.io\"]\nrate = 5/s\nRATE = 6/s\n",
		  "t.ini:3: rate was set before, at t.ini:2; keep one" },
		{ "[registry \"docker.io\"]\n[registry \"index.docker.io\"]\n",
		  "t.ini:2: registry docker.io has a section at t.ini:1; join the two" },
		{ "[registry \"https://quay.io\"]\n",
		  "t.ini:1: 'https://quay.io' is not a registry; give its host as in an image's"
		  " name, such as docker.io or localhost:5000, or *" },
		{ "[registry \"library\"]\n",
		  "t.ini:1: 'library' is not a registry; give its host as in an image's name, such"
		  " as docker.io or localhost:5000, or *" },
		{ "[registry docker.io]\n",
		  "t.ini:1: a registry's section has its host in quotes; write [registry"
		  " \"docker.io\"]" },
		{ "[registries]\n",
		  "t.ini:1: unknown section 'registries'; `hpn config --defaults` shows all" },
		{ "[registry \"docker.io\"]\ndelay = 30s\n",
		  "t.ini:2: registry docker.io: its max_delay is not over its delay; raise the"
		  " first or lower the second" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		ck_assert_str_eq(ini(all[i][0]), all[i][1]);
}
END_TEST

START_TEST(registries_in_yaml)
{
	static const char *const all[][2] = {
		{ "registries: docker.io\n",
		  "1: registries is a section; put keys below it, indented" },
		{ "registries: [docker.io]\n",
		  "1: registries is a section; put keys below it, without '-'" },
		{ "registries:\n  docker.io: 5\n",
		  "2: docker.io is a section; put keys below it, indented" },
		{ "registries:\n  docker.io:\n    rate: [5/s]\n",
		  "3: rate takes one value, and a sequence is given" },
		{ "registries:\n  docker.io:\n    rate: {a: b}\n",
		  "3: rate takes one value, and a mapping is given" },
		{ "registries:\n  docker.io:\n    rate: 5\n",
		  "3: rate: '5' is not a rate; give a number from 1 to 10000 and a time, such as"
		  " 5/s, 10/m or 100/6h" },
		{ "registries:\n  docker.io: {rate: 5/s, rate: 6/s}\n",
		  "2: key 'rate' comes twice; keep one" },
		{ "registries:\n  docker.io: {rate: 5/s, RATE: 6/s}\n",
		  "2: rate was set before, at t.yaml:2; keep one" },
		{ "registries:\n  docker.io: {}\n  index.docker.io: {}\n",
		  "3: registry docker.io has a section at t.yaml:2; join the two" },
		{ "registries:\n  *: {}\n", NULL },
		{ "registries:\n  no host: {}\n", NULL },
	};

	ck_assert_str_eq(yaml("registry: target\nregistries:\n  docker.io:\n    max_workers: 2\n"
			      "    rate: 100/6h\n    delay:\n    speed: 9\n"
			      "  localhost:5000: {insecure: yes}\n  '*': {breaker: 0}\n"
			      "  quay.io:\nruntime: {timeout: 5m}\n"),
			 "");
	ck_assert_str_eq(str(OPT_REGISTRY), "target");
	ck_assert_str_eq(str(OPT_TIMEOUT), "5m");
	ck_assert_int_eq(at("docker.io", REG_MAX_WORKERS), 2);
	ck_assert_int_eq(at("docker.io", REG_DELAY), -1);
	ck_assert_int_eq(at("docker.io", REG_BREAKER), 0);
	ck_assert_int_eq(at("localhost:5000", REG_INSECURE), 1);
	ck_assert_str_eq(registry_find(cfg_registries(bed_cfg), "docker.io", REG_RATE)->where,
			 "t.yaml:5");
	ck_assert_uint_eq(cfg_warnings(bed_cfg)->n, 1);
	ck_assert_str_eq(cfg_warnings(bed_cfg)->v[0],
			 "t.yaml:7: unknown key 'speed' of a registry; `hpn config --defaults`"
			 " shows all (it is left out)");
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const char *got = yaml(all[i][0]);

		ck_assert_msg(!strncmp(got, "t.yaml:", 7), "%s", got);
		if (all[i][1])
			ck_assert_str_eq(got + 7, all[i][1]);
	}
}
END_TEST

START_TEST(lists_grow)
{
	char *const *l;

	bed_write("hpn.ini", "[runtime]\npath = /a:/b\n  /c\ninsecure_registries = x:1, y:2 ,\n");
	ck_assert_str_eq(bed_load("--runtime-dir /f:1 --runtime-dir /g", "HPN_RUNTIME_PATH=/d::/e"),
			 "");
	l = cfg_list(bed_cfg, OPT_RUNTIME_DIR);
	ck_assert_str_eq(l[0], "/f:1");
	ck_assert_str_eq(l[1], "/g");
	ck_assert_str_eq(l[2], "/d");
	ck_assert_str_eq(l[3], "/e");
	ck_assert_str_eq(l[4], "/a");
	ck_assert_str_eq(l[5], "/b");
	ck_assert_str_eq(l[6], "/c");
	ck_assert_ptr_null(l[7]);
	l = cfg_list(bed_cfg, OPT_INSECURE);
	ck_assert_str_eq(l[0], "x:1");
	ck_assert_str_eq(l[1], "y:2");
	ck_assert_ptr_null(l[2]);
	ck_assert_str_eq(cfg_source(bed_cfg, OPT_INSECURE), "hpn.ini:4");
	ck_assert_str_eq(yaml("runtime:\n  insecure_registries: [a, 'b', ~]\n  path: c:d\n"), "");
	l = cfg_list(bed_cfg, OPT_INSECURE);
	ck_assert_str_eq(l[0], "a");
	ck_assert_str_eq(l[1], "b");
	ck_assert_ptr_null(l[2]);
	ck_assert_str_eq(cfg_list(bed_cfg, OPT_RUNTIME_DIR)[1], "d");
	ck_assert_str_eq(yaml("runtime:\n  path: [[a]]\n"),
			 "t.yaml:2: runtime.path takes one value, and a sequence is given");
	ck_assert_ptr_null(cfg_list(bed_cfg, OPT_FILE)[0]);
}
END_TEST

START_TEST(proxies)
{
	struct strvec env = STRVEC_INIT;

	/* off: anything goes */
	ck_assert_str_eq(ini("[proxy]\nhttp = not a:url\n"), "");
	cfg_proxy_env(bed_cfg, &env);
	ck_assert_uint_eq(env.n, 0);
	ck_assert_str_eq(ini("[proxy]\nenabled = yes\nhttp = not a:url\n"),
			 "t.ini:3: proxy.http: 'not a:url' contains white space; give a URL such as"
			 " http://proxy.example:3128");
	ck_assert_str_eq(bed_load("", "HPN_PROXY_ENABLED=1\nHPN_PROXY_HTTPS=ftp://u:secret@h"),
			 "HPN_PROXY_HTTPS: 'ftp://u:***@h' has an unknown scheme; give a URL"
			 " such as http://proxy.example:3128");
	/* the lower-case names win, and turn it on */
	bed_write("hpn.ini", "[proxy]\nenabled = no\nhttp = file:1\nhttps = file:2\n");
	ck_assert_str_eq(bed_load("", "HPN_PROXY_HTTP=env:1\nHPN_PROXY_ENABLED=false\n"
				      "http_proxy=http://u:secret@lower:1"),
			 "");
	ck_assert_str_eq(str(OPT_PROXY_HTTP), "http://u:secret@lower:1");
	ck_assert_str_eq(cfg_source(bed_cfg, OPT_PROXY_HTTP), "http_proxy");
	ck_assert_str_eq(cfg_source(bed_cfg, OPT_PROXY_ENABLED), "http_proxy");
	ck_assert_str_eq(str(OPT_PROXY_HTTPS), "file:2");
	cfg_proxy_env(bed_cfg, &env);
	ck_assert_uint_eq(env.n, 4);
	ck_assert_str_eq(env.v[0], "http_proxy=http://u:secret@lower:1");
	ck_assert_str_eq(env.v[1], "HTTP_PROXY=http://u:secret@lower:1");
	ck_assert_str_eq(env.v[2], "https_proxy=file:2");
	ck_assert_str_eq(env.v[3], "HTTPS_PROXY=file:2");
	strvec_release(&env);
	ck_assert_str_eq(bed_load("", "https_proxy=p:3"), "");
	ck_assert_int_eq(cfg_bool(bed_cfg, OPT_PROXY_ENABLED), 1);
	ck_assert_str_eq(bed_load("", "http_proxy=\nHTTP_PROXY=p:3"), "");
	ck_assert_int_eq(cfg_bool(bed_cfg, OPT_PROXY_ENABLED), 0);
	ck_assert_str_eq(bed_load("", "https_proxy=http://"),
			 "https_proxy: 'http://' names no host; give a URL such as"
			 " http://proxy.example:3128");
	/* on, without any */
	ck_assert_str_eq(bed_load("", "HPN_PROXY_ENABLED=1\nHPN_CONFIG="), "");
}
END_TEST

START_TEST(proxy_addresses)
{
	static const struct {
		const char *url, *want;
	} cases[] = {
		{ "", "" },
		{ "http://h", "" },
		{ "http://h:3128/", "" },
		{ "HTTPS://h:1", "" },
		{ "socks5h://u:p@h:65535", "" },
		{ "socks4://h", "" },
		{ "socks4a://h", "" },
		{ "socks5://h", "" },
		{ "h", "" },
		{ "h:3128", "" },
		{ "u:p@h:3128", "" },
		{ "http://[::1]:3128", "" },
		{ "[::1]", "" },
		{ "http://h:", "" },
		{ "http://u:p@ss@h:1", "" },
		{ "http://h:1?x", "" },
		{ "ftp://h", "has an unknown scheme" },
		{ "://h", "has an unknown scheme" },
		{ "http://", "names no host" },
		{ "http:///x", "names no host" },
		{ "http://:80", "names no host" },
		{ "http://u@:80", "names no host" },
		{ "http://[]:80", "names no host" },
		{ "http://a b", "contains white space" },
		{ "http://h:80 ", "contains white space" },
		{ " http://h", "contains white space" },
		{ "http://h:0", "has a bad port" },
		{ "http://h:65536", "has a bad port" },
		{ "http://h:8x", "has a bad port" },
		{ "http://h:-1", "has a bad port" },
		{ "http://h:99999999999999999999999", "has a bad port" },
		{ "http://a:1:2", "has a bad port" },
		{ "http://[::1]x", "has a bad port" },
		{ "http://[::1", "has a [ without ]" },
		{ "http://h[1", "has a [ in its host" },
	};
	struct err why;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char want[160];

		why.text[0] = '\0';
		snprintf(want, sizeof(want),
			 "'%s' %s; give a URL such as http://proxy.example:3128", cases[i].url,
			 cases[i].want);
		ck_assert_int_eq(proxy_check(cases[i].url, &why), *cases[i].want ? -1 : 0);
		ck_assert_str_eq(why.text, *cases[i].want ? want : "");
	}
}
END_TEST

START_TEST(no_password_is_shown)
{
	static const struct {
		const char *url, *want;
	} cases[] = {
		{ "http://h:1", "http://h:1" },
		{ "http://u@h:1", "http://u@h:1" },
		{ "http://u:secret@h:1", "http://u:***@h:1" },
		{ "u:secret@h:1", "u:***@h:1" },
		{ "http://u:sec@ret@h:1", "http://u:***@h:1" },
		{ "http://u:sec/ret@h:1", "http://u:***@h:1" },
		{ "http://u:sec ret@h:1", "http://u:***@h:1" },
		{ "u:sec://ret@h:1", "u:***@h:1" },
		{ "http://u:@h", "http://u:***@h" },
		{ "http://:secret@h", "http://:***@h" },
		{ "http://h\033[2J", "http://h\\x1b[2J" },
	};
	struct buf got = BUF_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&got);
		proxy_mask(cases[i].url, &got);
		ck_assert_str_eq(buf_str(&got), cases[i].want);
	}
	buf_reset(&got);
	ck_assert_str_eq(bed_load("", "http_proxy=http://u:secret@h:1"), "");
	config_print(bed_cfg, &got);
	ck_assert_ptr_null(strstr(buf_str(&got), "secret"));
	ck_assert_ptr_nonnull(strstr(buf_str(&got), "proxy.http = http://u:***@h:1"));
	ck_assert_str_eq(bed_load("", "http_proxy=http://u:secret@h:99999"),
			 "http_proxy: 'http://u:***@h:99999' has a bad port; give a URL such as"
			 " http://proxy.example:3128");
	buf_release(&got);
}
END_TEST

/* Each place is looked at in its turn, and the first one found is all. */
START_TEST(search_order)
{
	static const struct {
		int in; /* 0: cwd, 1: home, 2: etc */
		const char *name;
	} places[] = { { 0, "hpn.ini" },          { 1, ".config/hpn/hpn.ini" },
		       { 1, ".hpn/config.ini" },  { 2, "hpn.ini" },
		       { 0, "config.yaml" },      { 0, "config.yml" },
		       { 1, ".hpn/config.yaml" }, { 1, ".hpn/config.yml" },
		       { 2, "config.yaml" },      { 2, "config.yml" } };
	char cwd[256], text[64], value[16];

	ck_assert_ptr_nonnull(getcwd(cwd, sizeof(cwd)));
	for (int i = (int)(sizeof(places) / sizeof(places[0])) - 1; i >= 0; i--) {
		const char *dirs[] = { cwd, bed_home, bed_etc };

		snprintf(value, sizeof(value), "place-%d", i);
		snprintf(text, sizeof(text), "registry%s %s\n",
			 strstr(places[i].name, ".ini") ? " =" : ":", value);
		bed_write_in(dirs[places[i].in], places[i].name, text);
		ck_assert_str_eq(bed_load("", ""), "");
		ck_assert_str_eq(str(OPT_REGISTRY), value);
		ck_assert_ptr_nonnull(strstr(cfg_file(bed_cfg), places[i].name));
	}
	/* never merged */
	bed_write("hpn.ini", "project = other\n");
	ck_assert_str_eq(bed_load("", ""), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "registry.k8s.local");
	/* -c: that one and no other */
	bed_write("mine.ini", "project = mine\n");
	ck_assert_str_eq(bed_load("-c mine.ini", ""), "");
	ck_assert_str_eq(str(OPT_PROJECT), "mine");
	ck_assert_str_eq(cfg_file(bed_cfg), "mine.ini");
	ck_assert_str_eq(bed_load("-c ''", ""), "");
	ck_assert_str_eq(str(OPT_PROJECT), "other");
}
END_TEST

START_TEST(without_home)
{
	bed_write_in(bed_home, ".hpn/config.ini", "registry = home\n");
	ck_assert_str_eq(bed_load("", ""), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "home");
	ck_assert_str_eq(bed_load("", NULL), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "registry.k8s.local");
	ck_assert_str_eq(bed_load("", "HOME="), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "registry.k8s.local");
}
END_TEST

START_TEST(what_cannot_be_found_is_passed_over)
{
	char path[128];

	ck_assert_int_eq(mkdir("hpn.ini", 0755), 0);
	snprintf(path, sizeof(path), "%s/.config", bed_home);
	ck_assert_int_eq(symlink("nowhere", path), 0);
	snprintf(path, sizeof(path), "%s/.hpn", bed_home);
	ck_assert_int_eq(symlink(".hpn", path), 0);
	bed_write("config.yaml", "registry: found\n");
	ck_assert_str_eq(bed_load("", ""), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "found");
	ck_assert_int_eq(unlink(path), 0);
	bed_write(path, "a file where a folder belongs");
	ck_assert_str_eq(bed_load("", ""), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "found");
}
END_TEST

/* As somebody who may not read everything, even when root runs the tests. */
START_TEST(what_cannot_be_read)
{
	uid_t uid = geteuid();
	char path[128];

	ck_assert_int_eq(chmod(bed_root, 0755), 0);
	bed_write_in(bed_etc, "hpn.ini", "registry = etc\n");
	bed_write_in(bed_home, ".hpn/config.ini", "registry = home\n");
	bed_write("closed.ini", "registry = closed\n");
	ck_assert_int_eq(chmod("closed.ini", 0), 0);
	snprintf(path, sizeof(path), "%s/.hpn", bed_home);
	ck_assert_int_eq(chmod(path, 0), 0);
	if (!uid)
		ck_assert_int_eq(seteuid(65534), 0);
	/* a folder that cannot be entered: on to the next */
	ck_assert_str_eq(bed_load("", ""), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "etc");
	/* a file that is there and cannot be read: an error */
	ck_assert_str_eq(bed_load("-c closed.ini", ""),
			 "cannot read the configuration closed.ini: Permission denied; mend it,"
			 " or name another with -c");
	if (!uid)
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(rename("closed.ini", "hpn.ini"), 0);
	ck_assert_int_eq(chmod(path, 0755), 0);
	if (!uid)
		ck_assert_int_eq(seteuid(65534), 0);
	ck_assert_str_eq(bed_load("", ""),
			 "cannot read the configuration hpn.ini: Permission denied; mend it, or"
			 " name another with -c");
	if (!uid)
		ck_assert_int_eq(seteuid(0), 0);
	ck_assert_str_eq(bed_load("-c nowhere.ini", ""),
			 "cannot read the configuration nowhere.ini: No such file or directory;"
			 " mend it, or name another with -c");
	ck_assert_str_eq(bed_load("-c .", ""),
			 "cannot read the configuration .: Is a directory; mend it, or name"
			 " another with -c");
	/* not even a flag that needs no configuration makes it right */
	ck_assert_str_ne(bed_load("-c nowhere.ini -a pull -f x", ""), "");
}
END_TEST

/* A FIFO in the current directory must not make hpn wait. */
START_TEST(only_regular_files_are_found)
{
	ck_assert_int_eq(mkfifo("hpn.ini", 0644), 0);
	ck_assert_int_eq(mkfifo("config.yaml", 0644), 0);
	bed_write("config.yml", "registry: found\n");
	ck_assert_str_eq(bed_load("", ""), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "found");
}
END_TEST

enum { MINE = 1000, OTHER = 1001 };

START_TEST(whose_configuration_is_obeyed)
{
	static const struct {
		uid_t self;
		const char *sudo_uid;
		uid_t name, file, dir;
		mode_t file_mode, dir_mode;
		const char *error; /* what it begins with; NULL: none */
	} cases[] = {
		{ MINE, NULL, MINE, MINE, MINE, 0644, 0755, NULL },
		{ MINE, NULL, 0, 0, 0, 0644, 0755, NULL },
		{ MINE, NULL, MINE, MINE, 0, 0644, 01777, NULL },
		{ MINE, NULL, MINE, MINE, OTHER, 0644, 01777, NULL },
		{ MINE, NULL, MINE, MINE, MINE, 0664, 0775, NULL },
		{ MINE, NULL, OTHER, OTHER, 0, 0644, 01777, "hpn.ini is refused: it belongs to " },
		{ MINE, NULL, OTHER, MINE, 0, 0644, 01777,
		  "hpn.ini is refused: the link belongs to " },
		{ MINE, NULL, MINE, MINE, OTHER, 0644, 0755,
		  "hpn.ini is refused: the current directory belongs to " },
		{ MINE, NULL, MINE, MINE, MINE, 0646, 0755,
		  "hpn.ini is refused: everybody may write to it; run chmod o-w hpn.ini, or give"
		  " -c ./hpn.ini" },
		{ MINE, "1001", OTHER, OTHER, OTHER, 0644, 0755,
		  "hpn.ini is refused: it belongs to " },
		{ 0, NULL, MINE, MINE, MINE, 0644, 0755, "hpn.ini is refused: it belongs to " },
		{ 0, "1000", MINE, MINE, MINE, 0644, 0755, NULL },
		{ 0, "1001", MINE, MINE, MINE, 0644, 0755, "hpn.ini is refused: it belongs to " },
		{ 0, "-1", (uid_t)-1, (uid_t)-1, 0, 0644, 0755,
		  "hpn.ini is refused: it belongs to uid 4294967295, and a configuration decides"
		  " where images go and which files are written; if you trust it, give"
		  " -c ./hpn.ini" },
		{ 0, "abc", MINE, MINE, MINE, 0644, 0755, "hpn.ini is refused: it belongs to " },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct trust t = trust_of(cases[i].self, cases[i].sudo_uid);
		const struct stat name = { .st_uid = cases[i].name },
				  file = { .st_uid = cases[i].file, .st_mode = cases[i].file_mode },
				  dir = { .st_uid = cases[i].dir, .st_mode = cases[i].dir_mode };
		struct err err = { "" };
		int rc = trust_check(&t, "hpn.ini", &name, &file, &dir, &err);

		ck_assert_msg(rc == (cases[i].error ? -1 : 0), "case %zu: %s", i, err.text);
		if (cases[i].error)
			ck_assert_msg(!strncmp(err.text, cases[i].error, strlen(cases[i].error)),
				      "case %zu: %s", i, err.text);
	}
}
END_TEST

START_TEST(a_configuration_that_all_may_write_is_refused)
{
	bed_write("hpn.ini", "registry = evil\n");
	ck_assert_int_eq(chmod("hpn.ini", 0666), 0);
	ck_assert_str_eq(bed_load("", ""),
			 "hpn.ini is refused: everybody may write to it; run chmod o-w hpn.ini, or"
			 " give -c ./hpn.ini");
	ck_assert_str_eq(bed_load("-c ./hpn.ini", ""), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "evil");
	ck_assert_int_eq(chmod("hpn.ini", 0664), 0);
	ck_assert_str_eq(bed_load("", ""), "");
	ck_assert_uint_eq(cfg_warnings(bed_cfg)->n, 1);
	ck_assert_str_eq(cfg_warnings(bed_cfg)->v[0],
			 "hpn.ini may be written to by its group; chmod g-w hpn.ini");
	/* another program's file is nobody's concern */
	ck_assert_int_eq(remove("hpn.ini"), 0);
	bed_write("config.yaml", "services: {}\n");
	ck_assert_int_eq(chmod("config.yaml", 0666), 0);
	ck_assert_str_eq(bed_load("", ""), "");
	bed_write("config.yaml", "registry: evil\n");
	ck_assert_str_eq(bed_load("", ""),
			 "config.yaml is refused: everybody may write to it; run chmod o-w"
			 " config.yaml, or give -c ./config.yaml");
	/* a place of the user's own is not in the current directory */
	ck_assert_int_eq(remove("config.yaml"), 0);
	bed_write_in(bed_home, ".hpn/config.ini", "registry = home\n");
	ck_assert_str_eq(bed_load("", ""), "");
}
END_TEST

/* As root, a file and a directory can be given away. */
START_TEST(a_configuration_of_another_user_is_refused)
{
	bed_write("hpn.ini", "registry = evil\n");
	if (geteuid())
		return;
	ck_assert_int_eq(chown("hpn.ini", OTHER, OTHER), 0);
	ck_assert_ptr_nonnull(strstr(bed_load("", ""), "hpn.ini is refused: it belongs to "));
	ck_assert_str_eq(bed_load("", "SUDO_UID=1001"), "");
	ck_assert_str_eq(bed_load("-c hpn.ini", ""), "");
	ck_assert_int_eq(chown("hpn.ini", 0, 0), 0);
	ck_assert_int_eq(chown(".", OTHER, OTHER), 0);
	ck_assert_ptr_nonnull(strstr(bed_load("", ""), "the current directory belongs to "));
	ck_assert_int_eq(chown(".", 0, 0), 0);
	ck_assert_int_eq(rename("hpn.ini", "x.ini"), 0);
	ck_assert_int_eq(symlink("x.ini", "hpn.ini"), 0);
	ck_assert_int_eq(lchown("hpn.ini", OTHER, OTHER), 0);
	ck_assert_ptr_nonnull(strstr(bed_load("", ""), "hpn.ini is refused: the link belongs to "));
}
END_TEST

START_TEST(form_by_name_or_content)
{
	static const struct {
		const char *path, *text;
		enum files_form want;
	} cases[] = {
		{ "a.yaml", "[x]", FORM_YAML },
		{ "a.YML", "x = y", FORM_YAML },
		{ "a.json", "x = y", FORM_YAML },
		{ "a.ini", "x: y", FORM_INI },
		{ "a.INI", "x: y", FORM_INI },
		{ "yaml", "x = y", FORM_INI },
		{ "a", "", FORM_YAML },
		{ "a", "\n  # c\n\n[s]\n", FORM_INI },
		{ "a", "; c\nx: y\n", FORM_INI },
		{ "a", "x: y = z\n", FORM_YAML },
		{ "a", "x = y:z\n", FORM_INI },
		{ "a", "  x: y\n", FORM_YAML },
		{ "a", "{\"x=\": 1}", FORM_YAML },
		{ "a", "'x=': 1", FORM_YAML },
		{ "a", "---\nx: 1", FORM_YAML },
		{ "a", "\xef\xbb\xbf[s]", FORM_INI },
		{ "a", "words", FORM_YAML },
		{ "a.conf", "# x = y\r\n\r\nregistry = x", FORM_INI },
		{ "a", "# only a comment", FORM_YAML },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(files_form(cases[i].path, cases[i].text, strlen(cases[i].text)) ==
				      cases[i].want,
			      "%s: %s", cases[i].path, cases[i].text);
	bed_write("conf", "registry = x\n");
	ck_assert_str_eq(bed_load("-c conf", ""), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "x");
	bed_write("conf", "registry: y\n");
	ck_assert_str_eq(bed_load("-c conf", ""), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "y");
}
END_TEST

START_TEST(yaml_forms)
{
	static const char *const same[] = {
		"registry: r\nruntime:\n  timeout: 5m\n  retry:\n    delay: 2s\n",
		"---\nregistry: r # why\n\n# c\nruntime: {timeout: 5m, retry: {delay: 2s}}\n...\n",
		"{\"registry\":\"r\",\"runtime\":{\"timeout\":\"5m\","
		"\"retry\":{\"delay\":\"2s\"}}}",
		"{\n\t\"registry\": \"r\",\n\t\"runtime\": {\"timeout\": \"5m\",\n"
		"\t\t\"retry\": {\"delay\": \"2s\"}}\n}\n",
		"Registry: 'r'\nRUNTIME:\n  TimeOut: \"5m\"\n  Retry:\n    delay: 2s\n",
		"\xef\xbb\xbfregistry: r\r\nruntime:\r\n  timeout: 5m\r\n"
		"  retry:\r\n    delay: 2s\r\n",
		"%YAML 1.1\n---\nregistry: r\nruntime:\n    timeout: 5m\n    retry: {delay: 2s}\n",
		"registry: r\nproject: ~\nproxy: null\nmodes:\nruntime:\n  preferred:\n"
		"  timeout: 5m\n  retry:\n    delay: 2s\n    max_delay: NULL\nlogging: {}\n",
	};

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		ck_assert_msg(!*yaml(same[i]), "%s\n%s", same[i], bed_err.text);
		ck_assert_str_eq(str(OPT_REGISTRY), "r");
		ck_assert_str_eq(str(OPT_TIMEOUT), "5m");
		ck_assert_str_eq(str(OPT_RETRY_DELAY), "2s");
		ck_assert_str_eq(str(OPT_PROJECT), "library");
		ck_assert_int_eq(cfg_is_set(bed_cfg, OPT_PROJECT), 0);
		ck_assert_int_eq(cfg_is_set(bed_cfg, OPT_RETRY_MAX_DELAY), 0);
		ck_assert_uint_eq(warnings(), 0);
	}
	/* nothing in it is nothing set */
	ck_assert_str_eq(yaml(""), "");
	ck_assert_str_eq(yaml("# x\n"), "");
	ck_assert_str_eq(yaml("---\n"), "");
	ck_assert_str_eq(yaml("~\n"), "");
	ck_assert_str_eq(yaml("{}\n"), "");
}
END_TEST

START_TEST(yaml_scalars)
{
	/* a text key takes a scalar as it is written */
	ck_assert_str_eq(yaml("project: 0123\nregistry: 1.50\n"), "");
	ck_assert_str_eq(str(OPT_PROJECT), "0123");
	ck_assert_str_eq(str(OPT_REGISTRY), "1.50");
	ck_assert_str_eq(yaml("project: true\nregistry: 'null'\n"), "");
	ck_assert_str_eq(str(OPT_PROJECT), "true");
	ck_assert_str_eq(str(OPT_REGISTRY), "null");
	/* numbers in quotes are numbers */
	ck_assert_str_eq(yaml("parallel: {max_workers: \"8\", auto_adjust: 'no'}\n"
			      "modes: {save_mode: '+2'}\n"),
			 "");
	ck_assert_int_eq(cfg_int(bed_cfg, OPT_JOBS), 8);
	ck_assert_int_eq(cfg_bool(bed_cfg, OPT_AUTO_ADJUST), 0);
	ck_assert_int_eq(cfg_int(bed_cfg, OPT_SAVE_MODE), 2);
	/* a bare number of a time is seconds */
	ck_assert_str_eq(yaml("runtime:\n  timeout: 300\n"), "");
	ck_assert_int_eq(cfg_duration_ns(bed_cfg, OPT_TIMEOUT), INT64_C(300000000000));
	/* types are strict */
	ck_assert_str_eq(
		yaml("runtime:\n  auto_fallback: 5\n"),
		"t.yaml:2: runtime.auto_fallback: '5' is not a switch; give true or false");
	ck_assert_str_eq(yaml("modes:\n\n  save_mode: 0x2\n"),
			 "t.yaml:3: modes.save_mode: '0x2' is not a whole number; give a whole"
			 " number from 1 to 3");
	ck_assert_str_eq(yaml("modes: {save_mode: 2.9}"),
			 "t.yaml:1: modes.save_mode: '2.9' is not a whole number; give a whole"
			 " number from 1 to 3");
	/* a quoted empty text is a value */
	ck_assert_str_eq(yaml("registry: ''\n"),
			 "t.yaml:1: registry: empty; give a host such as registry.example:5000");
	ck_assert_str_eq(yaml("runtime: {timeout: \"\"}\n"),
			 "t.yaml:1: runtime.timeout: '' is not a time; give a time over zero, such"
			 " as 90s, 5m or 1h30m, or a share such as 300%");
	ck_assert_str_eq(yaml("logging: {file: ''}\nproxy: {http: \"\"}\n"), "");
	ck_assert_int_eq(cfg_is_set(bed_cfg, OPT_LOG_FILE), 1);
	ck_assert_str_eq(yaml("project: \"a\\nb\"\n"),
			 "t.yaml:1: project: holds the control character 0x0a; remove it");
	ck_assert_str_eq(yaml("project: \"a\\0b\"\n"), "t.yaml:1: project: holds a NUL; remove it");
}
END_TEST

START_TEST(yaml_mistakes)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "registry: a\nregistry: b\n", "2: key 'registry' comes twice; keep one" },
		{ "registry: a\nRegistry: b\n", "2: key 'Registry' comes twice; keep one" },
		{ "runtime: {}\nmodes: {}\nruntime: {}\n",
		  "3: key 'runtime' comes twice; keep one" },
		{ "runtime:\n  x: 1\n  x: 2\n", "3: key 'x' comes twice; keep one" },
		{ "other:\n  x: 1\n  x: 2\n", "3: key 'x' comes twice; keep one" },
		{ "registry: [a]\n", "1: registry takes one value, and a sequence is given" },
		{ "registry: {a: b}\n", "1: registry takes one value, and a mapping is given" },
		{ "registry:\n- a\n", "2: registry takes one value, and a sequence is given" },
		{ "runtime: docker\n", "1: runtime is a section; put keys below it, indented" },
		{ "runtime: ''\n", "1: runtime is a section; put keys below it, indented" },
		{ "runtime:\n  retry: 3\n",
		  "2: runtime.retry is a section; put keys below it, indented" },
		{ "runtime: [a]\n", "1: runtime is a section; put keys below it, without '-'" },
		{ "a: &x 1\nregistry: *x\n", "2: aliases (*name) are not taken; write the value" },
		{ "registry: a\n---\nregistry: b\n", "2: a second document begins; keep one" },
		{ "- a\n", "1: it is not a mapping; a configuration is lines of `key: value`" },
		{ "words\n", "1: it is not a mapping; a configuration is lines of `key: value`" },
		{ "''\n", "1: it is not a mapping; a configuration is lines of `key: value`" },
		{ "? [a]\n: b\n", "1: a key is a sequence; a key must be a word" },
		{ "? {a: b}\n: b\n", "1: a key is a mapping; a key must be a word" },
		{ "\"a\\0\": b\n", "1: a key holds a NUL; remove it" },
		{ "runtime:\n\ttimeout: 5m\n",
		  "2: found character that cannot start any token while scanning for the next"
		  " token; is it YAML, indented with spaces?" },
		{ "registry: 'a\n",
		  "2: found unexpected end of stream while scanning a quoted scalar; is it YAML,"
		  " indented with spaces?" },
	};
	char want[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(want, sizeof(want), "t.yaml:%s", cases[i].want);
		ck_assert_str_eq(yaml(cases[i].text), want);
	}
	ck_assert_ptr_nonnull(strstr(yaml("registry: \xff\n"), "t.yaml: byte "));
}
END_TEST

START_TEST(yaml_unknown_keys)
{
	ck_assert_str_eq(yaml("registry: r\nruntime:\n  timeot: 5m\n  retry:\n    x: [1, {y: 2}]\n"
			      "  timeout: 7m\nservices: {web: {image: x, Registry: y}}\n"),
			 "");
	ck_assert_str_eq(str(OPT_TIMEOUT), "7m");
	ck_assert_str_eq(str(OPT_REGISTRY), "r");
	ck_assert_uint_eq(warnings(), 3);
	ck_assert_str_eq(warning(0), "t.yaml:3: unknown key 'runtime.timeot' is left out; did"
				     " you mean 'runtime.timeout'?");
	ck_assert_str_eq(warning(1), "t.yaml:5: unknown key 'runtime.retry.x' is left out");
	ck_assert_str_eq(warning(2), "t.yaml:7: unknown key 'services' is left out");
	ck_assert_str_eq(yaml("\"runtime.timeout\": 9m\n\"\\e[2J\": 1\n"), "");
	ck_assert_str_eq(str(OPT_TIMEOUT), "30m");
	ck_assert_str_eq(warning(1), "t.yaml:2: unknown key '\\x1b[2J' is left out");
}
END_TEST

START_TEST(yaml_has_bounds)
{
	struct buf text = BUF_INIT;

	for (int i = 0; i < 70; i++)
		buf_addf(&text, "{a: ");
	ck_assert_str_eq(yaml(buf_str(&text)),
			 "t.yaml:1: nested more than 64 deep; is this the right file?");
	buf_reset(&text);
	for (int i = 0; i < 2001; i++)
		buf_addf(&text, "k%d: 1\n", i);
	ck_assert_str_eq(yaml(buf_str(&text)),
			 "t.yaml:2001: more than 2000 keys; is this the right file?");
	buf_release(&text);
	bed_write("t.yaml", "");
	ck_assert_int_eq(truncate("t.yaml", (off_t)FILES_MAX_BYTES + 1), 0);
	ck_assert_str_eq(bed_load("-c t.yaml", ""),
			 "cannot read the configuration t.yaml: larger than 1048576 bytes; mend"
			 " it, or name another with -c");
}
END_TEST

#define LEFT(file, why) file " is left alone: " why "; name it with -c if it is hpn's"

/* ./config.yaml may be anybody's. */
START_TEST(foreign_files)
{
	static const char keys[] = LEFT("config.yaml", "it has keys that are not hpn's");
	static const char shape[] = LEFT("config.yaml", "it is not a mapping");
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "services:\n  web: 1\n", keys },
		{ "registry: theirs\nruntime: {x: 1}\nservices: 1\n", keys },
		{ "services: 1\nregistry: [a]\n", keys },
		{ "services: 1\n  bad: indent\n\t", keys },
		{ "services: &a 1\nx: *a\n", keys },
		{ "kind: a\n---\nkind: b\n", keys },
		{ "\"runtime.timeout\": 5m\n", keys },
		{ "- a\n- b\n", shape },
		{ "just words\n", shape },
	};
	static const struct {
		const char *text, *want;
	} ours[] = {
		{ "registry: [a]\nservices: 1\n",
		  "config.yaml:1: registry takes one value, and a sequence is given" },
		{ "runtime: python\nservices: 1\n",
		  "config.yaml:1: runtime is a section; put keys below it, indented" },
		{ "registry: a\nregistry: b\nservices: 1\n",
		  "config.yaml:2: key 'registry' comes twice; keep one" },
		{ "parallel: {max_workers: 0}\n",
		  "config.yaml:1: parallel.max_workers: '0' is out of range; give a whole"
		  " number from 1 to 100" },
	};

	bed_write_in(bed_home, ".hpn/config.yaml", "registry: mine\nextra: 1\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bed_write("config.yaml", cases[i].text);
		ck_assert_str_eq(bed_load("", ""), "");
		ck_assert_str_eq(warning(0), cases[i].want);
		/* the next one counts, and is no other program's */
		ck_assert_str_eq(str(OPT_REGISTRY), "mine");
		ck_assert_uint_eq(warnings(), 2);
		ck_assert_ptr_nonnull(strstr(warning(1), "unknown key 'extra'"));
	}
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		bed_write("config.yaml", ours[i].text);
		ck_assert_str_eq(bed_load("", ""), ours[i].want);
	}
	/* unknown keys below a section do not make it foreign */
	bed_write("config.yaml", "runtime: {x: 1}\nregistry: here\n");
	ck_assert_str_eq(bed_load("", ""), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "here");
	ck_assert_str_eq(warning(0), "config.yaml:1: unknown key 'runtime.x' is left out");
	ck_assert_uint_eq(warnings(), 1);
	/* and -c means what it says */
	bed_write("config.yaml", "registry: here\nservices: 1\n");
	ck_assert_str_eq(bed_load("-c config.yaml", ""), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "here");
	/* two of them, both told */
	bed_write("config.yml", "- a\n");
	ck_assert_str_eq(bed_load("", ""), "");
	ck_assert_str_eq(warning(0), keys);
	ck_assert_str_eq(warning(1), LEFT("config.yml", "it is not a mapping"));
}
END_TEST

START_TEST(a_log_only_when_asked_for)
{
	struct log_setup s;

	ck_assert_str_eq(bed_load("--verbose", "HPN_REGISTRY=x"), "");
	ck_assert_int_eq(cfg_log_setup(bed_cfg, &s), 0);
	ck_assert_str_eq(bed_load("", "HPN_LOG_LEVEL=error"), "");
	ck_assert_int_eq(cfg_log_setup(bed_cfg, &s), 1);
	ck_assert_int_eq(s.level, LOG_LEVEL_ERROR);
	ck_assert_int_eq(s.console_fd, STDERR_FILENO);
	ck_assert_int_eq(s.timestamp, 1);
	ck_assert_int_eq(s.json, 0);
	ck_assert_str_eq(s.file, "");
	ck_assert_str_eq(ini("[logging]\nfile = ~/x\nconsole = no\nformat = json\ncolors = off\n"
			     "timestamp = 0\n"),
			 "");
	ck_assert_int_eq(cfg_log_setup(bed_cfg, &s), 1);
	ck_assert_str_eq(s.file, "~/x");
	ck_assert_int_eq(s.console_fd, -1);
	ck_assert_int_eq(s.json, 1);
	ck_assert_int_eq(s.colors, 0);
	ck_assert_int_eq(s.timestamp, 0);
	ck_assert_int_eq(s.level, LOG_LEVEL_INFO);
	ck_assert_str_eq(bed_load("", "HPN_LOGGING_COLORS=yes"), "");
	ck_assert_int_eq(cfg_log_setup(bed_cfg, &s), 1);
}
END_TEST

START_TEST(printed_with_sources)
{
	struct buf got = BUF_INIT;

	bed_write("hpn.ini", "registry = r:1\n[runtime]\npath = /a\n  /b\n"
			     "[registry \"quay.io\"]\nrate = 5/s\n");
	ck_assert_str_eq(bed_load("-j 7 --runtime-dir /c", "HPN_LOG_LEVEL=debug"), "");
	config_print(bed_cfg, &got);
	ck_assert_ptr_nonnull(strstr(buf_str(&got), "# configuration file: hpn.ini\n"));
	ck_assert_ptr_nonnull(strstr(buf_str(&got),
				     "\nregistry = r:1                                 ;"
				     " hpn.ini:1\n"));
	ck_assert_ptr_nonnull(
		strstr(buf_str(&got), "\nparallel.max_workers = 7                       ; -j\n"));
	ck_assert_ptr_nonnull(strstr(buf_str(&got), "\nlogging.level = debug            "
						    "              ; HPN_LOG_LEVEL\n"));
	ck_assert_ptr_nonnull(strstr(buf_str(&got), "\nproject = library               "
						    "               ; default\n"));
	ck_assert_ptr_nonnull(strstr(buf_str(&got), "\nruntime.path = /c:/a:/b "));
	/* it is an INI file again, with the same values */
	bed_write("again.ini", buf_str(&got));
	buf_release(&got);
	ck_assert_str_eq(bed_load("-c again.ini", ""), "");
	ck_assert_str_eq(str(OPT_REGISTRY), "r:1");
	ck_assert_int_eq(cfg_int(bed_cfg, OPT_JOBS), 7);
	ck_assert_str_eq(cfg_list(bed_cfg, OPT_RUNTIME_DIR)[2], "/b");
	ck_assert_str_eq(registry_find(cfg_registries(bed_cfg), "quay.io", REG_RATE)->text, "5/s");
}
END_TEST

/* As printed it sets nothing; with each ; taken off it sets the defaults. */
START_TEST(defaults_file)
{
	struct buf text = BUF_INIT, live = BUF_INIT;

	config_defaults(&text);
	ck_assert_str_eq(ini(buf_str(&text)), "");
	for (unsigned i = 0; i < OPT_COUNT; i++)
		ck_assert_int_eq(cfg_layer_source(bed_cfg, (enum opt)i, LAYER_FILE) != NULL, 0);
	for (const char *p = buf_str(&text); *p; p += strcspn(p, "\n") + 1) {
		ck_assert_msg(strcspn(p, "\n") <= 80, "%.80s", p);
		buf_add(&live, *p == ';' ? p + 1 : p, strcspn(p, "\n") + 1 - (size_t)(*p == ';'));
	}
	ck_assert_str_eq(ini(buf_str(&live)), "");
	for (unsigned i = 0; i < REG_COUNT; i++)
		ck_assert_ptr_nonnull(
			registry_find(cfg_registries(bed_cfg), "docker.io", (enum reg)i));
	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const struct option *o = option_get((enum opt)i);

		ck_assert_msg((cfg_layer_source(bed_cfg, (enum opt)i, LAYER_FILE) != NULL) ==
				      (o->key != NULL),
			      "%s", o->key);
		if (o->key)
			ck_assert_str_eq(str((enum opt)i), o->def);
	}
	buf_release(&text);
	buf_release(&live);
}
END_TEST

START_TEST(help_reads_no_configuration)
{
	/* args_parse() alone decides it, so a broken file cannot matter */
	bed_write("hpn.ini", "broken\n");
	ck_assert_str_eq(bed_parse("-h"), "");
	ck_assert_int_eq(args_wants_help(&bed_args, bed_cfg), 1);
	ck_assert_str_eq(bed_load("", ""),
			 "hpn.ini:1: neither [section] nor key = value; begin a comment with #"
			 " or ;");
}
END_TEST

BED_MAIN("config", defaults, flag_then_variable_then_file, variables_by_both_names,
	 what_is_accepted, variables_are_checked_alike, delays_belong_together, ini_forms,
	 ini_mistakes_come_all_at_once, a_thousand_mistakes_are_cut, ini_mistakes,
	 registries_have_sections, rates, mistakes_in_registries, registries_in_yaml, lists_grow,
	 proxies, proxy_addresses, no_password_is_shown, search_order, without_home,
	 what_cannot_be_found_is_passed_over, what_cannot_be_read, only_regular_files_are_found,
	 whose_configuration_is_obeyed, a_configuration_that_all_may_write_is_refused,
	 a_configuration_of_another_user_is_refused, form_by_name_or_content, yaml_forms,
	 yaml_scalars, yaml_mistakes, yaml_unknown_keys, yaml_has_bounds, foreign_files,
	 a_log_only_when_asked_for, printed_with_sources, defaults_file,
	 help_reads_no_configuration)
