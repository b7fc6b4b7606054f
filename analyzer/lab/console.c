// SPDX-License-Identifier: MIT
#include "lab/lab.h"

#include "base/run.h"
#include "base/vec.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXCERPT_LINES 26
#define TAIL 800

/* Of init.c, of the kernel, and of lockdep's reports. A serial line's ends are "\r\n". */
#define UP "lab: up"
#define PANIC "Kernel panic"
#define WANTS "is trying to acquire lock:"
#define HOLDS "already holding lock:"
/* Of rules/repro/guard.c.in. */
#define KEPT_OUT "relock: a call is kept out by the guard"
#define END_OF_LOCKDEP "*** DEADLOCK ***"

const char *lab_seen_name(enum lab_seen s)
{
	static const char *const names[] = {"lockdep", "hang",	       "other",	 "survived", "idle",
					    "refused", "not attached", "failed", "down"};

	return names[s];
}

const char *lab_verdict_name(enum lab_verdict v)
{
	static const char *const names[] = {"confirmed", "seen", "doubtful", "survived",
					    "not tried"};

	return names[v];
}

static const char *line_start(const char *text, const char *at)
{
	while (at > text && at[-1] != '\n')
		at--;
	return at;
}

/* Printable lines from @at on, without the kernel's time stamps, up to one with @last in it. */
static const char *excerpt(struct arena *a, const char *at, const char *last, size_t lines)
{
	struct strbuf sb = STRBUF_INIT;
	const char *ret;
	bool done = false;

	for (size_t n = 0; *at && n < lines && !done; n++) {
		size_t len = strcspn(at, "\r\n");
		const char *stop = last ? memmem(at, len, last, strlen(last)) : NULL;
		size_t skip = 0;

		if (*at == '[' && memchr(at, ']', len))
			skip = (size_t)((const char *)memchr(at, ']', len) - at) + 1;
		skip += skip && at[skip] == ' ';
		for (size_t i = skip; i < len; i++)
			strbuf_addch(&sb, isprint((unsigned char)at[i]) ? at[i] : ' ');
		if (len > skip)
			strbuf_addch(&sb, '\n');
		done = stop != NULL;
		at += len + strspn(at + len, "\r");
		at += *at == '\n';
	}
	ret = arena_strdup(a, sb.buf);
	strbuf_release(&sb);
	return ret;
}

/* ---- lockdep --------------------------------------------------------------------------------- */

/* "... (&storage->lock){....}-{2:2}, at: f+0x68/0x1f0": what stands between, in the line after
 * @mark. */
static bool read_held(struct arena *a, const char *report, const char *mark, const char **ret_lock,
		      const char **ret_at)
{
	const char *p = strstr(report, mark), *end, *lock, *close, *at;

	if (!p)
		return false;
	p += strcspn(p, "\n");
	p += *p == '\n';
	end = p + strcspn(p, "\n");
	lock = memchr(p, '(', (size_t)(end - p));
	at = memmem(p, (size_t)(end - p), ", at: ", 6);
	if (!lock || !at)
		return false;
	/* A name may have brackets of its own: "per_cpu_ptr(&x, cpu)". */
	close = memmem(lock, (size_t)(end - lock), "){", 2);
	*ret_lock = arena_strndup(a, lock + 1,
				  close ? (size_t)(close - lock) - 1 : strcspn(lock + 1, "){\r\n"));
	*ret_at = arena_strndup(a, at + 6, strcspn(at + 6, "/\r\n"));
	return true;
}

/* The field of "&storage->lock" is that of "bpf_local_storage.lock"; a global has one name. */
static bool same_field(const char *lock, const char *class)
{
	const char *dot = strrchr(class, '.'), *field = dot ? dot + 1 : class;
	/* lockdep numbers keys of one name, and subclasses: "lock#2", "lock/1". */
	size_t len = strcspn(lock, "/#"), want = strlen(field);
	char before;

	if (len < want || strncmp(lock + len - want, field, want) != 0)
		return false;
	before = len > want ? lock[len - want - 1] : '&';
	return !isalnum((unsigned char)before) && before != '_';
}

/* Of two orders either lock may be the one that is held when the second order comes. */
static bool is_named(const struct finding *f, const char *lock)
{
	return same_field(lock, f->lock.class) || (f->lock2 && same_field(lock, f->lock2->class));
}

/* Is it in the function of @loc, and at its line if that is known? */
static bool is_at(const struct location *loc, const char *function, size_t len, unsigned long line)
{
	return strlen(loc->function) == len && !strncmp(loc->function, function, len) &&
	       (!line || line == loc->line);
}

/*
 * Does step @k of @l, which takes the lock, happen there? What headers have is
 * inlined: it happens in the function that calls it.
 */
static bool happens_at(const struct ladder *l, size_t k, const char *function, size_t len,
		       unsigned long line)
{
	while (!is_at(&l->v[k].location, function, len, line)) {
		unsigned int depth = l->v[k].depth;

		if (!l->v[k].location.file || !str_ends_with(l->v[k].location.file, ".h"))
			return false;
		do {
			if (!k--)
				return false;
		} while (l->v[k].depth >= depth);
	}
	return true;
}

/*
 * Does the function take the finding's lock by a rule that says what in its argument that is? Then
 * nobody looked into it, and the ladder has the place where it is called.
 */
static bool takes_by_rule(const struct lab *l, const struct finding *f, const char *function)
{
	const struct rule_lock *rule = rules_lock(l->rules, function);

	return rule && rule->does == LOCK_ACQUIRE && rule->path.n &&
	       is_named(f, rule->path.v[rule->path.n - 1]);
}

/* Is it one of the report's other sections of the finding's lock? */
static bool is_section_of(const struct lab *l, const struct finding *f, const char *function,
			  size_t len, unsigned long line)
{
	for (size_t i = 0; i < l->n_sections; i++) {
		const struct section *s = &l->sections[i];

		if (strlist_has(&s->findings, f->id) &&
		    is_at(&s->lock.acquired, function, len, line))
			return true;
	}
	return false;
}

/* Does the finding say that its lock is taken there? @line is 0 where it is not known. */
static bool is_of(const struct lab *l, const struct finding *f, const char *function, size_t len,
		  unsigned long line)
{
	for (size_t i = 0; i < f->n_ladders; i++) {
		for (size_t k = 0; k < f->ladders[i].n; k++) {
			const struct step *s = &f->ladders[i].v[k];

			if ((s->kind == STEP_ACQUIRE || s->kind == STEP_BLOCKED) &&
			    happens_at(&f->ladders[i], k, function, len, line))
				return true;
		}
	}
	return is_at(&f->lock.acquired, function, len, line) ||
	       is_section_of(l, f, function, len, line) ||
	       takes_by_rule(l, f, arena_strndup(l->a, function, len));
}

/*
 * "function+0x68" as "function+0x67": that is within the call which returns to the
 * former, where something else may follow that was inlined as well.
 */
static const char *call_before(struct arena *a, const char *at)
{
	const char *plus = strchr(at, '+');
	unsigned long offset = plus ? strtoul(plus + 1, NULL, 16) : 0;

	return offset ? arena_printf(a, "%.*s+0x%lx", (int)(plus - at), at, offset - 1) : at;
}

/*
 * Does the finding's lock get taken at @at, "function+0x68"? lockdep names the
 * function as it is in the binary; what is inlined there, and the lines, addr2line
 * knows. With @by_line the line has to be the finding's, too; a line of a header that
 * is inlined is everybody's, and says nothing.
 */
static bool taken_at(struct lab *l, const struct lab_kernel *k, const struct finding *f,
		     const char *at, bool by_line)
{
	const char *const argv[] = {"addr2line",	   "-f", "-i", "-e", k->vmlinux,
				    call_before(l->a, at), NULL};
	struct run_options o = {.argv = argv, .timeout = 120, .tick = l->tick, .data = l->data};
	struct run_result r;
	bool found = !by_line && is_of(l, f, at, strcspn(at, ".+"), 0);

	if (found || run(&o, &r))
		return found;
	/* Two lines for each function, the innermost first: its name, then "file:line". */
	for (const char *p = r.out.buf; *p && !found;) {
		const char *function = p, *place = p + strcspn(p, "\n"), *colon;
		unsigned long line = 0;
		bool shared;

		place += *place == '\n';
		colon = memchr(place, ':', strcspn(place, "\n"));
		if (colon)
			line = strtoul(colon + 1, NULL, 10);
		p = place + strcspn(place, "\n");
		p += *p == '\n';
		shared = *p && colon && colon - place > 1 && !strncmp(colon - 2, ".h", 2);
		found = (by_line ? line && !shared : true) &&
			is_of(l, f, function, strcspn(function, ".\n"), by_line ? line : 0);
	}
	run_release(&r);
	return found;
}

static void judge_lockdep(struct lab *l, const struct lab_kernel *k, const struct finding *f,
			  const char *report, struct lab_run *ret)
{
	const char *lock = NULL, *at = NULL, *wanted, *wanted_at;

	ret->seen = LAB_OTHER;
	ret->excerpt = excerpt(l->a, report, END_OF_LOCKDEP, EXCERPT_LINES);
	if (!read_held(l->a, report, HOLDS, &lock, &at))
		return;
	ret->lock = lock;
	/* A lock with a key of its own is called after that; then the place must be the very same.
	 */
	if (!taken_at(l, k, f, at, !is_named(f, lock)))
		return;
	ret->seen = LAB_LOCKDEP;
	/* On the way to the finding's lock there may be one that must not be taken there, either.
	 */
	if (read_held(l->a, report, WANTS, &wanted, &wanted_at) &&
	    !taken_at(l, k, f, wanted_at, !is_named(f, wanted)))
		ret->wanted = wanted;
}

/* ---- what else ------------------------------------------------------------------------------- */

static const struct rule_lab_sign *first_sign(struct lab *l, const char *text, const char **ret_at)
{
	const struct rule_lab_sign *found = NULL;

	for (size_t i = 0; i < l->rules->lab_signs.n; i++) {
		const struct rule_lab_sign *s = &l->rules->lab_signs.v[i];
		const char *at = strstr(text, s->text);

		if (at && (!found || at < *ret_at)) {
			found = s;
			*ret_at = at;
		}
	}
	return found;
}

static void judge_loader(struct lab *l, const char *id, const char *up, struct lab_run *ret)
{
	static const struct {
		const char *word;
		enum lab_seen seen;
	} words[] = {{"refused", LAB_REFUSED},
		     {"not attached", LAB_NOT_ATTACHED},
		     {"failed", LAB_FAILED}};
	const char *prefix = arena_printf(l->a, "relock-repro %s ", id);
	unsigned long long entered, called, came_back;
	long long returned;
	const char *p = up;

	while ((p = strstr(p, prefix))) {
		p += strlen(prefix);
		if (sscanf(p, "survived: entered %llu called %llu came-back %llu returned %lld",
			   &entered, &called, &came_back, &returned) == 4) {
			ret->seen = called ? LAB_SURVIVED : LAB_IDLE;
			ret->entered = entered;
			ret->called = called;
			ret->came_back = came_back;
			ret->returned = returned;
			ret->excerpt = excerpt(l->a, line_start(up, p), "survived", 1);
			return;
		}
		for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
			if (strncmp(p, words[i].word, strlen(words[i].word)) != 0)
				continue;
			ret->seen = words[i].seen;
			/* libbpf printed the verifier's words before. */
			ret->excerpt =
				excerpt(l->a, ret->seen == LAB_REFUSED ? up : line_start(up, p),
					words[i].word, 60);
			return;
		}
	}
	/* It was armed, and nothing more came: no report, no end. */
	ret->seen = strstr(up, "armed") ? LAB_HANG : LAB_DOWN;
	ret->excerpt = excerpt(l->a, up, NULL, EXCERPT_LINES);
}

void lab_judge(struct lab *l, const struct lab_kernel *k, const struct finding *f,
	       const char *console, struct lab_run *ret)
{
	const char *up = strstr(console, UP), *at = NULL;
	const struct rule_lab_sign *sign;
	size_t len = strlen(console);

	memset(ret, 0, sizeof(*ret));
	if (!up) {
		ret->seen = LAB_DOWN;
		at = strstr(console, PANIC);
		if (!at)
			at = console + (len > TAIL ? len - TAIL : 0);
		ret->excerpt = excerpt(l->a, line_start(console, at), NULL, EXCERPT_LINES);
		return;
	}
	sign = first_sign(l, up, &at);
	if (!sign) {
		judge_loader(l, f->id, up, ret);
		ret->kept_out = strstr(up, KEPT_OUT) != NULL;
		return;
	}
	if (sign->means == LAB_MEANS_LOCKDEP) {
		judge_lockdep(l, k, f, line_start(up, at), ret);
		return;
	}
	ret->seen = sign->means == LAB_MEANS_HANG ? LAB_HANG : LAB_OTHER;
	ret->excerpt = excerpt(l->a, line_start(up, at), NULL, EXCERPT_LINES);
}
