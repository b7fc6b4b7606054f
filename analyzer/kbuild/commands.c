// SPDX-License-Identifier: MIT
#include "kbuild/commands.h"

#include "base/fs.h"
#include "base/json.h"
#include "kbuild/shell.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <uthash.h>

#define MAGIC "relock-commands 1\n"

struct word {
	const char *text;
	uint32_t number;
	UT_hash_handle hh;
};

static uint32_t intern(struct commands *c, const char *text)
{
	size_t len = strlen(text);
	struct word *w;

	HASH_FIND(hh, c->table, text, len, w);
	if (w)
		return w->number;
	w = ARENA_NEW(&c->arena, struct word);
	w->text = arena_strndup(&c->arena, text, len);
	w->number = (uint32_t)c->words.n;
	vec_push(&c->words, w->text);
	HASH_ADD_KEYPTR(hh, c->table, w->text, len, w);
	return w->number;
}

void commands_init(struct commands *c)
{
	memset(c, 0, sizeof(*c));
	intern(c, "");
}

void commands_release(struct commands *c)
{
	HASH_CLEAR(hh, c->table);
	vec_release(&c->words);
	vec_release(&c->args);
	vec_release(&c->v);
	arena_release(&c->arena);
}

static bool ends_in(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len > n && !strcmp(s + len - n, end);
}

/* Is the word after @option its argument, though it may look like a source file? */
static bool names_a_file(const char *option)
{
	static const char *const options[] = { "-o",  "-include", "-imacros", "-MT",
					       "-MF", "-MQ",	  "-D",	      "-U" };

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (!strcmp(option, options[i]))
			return true;
	}
	return false;
}

bool commands_add(struct commands *c, const char *directory, const char *const *argv, size_t n)
{
	size_t first = 0, source = 0, object = 0;
	struct command cmd = { 0 };
	bool compiles = false;

	/* "ccache gcc -c": the compiler is the last word before the options. */
	while (first < n && argv[first][0] != '-')
		first++;
	if (!first || first == n)
		return false;
	for (size_t i = first; i < n; i++) {
		if (!strcmp(argv[i], "-c"))
			compiles = true;
		else if (!strcmp(argv[i], "-o") && i + 1 < n)
			object = i + 1;
		else if (argv[i][0] != '-' && ends_in(argv[i], ".c") && !names_a_file(argv[i - 1]))
			source = i;
	}
	if (!compiles || !source)
		return false;
	cmd.directory = intern(c, directory);
	cmd.compiler = intern(c, argv[first - 1]);
	cmd.source = intern(c, argv[source]);
	cmd.object = object ? intern(c, argv[object]) : 0;
	cmd.args = (uint32_t)c->args.n;
	for (size_t i = first; i < n; i++) {
		if (i == source || !strcmp(argv[i], "-c"))
			continue;
		if (object && i + 1 == object) {
			i++;
			continue;
		}
		vec_push(&c->args, intern(c, argv[i]));
	}
	cmd.n_args = (uint32_t)c->args.n - cmd.args;
	vec_push(&c->v, cmd);
	return true;
}

void commands_add_shell(struct commands *c, const char *directory, const char *text)
{
	struct strbuf line = STRBUF_INIT;
	struct shell_words w = { 0 };

	while (*text) {
		size_t len = strcspn(text, "\n");

		/* Recipes that go on after a backslash are one text. */
		while (text[len] && len && text[len - 1] == '\\')
			len += 1 + strcspn(text + len + 1, "\n");
		if (memmem(text, len, " -c ", 4) && memmem(text, len, ".c", 2)) {
			const char *s;

			strbuf_reset(&line);
			strbuf_add(&line, text, len);
			s = line.buf;
			while ((s = shell_next(s, &w)))
				commands_add(c, directory, w.v.v, w.v.n);
		}
		text += len;
		if (*text)
			text++;
	}
	strbuf_release(&line);
	shell_release(&w);
}

bool commands_add_cmd_line(struct commands *c, const char *directory, const char *line)
{
	struct strbuf text = STRBUF_INIT;
	const char *s;
	size_t before = c->v.n;

	if (strncmp(line, "cmd_", 4) && strncmp(line, "savedcmd_", 9))
		return false;
	s = strstr(line, ":=");
	if (!s)
		return false;
	for (s += 2; *s && *s != '\n'; s++) {
		/* make's own escapes: "$$" is a dollar, "\#" and "$(pound)" are a hash. */
		if (s[0] == '$' && s[1] == '$') {
			s++;
		} else if (s[0] == '\\' && s[1] == '#') {
			s++;
		} else if (!strncmp(s, "$(pound)", 8)) {
			strbuf_addch(&text, '#');
			s += 7;
			continue;
		}
		strbuf_addch(&text, *s);
	}
	commands_add_shell(c, directory, text.buf);
	strbuf_release(&text);
	return c->v.n > before;
}

static const char *add_json_entry(struct commands *c, struct arena *a, const struct jdoc *entry)
{
	const char *directory = jdoc_get_string(entry, "directory");
	const char *command = jdoc_get_string(entry, "command");
	const struct jdoc *arguments = jdoc_get(entry, "arguments");

	if (!directory)
		return "an entry has no \"directory\"";
	if (arguments) {
		const char **argv = ARENA_ARRAY(a, const char *, arguments->n);

		if (arguments->kind != JDOC_ARRAY)
			return "\"arguments\" is no list";
		for (size_t i = 0; i < arguments->n; i++) {
			if (arguments->items[i]->kind != JDOC_STRING)
				return "\"arguments\" has an item that is no string";
			argv[i] = arguments->items[i]->string;
		}
		commands_add(c, directory, argv, arguments->n);
	} else if (command) {
		commands_add_shell(c, directory, command);
	} else {
		return "an entry has neither \"command\" nor \"arguments\"";
	}
	return NULL;
}

int commands_add_json(struct commands *c, const char *text, size_t len, const char **ret_error)
{
	struct arena a = ARENA_INIT;
	const char *error = NULL;
	struct jdoc *doc;
	int err;

	err = jdoc_parse(&a, text, len, &doc, &error);
	if (!err && doc->kind != JDOC_ARRAY)
		error = "it is no list of commands";
	for (size_t i = 0; !error && i < doc->n; i++)
		error = add_json_entry(c, &a, doc->items[i]);
	if (error) {
		*ret_error = arena_strdup(&c->arena, error);
		err = -EBADMSG;
	}
	arena_release(&a);
	return err;
}

struct cmd_walk {
	struct commands *c;
	const char *dir;
	struct strbuf line;
};

static int visit_cmd_file(void *data, const char *path, const char *name, unsigned char type)
{
	struct cmd_walk *w = data;

	if (type == DT_DIR)
		return !strcmp(name, ".git") ? FS_SKIP : 0;
	if (type != DT_REG || name[0] != '.' || !ends_in(name, ".o.cmd"))
		return 0;
	strbuf_reset(&w->line);
	if (fs_read_line(path, &w->line) == 0)
		commands_add_cmd_line(w->c, w->dir, w->line.buf);
	return 0;
}

int commands_add_cmd_files(struct commands *c, const char *dir)
{
	struct cmd_walk w = { .c = c, .dir = dir, .line = STRBUF_INIT };
	int err = fs_walk(dir, visit_cmd_file, &w);

	strbuf_release(&w.line);
	return err;
}

static bool has_arg(const struct commands *c, const struct command *cmd, uint32_t word)
{
	for (uint32_t i = 0; i < cmd->n_args; i++) {
		if (c->args.v[cmd->args + i] == word)
			return true;
	}
	return false;
}

void commands_drop_host(struct commands *c)
{
	uint32_t kernel = intern(c, "-D__KERNEL__");
	size_t kept = 0;

	for (size_t i = 0; i < c->v.n; i++) {
		if (has_arg(c, &c->v.v[i], kernel))
			kept++;
	}
	if (!kept)
		return;
	kept = 0;
	for (size_t i = 0; i < c->v.n; i++) {
		if (has_arg(c, &c->v.v[i], kernel))
			c->v.v[kept++] = c->v.v[i];
	}
	c->v.n = kept;
}

void commands_save(const struct commands *c, struct strbuf *out)
{
	strbuf_addstr(out, MAGIC);
	strbuf_addf(out, "%zu %zu\n", c->words.n, c->v.n);
	for (size_t i = 0; i < c->words.n; i++) {
		for (const char *s = c->words.v[i]; *s; s++) {
			if (*s == '\n')
				strbuf_addstr(out, "\\n");
			else if (*s == '\\')
				strbuf_addstr(out, "\\\\");
			else
				strbuf_addch(out, *s);
		}
		strbuf_addch(out, '\n');
	}
	for (size_t i = 0; i < c->v.n; i++) {
		const struct command *cmd = &c->v.v[i];

		strbuf_addf(out, "%u %u %u %u %u", cmd->directory, cmd->compiler, cmd->source,
			    cmd->object, cmd->n_args);
		for (uint32_t j = 0; j < cmd->n_args; j++)
			strbuf_addf(out, " %u", c->args.v[cmd->args + j]);
		strbuf_addch(out, '\n');
	}
}

struct loader {
	const char *p, *end;
	bool bad;
};

static uint32_t load_number(struct loader *l, char after)
{
	uint64_t n = 0;
	const char *start = l->p;

	while (l->p < l->end && *l->p >= '0' && *l->p <= '9' && n < UINT32_MAX)
		n = n * 10 + (uint64_t)(*l->p++ - '0');
	if (l->p == start || n >= UINT32_MAX || l->p == l->end ||
	    (after ? *l->p != after : *l->p != ' ' && *l->p != '\n')) {
		l->bad = true;
		return 0;
	}
	l->p++;
	return (uint32_t)n;
}

static void load_word(struct loader *l, struct commands *c, struct strbuf *sb)
{
	strbuf_reset(sb);
	while (l->p < l->end && *l->p != '\n') {
		char ch = *l->p++;

		if (ch == '\\' && l->p < l->end)
			ch = *l->p++ == 'n' ? '\n' : '\\';
		strbuf_addch(sb, ch);
	}
	if (l->p == l->end) {
		l->bad = true;
		return;
	}
	l->p++;
	/* The words of a saved list are in the order of their numbers, each once. */
	if (c->words.n != 1 || sb->len) {
		size_t n = c->words.n;

		if (intern(c, sb->buf) != n)
			l->bad = true;
	}
}

int commands_load(struct commands *c, const char *text, size_t len)
{
	struct loader l = { .p = text, .end = text + len };
	struct strbuf sb = STRBUF_INIT;
	uint32_t n_words, n_commands;

	if (len < strlen(MAGIC) || memcmp(text, MAGIC, strlen(MAGIC)))
		return -EBADMSG;
	l.p += strlen(MAGIC);
	n_words = load_number(&l, ' ');
	n_commands = load_number(&l, '\n');
	for (uint32_t i = 0; i < n_words && !l.bad; i++)
		load_word(&l, c, &sb);
	strbuf_release(&sb);
	for (uint32_t i = 0; i < n_commands && !l.bad; i++) {
		struct command cmd = { 0 };

		cmd.directory = load_number(&l, ' ');
		cmd.compiler = load_number(&l, ' ');
		cmd.source = load_number(&l, ' ');
		cmd.object = load_number(&l, ' ');
		cmd.n_args = load_number(&l, 0);
		cmd.args = (uint32_t)c->args.n;
		for (uint32_t j = 0; j < cmd.n_args && !l.bad; j++) {
			uint32_t arg = load_number(&l, 0);

			if (arg >= c->words.n)
				l.bad = true;
			vec_push(&c->args, arg);
		}
		if (l.bad || l.p[-1] != '\n' || cmd.directory >= c->words.n ||
		    cmd.compiler >= c->words.n || cmd.source >= c->words.n ||
		    cmd.object >= c->words.n)
			l.bad = true;
		vec_push(&c->v, cmd);
	}
	return l.bad || l.p != l.end ? -EBADMSG : 0;
}
