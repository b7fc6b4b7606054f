// SPDX-License-Identifier: MIT
#include "base/progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define QUIET_MS 1000 /* nothing is shown before */
#define REDRAW_MS 100

static struct {
	bool on;
	bool tty;
	bool shown; /* there is a line on the terminal now */
	char stage[128];
	size_t done, total;
	long start, drawn; /* ms */
} p;

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void progress_start(enum progress_mode mode)
{
	p.tty = isatty(STDERR_FILENO);
	p.on = mode == PROGRESS_ALWAYS || (mode == PROGRESS_AUTO && p.tty);
	p.start = now_ms();
}

static int terminal_width(void)
{
	struct winsize ws;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 1)
		return ws.ws_col;
	return 80;
}

static void draw(bool must)
{
	char line[256];
	long now;

	if (!p.on || !p.stage[0])
		return;
	now = now_ms();
	if (now - p.start < QUIET_MS || (!must && now - p.drawn < REDRAW_MS))
		return;
	p.drawn = now;
	if (p.total)
		snprintf(line, sizeof(line), "%s %zu of %zu", p.stage, p.done, p.total);
	else
		snprintf(line, sizeof(line), "%s", p.stage);
	/* A line as wide as the terminal would wrap and could not be wiped. */
	fprintf(stderr, "\r%.*s\033[K", terminal_width() - 1, line);
	fflush(stderr);
	p.shown = true;
}

void progress_stage(const char *stage, size_t total)
{
	snprintf(p.stage, sizeof(p.stage), "%s", stage);
	p.done = 0;
	p.total = total;
	if (p.on && !p.tty)
		fprintf(stderr, "relock: %s\n", p.stage);
	else
		draw(true);
}

void progress_update(size_t done, size_t total)
{
	p.done = done;
	p.total = total;
	if (p.tty)
		draw(done == total);
}

void progress_tick(void)
{
	if (p.tty && !p.shown)
		draw(false);
}

void progress_hide(void)
{
	if (!p.shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	p.shown = false;
}

void progress_end(void)
{
	progress_hide();
	p.on = false;
}
