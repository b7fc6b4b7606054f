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

/* C of the rules, for the map that the program uses. */
static const char *code(struct writing *w, const char *text, const char *map)
{
	const struct fill fills[] = {{"MAP", map}, {"NAME", w->r->at_name},
				     {"HOOK", w->r->hook}};
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

/* ---- the program ----------------------------------------------------------------------------- */

static void add_map(struct strbuf *sb, const struct repro *r, const char *name)
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
		strbuf_addstr(sb, "\t__type(key, repro_key);\n");
	if (!m->valueless)
		strbuf_addstr(sb, "\t__type(value, struct value);\n");
	strbuf_addf(sb, "} %s SEC(\".maps\");", name);
}

/* One for each side where both lead to the same lock, and one that keeps an owner's list from being
 * empty. */
static const char *maps(struct writing *w)
{
	struct strbuf sb = STRBUF_INIT;
	const char *ret;

	add_map(&sb, w->r, "inner");
	if (repro_two_maps(w->r))
		add_map(&sb, w->r, "outer");
	if (repro_in_owner(w->r))
		add_map(&sb, w->r, "stay");
	ret = arena_strdup(w->a, sb.buf);
	strbuf_release(&sb);
	return ret;
}

/* The variables that a call of the rules says the names of. */
static const char *locals(struct writing *w, const struct rule_repro_call *call)
{
	return arena_printf(w->a, "%s%s",
			    strstr(call->call, "inner_key") ? "repro_key inner_key = KEY_INIT;\n"
							    : "",
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
	static const char text[] =
		"/* Run by the loader: enters the section in which the other runs. */\n"
		"SEC(\"raw_tp\")\n"
		"int outside(void *ctx)\n"
		"{\n"
		"\t@LOCALS@\n"
		"\t@GET@\n"
		"\t@CALL@;\n"
		"\t@PUT@\n"
		"\treturn 0;\n"
		"}\n";
	const struct rule_repro_call *call = w->r->outside;
	const struct rule_repro_object *o;
	struct strbuf sb = STRBUF_INIT;
	const char *ret;

	if (!call)
		return "";
	o = call->object ? w->r->outside_object : no_object();
	const struct fill fills[] = {
		{"LOCALS", locals(w, call)},
		{"GET", code(w, o->get, "")},
		{"CALL", code(w, call->call, repro_two_maps(w->r) ? "outer" : "inner")},
		{"PUT", code(w, o->put, "")},
	};
	fill_in(&sb, text, fills, ARRAY_SIZE(fills));
	ret = arena_strdup(w->a, sb.buf);
	strbuf_release(&sb);
	return ret;
}

/* What objects and calls of both programs need, each text once. */
static const char *declarations(struct writing *w)
{
	const struct rule_repro_object *in = w->r->object, *out = w->r->outside_object;
	const struct rule_repro_call *second = w->r->outside;
	const char *const parts[] = {
		in ? in->declare : NULL,
		out ? out->declare : NULL,
		w->r->call->declare,
		second ? second->declare : NULL,
	};
	struct strbuf sb = STRBUF_INIT;
	const char *ret;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		size_t k = 0;

		while (k < i && (!parts[k] || !parts[i] || strcmp(parts[k], parts[i]) != 0))
			k++;
		if (parts[i] && k == i)
			strbuf_addf(&sb, "%s%s", sb.len ? "\n" : "", parts[i]);
	}
	ret = arena_strdup(w->a, sb.buf);
	strbuf_release(&sb);
	return ret;
}

/* ---- the loader ------------------------------------------------------------------------------ */

/* What must be so of the element of @map that @call is about. */
static const char *before(struct writing *w, const struct rule_repro_call *call, const char *map)
{
	if (!call || w->r->map->keyless || call->before == REPRO_ANY)
		return "";
	if (call->before == REPRO_ABSENT)
		return arena_printf(
			w->a, "bpf_map_delete_elem(%s_fd, key); /* not there is as well */", map);
	return arena_printf(w->a,
			    "if (bpf_map_update_elem(%s_fd, key, &value, BPF_ANY))\n"
			    "\tfail(\"no element in the %s map\");",
			    map, map);
}

static const char *prepare(struct writing *w)
{
	const struct rule_repro_trigger *t = w->r->trigger;
	const char *own = t ? code(w, t->prepare, "") : "";
	const char *outer = repro_two_maps(w->r) ? before(w, w->r->outside, "outer") : "";

	return arena_printf(w->a, "%s%s%s", own, *own && *outer ? "\n" : "", outer);
}

static const char *stay(struct writing *w)
{
	if (!repro_in_owner(w->r))
		return "";
	return "if (bpf_map_update_elem(bpf_map__fd(skel->maps.stay), key, &value, BPF_ANY))\n"
	       "\tfail(\"no element in the map that keeps the list\");";
}

static const char *fire(struct writing *w)
{
	if (w->r->trigger)
		return code(w, w->r->trigger->fire, "");
	return "/* What belongs here is not known to relock, see README.md. */\nreturn -ENOSYS;";
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

	strbuf_addf(&sb, "* It is put on %s%s (%s); relock is sure of that place as '%s: %s'.\n",
		    r->at_name[0] ? r->at_name : "any instruction", r->at->function ? "()" : "",
		    r->way->how, certainty_name(r->at->certainty), plain(w->a, r->at->reason));
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

static void set_all(struct writing *w, const char *kernel)
{
	const struct repro *r = w->r;
	const struct finding *f = r->finding;
	const struct rule_repro_object *o = r->object ? r->object : no_object();
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
	set(w, "LOCALS", locals(w, r->call));
	set(w, "GET", code(w, o->get, ""));
	set(w, "CALL", code(w, r->call->call, "inner"));
	set(w, "PUT", code(w, o->put, ""));
	set(w, "CALLED", r->reentry->function);
	set(w, "OUTSIDE", outside(w));
	set(w, "KEY", r->map->key ? r->map->key : "int");
	set(w, "KEY_INIT", r->map->key_init ? r->map->key_init : "0");
	set(w, "OUTER", repro_two_maps(r) ? "outer" : "inner");
	set(w, "IN_WORKER", r->trigger && r->trigger->worker ? "1" : "0");
	set(w, "OWNER", r->owner ? code(w, r->owner->make, "") : "");
	set(w, "STAY", stay(w));
	set(w, "PREPARE", prepare(w));
	set(w, "BEFORE", before(w, r->call, "inner"));
	set(w, "FIRE", fire(w));
	set(w, "ATTACH",
	    r->way->attach ? code(w, r->way->attach, "")
			   : "return bpf_program__attach(skel->progs.inside);");
	set(w, "OPERATION", r->trigger ? r->trigger->what : "not known, see README.md");
	set(w, "WHAT", what_it_does(w));
	set(w, "NEEDS", what_it_needs(w));
	set(w, "MISSING", what_is_missing(w));
	set(w, "HELD",
	    plain(w->a, f->lock.acquired.file ? f->lock.acquired.function : f->location.function));
	set(w, "WANTED", plain(w->a, what_wants(f)));
	set(w, "EXPECT", what_to_expect(w));
}

/* ---- the folder ------------------------------------------------------------------------------ */

static int write_one(struct writing *w, const char *templates, const char *name, const char *dir)
{
	const char *from = arena_printf(w->a, "%s/%s.in", templates, name);
	const char *to = arena_printf(w->a, "%s/%s", dir, name), *wrong;
	struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;
	int err = fs_read(from, &text);

	if (err) {
		w->error = arena_printf(w->a, "cannot read %s: %s", from, strerror(-err));
		goto out;
	}
	wrong = fill_in(&out, text.buf, w->fills.v, w->fills.n);
	if (wrong) {
		w->error =
			arena_printf(w->a, "%s has '%.20s', which stands for nothing", from, wrong);
		err = -EINVAL;
		goto out;
	}
	err = fs_write(to, out.buf, out.len);
	if (err)
		w->error = arena_printf(w->a, "cannot write %s: %s", to, strerror(-err));
out:
	strbuf_release(&out);
	strbuf_release(&text);
	return err;
}

static int write_all(struct writing *w, const char *templates, const char *dir)
{
	static const char *const names[] = {"repro.bpf.c", "repro.c", "repro.h", "Makefile",
					    "README.md"};
	int err = 0;

	for (size_t i = 0; !err && i < ARRAY_SIZE(names); i++)
		err = write_one(w, templates, names[i], dir);
	return err;
}

int repro_write(struct arena *a, const struct repro *r, const char *templates, const char *kernel,
		const char *to, const char **ret_error)
{
	struct writing w = {.a = a, .r = r};
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
		err = write_all(&w, templates, aside);
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
