// SPDX-License-Identifier: BSD-2-Clause
// What of CodeMirror the page uses; "vendor" makes editor.js of it.
import { EditorState, Compartment } from "@codemirror/state";
import { EditorView, keymap, lineNumbers, highlightActiveLine,
	drawSelection, highlightSpecialChars } from "@codemirror/view";
import { defaultKeymap, history, historyKeymap, indentWithTab }
	from "@codemirror/commands";
import { StreamLanguage, HighlightStyle, syntaxHighlighting, indentOnInput,
	bracketMatching, indentUnit } from "@codemirror/language";
import { tags as t } from "@lezer/highlight";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import { perl } from "@codemirror/legacy-modes/mode/perl";
import { python } from "@codemirror/legacy-modes/mode/python";
import { ruby } from "@codemirror/legacy-modes/mode/ruby";
import { javascript } from "@codemirror/legacy-modes/mode/javascript";
import { lua } from "@codemirror/legacy-modes/mode/lua";
import { c } from "@codemirror/legacy-modes/mode/clike";
import { simpleMode } from "@codemirror/legacy-modes/mode/simple-mode";

const awk = simpleMode({
	start: [
		{ regex: /#.*/, token: "comment" },
		{ regex: /"(?:[^\\"]|\\.)*"/, token: "string" },
		{ regex: /\$(?:\d+|NF|\w+)/, token: "variableName.special" },
		{ regex: /(?:BEGINFILE|BEGIN|ENDFILE|END|if|else|while|for|do|in|next|nextfile|exit|break|continue|delete|function|return|getline|print|printf)\b/,
		  token: "keyword" },
		{ regex: /(?:NR|NF|FNR|FS|OFS|RS|ORS|RSTART|RLENGTH|SUBSEP|FILENAME|ENVIRON|ARGC|ARGV)\b/,
		  token: "atom" },
		{ regex: /\d+(?:\.\d+)?/, token: "number" },
		{ regex: /\/(?:[^\\\/\n]|\\.)+\/(?=\s*(?:\{|,|\)|$|&&|\|\|))/, token: "string.special" },
		{ regex: /[a-zA-Z_]\w*/, token: "variableName" },
	],
	languageData: { commentTokens: { line: "#" } },
});

// By the key, an alias or the file's suffix.
const modes = { sh: shell, pl: perl, py: python, rb: ruby, js: javascript,
	lua, c, awk };

// Colours are the page's, so that they change with it.
const colours = HighlightStyle.define([
	{ tag: [t.keyword, t.operatorKeyword, t.modifier], color: "var(--keyword)" },
	{ tag: [t.string, t.special(t.string), t.regexp], color: "var(--string)" },
	{ tag: [t.number, t.bool, t.null, t.atom], color: "var(--number)" },
	{ tag: [t.comment, t.meta], color: "var(--comment)", fontStyle: "italic" },
	{ tag: [t.definition(t.variableName), t.function(t.variableName), t.standard(t.variableName), t.typeName],
	  color: "var(--name)" },
	{ tag: t.special(t.variableName), color: "var(--special)" },
]);

export function makeEditor(parent, { onRun, label }) {
	const language = new Compartment();
	const view = new EditorView({
		parent,
		state: EditorState.create({
			doc: "",
			extensions: [
				lineNumbers(), highlightSpecialChars(), history(),
				drawSelection(), indentOnInput(), bracketMatching(),
				highlightActiveLine(), indentUnit.of("    "),
				syntaxHighlighting(colours),
				language.of([]),
				EditorView.contentAttributes.of({ "aria-label": label }),
				keymap.of([
					{ key: "Ctrl-Enter", mac: "Cmd-Enter", run: () => { onRun(); return true; } },
					// Escape then Tab leaves the editor.
					indentWithTab, ...defaultKeymap.filter(
						(k) => k.key !== "Mod-Enter"), ...historyKeymap,
				]),
			],
		}),
	});
	return {
		text: () => view.state.doc.toString(),
		setText: (text) => view.dispatch({ changes: { from: 0,
			to: view.state.doc.length, insert: text } }),
		setLanguage: (key) => view.dispatch({ effects: language.reconfigure(
			modes[key] ? StreamLanguage.define(modes[key]) : []) }),
		focus: () => view.focus(),
	};
}
