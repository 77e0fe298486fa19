/** Notes of a root whose files are in memory. */
import { checkCitations } from "../../../server/answer/citations.ts";
import { citeRange, createHashText } from "../../../server/recall/citation.ts";
import { readSourceFile } from "../../../server/recall/sourceFile.ts";
import type { SourceReader } from "../../../server/services.ts";
import { RootNotes } from "../../../server/work/rootNotes.ts";
import { existsSync } from "node:fs";
import path from "node:path";

const hashText = await createHashText();
export const dayMs = 86_400_000;

/** Notes that are kept in `folder`, about files that a test changes. */
export interface NoteHarness {
  readonly files: Map<string, string>;
  readonly notes: RootNotes;
  /** Milliseconds since the epoch; each look at it is one later. */
  nowMs: number;
  /** The words of notes that made room. */
  readonly madeRoom: string[];
  /** Opens the same store again, as the next process does. */
  again(): RootNotes;
}

export function openNotes(
  folder: string,
  files: Record<string, string> = {},
  maxBytes = 64_000_000,
): NoteHarness {
  const texts = new Map(Object.entries(files));
  const source: SourceReader = {
    readText: (_rootId, file) => {
      const text = texts.get(file);
      return text === undefined ? undefined : { text, language: "typescript" };
    },
    files: () => [],
  };
  let nIds = 0;
  const hashOf = (file: string): string | undefined => {
    const text = texts.get(file);
    return text === undefined ? undefined : hashText(text);
  };
  const open = (): RootNotes =>
    new RootNotes(
      {
        rootId: "root",
        folder,
        places: {
          fileHash: hashOf,
          whereMoved: (file, fileHash) =>
            [...texts.keys()].filter(
              (other) =>
                other !== file &&
                (hashOf(other) === fileHash || path.basename(other) === path.basename(file)),
            ),
          symbolAt: () => undefined,
        },
        check: (citations) => checkCitations(citations, source, hashText),
        cite: (file, startLine, endLine) => {
          const read = readSourceFile(source, "root", file);
          if (read === undefined || endLine > read.nLines) return undefined;
          return citeRange(hashText, read, read.linesRange(startLine, endLine - 1));
        },
        clock: { nowMs: () => harness.nowMs++, elapsedMs: () => 0 },
        newId: () => `${folder.length}-${nIds++}`,
        maxBytes,
        madeRoom: (gone) => harness.madeRoom.push(...gone.map(({ text }) => text)),
      },
      () => existsSync(path.join(folder, "notes.sqlite")),
    );
  const harness = {
    files: texts,
    nowMs: 1_700_000_000_000,
    madeRoom: [] as string[],
    again: open,
  } as { -readonly [K in keyof NoteHarness]: NoteHarness[K] };
  harness.notes = open();
  return harness;
}
