/**
 * What links between notes bring (A-MEM): questions that need two notes, of which the second shares no word with the question
 * but a symbol with the first. Both ways hand out ten notes.
 */
import { shareOf } from "../../server/deep/wilson.ts";
import type { NotesService } from "../../server/workServices.ts";
import { randomNumbers } from "../../test/server/workspaceMemoryHarness.ts";
import { shareCell } from "../memory/numbers.ts";
import type { Table } from "../table.ts";

const nChains = 200;
const nHandedOut = 10;
const nLinked = 3;
const things = [
  "uploads",
  "invoices",
  "sessions",
  "avatars",
  "exports",
  "refunds",
  "alerts",
  "drafts",
];
const places = [
  "warehouse",
  "mobile",
  "partner",
  "billing",
  "archive",
  "public",
  "staging",
  "night",
];
const regions = ["northern", "southern", "eastern", "western"];
const verbs = ["retried", "signed", "cached", "split", "delayed", "logged", "merged", "counted"];
const limits = ["gives up after", "runs at most every", "waits", "holds no more than"];

interface Chain {
  readonly question: string;
  readonly needed: string;
}

/** Writes the notes and asks; every note is deleted at the end. */
export async function measureLinks(notes: NotesService): Promise<Table> {
  const random = randomNumbers(11);
  const pick = (list: readonly string[]): string =>
    list[Math.floor(random() * list.length)] as string;
  const chains: Chain[] = [];
  for (let i = 0; i < nChains; i++) {
    const subject = `${regions[i % 4]} ${places[Math.floor(i / 4) % 8]} ${things[Math.floor(i / 32) % 8]}`;
    const verb = pick(verbs);
    const symbol = `step${i}${pick(things)}Worker`;
    await notes.remember({ text: `${subject} are ${verb} by \`${symbol}\``, kind: "decision" });
    const text = `\`${symbol}\` ${pick(limits)} ${2 + Math.floor(random() * 900)} units`;
    const { note } = await notes.remember({ text, kind: "fact" });
    chains.push({ question: `how are ${subject} ${verb}`, needed: note.id });
  }
  const all = await notes.list({});
  const hits = { without: 0, linked: 0, random: 0 };
  for (const { question, needed } of chains) {
    const wish = { text: question, kinds: [], minCoverage: 0, limit: nHandedOut };
    const without = (await notes.recall(wish)).map(({ id }) => id);
    const first = without.slice(0, nHandedOut - nLinked);
    // Answers ask for what belongs to the notes that answer, which are few.
    const linked = (await notes.linked(first.slice(0, 1), nLinked)).map(({ id }) => id);
    const drawn = Array.from({ length: nLinked }, () => pick(all.map(({ id }) => id)));
    if (without.includes(needed)) hits.without++;
    if ([...first, ...linked].includes(needed)) hits.linked++;
    if ([...first, ...drawn].includes(needed)) hits.random++;
  }
  await notes.forgetNotes({ beforeMs: Date.now() + 1_000 });
  const row = (name: string, n: number): string[] => [name, shareCell(shareOf(n, nChains))];
  return {
    title: "Links between notes",
    head: ["ten notes for a question", "the second note is among them"],
    rows: [
      row("the best by words", hits.without),
      row("seven of these, and three by the links of the first", hits.linked),
      row("seven of these, and three by lot", hits.random),
    ],
    notes: [
      `${nChains} made-up questions that need two notes of ${2 * nChains}: the first says by which function something is done, the second what that function does, without a word of the question. It shows that links are followed, not how often real questions need it.`,
    ],
  };
}
