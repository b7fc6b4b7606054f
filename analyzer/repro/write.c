// SPDX-License-Identifier: MIT
#include "repro/repro.h"

#include "base/fs.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "repro/fill.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WIDTH 96

struct writing {
	struct arena *a;
	const struct repro *r;
	const char *templates; /* the folder that they are in */
	VEC(struct fill) fills;
	const char *error;
};

static void set(struct writing *w, const char *name, const char *value)
{
	struct fill f = {name, value ? value : ""};

	vec_push(&w->fills, f);
}

/* Text of the report that goes into comments and Markdown: printable, and no comment ends in it. */
static const char *plain(struct arena *a, const char *s)
{
	char *copy = arena_strdup(a, s);

	for (char *p = copy; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f || *p == '<' || *p == '`')
			*p = ' ';
		if (p > copy && ((p[-1] == '*' && *p == '/') || (p[-1] == '/' && *p == '*')))
			*p = ' ';
	}
	return copy;
}

/* The text in lines of at most WIDTH bytes where its words allow that. */
static const char *wrapped(struct arena *a, const char *s)
{
	char *copy = arena_strdup(a, s), *line = copy, *blank = NULL;

	for (char *p = copy; *p; p++) {
		if (*p != ' ')
			continue;
		if (p - line > WIDTH && blank) {
			*blank = '\n';
			line = blank + 1;
		}
		blank = p;
	}
	if (strlen(line) > WIDTH && blank && blank > line)
		*blank = '\n';
	return copy;
}

/* C of the rules, for @r and the map that its program uses. */
static const char *code_of(struct writing *w, const struct repro *r, const char *text,
			   const char *map)
{
	const struct fill fills[] = {
		{"MAP", map},
		{"NAME", r->at_name},
		{"HOOK", r->hook},
		{"PROGRAM", r == w->r ? "inside" : "back"},
		{"LINK", r->iterator && r->iterator->link ? r->iterator->link : ""},
	};
	struct strbuf sb = STRBUF_INIT;
	const char *wrong, *ret;

	if (!text)
		return "";
	wrong = fill_in(&sb, text, fills, ARRAY_SIZE(fills));
	if (wrong && !w->error)
		w->error = arena_printf(w->a,
					"a rule of repro.yaml has '%.20s', which stands for "
					"nothing there",
					wrong);
	ret = arena_strdup(w->a, sb.buf);
	strbuf_release(&sb);
	return ret;
}

static const char *code(struct writing *w, const char *text, const char *map)
{
	return code_of(w, w->r, text, map);
}

static const char *string(struct writing *w, struct strbuf *sb)
{
	const char *ret = arena_strdup(w->a, sb->buf);

	strbuf_release(sb);
	return ret;
}

/* The template @name with @fills put in. */
static const char *part(struct writing *w, const char *name, const struct fill *fills, size_t n)
{
	const char *from = arena_printf(w->a, "%s/%s", w->templates, name), *wrong;
	struct strbuf text = STRBUF_INIT, sb = STRBUF_INIT;
	int err = fs_read(from, &text);

	if (err) {
		w->error = arena_printf(w->a, "cannot read %s: %s", from, strerror(-err));
	} else {
		wrong = fill_in(&sb, text.buf, fills, n);
		if (wrong)
			w->error = arena_printf(w->a, "%s has '%.20s', which stands for nothing",
						from, wrong);
	}
	strbuf_release(&text);
	return string(w, &sb);
}

/* ---- the program ----------------------------------------------------------------------------- */

/* The types of keys: of the map that the program uses, and of the operation's if it is another. */
#define KEY_TYPE "repro_key"
#define OUTER_KEY_TYPE "outer_key"
#define KEY_LOCAL "repro_key inner_key = KEY_INIT;\n"
#define OUTER_KEY_LOCAL "outer_key inner_key = OUTER_KEY_INIT;\n"

static void add_map(struct strbuf *sb, const struct repro *r, const char *name, const char *key)
{
	const struct rule_repro_map *m = r->map;
	const char *more = r->lock ? r->lock->flags : NULL;

	strbuf_addf(sb, "%sstruct {\n\t__uint(type, %s);\n", sb->len ? "\n\n" : "", m->map_type);
	if (m->flags || more)
		strbuf_addf(sb, "\t__uint(map_flags, %s%s%s);\n", m->flags ? m->flags : "",
			    m->flags && more ? " | " : "", more ? more : "");
	if (m->max_entries)
		strbuf_addf(sb, "\t__uint(max_entries, %u);\n", m->max_entries);
	if (!m->keyless)
		strbuf_addf(sb, "\t__type(key, %s);\n", key);
	if (!m->valueless)
		strbuf_addstr(sb, "\t__type(value, struct value);\n");
	strbuf_addf(sb, "} %s SEC(\".maps\");", name);
}

/*
 * One for each side where both lead to the same lock, or it is of two, and one
 * that keeps an owner's list from being empty.
 */
static const char *maps(struct writing *w)
{
	const struct repro *back = w->r->back;
	struct strbuf sb = STRBUF_INIT;

	add_map(&sb, w->r, "inner", KEY_TYPE);
	if (back)
		add_map(&sb, back, "outer", OUTER_KEY_TYPE);
	else if (repro_two_maps(w->r))
		add_map(&sb, w->r, "outer", KEY_TYPE);
	if (repro_in_owner(w->r))
		add_map(&sb, w->r, "stay", KEY_TYPE);
	if (back && repro_in_owner(back))
		add_map(&sb, back, "outer_stay", OUTER_KEY_TYPE);
	return string(w, &sb);
}

/* The variables that a call of the rules says the names of. */
static const char *locals(struct writing *w, const struct rule_repro_call *call, const char *key)
{
	return arena_printf(w->a, "%s%s", strstr(call->call, "inner_key") ? key : "",
			    strstr(call->call, "value") ? "struct value value = {};\n" : "");
}

static const struct rule_repro_object *no_object(void)
{
	static const struct rule_repro_object none = {.get = "", .put = NULL};

	return &none;
}

/* The second program, which enters the section where user space cannot by itself. */
static const char *outside(struct writing *w)
{
	const struct rule_repro_call *call = w->r->outside;
	const struct rule_repro_object *o;

	if (!call)
		return "";
	o = call->object ? w->r->outside_object : no_object();
	const struct fill fills[] = {
		{"LOCALS", locals(w, call, KEY_LOCAL)},
		{"GET", code(w, o->get, "")},
		{"CALL", code(w, call->call, repro_two_maps(w->r) ? "outer" : "inner")},
		{"PUT", code(w, o->put, "")},
	};
	return part(w, "outside.bpf.c.in", fills, ARRAY_SIZE(fills));
}

/* The program of the other order. */
static const char *back_program(struct writing *w)
{
	const struct repro *back = w->r->back;
	const struct rule_repro_object *o;

	if (!back || !back->way)
		return "";
	o = back->object ? back->object : no_object();
	const struct fill fills[] = {
		{"SECTION", code_of(w, back, back->way->section, "")},
		{"LOCALS", locals(w, back->call, OUTER_KEY_LOCAL)},
		{"GET", code_of(w, back, o->get, "")},
		{"CALL", code_of(w, back, back->call->call, "outer")},
		{"PUT", code_of(w, back, o->put, "")},
	};
	return part(w, "back.bpf.c.in", fills, ARRAY_SIZE(fills));
}

/* What objects and calls of all programs need, each text once. */
static const char *declarations(struct writing *w)
{
	const struct repro *r = w->r, *back = r->back;
	const char *const parts[] = {
		r->object ? r->object->declare : NULL,
		r->outside_object ? r->outside_object->declare : NULL,
		back && back->object ? back->object->declare : NULL,
		r->call->declare,
		r->outside ? r->outside->declare : NULL,
		back && back->call ? back->call->declare : NULL,
	};
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		size_t k = 0;

		while (k < i && (!parts[k] || !parts[i] || strcmp(parts[k], parts[i]) != 0))
			k++;
		if (parts[i] && k == i)
			strbuf_addf(&sb, "%s%s", sb.len ? "\n" : "", parts[i]);
	}
	return string(w, &sb);
}

/* ---- the loader ------------------------------------------------------------------------------ */

/* What must be so of the element of @map that @call is about; @key is what it is called by. */
static const char *before(struct writing *w, const struct repro *r,
			  const struct rule_repro_call *call, const char *map, const char *key)
{
	if (!call || r->map->keyless || call->before == REPRO_ANY)
		return "";
	if (call->before == REPRO_ABSENT)
		return arena_printf(w->a,
				    "bpf_map_delete_elem(%s_fd, %s); /* not there is as well */",
				    map, key);
	return arena_printf(w->a,
			    "if (bpf_map_update_elem(%s_fd, %s, &value, BPF_ANY))\n"
			    "\tfail(\"no element in the %s map\");",
			    map, key, map);
}

/* What user space calls an element of the program's map by. */
static const char *inner_key(const struct writing *w)
{
	return w->r->back ? "back_key" : "key";
}

static const char *prepare(struct writing *w)
{
	const struct rule_repro_trigger *t = w->r->trigger;
	const char *own = t && t->prepare ? t->prepare : NULL;
	const char *outer =
		repro_two_maps(w->r) ? before(w, w->r, w->r->outside, "outer", "key") : "";

	/* An iterator is read in one way; what there is to go over is its own. */
	if (t && w->r->iterator && w->r->iterator->prepare)
		own = w->r->iterator->prepare;
	own = code(w, own, "");
	return arena_printf(w->a, "%s%s%s", own, *own && *outer ? "\n" : "", outer);
}

static const char *stay(struct writing *w, const struct repro *r, const char *map, const char *key)
{
	if (!repro_in_owner(r))
		return "";
	return arena_printf(w->a,
			    "if (bpf_map_update_elem(bpf_map__fd(skel->maps.%s), %s, &value, "
			    "BPF_ANY))\n"
			    "\tfail(\"no element in the map that keeps the list\");",
			    map, key);
}

static const char *fire(struct writing *w)
{
	if (w->r->trigger)
		return code(w, w->r->trigger->fire, "");
	return "/* What belongs here is not known to relock, see README.md. */\nreturn -ENOSYS;";
}

static const char *attach(struct writing *w, const struct repro *r, const char *program)
{
	if (r->way->attach)
		return code_of(w, r, r->way->attach, "");
	return arena_printf(w->a, "return bpf_program__attach(skel->progs.%s);", program);
}

/* It goes with the skeleton. */
static const char *back_attach(struct writing *w)
{
	return arena_printf(
		w->a,
		"static struct bpf_link *back_link(void)\n{\n\t%s\n}\n\n"
		"static __u64 least(__u64 a, __u64 b)\n{\n\treturn a < b ? a : b;\n}\n\n"
		"static struct bpf_link *back_attach(void)\n{\n"
		"\tskel->links.back = back_link();\n\treturn skel->links.back;\n}",
		attach(w, w->r->back, "back"));
}

/* The other order, in which the maps have changed places. */
static const char *back_loader(struct writing *w)
{
	const struct repro *back = w->r->back;
	bool program = back && back->way;

	if (!back)
		return "";
	const struct fill fills[] = {
		{"OWNER", w->r->owner ? code(w, w->r->owner->make, "") : ""},
		{"PREPARE", back->trigger ? code_of(w, back, back->trigger->prepare, "") : ""},
		{"FIRE", back->trigger && w->r->trigger ? code_of(w, back, back->trigger->fire, "")
							: "return -ENOSYS; /* see README.md */"},
		{"STAY", program ? stay(w, back, "outer_stay", "key") : ""},
		{"BEFORE", before(w, back, back->call, "outer", "key")},
		{"ATTACH", program ? back_attach(w) : ""},
		{"ARM", program ? "skel->bss->back_armed = true;" : ""},
		{"DISARM", program ? "skel->bss->back_armed = false;" : ""},
	};
	return part(w, "back.c.in", fills, ARRAY_SIZE(fills));
}

/* ---- what people read ------------------------------------------------------------------------ */

static const char *what_wants(const struct finding *f)
{
	const struct ladder *l = &f->ladders[0];

	for (size_t i = l->n; i > 0; i--) {
		if (l->v[i - 1].kind == STEP_BLOCKED)
			return l->v[i - 1].location.function;
	}
	return f->location.function;
}

static const char *what_it_does(struct writing *w)
{
	const struct repro *r = w->r;
	const struct finding *f = r->finding;
	struct strbuf sb = STRBUF_INIT;
	const char *ret;

	if (r->iterator)
		strbuf_addf(&sb, "* It is a program of the iterator %s, which goes over %s.\n",
			    r->at_name, r->iterator->over);
	else
		strbuf_addf(&sb,
			    "* It is put on %s%s (%s); relock is sure of that place as '%s: %s'.\n",
			    r->at_name[0] ? r->at_name : "any instruction",
			    r->at->function ? "()" : "", r->way->how,
			    certainty_name(r->at->certainty), plain(w->a, r->at->reason));
	strbuf_addf(&sb, "* The lock is %s%s%s%s.\n", plain(w->a, f->lock.class),
		    f->lock.kind ? " (" : "", f->lock.kind ? plain(w->a, f->lock.kind) : "",
		    f->lock.kind ? ")" : "");
	if (r->trigger)
		strbuf_addf(&sb, "* The loader %s; that comes to %s() (%s), and so to the lock.\n",
			    r->trigger->what, plain(w->a, f->entry_function),
			    plain(w->a, f->entry_via));
	strbuf_addf(&sb, "* The program then calls %s()%s.\n", r->reentry->function,
		    repro_in_owner(r)	? ", on another map of the same owner"
		    : repro_two_maps(r) ? ", on another map"
					: "");
	if (r->object)
		strbuf_addf(&sb, "* It gets the %s by %s%s.\n", r->object->record, r->object->way,
			    r->object->any ? ", which finds it from any context" : "");
	if (r->trigger && r->trigger->worker && r->reentry->object &&
	    !strstr(r->reentry->object, r->object ? r->object->way : ""))
		strbuf_addf(&sb,
			    "* The report has another way (%s); the section runs in a worker, "
			    "where that one leads elsewhere.\n",
			    plain(w->a, r->reentry->object));
	strbuf_setlen(&sb, sb.len - 1);
	ret = arena_strdup(w->a, sb.buf);
	strbuf_release(&sb);
	return ret;
}

static const char *what_is_missing(struct writing *w)
{
	const struct finding *f = w->r->finding;

	if (w->r->trigger)
		return "";
	return arena_printf(
		w->a,
		"## What is missing\n\n"
		"**How user space comes to %s() (%s) is not known to relock.** The program is "
		"whole, "
		"but fire() in repro.c only returns -ENOSYS: put in the operation that enters the "
		"section. A file given with --rules that has it under repro_triggers (entry: %s) "
		"does the same for all findings of that entry point.\n",
		plain(w->a, f->entry_function), plain(w->a, f->entry_via),
		plain(w->a, f->entry_function));
}

static const char *what_to_expect(struct writing *w)
{
	if (w->r->trigger && w->r->trigger->worker)
		return "That happens in a worker, some grace periods of RCU after 'armed'.";
	return "";
}

static const char *what_it_shows(struct writing *w)
{
	const struct finding *f = w->r->finding;
	const struct fill fills[] = {
		{"HELD", plain(w->a, f->lock.acquired.file ? f->lock.acquired.function
							   : f->location.function)},
		{"WANTED", plain(w->a, what_wants(f))},
	};

	return part(w, w->r->back ? "shown-orders.in" : "shown.in", fills, ARRAY_SIZE(fills));
}

static const char *what_it_needs(struct writing *w)
{
	const char *needs[] = {w->r->owner ? w->r->owner->needs : NULL, w->r->way->needs};
	const char *ret = "";

	for (size_t i = 0; i < ARRAY_SIZE(needs); i++) {
		if (needs[i])
			ret = arena_printf(w->a, "%s* %s;\n", ret, needs[i]);
	}
	return ret;
}

/* An iterator's section is entered by having its program run, and in no other way. */
static const char *dry_run(struct writing *w)
{
	if (w->r->iterator)
		return "";
	return "./repro --dry                                 enters the section without the "
	       "program, with ftrace on";
}

/* The types of keys, with what each begins as. */
static const char *keys(struct writing *w)
{
	const struct rule_repro_map *inner = w->r->map,
				    *outer = w->r->back ? w->r->back->map : NULL;
	const char *one = arena_printf(w->a, "typedef %s " KEY_TYPE ";\n#define KEY_INIT %s",
				       inner->key ? inner->key : "int",
				       inner->key_init ? inner->key_init : "0");

	if (!outer)
		return one;
	return arena_printf(w->a, "%s\n\ntypedef %s " OUTER_KEY_TYPE ";\n#define OUTER_KEY_INIT %s",
			    one, outer->key ? outer->key : "int",
			    outer->key_init ? outer->key_init : "0");
}

static void set_all(struct writing *w, const char *kernel)
{
	const struct repro *r = w->r;
	const struct finding *f = r->finding;
	const struct rule_repro_object *o = r->object ? r->object : no_object();
	const struct repro *back = r->back;
	const struct rule_repro_owner *owner =
		back ? back->owner : r->owner; /* of the operation's map */
	const char *message = plain(w->a, f->message);

	set(w, "ID", f->id);
	set(w, "CODE", f->code);
	set(w, "RULE", f->rule);
	set(w, "MESSAGE", wrapped(w->a, message));
	set(w, "KERNEL", plain(w->a, *kernel ? kernel : "of an unknown version"));
	set(w, "LOCK", plain(w->a, f->lock.class));
	set(w, "MAPS", maps(w));
	set(w, "DECLARE", declarations(w));
	set(w, "SECTION", code(w, r->way->section, ""));
	set(w, "LOCALS", locals(w, r->call, KEY_LOCAL));
	set(w, "GET", code(w, o->get, ""));
	set(w, "CALL", code(w, r->call->call, "inner"));
	set(w, "PUT", code(w, o->put, ""));
	set(w, "CALLED", r->reentry->function);
	set(w, "OUTSIDE", outside(w));
	set(w, "OUTSIDE_RUNS",
	    r->outside ? "bool outside_runs; /* is the second program in its call? */" : "");
	/* Elsewhere the same function may be called with another lock held, as a lock's own is. */
	set(w, "ONLY_WITHIN", r->within_outside ? "if (!outside_runs)\n\treturn 0;" : "");
	set(w, "KEYS", keys(w));
	set(w, "OUTER", repro_two_maps(r) ? "outer" : "inner");
	set(w, "IN_WORKER", r->trigger && r->trigger->worker ? "1" : "0");
	set(w, "OWNER", owner ? code(w, owner->make, "") : "");
	set(w, "STAY", stay(w, r, "stay", inner_key(w)));
	set(w, "PREPARE", prepare(w));
	set(w, "BEFORE", before(w, r, r->call, "inner", inner_key(w)));
	set(w, "FIRE", fire(w));
	set(w, "ATTACH", attach(w, r, "inside"));
	set(w, "BACK_PROGRAM", back_program(w));
	set(w, "BACK", back_loader(w));
	set(w, "RUN_OUTSIDE", r->outside ? part(w, "outside.c.in", NULL, 0) : "");
	set(w, "BACK_VARIABLES",
	    back ? "static outer_key plain_outer_key = OUTER_KEY_INIT;\n"
		   "static UNUSED int back_outer_fd, back_inner_fd, back_owner_fd = -1;\n"
		   "static UNUSED const void *back_key;"
		 : "");
	set(w, "BACK_START", back ? "back_start();" : "");
	set(w, "BACK_AUTOLOAD",
	    back && back->way ? "bpf_program__set_autoload(skel->progs.back, !dry);" : "");
	set(w, "OR_BACK", back && back->way ? " || !back_attach()" : "");
	set(w, "BACK_DRY", back ? "if (!err)\n\terr = back_dry_run();" : "");
	set(w, "BACK_ROUND", back ? "if (!err)\n\terr = back_round();" : "");
	set(w, "COUNT",
	    back && back->way ? "least(skel->bss->called, skel->bss->back_called)"
			      : "skel->bss->called");
	set(w, "OPERATION", r->trigger ? r->trigger->what : "not known, see README.md");
	set(w, "WHAT", what_it_does(w));
	set(w, "NEEDS", what_it_needs(w));
	set(w, "MISSING", what_is_missing(w));
	set(w, "EXPECT", what_to_expect(w));
	set(w, "SHOWN", what_it_shows(w));
	set(w, "DRY", dry_run(w));
}

/* ---- the folder ------------------------------------------------------------------------------ */

static int write_one(struct writing *w, const char *name, const char *dir)
{
	const char *text = part(w, arena_printf(w->a, "%s.in", name), w->fills.v, w->fills.n);
	const char *to = arena_printf(w->a, "%s/%s", dir, name);
	int err;

	if (w->error)
		return -EINVAL;
	err = fs_write(to, text, strlen(text));
	if (err)
		w->error = arena_printf(w->a, "cannot write %s: %s", to, strerror(-err));
	return err;
}

static int write_all(struct writing *w, const char *dir)
{
	static const char *const names[] = {"repro.bpf.c", "repro.c", "repro.h", "Makefile",
					    "README.md"};
	int err = 0;

	for (size_t i = 0; !err && i < ARRAY_SIZE(names); i++)
		err = write_one(w, names[i], dir);
	return err;
}

int repro_write(struct arena *a, const struct repro *r, const char *templates, const char *kernel,
		const char *to, const char **ret_error)
{
	struct writing w = {.a = a, .r = r, .templates = templates};
	char *dir = arena_strdup(a, to), *aside;
	int err;

	for (size_t len = strlen(dir); len > 1 && dir[len - 1] == '/'; len--)
		dir[len - 1] = '\0';
	set_all(&w, kernel);
	if (w.error) {
		*ret_error = w.error;
		vec_release(&w.fills);
		return -EINVAL;
	}
	aside = arena_printf(a, "%s.%ld.tmp", dir, (long)getpid());
	err = fs_mkdirs(fs_dirname(a, dir));
	if (!err && mkdir(aside, 0777) < 0)
		err = -errno;
	if (err) {
		w.error = arena_printf(a, "cannot make %s: %s", aside, strerror(-err));
	} else {
		err = write_all(&w, aside);
		/* Over an empty folder this works, too. */
		if (!err && rename(aside, dir) < 0) {
			err = -errno;
			w.error =
				err == -ENOTEMPTY || err == -EEXIST || err == -ENOTDIR
					? arena_printf(a, "%s is there already; name a new folder",
						       dir)
					: arena_printf(a, "cannot make %s: %s", dir,
						       strerror(-err));
		}
		if (err)
			fs_remove_all(aside);
	}
	vec_release(&w.fills);
	*ret_error = w.error;
	return err;
}
