/** The messages that bring the chat into each of its states. */
import * as sample from "./sampleChat.ts";

/** A question and its whole answer. */
export const exchange = [
  sample.question("q1", "Where is the retry delay decided?"),
  sample.answer("a1"),
];

export const chatStates: Readonly<Record<string, readonly unknown[]>> = {
  filling: [
    sample.emptyState({
      memory: {
        kind: "filling",
        bytesDone: 13_000_000,
        bytesKnown: 35_000_000,
        coverage: { ...sample.coverage, remembered: 1204, pending: 2187 },
      },
    }),
  ],
  abstained: [
    sample.state([sample.question("q1", "How are invoices numbered?"), sample.abstained("a1")]),
  ],
  failed: [
    sample.state(
      [
        exchange[0],
        sample.answer("a1", { state: "failed", text: "", citations: [], recalls: [] }),
      ].filter((turn) => turn !== undefined),
      {
        memory: {
          kind: "failed",
          message:
            "Lore cannot open its memory on disk. Check free space and permissions, then run “Lore: Restart Memory Server”.",
          actions: ["restartServer", "openLog"],
        },
      },
    ),
  ],
  interrupted: [
    sample.state([
      sample.question("q1", "Where is the retry delay decided?"),
      sample.answer("a1", { state: "interrupted", text: sample.answerMarkdown.slice(0, 620) }),
    ]),
  ],
  streaming: [
    sample.state([
      sample.question("q1", "Where is the retry delay decided?"),
      sample.streaming("a1"),
    ]),
    {
      type: "append",
      conversationId: "conversation-1",
      turnId: "a1",
      markdown: sample.answerMarkdown.slice(0, 700),
      citations: sample.citations,
    },
  ],
  looking: [
    sample.state([
      sample.question("q1", "Where is the retry delay decided?"),
      sample.streaming("a1"),
    ]),
  ],
  unavailable: [
    sample.emptyState({
      memory: {
        kind: "unavailable",
        message: "Lore is switched off by the setting “lore.enabled”.",
        actions: ["openSettings"],
      },
    }),
  ],
  long: [
    sample.state(
      [
        {
          ...sample.question("q1", "Who calls this, and what happens when it throws?"),
          selection: {
            file: "/work/shop/src/http/retryPolicy.ts",
            text: "",
            range: { startLine: 40, endLine: 63 },
          },
        },
        sample.answer("a1"),
      ],
      { nEarlier: 46 },
    ),
  ],
  folded: [
    sample.state(
      [1, 2, 3, 4, 5, 6, 7].flatMap((n) => [
        sample.question(`q${n}`, `Who else waits before attempt ${n}?`),
        sample.answer(`a${n}`, {
          text: "Only `delayBefore` [`x`](#cite-0).\n",
          citations: sample.citations.slice(1, 2),
        }),
      ]),
      {
        parts: [
          sample.part(1, 3, { line: "Where is the cache cleared?", nPlaces: 7 }),
          sample.part(4, 4, {
            line: "How do the numbers on the invoices come to be, and where do the taxes come fr…",
            nPlaces: 1,
            endMs: sample.nowMs - 600_000,
          }),
          sample.part(5, 5, { line: "איפה נקבע זמן ההמתנה?" }),
          sample.part(6, 7, { isOpen: true }),
        ],
      },
    ),
  ],
  bidi: [
    sample.state([
      sample.question("q1", "איפה נקבע זמן ההמתנה? (retryPolicy.ts)"),
      sample.answer("a1", {
        text: "שלום [file](#cite-0) מוגדר כאן, וגם [file](#cite-1) ו־[file](#cite-2).\n",
        citations: [
          sample.cite("src/תיקייה/מדיניות_ניסיון.ts", 1, 12),
          sample.cite("src/\u202egpj.exe", 3, 4),
          sample.cite("src/ملف-طويل-جدا-باسم-لا-ينتهي-أبدا-ولا-يقف-عند-حد.test.ts", 5, 9),
        ],
      }),
    ]),
  ],
  noFolder: [sample.emptyState({ memory: { kind: "noFolder" } })],
  restricted: [sample.emptyState({ memory: { kind: "restricted" } })],
  paused: [
    sample.emptyState({
      memory: { kind: "paused", coverage: { ...sample.coverage, remembered: 900, pending: 2491 } },
    }),
  ],
};
