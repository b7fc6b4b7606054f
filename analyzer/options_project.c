// SPDX-License-Identifier: MIT
#include "options.h"

#include "base/fs.h"
#include "base/log.h"
#include "rules/project.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PROJECT_FILE ".relock.yaml"

/*
 * What a project file may set. It comes with a tree that may be a stranger's:
 * so nothing that writes a file, names a program, or is about the machine.
 */
static const struct file_option {
	const char *name;
	enum { PLAIN, PATH = 1, LIST = 2 } kind;
	const char *excluded_by; /* one of the command line that takes its place, too; or NULL */
} file_options[] = {
	{"scope", LIST, "all"},	      {"all", PLAIN, "scope"},	    {"arch", PLAIN, NULL},
	{"config", PATH, NULL},	      {"build", PATH, NULL},	    {"vmlinux", PATH, NULL},
	{"functions", PATH, NULL},    {"rules", PATH | LIST, NULL}, {"sparse", PLAIN, NULL},
	{"offline", PLAIN, NULL},     {"fail-on", PLAIN, NULL},	    {"baseline", PATH, NULL},
	{"suppressions", PATH, NULL}, {"evidence", PATH | LIST, NULL},
};

struct file {
	struct options *o;
	const char *dir;  /* that its paths are relative to */
	const char *tree; /* with all links followed, if paths must be below it; or NULL */
};

static const struct file_option *find(const struct project_value *name)
{
	struct strbuf names = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(file_options); i++) {
		if (!strcmp(file_options[i].name, name->text))
			return &file_options[i];
	}
	for (size_t i = 0; i < ARRAY_SIZE(file_options); i++)
		strbuf_addf(&names, "%s%s", i ? ", " : "", file_options[i].name);
	if (options_find(name->text))
		log_error("%s: error: '%s' can be set on the command line only; a project file "
			  "takes %s",
			  name->where, name->text, names.buf);
	else
		log_error("%s: error: there is no option '%s'; a project file takes %s",
			  name->where, name->text, names.buf);
	strbuf_release(&names);
	return NULL;
}

/* The path as it is from here, if it is there. The tree's own file leads to nothing outside the tree. */
static const char *resolve(const struct file *f, const struct project_value *v)
{
	const char *path = v->text[0] == '/' ? v->text : fs_join(&f->o->arena, f->dir, v->text);
	char *real = realpath(path, NULL);
	const char *why = real ? NULL : strerror(errno);
	bool outside = f->tree && (v->text[0] == '/' || (real && !fs_below(real, f->tree)));

	free(real);
	if (outside) {
		log_error("%s: error: '%s' is not below the tree, and its own %s leads nowhere "
			  "else; --project FILE may",
			  v->where, v->text, PROJECT_FILE);
		return NULL;
	}
	if (why) {
		log_error("%s: error: cannot read %s: %s", v->where, path, why);
		return NULL;
	}
	return path;
}

static bool set_value(const struct file *f, const struct file_option *fo,
		      const struct argp_option *option, const struct project_value *v)
{
	struct strbuf wrong = STRBUF_INIT;
	const char *value = v->text;
	int err = 0;

	if (fo->kind & PATH) {
		value = resolve(f, v);
		if (!value)
			return false;
	}
	if (option->arg) {
		err = options_set(f->o, option->key, value, &wrong);
	} else if (!strcmp(value, "true")) {
		err = options_set(f->o, option->key, NULL, &wrong);
	} else if (strcmp(value, "false") != 0) {
		strbuf_addf(&wrong, "takes true or false, not '%s'", value);
		err = -EINVAL;
	}
	if (err)
		log_error("%s: error: '%s' %s", v->where, fo->name, wrong.buf);
	strbuf_release(&wrong);
	return !err;
}

static bool set_entry(const struct file *f, const struct project_entry *e)
{
	const struct file_option *fo = find(&e->name);
	const struct argp_option *option;

	if (!fo)
		return false;
	option = options_find(fo->name);
	if (e->list && !(fo->kind & LIST)) {
		log_error("%s: error: '%s' takes one value, not a list", e->name.where, fo->name);
		return false;
	}
	/* More rules are more rules; of everything else the command line has the last word. */
	if (strcmp(fo->name, "rules") != 0 &&
	    (options_given(f->o, option->key) ||
	     (fo->excluded_by && options_given(f->o, options_find(fo->excluded_by)->key))))
		return true;
	for (size_t i = 0; i < e->n; i++) {
		if (!set_value(f, fo, option, &e->values[i]))
			return false;
	}
	return true;
}

static bool set_all(const struct file *f, const char *name, const struct strbuf *text)
{
	const char *error = NULL;
	struct project project;

	if (project_read(&f->o->arena, name, text->buf, text->len, &project, &error)) {
		log_error("%s", error);
		return false;
	}
	for (size_t i = 0; i < project.n; i++) {
		if (!set_entry(f, &project.entries[i]))
			return false;
		/* The command line's own two were refused there, and one of it is not set here. */
		if (f->o->all && f->o->scope.n) {
			log_error("%s: error: 'all' and 'scope' exclude each other",
				  project.entries[i].name.where);
			return false;
		}
	}
	log_info("%s: options", name);
	return true;
}

/* Is the tree's own file there to be read? Sets *@ret_wrong where it is there and must not be. */
static bool is_there(const char *path, bool *ret_wrong)
{
	struct stat st;

	if (lstat(path, &st))
		return false;
	/* A link would print a line of whatever it leads to as an error. */
	if (S_ISREG(st.st_mode))
		return true;
	log_error("%s: error: not a regular file; --no-project does without it", path);
	*ret_wrong = true;
	return false;
}

bool options_project(struct options *o)
{
	struct file f = {.o = o};
	struct strbuf text = STRBUF_INIT;
	const char *path = o->project;
	bool wrong = false, ok;
	char *real = NULL;
	int err;

	if (o->no_project)
		return true;
	if (!path) {
		path = fs_join(&o->arena, o->tree, PROJECT_FILE);
		if (!is_there(path, &wrong))
			return !wrong;
		real = realpath(o->tree, NULL);
		f.tree = real;
	}
	f.dir = fs_dirname(&o->arena, path);
	err = fs_read(path, &text);
	if (err)
		log_error("%s: error: cannot read: %s", path, strerror(-err));
	ok = !err && set_all(&f, path, &text);
	free(real);
	strbuf_release(&text);
	return ok;
}
