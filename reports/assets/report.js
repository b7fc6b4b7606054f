// SPDX-License-Identifier: MIT
// What the page can do beyond being read: pages, filters that live in the address, keys, sorting.
"use strict";
(() => {
	const $ = (selector, from = document) => [...from.querySelectorAll(selector)];
	const root = document.documentElement;
	const form = document.getElementById("filter");
	const help = document.getElementById("help");
	const status = document.getElementById("status");
	const nothing = document.getElementById("nothing");
	const articles = $("article");
	const rows = $(".sortable tbody tr:not(.block)");
	const pages = $(".page");
	const links = $(".bar nav a");
	const fields = ["q", "severity", "rule", "lock", "state"];
	// Source lines stand in the page once; where they are needed again, they are copied here.
	for (const a of $(".same")) {
		const lines = document.getElementById(a.hash.slice(1)).cloneNode(true);
		lines.removeAttribute("id");
		a.replaceWith(lines);
	}

	// The number of a step leads to it, for whoever wants to pass that on.
	for (const a of $(".path a:not([href]):first-child"))
		a.href = `#${a.closest("li").id}`;

	// A cell that is as high as several rows is put into each of them, before they are looked at.
	const grids = new Set($(".sortable"));
	function settle(table) {
		if (!grids.delete(table))
			return;
		for (const cell of $("td[rowspan]", table)) {
			let row = cell.parentNode;
			const column = places.get(cell);
			for (let n = cell.rowSpan; --n > 0;) {
				row = row.nextElementSibling;
				const copy = cell.cloneNode(true);
				copy.removeAttribute("rowspan");
				for (const named of $("[id]", copy))
					named.removeAttribute("id");
				places.set(copy, column);
				row.insertBefore(copy, [...row.cells].find((c) => places.get(c) > column) || null);
			}
			cell.removeAttribute("rowspan");
		}
	}
	// The column of each cell: those in front of it may stand in a row above.
	const places = new Map();
	for (const body of $(".sortable tbody")) {
		const until = []; // by column: the first row that its cell does not reach
		[...body.rows].forEach((row, y) => {
			let column = 0;
			for (const cell of row.cells) {
				while (until[column] > y)
					column++;
				places.set(cell, column);
				if (cell.rowSpan > 1)
					until[column] = y + cell.rowSpan;
				column++;
			}
		});
	}

	// Names of attach points in folded lists lead to their rows.
	const named = new Map($("#attach td:first-child:not([colspan])").map((cell) => [cell.firstChild.data, cell.parentNode]));
	document.addEventListener("toggle", (e) => {
		if (!e.target.matches("#sections details") || e.target.dataset.linked)
			return;
		e.target.dataset.linked = "yes";
		for (const p of $("p", e.target)) {
			const text = p.lastChild;
			if (!p.querySelector("b"))
				continue;
			text.before(" ");
			for (const name of text.data.trim().split(", ")) {
				const row = named.get(name);
				const a = document.createElement(row ? "a" : "span");
				a.textContent = name;
				if (row)
					a.href = `#${row.id ||= `a-${name}`}`;
				text.before(a, ", ");
			}
			text.previousSibling.remove();
			text.remove();
		}
	}, true);

	const texts = new Map();
	let current = null; // the finding that j, k, o and y are about

	const say = (text) => { status.textContent = text; };
	const textOf = (node) => {
		if (!texts.has(node))
			texts.set(node, node.textContent.toLowerCase());
		return texts.get(node);
	};
	const value = (name) => (form.elements[name] ? form.elements[name].value : "");
	const reduced = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

	// ---- the address: "#f-ID" and its like, or "#q=...&rule=...&page=...&at=f-ID" ----

	let page = "findings";

	function address() {
		const params = new URLSearchParams();
		for (const name of fields)
			if (value(name))
				params.set(name, value(name));
		const at = page === "findings" && current ? current.id : "";
		if (![...params].length)
			return at || (page === "findings" ? "" : page);
		if (page !== "findings")
			params.set("page", page);
		if (at)
			params.set("at", at);
		return params.toString();
	}

	function remember() {
		const hash = address();
		if (hash !== location.hash.slice(1))
			history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
	}

	function readAddress() {
		const hash = location.hash.slice(1);
		let target = hash;
		page = "findings";
		if (hash.includes("=")) {
			const params = new URLSearchParams(hash);
			for (const name of fields)
				if (form.elements[name])
					form.elements[name].value = params.get(name) || "";
			// A value that this report does not have would leave a select empty.
			for (const select of $("select", form))
				if (select.selectedIndex < 0)
					select.selectedIndex = 0;
			if (pages.some((p) => p.id === params.get("page")))
				page = params.get("page");
			target = params.get("at") || "";
		}
		let node = null;
		try {
			node = document.getElementById(decodeURIComponent(target));
		} catch {
			node = document.getElementById(target);
		}
		const home = node && node.closest(".page");
		if (home)
			page = home.id;
		// Who follows a link to something wants to see it, whatever was filtered.
		const item = node && node.closest("article, .sortable tbody tr:not(.block)");
		if (item && !hash.includes("="))
			for (const name of fields)
				if (form.elements[name])
					form.elements[name].value = "";
		filter();
		showPage();
		if (item && item.matches("article"))
			select(item, false);
		if (node && node !== home) {
			for (let up = node; up; up = up.parentElement)
				if (up.matches("details"))
					up.open = true;
			for (const inner of $(":scope > details", node))
				inner.open = true;
			node.scrollIntoView({ block: "start", behavior: "instant" });
		} else if (node) {
			scrollTo({ top: 0, behavior: "instant" });
		}
	}

	// ---- pages and filters ----

	function showPage() {
		for (const p of pages)
			p.classList.toggle("off", p.id !== page);
		for (const table of $(`#${page} .sortable`))
			settle(table);
		for (const a of links)
			if (a.hash === `#${page}`)
				a.setAttribute("aria-current", "page");
			else
				a.removeAttribute("aria-current");
		count();
	}

	function filter() {
		const words = value("q").toLowerCase().split(/\s+/).filter(Boolean);
		const found = (node) => words.every((w) => textOf(node).includes(w));
		for (const a of articles) {
			const fits = fields.slice(1).every((name) => !value(name) || a.dataset[name] === value(name));
			a.hidden = !(fits && found(a));
		}
		if (nothing)
			nothing.hidden = articles.some((a) => !a.hidden);
		if (words.length)
			for (const table of grids)
				settle(table);
		for (const row of rows)
			row.hidden = !found(row);
		for (const body of $(".sortable tbody"))
			body.hidden = [...body.rows].every((row) => row.hidden || row.matches(".block"));
		if (current && current.hidden)
			select(null, false);
	}

	function count() {
		const list = page === "findings" ? articles : rows.filter((r) => r.closest(".page").id === page);
		const shown = list.filter((n) => !n.hidden).length;
		document.getElementById("count").textContent = list.length ? `${shown} of ${list.length}` : "";
	}

	// Not at the form: the choices belong to it and stand elsewhere.
	document.addEventListener("input", (e) => {
		if (e.target.form === form) {
			filter();
			count();
			remember();
		}
	});
	form.addEventListener("submit", (e) => e.preventDefault());
	form.addEventListener("reset", () => setTimeout(() => { filter(); count(); remember(); }));

	// ---- findings ----

	function select(article, go) {
		if (current)
			current.removeAttribute("aria-current");
		current = article;
		if (!article)
			return;
		article.setAttribute("aria-current", "true");
		if (go) {
			article.querySelector("summary").focus({ preventScroll: true });
			article.scrollIntoView({ block: "start", behavior: reduced() ? "instant" : "auto" });
			remember();
		}
	}

	function step(by) {
		const shown = articles.filter((a) => !a.hidden);
		if (!shown.length)
			return;
		if (page !== "findings") {
			page = "findings";
			showPage();
		}
		const at = shown.indexOf(current);
		select(shown[at < 0 ? (by > 0 ? 0 : shown.length - 1) : Math.min(Math.max(at + by, 0), shown.length - 1)], true);
	}

	async function copyLink(id) {
		const link = `${location.href.split("#")[0]}#${id}`;
		try {
			await navigator.clipboard.writeText(link);
			say("Link copied");
			return true;
		} catch {
			say(`The browser does not let this page copy: ${link}`);
			return false;
		}
	}

	document.addEventListener("click", async (e) => {
		const button = e.target.closest("[data-copy]");
		if (button) {
			const old = button.textContent;
			button.textContent = await copyLink(button.closest("article").id) ? "copied" : "cannot copy here";
			setTimeout(() => { button.textContent = old; }, 1500);
			return;
		}
		const rung = e.target.closest("svg g");
		if (rung) {
			const steps = rung.closest("figure").nextElementSibling.querySelector("ol");
			location.hash = steps.children[$("g", rung.parentNode).indexOf(rung)].id;
			return;
		}
		const link = e.target.closest("a[href^='#']");
		if (link && link.hash === location.hash)
			readAddress(); // the browser tells nobody when the address stays the same
	});

	// ---- tables ----

	const keyOf = (row, column) => {
		const cell = row.cells[column];
		const text = cell.textContent.trim();
		return /^\d/.test(text) ? Number.parseInt(text, 10) : text;
	};

	function sort(table, column, header) {
		const down = header.getAttribute("aria-sort") === "ascending";
		for (const th of $("th", table.tHead))
			th.removeAttribute("aria-sort");
		header.setAttribute("aria-sort", down ? "descending" : "ascending");
		for (const body of table.tBodies)
			body.append(...[...body.rows].filter((row) => !row.matches(".block")).sort((a, b) => {
				const x = keyOf(a, column), y = keyOf(b, column);
				const by = typeof x === "number" ? x - y : x < y ? -1 : x > y ? 1 : 0;
				return down ? -by : by;
			}));
		say(`Sorted by ${header.textContent}, ${down ? "descending" : "ascending"}`);
	}

	for (const table of $(".sortable"))
		$("th", table.tHead).forEach((th, column) => {
			const button = document.createElement("button");
			button.type = "button";
			button.append(...th.childNodes);
			th.append(button);
			button.addEventListener("click", () => sort(table, column, th));
		});

	// ---- theme ----

	const themes = ["system", "light", "dark"];
	const themeButton = document.getElementById("theme");
	let theme = "system";

	function setTheme(name, keep) {
		theme = themes.includes(name) ? name : "system";
		if (theme === "system")
			delete root.dataset.theme;
		else
			root.dataset.theme = theme;
		themeButton.textContent = `Theme: ${theme}`;
		try {
			if (keep)
				localStorage.setItem("relock-theme", theme);
		} catch {
			// a page from a file may have no storage; the theme lasts as long as the page then
		}
	}

	const nextTheme = () => setTheme(themes[(themes.indexOf(theme) + 1) % themes.length], true);
	themeButton.addEventListener("click", nextTheme);
	document.getElementById("keys").addEventListener("click", () => help.showModal());

	// ---- keys ----

	const keys = {
		j: () => step(1),
		k: () => step(-1),
		o: () => {
			if (!current)
				step(1);
			else
				current.querySelector("details").open ^= true;
		},
		y: () => current && copyLink(current.id),
		t: nextTheme,
		"?": () => help.showModal(),
		"/": () => { form.elements.q.focus(); form.elements.q.select(); },
	};

	document.addEventListener("keydown", (e) => {
		if (e.ctrlKey || e.altKey || e.metaKey || help.open)
			return;
		if (e.target.matches("input, select, textarea")) {
			if (e.key === "Escape")
				e.target.blur();
			return;
		}
		const number = "12345".indexOf(e.key);
		if (number >= 0 && pages[number]) {
			page = pages[number].id;
			showPage();
			remember();
			scrollTo({ top: 0, behavior: "instant" });
		} else if (Object.hasOwn(keys, e.key)) {
			keys[e.key]();
		} else {
			return;
		}
		e.preventDefault();
	});

	// ---- print: all of it, unfolded ----

	let folded = [];
	addEventListener("beforeprint", () => {
		folded = $("details:not([open])");
		for (const d of folded)
			d.open = true;
	});
	addEventListener("afterprint", () => {
		for (const d of folded)
			d.open = false;
	});

	// ---- begin ----

	root.classList.add("scripted");
	try {
		setTheme(localStorage.getItem("relock-theme"), false);
	} catch {
		setTheme("system", false);
	}
	articles.slice(1).forEach((a) => { a.querySelector("details").open = false; });
	for (const d of $(".rule, article .fold"))
		d.open = false;
	if (articles[0])
		for (const d of $(".path", articles[0]))
			d.closest("details").open = true;
	addEventListener("hashchange", readAddress);
	readAddress();
})();
