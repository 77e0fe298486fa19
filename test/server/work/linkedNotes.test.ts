import assert from "node:assert/strict";
import { test } from "node:test";
import type { NoteLink } from "../../../protocol/notes.ts";
import { linkedNotes } from "../../../server/work/linkedNotes.ts";
import type { StoredNote } from "../../../server/work/noteStore.ts";

/** `links` are `note:ID`, `symbol:NAME` or `commit:HASH`; later notes are newer. */
function notes(
  table: Record<string, { links?: string; supersededBy?: string }>,
): Map<string, StoredNote> {
  return new Map(
    Object.entries(table).map(([id, { links = "", supersededBy }], idx) => [
      id,
      {
        ...{ id, kind: "fact" as const, text: id, who: "", createdMs: idx, evidence: [], tags: [] },
        ...{ isPinned: false, nUses: 0 },
        links: links
          .split(" ")
          .filter((link) => link !== "")
          .map((link): NoteLink => {
            const [kind, target] = link.split(":");
            return { kind: kind as NoteLink["kind"], target: target as string };
          }),
        ...(supersededBy === undefined ? {} : { supersededBy }),
      },
    ]),
  );
}

function check(
  name: string,
  table: Parameters<typeof notes>[0],
  from: string,
  expected: string,
  limit = 10,
): void {
  test(name, () => {
    const all = notes(table);
    const asked = from.split(" ").flatMap((id) => all.get(id) ?? []);
    const found = linkedNotes(asked, [...all.values()], limit).map(({ id }) => id);
    assert.deepEqual(found.join(" "), expected);
  });
}

check("a link leads there and back", { a: { links: "note:b" }, b: {}, c: {} }, "a", "b");
check("… from the note that it leads to", { a: { links: "note:b" }, b: {}, c: {} }, "b", "a");
check(
  "notes about the same symbol belong together, about the same commit too, and a link counts less",
  {
    a: { links: "symbol:load commit:ab12cd3 note:d" },
    b: { links: "symbol:load" },
    c: { links: "commit:ab12cd3" },
    d: {},
    e: { links: "symbol:store" },
  },
  "a",
  "c b d",
);
check(
  "more that is shared comes first",
  {
    a: { links: "symbol:x symbol:y" },
    b: { links: "symbol:x symbol:y" },
    c: { links: "symbol:x" },
  },
  "a",
  "b c",
);
check(
  "a note of many that were asked for is none of the others",
  { a: { links: "note:b symbol:x" }, b: { links: "symbol:x" } },
  "a b",
  "",
);
check(
  "a link to what was replaced leads to what replaced it",
  { a: { links: "note:b" }, b: { supersededBy: "c" }, c: { supersededBy: "d" }, d: {} },
  "a",
  "d",
);
check(
  "replaced notes that go round end somewhere",
  { a: { links: "note:b" }, b: { supersededBy: "c" }, c: { supersededBy: "b" } },
  "a",
  "",
);
check("no more than wanted", { a: { links: "note:b note:c" }, b: {}, c: {} }, "a", "c", 1);
check(
  "a name of a symbol is no name of a commit",
  { a: { links: "symbol:abc1234" }, b: { links: "commit:abc1234" } },
  "a",
  "",
);
