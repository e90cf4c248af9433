/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/complete.h"

#include <string.h>

#include "base/utf8.h"
#include "config/options.h"

/* The platforms that images are mostly made for; any other may be typed. */
#define PLATFORMS "linux/amd64 linux/arm64 linux/arm/v7 linux/ppc64le linux/riscv64 linux/s390x"
#define SHELLS "bash zsh fish"
#define MAX_COLUMNS ((size_t)96)

enum value { VALUE_NONE, VALUE_FREE, VALUE_WORDS, VALUE_FILE, VALUE_DIR, VALUE_RUNTIME };

static void add_verb_names(struct buf *b, unsigned mask, const char *between)
{
	for (unsigned v = VERB_NONE + 1, n = 0; v < VERB_COUNT; v++)
		if (mask & VERB_BIT(v))
			buf_addf(b, "%s%s", n++ ? between : "", verb_get((enum verb)v)->name);
}

static void add_split(struct buf *b, const char *bars)
{
	for (const char *p = bars; *p; p++)
		buf_addc(b, *p == '|' ? ' ' : *p);
}

/* What may follow the flag; the words of VALUE_WORDS, and those of
 * VALUE_RUNTIME that are always there, go to ret_words. */
static enum value value_of(enum opt id, struct buf *ret_words)
{
	const struct option *o = option_get(id);

	buf_reset(ret_words);
	if (o->kind == KIND_BOOL)
		return VALUE_NONE;
	if (id == OPT_RUNTIME) {
		buf_adds(ret_words, "docker podman nerdctl");
		return VALUE_RUNTIME;
	}
	if (!strcmp(o->arg, "FILE") || !strcmp(o->arg, "LIST"))
		return VALUE_FILE;
	if (!strcmp(o->arg, "DIR"))
		return VALUE_DIR;
	if (id == OPT_ACTION)
		add_verb_names(ret_words, o->verbs, " ");
	else if (id == OPT_PLATFORM)
		buf_adds(ret_words, PLATFORMS);
	else if (o->kind == KIND_CHOICE)
		add_split(ret_words, o->choices);
	else if (o->kind == KIND_INT && strchr(o->arg, '|'))
		add_split(ret_words, o->arg);
	return ret_words->len ? VALUE_WORDS : VALUE_FREE;
}

/* Hidden flags of one verb are worth a mention behind that verb. */
static int is_offered(enum opt id)
{
	const struct option *o = option_get(id);

	return o->flag && (!(o->bits & OPT_F_HIDDEN) || (o->bits & OPT_F_OWN_VERB));
}

/* "-f | --file" */
static void add_pattern(struct buf *b, enum opt id, const char *between)
{
	const struct option *o = option_get(id);

	if (o->letter)
		buf_addf(b, "-%c%s", o->letter, between);
	buf_addf(b, "--%s", o->flag);
}

/* All flags with a value but -a, which says more than that. */
static void add_valued(struct buf *b, const char *between)
{
	struct buf words = BUF_INIT;
	int n = 0;

	for (unsigned i = 0; i < OPT_COUNT; i++) {
		if (!option_get((enum opt)i)->flag || i == OPT_ACTION ||
		    value_of((enum opt)i, &words) == VALUE_NONE)
			continue;
		buf_adds(b, n++ ? between : "");
		add_pattern(b, (enum opt)i, between);
	}
	buf_release(&words);
}

/* Within single quotes; `quote` is how a shell writes one there. */
static void add_quoted(struct buf *b, const char *text, const char *special, const char *quote)
{
	for (; *text; text++) {
		if (*text == '\'')
			buf_adds(b, quote);
		else if (strchr(special, *text))
			buf_addf(b, "\\%c", *text);
		else
			buf_addc(b, *text);
	}
}

/* ---- bash ---- */

static const char bash_head[] =
	"# SPDX-License-Identifier: GPL-3.0-or-later\n"
	"# shellcheck shell=bash\n"
	"# Completion of hpn for bash, made by: hpn completion bash\n"
	"\n"
	"# Runtimes are described by files, so others may have been added.\n"
	"_hpn_runtimes()\n"
	"{\n"
	"\tlocal dir file IFS=:\n"
	"\n"
	"\tfor dir in $HPN_RUNTIME_PATH \"${XDG_CONFIG_HOME:-$HOME/.config}/hpn/runtimes\" \\\n"
	"\t\t/etc/hpn/runtimes /usr/local/share/hpn/runtimes /usr/share/hpn/runtimes; do\n"
	"\t\tfor file in \"$dir\"/*.ini; do\n"
	"\t\t\t[[ -f $file ]] || continue\n"
	"\t\t\tfile=${file##*/}\n"
	"\t\t\tprintf '%s\\n' \"${file%.ini}\"\n"
	"\t\tdone\n"
	"\tdone\n"
	"}\n"
	"\n"
	"# values: how compgen finds the values of a flag. 1: it takes none.\n"
	"_hpn_values()\n"
	"{\n"
	"\tvalues=()\n"
	"\tcase $1 in\n";

static const char bash_flags[] = "\t*)\n"
				 "\t\tvalues=(-W 'true false')\n"
				 "\t\treturn 1\n"
				 "\t\t;;\n"
				 "\tesac\n"
				 "}\n"
				 "\n"
				 "# The flags that mean something to a verb.\n"
				 "_hpn_flags()\n"
				 "{\n"
				 "\tcase $1 in\n";

static const char bash_main[] =
	"\tesac\n"
	"}\n"
	"\n"
	"_hpn_add()\n"
	"{\n"
	"\tlocal word\n"
	"\n"
	"\t[[ $1 != -[df] ]] || compopt -o filenames 2>/dev/null\n"
	"\twhile IFS= read -r word; do\n"
	"\t\tCOMPREPLY+=(\"$word\")\n"
	"\tdone < <(compgen \"$@\" -- \"$cur\")\n"
	"}\n"
	"\n"
	"_hpn()\n"
	"{\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} i=0 word verb='' equals values\n"
	"\n"
	"\tCOMPREPLY=()\n"
	"\t[[ $cur != '=' ]] || cur=\n"
	"\twhile ((++i < COMP_CWORD)); do\n"
	"\t\tword=${COMP_WORDS[i]}\n"
	"\t\tif [[ $word != -?* ]]; then\n"
	"\t\t\tverb=${verb:-$word}\n"
	"\t\t\tcontinue\n"
	"\t\tfi\n"
	"\t\t[[ $word != -a?* ]] || verb=${word#-a}\n"
	"\t\tequals=''\n"
	"\t\tif [[ ${COMP_WORDS[i + 1]} == '=' ]]; then # --flag=value is three words\n"
	"\t\t\tequals=1\n"
	"\t\t\t((++i))\n"
	"\t\tfi\n"
	"\t\t_hpn_values \"$word\" || [[ $equals ]] || continue\n"
	"\t\tif ((++i >= COMP_CWORD)); then\n"
	"\t\t\t((${#values[@]} == 0)) || _hpn_add \"${values[@]}\"\n"
	"\t\t\treturn\n"
	"\t\tfi\n"
	"\t\t[[ $word != -a && $word != --action ]] || verb=${COMP_WORDS[i]}\n"
	"\tdone\n"
	"\tif [[ $cur == -* ]]; then\n"
	"\t\t_hpn_add -W \"$(_hpn_flags \"$verb\")\"\n"
	"\t\treturn\n"
	"\tfi\n"
	"\tcase $verb in\n";

static const char bash_tail[] = "\tload) _hpn_add -f ;;\n"
				"\tcompletion) _hpn_add -W '" SHELLS "' ;;\n"
				"\tesac\n"
				"}\n"
				"\n"
				"complete -F _hpn hpn\n";

static void bash_values(struct buf *b)
{
	struct buf words = BUF_INIT;

	for (unsigned i = 0; i < OPT_COUNT; i++) {
		enum value v;

		if (!option_get((enum opt)i)->flag)
			continue;
		v = value_of((enum opt)i, &words);
		if (v == VALUE_NONE)
			continue;
		buf_addc(b, '\t');
		add_pattern(b, (enum opt)i, " | ");
		buf_adds(b, ") ");
		if (v == VALUE_WORDS)
			buf_addf(b, "values=(-W '%s') ", buf_str(&words));
		else if (v == VALUE_RUNTIME)
			buf_addf(b, "values=(-W \"%s $(_hpn_runtimes)\") ", buf_str(&words));
		else if (v != VALUE_FREE)
			buf_addf(b, "values=(-%c) ", v == VALUE_FILE ? 'f' : 'd');
		buf_adds(b, ";;\n");
	}
	buf_release(&words);
}

/* Behind a verb, or with VERB_NONE before one; -a is another way to name it. */
static void bash_flags_of(struct buf *b, enum verb v)
{
	const char *name = v == VERB_NONE ? "''" : verb_get(v)->name;
	size_t at = 17;

	buf_addf(b, "\t%s)\n\t\techo", name);
	for (unsigned i = 0; i < OPT_COUNT; i++) {
		const struct option *o = option_get((enum opt)i);
		unsigned hidden = o->bits & OPT_F_HIDDEN;
		struct buf word = BUF_INIT;

		if (!is_offered((enum opt)i) || (v != VERB_NONE && i == OPT_ACTION))
			continue;
		if (v == VERB_NONE ? hidden : o->verbs && !(o->verbs & VERB_BIT(v)))
			continue;
		add_pattern(&word, (enum opt)i, " ");
		if (at + 1 + word.len > MAX_COLUMNS) {
			buf_adds(b, " \\\n\t\t\t");
			at = 24;
		} else {
			buf_addc(b, ' ');
			at++;
		}
		buf_adds(b, buf_str(&word));
		at += word.len;
		buf_release(&word);
	}
	buf_adds(b, "\n\t\t;;\n");
}

static void bash_script(struct buf *b)
{
	buf_adds(b, bash_head);
	bash_values(b);
	buf_adds(b, bash_flags);
	for (unsigned v = VERB_NONE; v < VERB_COUNT; v++)
		bash_flags_of(b, (enum verb)v);
	buf_adds(b, bash_main);
	buf_adds(b, "\t'') _hpn_add -W '");
	add_verb_names(b, ~0u, " ");
	buf_adds(b, "' ;;\n");
	buf_adds(b, bash_tail);
}

/* ---- zsh ---- */

static const char zsh_head[] =
	"#compdef hpn\n"
	"# SPDX-License-Identifier: GPL-3.0-or-later\n"
	"# Completion of hpn for zsh, made by: hpn completion zsh\n"
	"\n"
	"# Runtimes are described by files, so others may have been added.\n"
	"_hpn_runtimes() {\n"
	"\tlocal -a dirs names\n"
	"\n"
	"\tdirs=(${(s.:.)HPN_RUNTIME_PATH} ${XDG_CONFIG_HOME:-$HOME/.config}/hpn/runtimes\n"
	"\t\t/etc/hpn/runtimes /usr/local/share/hpn/runtimes /usr/share/hpn/runtimes)\n"
	"\tnames=($@ ${^dirs}/*.ini(N:t:r))\n"
	"\tcompadd -a names\n"
	"}\n"
	"\n"
	"_hpn() {\n"
	"\tlocal i word verb curcontext=$curcontext state line ret=1\n"
	"\tlocal -a flags verbs\n"
	"\tlocal -A opt_args\n"
	"\n"
	"\tfor ((i = 2; i < CURRENT; i++)); do\n"
	"\t\tword=$words[i]\n"
	"\t\tcase $word in\n"
	"\t\t(-a|--action) ((++i < CURRENT)) && verb=$words[i] ;;\n"
	"\t\t(--action=*) verb=${word#*=} ;;\n"
	"\t\t(-a*) verb=${${word#-a}#=} ;;\n"
	"\t\t(";

static const char zsh_verbs[] = ") ((++i)) ;;\n"
				"\t\t(-?*) ;;\n"
				"\t\t(*) verb=${verb:-$word} ;;\n"
				"\t\tesac\n"
				"\tdone\n"
				"\n"
				"\tverbs=(\n";

static const char zsh_tail[] =
	"\n"
	"\t_arguments -C -s -S : $flags '1: :->verb' '*: :->operand' && ret=0\n"
	"\tcase $state in\n"
	"\t(verb) [[ -n $verb ]] || _describe -t verbs verb verbs && ret=0 ;;\n"
	"\t(operand)\n"
	"\t\tcase $verb in\n"
	"\t\t(load) _files && ret=0 ;;\n"
	"\t\t(completion) compadd " SHELLS " && ret=0 ;;\n"
	"\t\tesac\n"
	"\t\t;;\n"
	"\tesac\n"
	"\treturn ret\n"
	"}\n"
	"\n"
	"# As a file in fpath this is the body of the function, else it is evaluated.\n"
	"if [[ $funcstack[1] = _hpn ]]; then\n"
	"\t_hpn \"$@\"\n"
	"else\n"
	"\tcompdef _hpn hpn\n"
	"fi\n";

/* Only where its verb stands, or none does as long as it is not hidden. */
static void zsh_guard(struct buf *b, enum opt id)
{
	const struct option *o = option_get(id);

	buf_addc(b, '\t');
	if (id == OPT_ACTION) {
		buf_adds(b, "[[ -z $verb ]] &&\n\t\t");
	} else if (o->verbs) {
		buf_addf(b, "[[ $verb = (%s", o->bits & OPT_F_HIDDEN ? "" : "|");
		add_verb_names(b, o->verbs, "|");
		buf_adds(b, ") ]] &&\n\t\t");
	}
}

static void zsh_names(struct buf *b, enum opt id, enum value v)
{
	const struct option *o = option_get(id);

	if (o->kind == KIND_LIST)
		buf_adds(b, "'*'");
	else if (o->letter)
		buf_addf(b, "'(-%c --%s)'", o->letter, o->flag);
	if (o->letter)
		buf_addf(b, "{-%c%s,--%s%s}", o->letter, v == VALUE_NONE ? "" : "+", o->flag,
			 v == VALUE_NONE ? "" : "=");
	else
		buf_addf(b, "--%s%s", o->flag, v == VALUE_NONE ? "" : "=");
}

static void zsh_flag(struct buf *b, enum opt id)
{
	const struct option *o = option_get(id);
	struct buf words = BUF_INIT;
	enum value v = value_of(id, &words);

	zsh_guard(b, id);
	buf_adds(b, "flags+=(");
	zsh_names(b, id, v);
	buf_adds(b, "'[");
	add_quoted(b, o->help, "[]\\", "'\\''");
	buf_addc(b, ']');
	if (v != VALUE_NONE)
		buf_addf(b, ":%s:", o->arg);
	if (v == VALUE_WORDS)
		buf_addf(b, "(%s)", buf_str(&words));
	else if (v == VALUE_RUNTIME)
		buf_addf(b, "{_hpn_runtimes %s}", buf_str(&words));
	else if (v == VALUE_FILE || v == VALUE_DIR)
		buf_adds(b, v == VALUE_FILE ? "_files" : "_files -/");
	buf_adds(b, "')\n");
	buf_release(&words);
}

static void zsh_script(struct buf *b)
{
	buf_adds(b, zsh_head);
	add_valued(b, "|");
	buf_adds(b, zsh_verbs);
	for (unsigned v = VERB_NONE + 1; v < VERB_COUNT; v++) {
		buf_addf(b, "\t\t'%s:", verb_get((enum verb)v)->name);
		add_quoted(b, verb_get((enum verb)v)->help, "\\", "'\\''");
		buf_adds(b, "'\n");
	}
	buf_adds(b, "\t)\n");
	for (unsigned i = 0; i < OPT_COUNT; i++)
		if (is_offered((enum opt)i))
			zsh_flag(b, (enum opt)i);
	buf_adds(b, zsh_tail);
}

/* ---- fish ---- */

static const char fish_head[] =
	"# SPDX-License-Identifier: GPL-3.0-or-later\n"
	"# Completion of hpn for fish, made by: hpn completion fish\n"
	"\n"
	"# Runtimes are described by files, so others may have been added.\n"
	"function __hpn_runtimes\n"
	"\tset -l home $HOME/.config\n"
	"\tset -q XDG_CONFIG_HOME; and set home $XDG_CONFIG_HOME\n"
	"\tset -l dirs (string split -n : -- \"$HPN_RUNTIME_PATH\") $home/hpn/runtimes \\\n"
	"\t\t/etc/hpn/runtimes /usr/local/share/hpn/runtimes /usr/share/hpn/runtimes\n"
	"\tfor dir in $dirs\n"
	"\t\tfor file in $dir/*.ini\n"
	"\t\t\tstring replace -r '^.*/(.*)\\.ini$' '$1' -- $file\n"
	"\t\tend\n"
	"\tend\n"
	"end\n"
	"\n"
	"# The verb, as a word or behind -a.\n"
	"function __hpn_verb\n"
	"\tset -l words (commandline -opc)\n"
	"\tset -e words[1]\n"
	"\twhile set -q words[1]\n"
	"\t\tset -l word $words[1]\n"
	"\t\tset -e words[1]\n"
	"\t\tswitch $word\n"
	"\t\t\tcase -a --action\n"
	"\t\t\t\techo $words[1]\n"
	"\t\t\t\treturn\n"
	"\t\t\tcase '--action=*' '-a*'\n"
	"\t\t\t\tstring replace -r -- '^(--action=|-a=?)' '' $word\n"
	"\t\t\t\treturn\n"
	"\t\t\tcase ";

static const char fish_main[] = "\n"
				"\t\t\t\tset -e words[1]\n"
				"\t\t\tcase '-*'\n"
				"\t\t\tcase '*'\n"
				"\t\t\t\techo $word\n"
				"\t\t\t\treturn\n"
				"\t\tend\n"
				"\tend\n"
				"end\n"
				"\n"
				"# The verb is one of these.\n"
				"function __hpn_is\n"
				"\tset -l verb (__hpn_verb)\n"
				"\tcontains -- \"$verb\" $argv\n"
				"end\n"
				"\n"
				"complete -c hpn -f\n";

static const char fish_tail[] = "complete -c hpn -n '__hpn_is load' -F\n"
				"complete -c hpn -n '__hpn_is completion' -a '" SHELLS "'\n";

static void fish_condition(struct buf *b, enum opt id)
{
	const struct option *o = option_get(id);

	if (id == OPT_ACTION) {
		buf_adds(b, " -n '__hpn_is \"\"'");
	} else if (o->verbs) {
		buf_addf(b, " -n '__hpn_is %s", o->bits & OPT_F_HIDDEN ? "" : "\"\" ");
		add_verb_names(b, o->verbs, " ");
		buf_addc(b, '\'');
	}
}

static void fish_flag(struct buf *b, enum opt id)
{
	const struct option *o = option_get(id);
	struct buf words = BUF_INIT;
	enum value v = value_of(id, &words);

	buf_adds(b, "complete -c hpn");
	fish_condition(b, id);
	if (o->letter)
		buf_addf(b, " -s %c", o->letter);
	buf_addf(b, " -l %s", o->flag);
	if (v == VALUE_FILE)
		buf_adds(b, " -r -F");
	else if (v != VALUE_NONE)
		buf_adds(b, " -x");
	if (v == VALUE_WORDS)
		buf_addf(b, " -a '%s'", buf_str(&words));
	else if (v == VALUE_RUNTIME)
		buf_addf(b, " -a '%s (__hpn_runtimes)'", buf_str(&words));
	else if (v == VALUE_DIR)
		buf_adds(b, " -a '(__fish_complete_directories)'");
	buf_adds(b, " -d '");
	add_quoted(b, o->help, "\\", "\\'");
	buf_adds(b, "'\n");
	buf_release(&words);
}

static void fish_script(struct buf *b)
{
	buf_adds(b, fish_head);
	add_valued(b, " ");
	buf_adds(b, fish_main);
	for (unsigned v = VERB_NONE + 1; v < VERB_COUNT; v++) {
		buf_addf(b, "complete -c hpn -n '__hpn_is \"\"' -a %s -d '",
			 verb_get((enum verb)v)->name);
		add_quoted(b, verb_get((enum verb)v)->help, "\\", "\\'");
		buf_adds(b, "'\n");
	}
	for (unsigned i = 0; i < OPT_COUNT; i++)
		if (is_offered((enum opt)i))
			fish_flag(b, (enum opt)i);
	buf_adds(b, fish_tail);
}

int config_completion(const char *shell, struct buf *ret_script, struct err *err)
{
	static const struct {
		const char *name;
		void (*print)(struct buf *b);
	} shells[] = { { "bash", bash_script }, { "zsh", zsh_script }, { "fish", fish_script } };
	struct buf shown = BUF_INIT;

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (strcmp(shell, shells[i].name) != 0)
			continue;
		shells[i].print(ret_script);
		return 0;
	}
	utf8_show(&shown, shell, strlen(shell), 100);
	err_set(err, "no completion for '%s'; give bash, zsh or fish", buf_str(&shown));
	buf_release(&shown);
	return -1;
}
