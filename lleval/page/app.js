// SPDX-License-Identifier: BSD-2-Clause
import { makeEditor } from "./editor.js";

const $ = (id) => document.getElementById(id);
const examples = {
	sh: "# Each run is in a prison of its own, and gone when it ends.\nfor i in 1 2 3; do\n\techo \"$i: $(id -un) on $(uname -n)\"\n\tsleep 0.3\ndone\n",
	pl: "use strict;\nuse warnings;\n\nmy @primes = grep { my $n = $_; !grep { $n % $_ == 0 } 2 .. sqrt $n } 2 .. 50;\nprint \"@primes\\n\";\n",
	py: "def primes(limit):\n    \"\"\"The sieve, as short as it gets.\"\"\"\n    sieve = set(range(2, limit))\n    while sieve:\n        prime = min(sieve)\n        yield prime\n        sieve -= set(range(prime, limit, prime))\n\nprint(*primes(50))\n",
	rb: "require \"prime\"\n\nputs Prime.each(50).to_a.inspect\n",
	js: "const fib = function* (a = 0, b = 1) {\n    for (;;) {\n        yield a;\n        [a, b] = [b, a + b];\n    }\n};\n\nfor (const n of fib()) {\n    if (n > 100) break;\n    console.log(n);\n}\n",
	lua: "local t = {}\nfor word in (\"one two three\"):gmatch(\"%a+\") do\n    t[#t + 1] = word:upper()\nend\nprint(table.concat(t, \" \"))\n",
	awk: "# Reads the standard input, below.\n{ n += NF }\nEND { printf \"%d words in %d lines\\n\", n, NR }\n",
	c: "#include <stdio.h>\n\nint\nmain(void)\n{\n    for (int i = 1; i <= 10; i++)\n        printf(\"%2d squared is %3d\\n\", i, i * i);\n    return 0;\n}\n",
};
examples.tcc = examples.c;
const modeOf = (l) => (l.file.match(/\.(\w+)$/) || [])[1] || l.key;

let languages = [];
let running = null;		// an AbortController
let untouched = "";		// the example, as long as it is one

const editor = makeEditor($("editor"), { onRun: run, label: "Program" });

// --------------------------------------------------------------------------
// Light and dark

function setTheme(theme) {
	document.documentElement.dataset.theme = theme;
}
const wished = matchMedia("(prefers-color-scheme: dark)");
const chosen = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
const follow = () => setTheme(chosen() || (wished.matches ? "dark" : "light"));
wished.addEventListener("change", follow);
follow();
$("theme").addEventListener("click", () => {
	const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
	try { localStorage.setItem("theme", theme); } catch { /* for this time only */ }
	setTheme(theme);
});

// --------------------------------------------------------------------------
// Links: #the program, packed

const toText = (bytes) => btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""))
	.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const toBytes = (text) => Uint8Array.from(
	atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

async function through(stream, bytes) {
	const piped = new Blob([bytes]).stream().pipeThrough(stream);
	return new Uint8Array(await new Response(piped).arrayBuffer());
}

async function pack(program) {
	const plain = new TextEncoder().encode(JSON.stringify(program));
	return toText(await through(new CompressionStream("deflate-raw"), plain));
}

async function unpack(text) {
	const plain = await through(new DecompressionStream("deflate-raw"), toBytes(text));
	return JSON.parse(new TextDecoder().decode(plain));
}

async function share() {
	const link = new URL(location.href);
	link.hash = await pack({ l: $("language").value, s: editor.text(), i: $("stdin").value });
	history.replaceState(null, "", link);
	let said = "Link in the address bar";
	try {
		await navigator.clipboard.writeText(link.href);
		said = "Link copied";
	} catch { /* not allowed here: it is in the address bar */ }
	say(said, "");
}

async function openLink() {
	if (location.hash.length < 2)
		return false;
	try {
		const program = await unpack(location.hash.slice(1));
		select(program.l);
		untouched = "";
		editor.setText(String(program.s));
		$("stdin").value = String(program.i || "");
		$("input").open = $("stdin").value !== "";
		return true;
	} catch {
		say("The link is broken", "bad");
		return false;
	}
}

// --------------------------------------------------------------------------
// Languages

const language = () => languages.find((l) => l.key === $("language").value);

function select(key) {
	const found = languages.find((l) => l.key === key || l.aliases.includes(key));
	if (found)
		$("language").value = found.key;
	editor.setLanguage(language() ? modeOf(language()) : "");
}

function showExample() {
	if (editor.text() !== untouched)
		return;
	untouched = examples[language().key] || "";
	editor.setText(untouched);
}

async function loadLanguages() {
	const reply = await fetch("v1/languages");
	languages = (await reply.json()).languages;
	for (const l of languages) {
		const option = document.createElement("option");
		option.value = l.key;
		option.textContent = l.version.includes(l.name) ? l.version : `${l.name} (${l.version})`;
		$("language").append(option);
	}
}

// --------------------------------------------------------------------------
// Output

function say(text, how) {
	$("state").textContent = text;
	$("state").className = how;
}

function append(text, kind) {
	const out = $("output");
	const atEnd = out.scrollHeight - out.scrollTop - out.clientHeight < 40;
	const last = out.lastElementChild;
	if (last && last.className === kind) {
		last.append(text);
	} else {
		const span = document.createElement("span");
		span.className = kind;
		span.textContent = text;
		out.append(span);
	}
	if (atEnd)
		out.scrollTop = out.scrollHeight;
}

function note(text) {
	const out = $("output");
	const begun = out.textContent !== "" && !out.textContent.endsWith("\n");
	append((begun ? "\n" : "") + text + "\n", "note");
}

function size(bytes) {
	return bytes < 1 << 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}
function time(seconds) {
	return seconds < 1 ? `${(seconds * 1000).toFixed(seconds < 0.1 ? 1 : 0)} ms` : `${seconds.toFixed(2)} s`;
}

const words = {
	timeout: "Out of time", memory: "Out of memory", output: "Too much output",
	killed: "Killed",
};

function showResult(result) {
	const stage = result.run || result.compile;
	const what = result.run ? "" : "Compiler: ";
	if (stage.cause !== "ok")
		say(what + words[stage.cause] + (stage.cause === "killed" ? ` by ${stage.signal}` : ""), "bad");
	else if (stage.exit_code !== 0)
		say(`${what}exit ${stage.exit_code}`, "bad");
	else
		say("Done", "good");
	$("numbers").textContent = `${time(stage.wall)} · ${size(stage.memory)}`;
	if ($("output").textContent === "")
		note("No output.");
}

function showChunk(kind, data) {
	if (data.text !== undefined)
		append(data.text, kind);
	else
		append(atob(data.base64).replace(/[^\x20-\x7e\n\t]/g, "\ufffd"), kind);
}

function handle(name, data) {
	if (name === "stdout" || name === "stderr")
		showChunk(name, data);
	else if (name === "compile" && data.exit_code === 0 && data.cause === "ok")
		say("Running …", "");
	else if (name === "result")
		showResult(data);
	else if (name === "error")
		say(data.error, "bad");
}

// --------------------------------------------------------------------------
// Running

// Server-sent events off a reply to a POST, which EventSource does not read.
async function readEvents(body, handler) {
	const reader = body.pipeThrough(new TextDecoderStream()).getReader();
	let rest = "";
	for (;;) {
		const { done, value } = await reader.read();
		if (done)
			return;
		const events = (rest + value).split("\n\n");
		rest = events.pop();
		for (const event of events) {
			const name = event.match(/^event: (.*)$/m)[1];
			handler(name, JSON.parse(event.match(/^data: (.*)$/m)[1]));
		}
	}
}

async function request(signal) {
	const reply = await fetch("v1/run", {
		method: "POST",
		signal,
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify({
			language: $("language").value,
			source: editor.text(),
			stdin: $("stdin").value,
			stream: true,
		}),
	});
	if (reply.status === 429) {
		say(`Too busy: again in ${reply.headers.get("Retry-After")} s`, "bad");
		return;
	}
	if (!reply.ok) {
		say((await reply.json()).error, "bad");
		return;
	}
	let ended = false;
	await readEvents(reply.body, (name, data) => {
		ended = ended || name === "result" || name === "error";
		handle(name, data);
	});
	if (!ended)
		say("The server broke off", "bad");
}

async function run() {
	if (running) {
		running.abort();
		return;
	}
	running = new AbortController();
	$("run").textContent = "Stop";
	$("output").replaceChildren();
	$("numbers").textContent = "";
	say(language() && language().compiled ? "Compiling …" : "Running …", "");
	try {
		await request(running.signal);
	} catch (error) {
		say(error.name === "AbortError" ? "Stopped" : "The server cannot be reached", "bad");
	}
	running = null;
	$("run").textContent = "Run";
}

$("run").addEventListener("click", run);
$("share").addEventListener("click", share);
$("language").addEventListener("change", () => {
	select($("language").value);
	showExample();
});
document.addEventListener("keydown", (event) => {
	if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented) {
		event.preventDefault();
		run();
	}
});
window.addEventListener("hashchange", openLink);

try {
	await loadLanguages();
	if (!await openLink()) {
		select(languages[0].key);
		showExample();
	}
	document.documentElement.dataset.ready = "yes";
} catch {
	say("The server cannot be reached", "bad");
}
editor.focus();
