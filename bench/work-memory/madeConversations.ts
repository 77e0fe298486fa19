/** Made conversations about a made tree: it is known which rounds and notes the last question needs. */
import type { Citation } from "../../protocol/types.ts";
import type { TurnOutline } from "../../server/workServices.ts";
import { randomNumbers } from "../../test/server/workspaceMemoryHarness.ts";

/** A thing that a conversation is about in several rounds: one file of the tree. */
interface Topic {
  readonly words: string;
  readonly name: string;
  readonly path: string;
}

/** A side of a thing; many things have the same, so that its words alone do not tell which round is meant. */
interface Aspect {
  readonly words: string;
  readonly name: string;
  /** The same said without these words. */
  readonly otherwise: string;
}

const owners = "ledger tide invoice harbour parcel voucher meter crane ferry customs".split(" ");
const kinds = "cache queue parser index scheduler registry".split(" ");
const aspects: readonly Aspect[] = [
  { words: "eviction", name: "evict", otherwise: "throwing out what is old" },
  { words: "size limit", name: "sizeLimit", otherwise: "how much it may hold" },
  { words: "locking", name: "lock", otherwise: "two callers at once" },
  { words: "retry delay", name: "retryDelay", otherwise: "waiting before another attempt" },
  { words: "error handling", name: "onError", otherwise: "what happens when it breaks" },
  { words: "start-up", name: "start", otherwise: "its first moments" },
];
const followUps = ["and why?", "who calls it?", "is this tested?", "and on Windows?"];

const topics: readonly Topic[] = owners.flatMap((owner) =>
  kinds.map((kind) => {
    const name = `${capital(owner)}${capital(kind)}`;
    return { words: `${owner} ${kind}`, name, path: `src/${owner}/${owner}${capital(kind)}.ts` };
  }),
);

/** What the last question asks for. */
export const asks = ["one round", "other words", "two things", "goes on"] as const;

export interface MadeConversation {
  readonly turns: readonly TurnOutline[];
  readonly question: string;
  readonly ask: (typeof asks)[number];
  /** Question turns of the rounds that it needs. */
  readonly neededRounds: readonly string[];
  /** Texts of the notes that it needs. */
  readonly neededNotes: readonly string[];
  /** Question turns with which the conversation turns to another thing. */
  readonly begins: readonly string[];
}

/** Returns the files of the tree by path. */
export function madeTree(): Map<string, string> {
  return new Map(
    topics.map(({ path, name, words }) => [
      path,
      `/** The ${words}. */\nexport class ${name} {\n${aspects.map((aspect) => methodOf(aspect, words)).join("\n")}}\n`,
    ]),
  );
}

function methodOf({ words, name }: Aspect, topic: string): string {
  return `  /** The ${words} of the ${topic}. */\n  ${name}(amount: number): number {\n    return amount + ${topic.length + words.length};\n  }\n`;
}

/** Returns a note for each thing and side. */
export function madeNotes(): string[] {
  return topics.flatMap((topic) => aspects.map((aspect) => noteOf(topic, aspect)));
}

function noteOf({ words }: Topic, aspect: Aspect): string {
  return `The ${aspect.words} of the ${words} stays as it is until the next release`;
}

/** Returns a conversation of about so many rounds. The same seed gives the same one. */
export function madeConversation(
  seed: number,
  nRounds: number,
  ask: MadeConversation["ask"],
): MadeConversation {
  const random = randomNumbers(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const order = topics.toSorted(() => random() - 0.5);
  const turns: TurnOutline[] = [];
  const begins: string[] = [];
  const said: { readonly topic: Topic; readonly aspect: Aspect; readonly id: string }[] = [];
  let atMs = Date.parse("2026-03-02T08:00:00Z");
  const addRound = (question: string, answer: string, citation: Citation): string => {
    atMs += 60_000;
    const id = `q${turns.length / 2}`;
    const turn = { createdMs: atMs, selectedFile: null };
    turns.push(
      { ...turn, id, role: "user", text: question, citations: [] },
      { ...turn, id: `a${id}`, role: "lore", text: answer, citations: [citation] },
    );
    return id;
  };
  for (let t = 0; turns.length / 2 < nRounds; t++) {
    const topic = order[t % order.length] as Topic;
    begins.push(`q${turns.length / 2}`);
    const asked = aspects.toSorted(() => random() - 0.5).slice(0, 2 + Math.floor(random() * 3));
    for (const aspect of asked) {
      const question = pick([
        `How does the ${topic.words} do its ${aspect.words}?`,
        `Where is the ${aspect.words} of the ${topic.words}?`,
        `What decides ${topic.name}.${aspect.name}?`,
      ]);
      const citation = citationOf(topic, aspect);
      said.push({
        topic,
        aspect,
        id: addRound(question, answerOf(topic, aspect, random), citation),
      });
      if (random() < 0.3) addRound(pick(followUps), answerOf(topic, aspect, random), citation);
    }
  }
  const one = pick(said.slice(0, Math.ceil(said.length * 0.8)));
  const two = pick(said.filter(({ topic }) => topic !== one.topic));
  const last = said.at(-1) as (typeof said)[number];
  const base = { turns, begins, ask };
  switch (ask) {
    case "one round":
      return {
        ...base,
        ...neededOf(one),
        question: `What did we see of the ${one.aspect.words} of the ${one.topic.words}?`,
      };
    case "other words":
      return {
        ...base,
        ...neededOf(one),
        question: `What about ${one.aspect.otherwise} in the ${one.topic.words}?`,
      };
    case "two things":
      return {
        ...base,
        ...neededOf(one, two),
        question: `How do the ${one.aspect.words} of the ${one.topic.words} and the ${two.aspect.words} of the ${two.topic.words} differ?`,
      };
    case "goes on":
      // Without a note of its own: what it goes on from is all that it needs.
      return { ...base, neededRounds: [last.id], neededNotes: [], question: "and who calls it?" };
  }
}

function neededOf(
  ...needed: readonly { readonly topic: Topic; readonly aspect: Aspect; readonly id: string }[]
): Pick<MadeConversation, "neededRounds" | "neededNotes"> {
  return {
    neededRounds: needed.map(({ id }) => id),
    neededNotes: needed.map(({ topic, aspect }) => noteOf(topic, aspect)),
  };
}

/** As long as answers are: a sentence with its place, the code, and what is connected. */
function answerOf({ name, path, words }: Topic, aspect: Aspect, random: () => number): string {
  const code = Array.from(
    { length: 6 + Math.floor(random() * 20) },
    (_, line) => `    const step${line} = amount * ${Math.floor(random() * 100)}; // of ${name}`,
  );
  return [
    `\`${name}.${aspect.name}\` decides it: ${Math.floor(random() * 900)} steps. [\`${path}\`](#cite-0)`,
    `\`\`\`typescript {start=3 cite=0}\n${code.join("\n")}\n\`\`\``,
    `### How it connects\n\n- Called from the ${words}'s own tests [\`${path}\`](#cite-0)\n- Configured in \`${aspect.name}\``,
  ].join("\n\n");
}

function citationOf({ path }: Topic, aspect: Aspect): Citation {
  const line = 3 + aspects.indexOf(aspect) * 5;
  return {
    rootId: "root",
    path,
    range: { start: { line, character: 0 }, end: { line: line + 3, character: 0 } },
    contentHash: "0123456789abcdef",
  };
}

function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}
