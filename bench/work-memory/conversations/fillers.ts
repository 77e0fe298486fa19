/** What is said beside the facts: questions about code, answers with code, and words around a fact. */

// prettier-ignore
const things = ["tokenizer", "cart", "invoice list", "parser", "websocket", "toolbar", "settings dialog", "event bus", "file watcher", "tree view", "worker pool", "date picker", "router", "form validator", "progress bar", "image cropper", "crash handler", "undo stack", "merge view", "rate table", "login form", "search box", "job runner", "type checker"];
const doings = [
  "initialised",
  "closed",
  "tested",
  "configured",
  "called",
  "rendered",
  "resized",
  "reset",
  "measured",
  "exported",
];
const frames = [
  "Where is the {x} {d}?",
  "How is the {x} {d}?",
  "Why does the {x} fail when it is {d} twice?",
  "Show me the code that gets the {x} {d}.",
  "I see a stack trace in the {x} after it was {d}, what causes it?",
  "Which function decides when the {x} is {d}?",
  "The {x} must be {d} before the first frame, rewrite it.",
];
const openings = [
  "",
  "",
  "By the way: ",
  "One more thing. ",
  "While you are at it, note this: ",
  "We talked it over in the team. ",
];
const closings = [
  "",
  "",
  " Please keep that in mind.",
  " That is settled.",
  " Now, where is the {x} {d}?",
  " Can you look at the {x} next?",
];

type Random = () => number;

function pick<T>(of: readonly T[], random: Random): T {
  return of[Math.floor(random() * of.length)] as T;
}

function filled(frame: string, random: Random): string {
  return frame.replace("{x}", pick(things, random)).replace("{d}", pick(doings, random));
}

export function fillerQuestion(random: Random): string {
  return filled(pick(frames, random), random);
}

/** A fact with what people say around one. */
export function noteOfFact(fact: string, random: Random): string {
  return `${pick(openings, random)}${fact}${filled(pick(closings, random), random)}`;
}

/** Has the look of an answer of Lore: a place, its code, what it is connected with. */
export function fillerAnswer(random: Random): string {
  const thing = pick(things, random);
  const name = thing.replace(/ (\w)/g, (_whole, letter: string) => letter.toUpperCase());
  const line = 1 + Math.floor(random() * 400);
  return [
    `**\`${name}\`** is ${pick(doings, random)} in \`src/${name}.ts:${line}-${line + 3}\`:`,
    `\`\`\`typescript {start=${line} cite=0}\nexport function ${name}(state: State): State {\n  const next = ${pick(doings, random)}(state);\n  return next;\n}\n\`\`\``,
    `It is called by \`${pick(things, random)}\` and tested in \`test/${name}.test.ts\`.`,
    `*Looked at ${100 + Math.floor(random() * 900)} files, by words, symbols and meaning.*`,
  ].join("\n\n");
}
