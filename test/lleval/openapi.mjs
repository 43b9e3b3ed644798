// SPDX-License-Identifier: BSD-2-Clause
// Does the server answer as its OpenAPI file says, and does the file say of
// every answer?
//
//	node openapi.mjs BASE
//
// The file is fetched from the server.  Knows what of JSON Schema the file
// uses, and fails for what it does not know.
const base = process.argv[2];
const api = await (await fetch(base + "/openapi.json")).json();
let failed = 0;

function deref(o) {
	while (o && o.$ref)
		o = o.$ref.slice(2).split("/").reduce((at, part) => at[part], api);
	return o;
}

const typeOf = (v) => v === null ? "null" : Array.isArray(v) ? "array" :
	Number.isInteger(v) ? "integer" : typeof v;
const known = new Set(["type", "enum", "oneOf", "properties", "required",
	"additionalProperties", "items", "maxItems", "minimum", "maximum",
	"exclusiveMinimum", "pattern", "maxLength", "description"]);

// What is wrong with v, as lines.
function check(schema, v, at) {
	const s = deref(schema);
	const wrong = [];
	for (const key of Object.keys(s))
		if (!known.has(key))
			throw new Error(`${at}: a schema with ${key}`);
	const types = s.type === undefined ? null : [].concat(s.type);
	if (types && !types.includes(typeOf(v)) && !(types.includes("number") && typeOf(v) === "integer"))
		return [`${at}: ${typeOf(v)}, not ${types.join(" or ")}`];
	if (s.enum && !s.enum.includes(v))
		wrong.push(`${at}: ${v} is none of ${s.enum}`);
	if (s.oneOf && s.oneOf.filter((one) => check(one, v, at).length === 0).length !== 1)
		wrong.push(`${at}: ${JSON.stringify(v)} is not one of those it may be`);
	if (typeof v === "number" && (v < s.minimum || v > s.maximum || v <= s.exclusiveMinimum))
		wrong.push(`${at}: ${v}`);
	if (typeof v === "string" && ((s.pattern && !new RegExp(s.pattern).test(v)) || v.length > s.maxLength))
		wrong.push(`${at}: ${v}`);
	if (Array.isArray(v)) {
		if (v.length > s.maxItems)
			wrong.push(`${at}: ${v.length} items`);
		v.forEach((one, i) => wrong.push(...check(s.items, one, `${at}[${i}]`)));
	} else if (typeOf(v) === "object") {
		for (const name of s.required || [])
			if (!(name in v))
				wrong.push(`${at}: no ${name}`);
		for (const [name, value] of s.oneOf ? [] : Object.entries(v)) {
			const sub = (s.properties || {})[name] ?? s.additionalProperties;
			if (sub === false || sub === undefined)
				wrong.push(`${at}: ${name} is not in the file`);
			else
				wrong.push(...check(sub, value, `${at}.${name}`));
		}
	}
	return wrong;
}

function report(name, wrong) {
	console.log(`${wrong.length === 0 ? "ok" : "not ok"} ${name}`);
	for (const line of wrong)
		console.log(`   ${line}`);
	failed += wrong.length;
}

// Ask, and hold the answer against what the file says of this path, method and
// status.
async function ask(name, method, url, status, options = {}) {
	const { path } = /(?<path>[^?]*)/.exec(url).groups;
	const reply = await fetch(base + url, { method, ...options });
	const operation = api.paths[path][method.toLowerCase()];
	const type = reply.headers.get("content-type").split(";")[0];
	const body = await reply.text();
	const wrong = [];
	if (reply.status !== status)
		wrong.push(`status ${reply.status}, not ${status}: ${body.slice(0, 200)}`);
	const said = deref(operation.responses[reply.status]);
	if (!said)
		wrong.push(`status ${reply.status} is not in the file`);
	else if (!said.content[type])
		wrong.push(`type ${type} is not in the file`);
	else if (type === "application/json")
		wrong.push(...check(said.content[type].schema, JSON.parse(body), "body"));
	for (const header of Object.keys((said && said.headers) || {}))
		if (!reply.headers.get(header))
			wrong.push(`no ${header}`);
	// What we send that is taken, the file must allow, too.
	if (status === 200 && options.json)
		wrong.push(...check(operation.requestBody.content["application/json"].schema, options.json, "request"));
	report(name, wrong);
	return body;
}

const run = (name, json, status = 200) => ask(name, "POST", "/v1/run", status, { json,
	headers: { "Content-Type": "application/json" }, body: JSON.stringify(json) });

await ask("languages", "GET", "/v1/languages", 200);
await ask("health", "GET", "/healthz", 200);
await ask("metrics", "GET", "/metrics", 200);
await run("a run", { language: "sh", source: "echo hi; exit 3" });
await run("everything at once", { language: "sh", source: "cat a/b; cat; echo $1",
	files: [{ name: "a/b", content: "YWJj", encoding: "base64" }], args: ["x"],
	stdin: "aGk=", stdin_encoding: "base64",
	limits: { wall: 2.5, cpu: 1, memory: 1 << 26, processes: 10, output: 1000, files: 1 << 20 } });
await run("bytes", { language: "sh", source: "printf '\\377\\376'" });
await run("a signal", { language: "sh", source: "kill -9 $$" });
await run("a timeout", { language: "sh", source: "sleep 9", limits: { wall: 0.2 } });
await run("compiled", { language: "tcc", source: "int main(void) { return 7; }" });
await run("not compiled", { language: "tcc", source: "int main(void) { return" });
await run("no such language", { language: "none", source: "x" }, 400);
await run("an unknown field", { language: "sh", source: "x", sauce: "y" }, 400);
await run("a limit beyond the most", { language: "sh", source: "x", limits: { wall: 1e6 } }, 400);
await run("nothing to run", { language: "sh" }, 400);
await run("a name that leads out", { language: "sh", files: [{ name: "../x", content: "" }] }, 400);
await ask("no JSON", "POST", "/v1/run", 400, { headers: { "Content-Type": "application/json" }, body: "{" });
await ask("a form", "POST", "/v1/run", 415, { headers: { "Content-Type": "text/plain" }, body: "{}" });
await ask("the original, by GET", "GET", "/lleval.cgi?l=sh&s=echo+hi", 200);
await ask("the original, by POST", "POST", "/lleval.cgi", 200, { body: new URLSearchParams({ s: "#!/bin/sh\necho hi" }) });
await ask("the original's table", "GET", "/lleval.cgi?q=1", 200);
await ask("the original's script", "GET", "/lleval.cgi?l=sh&s=echo+hi&c=a.b", 200);
await ask("the original without a source", "GET", "/lleval.cgi?l=sh", 400);
await ask("the original, its callback a script", "GET", "/lleval.cgi?l=sh&s=1&c=alert(1)//", 400);

// The events of a stream, each against its schema.
const events = await ask("a stream", "POST", "/v1/run", 200, {
	headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
	body: JSON.stringify({ language: "tcc", source: "int puts(char *); int main(void) { puts(\"hi\"); return 0; }" }) });
const schemas = { stdout: "Chunk", stderr: "Chunk", compile: "Stage", result: "Result", error: "Error" };
const wrong = [];
const names = [];
for (const event of events.trimEnd().split("\n\n")) {
	const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(event);
	names.push(name);
	wrong.push(...check({ $ref: `#/components/schemas/${schemas[name]}` }, JSON.parse(data), name));
}
if (names.join() !== "compile,stdout,result")
	wrong.push(names.join());
report("its events", wrong);

process.exitCode = failed > 0 ? 1 : 0;
