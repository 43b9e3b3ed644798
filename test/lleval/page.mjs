// SPDX-License-Identifier: BSD-2-Clause
// The page in a browser, as its user has it:
//
//	node page.mjs BASE [DIRECTORY]	screenshots go to DIRECTORY
//
// Chromium is driven by chromedriver's own protocol; no package is needed.
// Prints "ok SENTENCE" for each; exits 1 at the first that is not.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const [base, shots] = process.argv.slice(2);
const port = 9515;
const driver = `http://127.0.0.1:${port}`;
const profile = mkdtempSync(join(tmpdir(), "lleval-page-"));
const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic",
	"--no-first-run", "--disable-background-networking", "--disable-component-update",
	"--disable-sync", "--disable-dev-shm-usage", "--force-color-profile=srgb",
	`--user-data-dir=${profile}`];
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
let session;

async function call(method, path, body) {
	const reply = await fetch(driver + path, { method,
		body: body === undefined ? undefined : JSON.stringify(body) });
	const { value } = await reply.json();
	if (value && value.error)
		throw new Error(`${path}: ${value.error}: ${value.message}`);
	return value;
}
const on = (method, path, body) => call(method, `/session/${session}${path}`, body);
const script = (text, ...args) => on("POST", "/execute/sync", { script: text, args });
const find = async (css) => (await on("POST", "/element", { using: "css selector", value: css }))[ELEMENT];
const click = async (css) => on("POST", `/element/${await find(css)}/click`, {});
const type = async (css, text) => on("POST", `/element/${await find(css)}/value`, { text });
const text = (css) => script("return document.querySelector(arguments[0]).textContent", css);
const chrome = (cmd, params) => on("POST", "/goog/cdp/execute", { cmd, params });

async function until(what, wanted) {
	for (let i = 0; i < 300; i++) {
		if (await wanted())
			return;
		await sleep(50);
	}
	throw new Error(`never: ${what}; state "${await text("#state")}", output "${await text("#output")}"`);
}
const ended = (state) => until(`state ${state}`, async () => (await text("#state")) === state);

function same(is, wanted) {
	if (is !== wanted)
		throw new Error(`is ${JSON.stringify(is)}, not ${JSON.stringify(wanted)}`);
}

async function open(hash = "") {
	await on("POST", "/url", { url: "about:blank" });
	await on("POST", "/url", { url: base + "/" + hash });
	await until("the page is ready", () => script("return document.documentElement.dataset.ready === 'yes'"));
}

const setCode = async (code) => {
	await click("#editor .cm-content");
	await on("POST", "/actions", { actions: [{ type: "key", id: "k", actions: [
		{ type: "keyDown", value: "\uE009" }, { type: "keyDown", value: "a" },
		{ type: "keyUp", value: "a" }, { type: "keyUp", value: "\uE009" } ] }] });
	await type("#editor .cm-content", code);
};
const ctrlEnter = () => on("POST", "/actions", { actions: [{ type: "key", id: "k", actions: [
	{ type: "keyDown", value: "\uE009" }, { type: "keyDown", value: "\uE007" },
	{ type: "keyUp", value: "\uE007" }, { type: "keyUp", value: "\uE009" } ] }] });
const language = async (key) => {
	await script("const s = document.getElementById('language'); s.value = arguments[0]; s.dispatchEvent(new Event('change'))", key);
};

async function shot(name) {
	if (!shots)
		return;
	writeFileSync(join(shots, `${name}.png`), Buffer.from(await on("GET", "/screenshot"), "base64"));
}

async function screen(width, height, mobile, dark) {
	await chrome("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: mobile ? 2 : 1, mobile });
	await chrome("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }] });
}

// Contrast of two colours as WCAG counts it.
const contrast = (css) => script(`
	const rgb = (c) => c.match(/[\\d.]+/g).slice(0, 3).map(Number);
	const lum = (c) => { const [r, g, b] = rgb(c).map((v) => { v /= 255;
		return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
		return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	let e = document.querySelector(arguments[0]), fg = getComputedStyle(e).color, bg;
	for (bg = "rgba(0, 0, 0, 0)"; e && bg === "rgba(0, 0, 0, 0)"; e = e.parentElement)
		bg = getComputedStyle(e).backgroundColor;
	const [a, b] = [lum(fg), lum(bg)].sort((x, y) => y - x);
	return (a + 0.05) / (b + 0.05);`, css);

const tests = {
	async "the page asks nobody but its server"() {
		const urls = await script("return performance.getEntriesByType('resource').map((e) => e.name)");
		for (const url of urls)
			if (!url.startsWith(base + "/"))
				throw new Error(url);
		same(urls.some((u) => u.endsWith("/editor.js")), true);
	},
	async "code is coloured"() {
		await language("py");
		await setCode("def f(x): return 'text' # note");
		const colours = await script(`return [...new Set([...document.querySelectorAll('#editor .cm-line span')]
			.map((s) => getComputedStyle(s).color))].length`);
		if (colours < 3)
			throw new Error(`${colours} colours`);
	},
	async "Ctrl-Enter runs, and what is written comes"() {
		await language("sh");
		await setCode("echo hello; echo wrong >&2; exit 3");
		await ctrlEnter();
		await ended("exit 3");
		same(await text("#output .stdout"), "hello\n");
		same(await text("#output .stderr"), "wrong\n");
		if (!/^[\d.]+ ms · \d+/.test(await text("#numbers")) && !/^[\d.]+ s · \d+/.test(await text("#numbers")))
			throw new Error(await text("#numbers"));
	},
	async "output comes while it runs"() {
		await setCode("echo first; read x; sleep 20");
		await click("#run");
		await until("the first line", async () => (await text("#output")) === "first\n");
		same(await text("#run"), "Stop");
		await click("#run");
		await ended("Stopped");
		same(await text("#run"), "Run");
	},
	async "the standard input is read"() {
		await script("document.getElementById('input').open = true");
		await type("#stdin", "from below");
		await setCode("cat");
		await ctrlEnter();
		await ended("Done");
		same(await text("#output"), "from below");
	},
	async "a link brings program, input and language back"() {
		await language("pl");
		await setCode("print scalar <STDIN>; print qq(<b>&amp;</b>\\n);");
		await click("#share");
		await until("a link", async () => (await script("return location.hash.length")) > 10);
		const hash = await script("return location.hash");
		await open(hash);
		same(await script("return document.getElementById('language').value"), "pl");
		await click("#run");
		await ended("Done");
		same(await text("#output"), "from below<b>&amp;</b>\n");
		same(await script("return document.querySelectorAll('#output b').length"), 0);
	},
	async "a compiler's message is shown"() {
		await open();
		await language("tcc");
		await setCode("int main(void) { return nothing }");
		await ctrlEnter();
		await ended("Compiler: exit 1");
		if (!(await text("#output .stderr")).includes("main.c:1: error"))
			throw new Error(await text("#output"));
	},
	async "an endless loop is told as what it is"() {
		await language("sh");
		await setCode("while :; do :; done");
		await ctrlEnter();
		await ended("Out of time");
	},
	async "nothing was said of errors in the console"() {
		const log = await on("POST", "/se/log", { type: "browser" });
		const bad = log.filter((e) => e.level === "SEVERE");
		same(JSON.stringify(bad), "[]");
	},
	async "it can be read in light and dark, on a desk and a phone"() {
		for (const dark of [false, true])
			for (const [name, width, height, mobile] of
				[["desktop", 1280, 800, false], ["phone", 390, 844, true]]) {
				await screen(width, height, mobile, dark);
				await open();
				await language("py");
				await click("#run");
				await ended("Done");
				await script("document.activeElement.blur(); window.scrollTo(0, 0)");
				await shot(`${name}-${dark ? "dark" : "light"}`);
				for (const css of ["header p", "#run", "#state", "#numbers", "#output", "#editor .cm-line", "summary", "#editor .cm-gutters"])
					if (await contrast(css) < 4.5)
						throw new Error(`${css}: contrast ${await contrast(css)} (${name}, ${dark ? "dark" : "light"})`);
				same(await script("return document.documentElement.scrollWidth <= window.innerWidth"), true);
			}
	},
};

const process_ = spawn("chromedriver", [`--port=${port}`], { stdio: "ignore" });
let status = 0;
try {
	for (let i = 0; ; i++) {
		try {
			if ((await call("GET", "/status")).ready)
				break;
		} catch (error) {
			if (i > 100)
				throw error;
		}
		await sleep(100);
	}
	session = (await call("POST", "/session", { capabilities: { alwaysMatch: {
		browserName: "chrome", "goog:loggingPrefs": { browser: "ALL" },
		"goog:chromeOptions": { args: flags, binary: "/usr/bin/chromium" } } } })).sessionId;
	await screen(1280, 800, false, false);
	await open();
	for (const [name, test] of Object.entries(tests)) {
		try {
			await test();
		} catch (error) {
			throw new Error(`not ok ${name}: ${error.message}`);
		}
		console.log(`ok ${name}`);
	}
} catch (error) {
	console.log(error.message);
	status = 1;
} finally {
	if (session)
		await call("DELETE", `/session/${session}`).catch(() => {});
	process_.kill();
	await sleep(300);
	rmSync(profile, { recursive: true, force: true });
}
process.exit(status);
