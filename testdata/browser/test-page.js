// SPDX-License-Identifier: MIT
// The HTML report in a real browser: node test-page.js WORKDIR, after make-pages.
// Nothing is let out: names do not resolve, the browser is offline, and every request is looked at.
"use strict";
const { test, before, after } = require("node:test");
const assert = require("node:assert/strict");
const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const { pathToFileURL } = require("node:url");

const work = path.resolve(process.argv[2]);
const modules = path.join(work, "node_modules");
const { chromium } = require(path.join(modules, "playwright-core"));
const axe = fs.readFileSync(path.join(modules, "axe-core/axe.min.js"), "utf8");
const names = fs.readdirSync(path.join(work, "pages")).map((f) => f.replace(".html", ""))
	.filter((name) => name !== "many"); // looked at by itself: it is large
const tabs = ["findings", "sections", "attach", "units", "rules"];
const desk = { width: 1280, height: 900 };
const phone = { width: 390, height: 844 };

// The shell is the same browser without windows, which take most of the time to make.
const program = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
	.flatMap((name) => process.env.PATH.split(":").map((dir) => path.join(dir, name)))
	.find((file) => fs.existsSync(file));
if (!program) {
	console.error("error: there is no Chromium, in which the page is tested; on Debian: apt install chromium");
	process.exit(1);
}

let browser;
before(async () => {
	browser = await chromium.launch({
		executablePath: program,
		args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update",
			"--disable-background-networking", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
	});
});
after(() => browser.close());

const address = (name, hash = "") => pathToFileURL(path.join(work, "pages", `${name}.html`)).href + hash;

// Opens page @name, gives it to @look, and sees that it stayed within itself.
async function open(name, options, look, hash = "") {
	const context = await browser.newContext({ viewport: desk, ...options });
	const trouble = [];
	try {
		await context.setOffline(true);
		const page = await context.newPage();
		page.setDefaultTimeout(10000);
		page.on("request", (r) => {
			if (r.url().split("#")[0] !== address(name) && !r.url().startsWith("data:"))
				trouble.push(`request: ${r.url()}`);
		});
		page.on("pageerror", (e) => trouble.push(`error: ${e.message}`));
		page.on("console", (m) => trouble.push(`console: ${m.text()}`));
		page.on("dialog", (d) => { trouble.push(`dialog: ${d.message()}`); d.dismiss(); });
		page.on("popup", (p) => trouble.push(`window: ${p.url()}`));
		await page.goto(address(name, hash));
		await look(page);
		assert.equal(page.url().split("#")[0], address(name), "the page was left");
		assert.deepEqual(trouble, []);
	} finally {
		await context.close();
	}
}

const check = (title, name, options, look, hash) => test(`${name}: ${title}`, () => open(name, options, look, hash));

const shown = (page) => page.$$eval("article", (all) => all.filter((a) => !a.hidden).map((a) => a.id));
const hashOf = (page) => page.evaluate(() => decodeURIComponent(location.hash));
// The page follows a link when the browser tells it of the new address, which is after the click.
const current = async (page) => {
	await page.waitForSelector("article[aria-current]");
	return page.$eval("article[aria-current]", (a) => a.id);
};
const pageShown = (page) => page.$$eval(".page", (all) => all.filter((p) => p.offsetHeight).map((p) => p.id));

// Texts of the report that cannot be seen: of elements without a box, or in something folded.
const unseen = (page) => page.evaluate(() => {
	const out = [];
	const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
	for (let node = walker.nextNode(); node; node = walker.nextNode()) {
		const up = node.parentElement;
		if (!node.textContent.trim() || up.closest(".js, .tools, option, .hidden, td.na span"))
			continue;
		const range = document.createRange();
		range.selectNodeContents(node);
		if (![...range.getClientRects()].some((r) => r.width && r.height) || !up.checkVisibility())
			out.push(`${up.tagName}: ${node.textContent.trim().slice(0, 60)}`);
	}
	return out;
});

// Shows one page of the report, all unfolded.
async function turnTo(page, tab) {
	await page.evaluate((t) => { location.hash = t; }, tab);
	await page.waitForFunction((t) => document.getElementById(t).offsetHeight > 0, tab);
	await page.evaluate(() => {
		for (const d of document.querySelectorAll("details"))
			d.open = true;
	});
}

// ---- what every page must do ------------------------------------------------------------------------

for (const name of names) {
	check("no script: all of it can be read", name, { javaScriptEnabled: false }, async (page) => {
		// What is folded without the script, the browser unfolds by itself.
		for (const summary of (await page.locator("details:not([open]) > summary").all()).reverse().slice(0, 20))
			await summary.click();
		assert.deepEqual(await unseen(page), []);
		assert.equal(await page.locator(".js:visible").count(), 0, "a control that does nothing is shown");
		assert.deepEqual(await pageShown(page), tabs);
	});

	// A page is opened once for all that can be asked of it in turn: opening takes longer than asking.
	test(`${name}: for readers of every kind`, (t) => open(name, {}, async (page) => {
		await t.test("the bar is one line at 1280 pixels", async () => {
			const height = await page.$eval(".bar", (b) => b.offsetHeight);
			assert.ok(height < 60, `the bar is ${height} pixels high`);
		});

		await t.test("its text is text, and no link leaves it", async () => {
			assert.equal(await page.locator("script").count(), 1);
			assert.equal(await page.locator("style").count(), 1);
			assert.equal(await page.locator("img, iframe, object, embed, base, audio, video, image, use, foreignObject").count(), 0);
			assert.deepEqual(await page.$$eval("*", (all) => all.flatMap((e) => [...e.attributes])
				.filter((a) => a.name.startsWith("on") || a.name === "srcdoc" || a.name === "style" ||
					(/^(href|src|action|xlink:href)$/.test(a.name) && !/^(#|data:,$)/.test(a.value)))
				.map((a) => `${a.name}=${a.value}`)), []);
			const dead = await page.$$eval("a[href^='#']", (all) => all.map((a) => decodeURIComponent(a.hash.slice(1)))
				.filter((id) => id && !document.getElementById(id)));
			assert.deepEqual(dead, [], "links to nothing");
			const ids = await page.$$eval("[id]", (all) => all.map((e) => e.id));
			assert.equal(new Set(ids).size, ids.length, "two elements with one id");
		});

		await t.test("print: all of it, without controls, black on white", async () => {
			await page.emulateMedia({ media: "print", colorScheme: "dark" });
			assert.deepEqual(await unseen(page), []);
			assert.equal(await page.locator(".bar:visible, .tools:visible, .js:visible, main button:not(th button):visible").count(), 0);
			assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
			const folded = await page.$$eval("details:not([open])", (d) => d.length);
			assert.ok((await page.pdf()).length > 5000);
			assert.equal(await page.$$eval("details:not([open])", (d) => d.length), folded, "printing unfolded things");
			await page.emulateMedia({ media: "screen", colorScheme: "light" });
		});

		for (const viewport of [phone, { width: 320, height: 640 }])
			await t.test(`${viewport.width} pixels: nothing scrolls sideways`, async () => {
				await page.setViewportSize(viewport);
				await page.reload();
				for (const tab of tabs) {
					await turnTo(page, tab);
					const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
					assert.ok(wide <= 0, `${tab} is ${wide} pixels too wide`);
				}
			});
		await page.setViewportSize(desk);

		await page.reload();
		await page.evaluate(axe);
		for (const tab of tabs)
			await t.test(`axe finds nothing in ${tab}, in the light and in the dark`, async () => {
				await turnTo(page, tab);
				// Dark is nothing but other colours, and only these rules of axe look at colours.
				for (const [colorScheme, runOnly] of [["light", undefined], ["dark", ["color-contrast", "link-in-text-block"]]]) {
					await page.emulateMedia({ colorScheme });
					const found = await page.evaluate((only) => axe.run(document, {
						resultTypes: ["violations"], ...(only ? { runOnly: only } : {}) }), runOnly);
					assert.deepEqual(found.violations.map((v) => `${colorScheme}: ${v.id}: ${v.nodes[0].html.slice(0, 200)}`), []);
					assert.equal(found.passes.length + found.incomplete.length + found.inapplicable.length > 0, true, "no rule ran");
				}
			});
	}));
}

// ---- what a reader does -----------------------------------------------------------------------------

check("search and filter, kept in the address", "full", {}, async (page) => {
	const all = await shown(page);
	assert.ok(all.length >= 4);
	await page.fill("input[name=q]", "BOTH orders");
	assert.deepEqual(await shown(page), ["f-00000000deadbeef"]);
	assert.equal(await page.textContent("#count"), `1 of ${all.length}`);
	assert.equal(await hashOf(page), "#q=BOTH+orders");
	await page.fill("input[name=q]", "");
	assert.equal(await hashOf(page), "");
	await page.selectOption("select[name=severity]", "note");
	assert.deepEqual(await shown(page), ["f-0123456789abcdef", "f-1111111111111111"]);
	await page.selectOption("select[name=lock]", "pan.lock");
	assert.deepEqual(await shown(page), ["f-1111111111111111"]);
	const hash = await hashOf(page);
	assert.equal(hash, "#severity=note&lock=pan.lock");
	await page.reload();
	assert.deepEqual(await shown(page), ["f-1111111111111111"], "the filter did not outlive a reload");
	await page.click("button[type=reset]");
	await page.waitForFunction((n) => document.querySelectorAll("article:not([hidden])").length === n, all.length);
	assert.equal(await hashOf(page), "");
	await page.fill("input[name=q]", "zebra");
	assert.deepEqual(await shown(page), []);
	assert.ok(await page.isVisible("text=No finding fits"), "nothing says why the list is empty");
});

check("an address with a filter that this report cannot have", "full", {}, async (page) => {
	assert.deepEqual(await shown(page), (await page.$$eval("article", (a) => a.map((x) => x.id))));
}, "#rule=RL999&page=nowhere&at=%E0%A4%A");

check("search in tables", "bug", {}, async (page) => {
	const rows = () => page.locator("#attach tbody tr:visible").count();
	const all = await rows();
	assert.ok(all > 2);
	await page.fill("input[name=q]", "pour");
	const some = await rows();
	assert.ok(some > 0 && some < all);
	assert.equal(await hashOf(page), "#q=pour&page=attach");
}, "#attach");

check("tables are sorted by a click", "bug", {}, async (page) => {
	const names = () => page.$$eval("#attach tbody", (blocks) => blocks.map((block) =>
		[...block.rows].filter((r) => !r.matches(".block")).map((r) => r.cells[0].textContent.trim())));
	const heads = () => page.$$eval("#attach tbody", (blocks) => blocks.map((block) => block.rows[0].className));
	const button = page.locator("#attach thead button").first();
	await button.click();
	const up = await names();
	assert.ok(up.some((block) => block.length > 1));
	assert.deepEqual(up, up.map((block) => [...block].sort()));
	assert.equal(await page.getAttribute("#attach thead th", "aria-sort"), "ascending");
	await button.click();
	assert.deepEqual(await names(), up.map((block) => [...block].reverse()));
	assert.deepEqual(new Set(await heads()), new Set(["block"]), "a verdict does not stand above its rows");
}, "#attach");

check("keys", "full", {}, async (page) => {
	const ids = await page.$$eval("article", (a) => a.map((x) => x.id));
	const isOpen = (id) => page.$eval(`#${id} > details`, (d) => d.open);
	await page.keyboard.press("j");
	assert.equal(await current(page), ids[0]);
	await page.keyboard.press("j");
	assert.equal(await current(page), ids[1]);
	assert.equal(await hashOf(page), `#${ids[1]}`);
	const was = await isOpen(ids[1]);
	await page.keyboard.press("o");
	assert.equal(await isOpen(ids[1]), !was);
	await page.keyboard.press("k");
	assert.equal(await current(page), ids[0]);
	await page.keyboard.press("k");
	assert.equal(await current(page), ids[0], "before the first there is none");
	for (let i = 0; i < tabs.length; i++) {
		await page.keyboard.press(`${i + 1}`);
		assert.deepEqual(await pageShown(page), [tabs[i]]);
	}
	await page.keyboard.press("j");
	assert.deepEqual(await pageShown(page), ["findings"], "j goes to a finding from every page");
	await page.keyboard.press("/");
	await page.keyboard.type("jot?");
	assert.equal(await page.inputValue("input[name=q]"), "jot?", "keys are letters in the search field");
	await page.keyboard.press("Escape");
	await page.keyboard.press("?");
	assert.ok(await page.isVisible("#help"));
	await page.keyboard.press("t");
	assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), undefined);
	await page.keyboard.press("Escape");
	assert.ok(!await page.isVisible("#help"));
	await page.keyboard.press("Control+k");
	assert.deepEqual(await pageShown(page), ["findings"]);
});

check("a deep link to a finding", "full", {}, async (page) => {
	assert.equal(await current(page), "f-00000000deadbeef");
	assert.ok(await page.$eval("#f-00000000deadbeef > details", (d) => d.open));
	const top = await page.$eval("#f-00000000deadbeef", (a) => a.getBoundingClientRect().top);
	assert.ok(top >= 0 && top < 300, `it is at ${top}`);
}, "#f-00000000deadbeef");

check("a deep link to a step, with the page folded", "full", {}, async (page) => {
	const step = page.locator("[id='f-00000000deadbeef-2-2']");
	assert.ok(await step.isVisible());
	const box = await step.boundingBox();
	assert.ok(box.y >= 0 && box.y < 900, `it is at ${box.y}`);
	await page.evaluate(() => { location.hash = "f-7f3a9c1e00d2b641-5"; });
	await page.waitForFunction(() => {
		const r = document.getElementById("f-7f3a9c1e00d2b641-5").getBoundingClientRect();
		return r.height && r.top >= 0 && r.top < innerHeight;
	});
}, "#f-00000000deadbeef-2-2");

check("a deep link beats a filter", "full", {}, async (page) => {
	await page.evaluate(() => { location.hash = "f-00000000deadbeef"; });
	await page.waitForFunction(() => !document.getElementById("f-00000000deadbeef").hidden);
	assert.equal(await page.inputValue("select[name=severity]"), "all".slice(3));
}, "#severity=error");

check("a rung of the drawing leads to its step", "full", {}, async (page) => {
	await page.locator("#f-7f3a9c1e00d2b641 svg g").nth(3).click();
	assert.equal(await hashOf(page), "#f-7f3a9c1e00d2b641-4");
	assert.ok(await page.isVisible("[id='f-7f3a9c1e00d2b641-4']"));
});

check("the matrix and a table lead to a finding", "bug", {}, async (page) => {
	const id = await page.$eval("article", (a) => a.id);
	await page.locator(`.matrix a[href="#${id}"]`).first().click();
	assert.equal(await current(page), id);
	await page.keyboard.press("3");
	await page.locator(`#attach a[href="#${id}"]`).first().click();
	await page.waitForFunction(() => document.getElementById("findings").offsetHeight > 0);
	assert.deepEqual(await pageShown(page), ["findings"]);
	await page.goBack();
	await page.waitForFunction(() => document.getElementById("attach").offsetHeight > 0);
});

check("theme: as the system has it, light, dark, and kept", "full", { colorScheme: "dark" }, async (page) => {
	const dark = () => page.evaluate(() => {
		const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
		return r + g + b < 384;
	});
	assert.ok(await dark());
	await page.click("#theme");
	assert.ok(!await dark());
	await page.click("#theme");
	assert.ok(await dark());
	await page.emulateMedia({ colorScheme: "light" });
	assert.ok(await dark(), "dark was chosen");
	await page.reload();
	assert.ok(await dark(), "the choice did not outlive a reload");
	await page.keyboard.press("t");
	assert.ok(!await dark(), "light is what the system has now");
});

check("copy of a link", "full", { permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
	const button = page.locator("#f-7f3a9c1e00d2b641 [data-copy]");
	await button.click();
	await page.waitForFunction(() => document.getElementById("status").textContent === "Link copied");
	const link = await page.evaluate(() => navigator.clipboard.readText());
	assert.equal(link, address("full", "#f-7f3a9c1e00d2b641"));
	assert.match(await button.textContent(), /copied/);
	await page.goto(link);
	assert.equal(await current(page), "f-7f3a9c1e00d2b641");
	await page.keyboard.press("j");
	await page.keyboard.press("y");
	const id = await current(page);
	await page.waitForFunction((end) => navigator.clipboard.readText().then((t) => t.endsWith(end)), id);
});

check("source lines that stand elsewhere are at their step, too", "compared", {}, async (page) => {
	const first = await page.$$eval("article:first-of-type .src", (all) => all.map((e) => e.textContent));
	assert.ok(first.length > 0);
	for (const lines of await page.$$eval("article", (all) => all.map((a) =>
		[...a.querySelectorAll(".src")].map((e) => e.textContent))))
		assert.deepEqual(lines, first, "all of these findings have the same ladder");
	assert.equal(await page.locator(".same").count(), 0);
});

check("a hundred findings: those without source lines are whole otherwise", "many", {}, async (page) => {
	const ids = await page.$$eval("article", (all) => all.map((a) => a.id));
	assert.equal(ids.length, 100);
	assert.equal(await page.locator("article figure svg").count(), 100);
	const dead = await page.$$eval("a[href^='#']", (all) => all.map((a) => decodeURIComponent(a.hash.slice(1)))
		.filter((id) => id && !document.getElementById(id)));
	assert.deepEqual(dead, [], "links to nothing");
	assert.equal(await page.locator(".same").count(), 0);
	// The last one has no source lines; its steps are there, and can be linked to.
	const last = page.locator(`#${ids[99]}`);
	assert.equal(await last.locator(".src").count(), 0);
	await page.evaluate((id) => { location.hash = `${id}-11`; }, ids[99]);
	const step = page.locator(`[id='${ids[99]}-11']`);
	assert.match(await step.innerText(), /wants bpf_local_storage\.lock/);
	assert.ok(await step.isVisible());
	// What was tried of it is there, of every second one.
	assert.match(await last.innerText(), /confirmed on Linux .* in a virtual machine/);
	await page.fill("input[name=q]", "bpf_some_helper_042");
	assert.deepEqual(await shown(page), [ids[42]]);
	await page.evaluate(axe);
	const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
	assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes[0].html.slice(0, 200)}`), []);
});

check("cells as high as several rows: each row has its own before it is moved or searched", "many", {}, async (page) => {
	const rows = () => page.$$eval("#attach tbody tr:not(.block)", (all) => all.map((r) => r.cells.length));
	const before = await rows();
	assert.ok(before.some((n) => n < 5), "nothing in this table is said once for several rows");
	await page.keyboard.press("3");
	assert.deepEqual(new Set(await rows()), new Set([5]));
	assert.equal(await page.locator("#attach td[rowspan]").count(), 0);
	// Each cell stands in its column.
	for (const [column, look] of [[0, /^bpf_some_function_\d+:\d+$/], [1, /^kernel\/bpf\/much\.c$/], [2, /^fentry, /],
		[3, /^(likely|possible) /], [4, /lock|^$/]])
		for (const text of await page.$$eval("#attach tbody tr:not(.block)", (all, c) => all.map((r) => r.cells[c].textContent.trim()), column))
			assert.match(text, look);
	const ids = await page.$$eval("[id]", (all) => all.map((e) => e.id));
	assert.equal(new Set(ids).size, ids.length, "two elements with one id");
});

check("names in the list of a section lead to their rows", "many", {}, async (page) => {
	const list = page.locator("#sections td details").last();
	const before = (await list.textContent()).replace(/\s+/g, " ");
	await list.locator("summary").click();
	const link = list.locator("p a").first();
	const name = await link.textContent();
	assert.equal((await list.textContent()).replace(/\s+/g, " "), before, "the list reads otherwise now");
	await link.click();
	await page.waitForFunction(() => document.getElementById("attach").offsetHeight > 0);
	const row = await page.evaluate(() => document.getElementById(decodeURIComponent(location.hash.slice(1))).textContent);
	assert.ok(row.startsWith(name), row);
}, "#sections");

// ---- hostile trees ----------------------------------------------------------------------------------

for (const name of ["hostile", "evil"])
	check("markup of the tree stays text", name, {}, async (page) => {
		const text = await page.evaluate(() => document.querySelector("main").textContent);
		assert.equal(await page.evaluate(() => typeof window.pwned), "undefined");
		assert.equal(await page.locator("svg[onload], main script, b b").count(), 0);
		for (const part of name === "evil" ? ["<script>alert('1')</script>", "&amp;", "![i](http://f)"]
			: ["onerror=pwned('name')>&amp;.c", "<svg onload=pwned('file')>", "</pre></script><img src=x onerror=\"pwned('comment')\"",
				"drain_\u00e9$"])
			assert.ok(text.includes(part), `'${part}' is not in the text`);
		assert.ok(!/[\u202a-\u202e\u2066-\u2069]/.test(text), "a character that turns text around");
	});

// ---- nothing found ----------------------------------------------------------------------------------

check("a page without findings says what was analysed, and what that proves", "clean", {}, async (page) => {
	assert.match(await page.textContent("h1"), /No way back to a held lock was found/);
	const text = await page.innerText("#findings");
	assert.match(text, /1 of 1 units?/i);
	assert.match(text, /What this proves/i);
	assert.match(text, /It says nothing of/);
	assert.match(text, /RL101/);
	assert.equal(await page.locator(".matrix td.raised").count() > 0, true);
	assert.equal(await page.locator("article").count(), 0);
	assert.match(await page.title(), /Linux 6\.12\.0/);
});

// ---- the tests themselves ---------------------------------------------------------------------------

test("a request would be seen, and the policy of the page would stop it", async () => {
	let asked = 0;
	const server = http.createServer((_, answer) => { asked++; answer.end(); });
	await new Promise((done) => { server.listen(0, "127.0.0.1", done); });
	const image = `<img src="http://127.0.0.1:${server.address().port}/x">`;
	const file = path.join(work, "leak.html");
	const text = fs.readFileSync(path.join(work, "pages/empty.html"), "utf8");
	try {
		for (const policy of [true, false]) {
			const broken = text.replace("<main ", `${image}<main `);
			fs.writeFileSync(file, policy ? broken : broken.replace(/<meta http-equiv=[^>]*>/, ""));
			const page = await browser.newPage();
			await page.goto(pathToFileURL(file).href);
			await page.close();
			assert.equal(asked, policy ? 0 : 1);
		}
	} finally {
		server.close();
		fs.rmSync(file);
	}
});
