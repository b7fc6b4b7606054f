// SPDX-License-Identifier: MIT
#include "help.h"

#include <string.h>

#define PARA(text)                                                                                 \
	{                                                                                          \
		HELP_PARA, NULL, text                                                              \
	}
#define ITEM(term, text)                                                                           \
	{                                                                                          \
		HELP_ITEM, term, text                                                              \
	}
#define CODE(text)                                                                                 \
	{                                                                                          \
		HELP_CODE, NULL, text                                                              \
	}
#define END                                                                                        \
	{                                                                                          \
		HELP_END, NULL, NULL                                                               \
	}

static const struct help_block exit_status[] = {
	ITEM("0", "There is nothing at or above --fail-on."),
	ITEM("1",
	     "There are findings at or above it. With --baseline or --since only new ones count; "
	     "suppressed ones never do. Only check and diff end with 1."),
	ITEM("2", "Usage, configuration or environment is wrong; nothing was analysed. One line on "
		  "standard error says what, where and what to do."),
	ITEM("3", "Analysed in part: some units could not be read, and are listed with their first "
		  "error. Where there are findings too, 1 is the status. Of repro: the program is "
		  "written, and its README says what is missing. Of lab: some findings could not "
		  "be tried."),
	END,
};

static const struct help_block formats[] = {
	PARA("--output FORMAT[:FILE] says how and where to report. It may be given several times; "
	     "without it, text goes to standard output. Nothing but the report does: progress and "
	     "trouble go to standard error. The same input gives the same bytes."),
	ITEM("text", "For people: ladder, scenario, remedies."),
	ITEM("short", "A line a finding, in the shape of a compiler's."),
	ITEM("lore", "For a mail to a list: 75 columns, ASCII, no escapes."),
	ITEM("json", "Everything, with a schema; what diff and explain read."),
	ITEM("sarif", "SARIF 2.1.0, within GitHub's limits."),
	ITEM("html", "A page in one file that asks for nothing elsewhere."),
	ITEM("github",
	     "Annotations of a workflow: the worst nine, and a line for the rest. The summary "
	     "is appended to $GITHUB_STEP_SUMMARY."),
	ITEM("markdown", "For a comment or a summary."),
	ITEM("gitlab", "GitLab's code quality report."),
	ITEM("rdjson", "For reviewdog."),
	ITEM("checkstyle", "XML for many tools."),
	ITEM("junit", "XML for test reports."),
	ITEM("dot", "The ladders, for graphviz."),
	PARA("sections takes text, json and dot; attach text, json and bpftrace; whatif, diff and "
	     "lab text and json."),
	END,
};

static const struct help_block environment[] = {
	ITEM("ARCH", "The kernel's architecture, where --arch does not say."),
	ITEM("NO_COLOR", "Not empty: no colours, unless --color=always."),
	ITEM("TERM", "dumb: no colours."),
	ITEM("XDG_CACHE_HOME, HOME", "Where the cache is, where --cache does not say."),
	ITEM("RELOCK_RULES_DIR", "Rules to use instead of those that came with relock."),
	ITEM("SOURCE_DATE_EPOCH", "The day that suppressions are looked at for; default: today."),
	ITEM("GITHUB_STEP_SUMMARY", "--output github appends its summary to that file."),
	END,
};

static const struct help_block known[] = {
	CODE("relock check TREE --write-baseline known.txt   what is there now is known\n"
	     "relock check TREE --baseline known.txt         only what is not in there counts\n"
	     "relock check TREE --since v6.12                TREE is a git checkout: what v6.12 "
	     "has "
	     "is known\n"
	     "relock check TREE --suppressions file.txt      what somebody has looked at\n"
	     "relock check TREE --evidence lab.json          what a virtual machine showed of them\n"
	     "relock diff old.json new.json                  two reports"),
	PARA("A finding is known by its id: a hash of rule, function, entry, lock, guard and "
	     "context. "
	     "It stays when lines move, code is reformatted, files are renamed or something else "
	     "is "
	     "edited. A finding that got worse is new."),
	PARA("A baseline is sorted text, a line each; only the id is needed, and what follows # is "
	     "the "
	     "reason. An entry that matches nothing is reported and fails nothing."),
	PARA("A suppression is an id, or rule, function and lock class; then until YYYY-MM-DD, if "
	     "it is "
	     "to end; then # and the reason, which is required."),
	END,
};

static const struct help_block project[] = {
	PARA("Options of a project stand in .relock.yaml at the top of TREE; --project FILE names "
	     "another file, --no-project does without."),
	CODE("# .relock.yaml\n"
	     "scope: [kernel/bpf, net/core]\n"
	     "config: tools/relock/config\n"
	     "fail-on: warning\n"
	     "suppressions: tools/relock/known.txt"),
	PARA("The names are those of the command line, and mean the same; options without a value "
	     "are true or false. What the command line says counts, except that rules of both are "
	     "read. A mistake is told with its line and column, and ends the command with 2."),
	ITEM("scope", "A folder or file of the tree, or a list of them."),
	ITEM("all, sparse, offline", "true or false."),
	ITEM("arch, fail-on", "A value."),
	ITEM("rules, evidence", "A path, or a list of them."),
	ITEM("config, build, vmlinux, functions, baseline, suppressions",
	     "A path. Paths are relative to the folder of the file."),
	PARA("The file comes with the tree, which may be a stranger's. So nothing else can be set in "
	     "it: nothing that writes a file, or is about the machine. Paths in the tree's own file "
	     "must lead to what is in the tree. It can still hide a finding, as any change of a "
	     "baseline or of suppressions can: who lets a stranger's patch pass by relock's exit "
	     "status reads the patch to these, too, or gives --no-project."),
	END,
};

static const struct help_block trust[] = {
	PARA("A tree is read as data, with one exception: the compile commands. Without --build, "
	     "or "
	     "with --build and no compile_commands.json, relock asks the tree's own Makefiles for "
	     "them, and make executes what these say, also in a dry run (make -n). With --since "
	     "the "
	     "Makefiles of that revision are executed as well."),
	PARA("So analyse a stranger's patch where it can do no harm: without secrets, with a token "
	     "that "
	     "can only read, in a container or on a runner that is thrown away."),
	PARA("--offline executes nothing of the tree. It needs --build DIR with a "
	     "compile_commands.json, or a build that is there already."),
	END,
};

const struct help_topic help_exit_status = { "exit-status", "what relock ends with", 7,
					     exit_status };

const struct help_topic help_topics[] = {
	{ "exit-status", "what relock ends with", 7, exit_status },
	{ "formats", "what --output takes", 7, formats },
	{ "environment", "variables that relock looks at", 7, environment },
	{ "known", "only what is new: baselines, revisions, suppressions", 7, known },
	{ "project", ".relock.yaml: options of a project", 7, project },
	{ "trust", "what of a tree is executed", 7, trust },
	{ NULL, NULL, 0, NULL },
};

const struct help_topic *help_find_topic(const char *name)
{
	for (const struct help_topic *t = help_topics; t->name; t++) {
		if (!strcmp(t->name, name))
			return t;
	}
	return NULL;
}
