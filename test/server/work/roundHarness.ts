/** Rounds of made conversations. */
import type { Citation } from "../../../protocol/types.ts";
import type { TurnOutline } from "../../../server/workServices.ts";

export interface MadeRound {
  readonly question: string;
  /** Files that the answer cites. */
  readonly files?: readonly string[];
  readonly answer?: string;
  /** Minutes after the round before. */
  readonly afterMinutes?: number;
  readonly selectedFile?: string;
}

const startMs = Date.parse("2026-03-02T08:00:00Z");

/** A citation of ten lines. */
export function citationIn(path: string, line = 0): Citation {
  return {
    rootId: "root",
    path,
    range: { start: { line, character: 0 }, end: { line: line + 10, character: 0 } },
    contentHash: `hash of ${path} ${line}`,
  };
}

/** The turns of a conversation: `q0`, `a0`, `q1`, `a1` … */
export function madeTurns(rounds: readonly MadeRound[]): TurnOutline[] {
  let atMs = startMs;
  return rounds.flatMap(
    ({ question, files = [], answer = "", afterMinutes = 1, selectedFile }, idx) => {
      atMs += afterMinutes * 60_000;
      const turn = { createdMs: atMs, selectedFile: null };
      return [
        {
          ...{ ...turn, id: `q${idx}`, role: "user" as const, text: question, citations: [] },
          selectedFile: selectedFile ?? null,
        },
        {
          ...{ ...turn, id: `a${idx}`, role: "lore" as const, text: answer },
          citations: files.map((file) => citationIn(file)),
        },
      ];
    },
  );
}
