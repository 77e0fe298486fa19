/** A conversation as the memory server makes it without a language model, and the messages that show it. */
import type { ConversationPart } from "../../protocol/context.ts";
import type { Citation, Conversation, Coverage, Recall, Turn } from "../../protocol/types.ts";
import type { ChatState, ToWebview } from "../../protocol/webviewMessages.ts";

export const nowMs = Date.parse("2026-03-02T10:00:00Z");

export function cite(
  path: string,
  first: number,
  last: number,
  symbolName?: string,
  container = "",
): Citation {
  const range = { start: { line: first - 1, character: 0 }, end: { line: last, character: 0 } };
  return {
    rootId: "root-1",
    path,
    range,
    contentHash: "00112233aabbccdd",
    ...(symbolName === undefined
      ? {}
      : { symbol: { name: symbolName, kind: "method" as const, container, range } }),
  };
}

export const citations: readonly Citation[] = [
  cite("src/http/retryPolicy.ts", 41, 63, "delayBefore", "RetryPolicy"),
  cite("src/http/retryPolicy.ts", 34, 40),
  cite("src/http/client.ts", 118, 131, "send", "HttpClient"),
  cite("src/jobs/syncRunner.ts", 77, 90, "runOnce", "SyncRunner"),
  cite("config/defaults.json", 12, 17, "retry"),
  cite("test/http/retryPolicy.test.ts", 20, 48, "gives up after the last attempt"),
  cite("docs/networking.md", 9, 21, "Retries"),
];

export const answerMarkdown = `\`RetryPolicy.delayBefore\` decides it: “How long to wait before an attempt, or nothing when there shall be none.” [\`src/http/retryPolicy.ts:34-40\`](#cite-1)

\`\`\`typescript {start=41 cite=0}
  delayBefore(attempt: number, failure: Failure): number | undefined {
    if (attempt >= this.options.maxAttempts) return undefined;
    if (!isTransient(failure)) return undefined;
    // A server that says when to come back knows better than we do.
    if (failure.retryAfterMs !== undefined) {
      return Math.min(failure.retryAfterMs, this.options.maxDelayMs);
    }
    const base = this.options.firstDelayMs * 2 ** (attempt - 1);
    const jitter = 0.5 + this.random() / 2; // half to full, so that clients spread out instead of coming back together
    return Math.min(base * jitter, this.options.maxDelayMs);
  }
\`\`\`

### How it connects

- Called from \`HttpClient.send\` after each failed attempt [\`src/http/client.ts:118-131\`](#cite-2)
- Called from \`SyncRunner.runOnce\`, which passes its own random source [\`src/jobs/syncRunner.ts:77-90\`](#cite-3)
- Configured in \`retry\`: \`maxAttempts\`, \`firstDelayMs\`, \`maxDelayMs\` [\`config/defaults.json:12-17\`](#cite-4)
- Tested in *gives up after the last attempt* [\`test/http/retryPolicy.test.ts:20-48\`](#cite-5)
- Described in [\`docs/networking.md:9-21\`](#cite-6)
`;

export const coverage: Coverage = {
  filesSeen: 3412,
  remembered: 3391,
  pending: 0,
  skipped: 18,
  failed: 3,
};

export const recalls: readonly Recall[] = [
  {
    citation: cite("src/http/retryPolicy.ts", 34, 63, "delayBefore", "RetryPolicy"),
    score: 14.82,
    reasons: [
      { kind: "symbol", detail: "delay, retry", weight: 5.1 },
      { kind: "comment", detail: "wait before an attempt", weight: 3.4 },
      { kind: "definition", detail: "", weight: 1 },
      { kind: "source", detail: "", weight: 0.5 },
    ],
    role: "source",
    language: "typescript",
    text: "",
    boundary: "syntax",
  },
  {
    citation: cite("src/http/client.ts", 96, 140, "send", "HttpClient"),
    score: 9.31,
    reasons: [{ kind: "body", detail: "retry, delay, attempt", weight: 4 }],
    role: "source",
    language: "typescript",
    text: "",
    boundary: "syntax",
    relation: { kind: "calls", of: "delayBefore" },
  },
  {
    citation: cite("test/http/retryPolicy.test.ts", 20, 48, "gives up after the last attempt"),
    score: 6.07,
    reasons: [{ kind: "path", detail: "retryPolicy", weight: 2.2 }],
    role: "test",
    language: "typescript",
    text: "",
    boundary: "syntax",
    relation: { kind: "test", of: "RetryPolicy" },
  },
  {
    citation: cite("config/defaults.json", 12, 17, "retry"),
    score: 3.4,
    reasons: [{ kind: "exactSymbol", detail: "retry", weight: 2 }],
    role: "config",
    language: "json",
    text: "",
    boundary: "lines",
  },
];

const nothing = { citations: [], recalls: [], abstained: false, tiers: [] } as const;

export function question(id: string, text: string): Turn {
  return { id, role: "user", text, createdMs: nowMs, state: "done", ...nothing };
}

export function answer(id: string, changes: Partial<Turn> = {}): Turn {
  return {
    id,
    role: "lore",
    text: answerMarkdown,
    createdMs: nowMs,
    state: "done",
    citations,
    recalls,
    abstained: false,
    tiers: ["lexical", "symbols"],
    elapsedMs: 38,
    coverage,
    trace: {
      terms: [
        { term: "retry", nChunks: 61, used: true },
        { term: "delay", nChunks: 214, used: true },
        { term: "decid", nChunks: 33, used: true },
        { term: "where", nChunks: 2904, used: false },
      ],
      identifiers: ["RetryPolicy"],
      paths: [],
      literals: [],
      stages: [
        { name: "parse", nCandidates: 0, ms: 0.2 },
        {
          name: "words",
          nCandidates: 200,
          ms: 6.4,
          candidates: [
            {
              rootId: "root",
              path: "src/http/retryPolicy.ts",
              lines: { startLine: 33, endLine: 63 },
              score: 12.345,
            },
            { rootId: "root", path: "src/http/client.ts", score: 8.1, dropped: "overLimit" },
          ],
        },
        {
          name: "files",
          nCandidates: 2,
          ms: 0.1,
          candidates: [
            {
              rootId: "root",
              path: "src/http/retryPolicy.ts",
              score: 3.5,
              foundBy: ["words", "name"],
            },
            {
              rootId: "root",
              path: "src/gone.ts",
              score: 2,
              foundBy: ["path"],
              dropped: "unreadable",
            },
          ],
        },
        { name: "symbols", nCandidates: 12, ms: 0.9 },
        { name: "fuse", nCandidates: 60, ms: 0.6 },
        { name: "neighbours", nCandidates: 9, ms: 3.1 },
        { name: "verify", nCandidates: 20, ms: 11 },
      ],
      evidence: {
        probability: 0.926,
        verdict: "sure",
        parts: [
          { fact: "best", value: -0.4, weight: 1.9 },
          { fact: "coverage", value: 0.8, weight: 0.2 },
        ],
      },
      asked: {
        query: "Where is the retry delay decided?",
        limit: 20,
        ranking: "learned" as const,
        roots: [{ id: "root", name: "shop" }],
        schema: 2,
        chunker: 1,
      },
    },
    ...changes,
  };
}

export function streaming(id: string, changes: Partial<Turn> = {}): Turn {
  return {
    id,
    role: "lore",
    createdMs: nowMs,
    text: "",
    state: "streaming",
    ...nothing,
    ...changes,
  };
}

export function abstained(id: string): Turn {
  return answer(id, {
    abstained: true,
    text: `Nothing that Lore remembers says how invoices are numbered. The nearest places speak of numbers or of invoices, not of both:

- \`Order.nextNumber\` counts orders [\`src/orders/order.ts:55-71\`](#cite-0)
- *Invoices* is a heading without text below it [\`docs/roadmap.md:40-41\`](#cite-1)

Not in memory: 18 files were skipped, 14 of them as generated (\`dist/\`).
`,
    citations: [
      cite("src/orders/order.ts", 55, 71, "nextNumber", "Order"),
      cite("docs/roadmap.md", 40, 41, "Invoices"),
    ],
    recalls: recalls.slice(2),
  });
}

export const conversation: Conversation = {
  id: "conversation-1",
  title: "Where is the retry delay decided?",
  createdMs: nowMs,
  updatedMs: nowMs,
  nTurns: 2,
};

export const conversations: readonly Conversation[] = [
  conversation,
  {
    id: "conversation-2",
    title: "What happens between the request and the database write?",
    createdMs: nowMs,
    updatedMs: nowMs - 3_600_000 * 5,
    nTurns: 6,
  },
  {
    id: "conversation-3",
    title: "Who reads config/defaults.json",
    createdMs: nowMs,
    updatedMs: nowMs - 86_400_000 * 3,
    nTurns: 1,
  },
];

/** The part of questions `first` to `last`, which are numbered. */
export function part(
  first: number,
  last: number,
  changes: Partial<ConversationPart> = {},
): ConversationPart {
  return {
    firstTurnId: `q${first}`,
    lastTurnId: `a${last}`,
    line: `Question ${first}?`,
    nQuestions: last - first + 1,
    nPlaces: 4,
    paths: ["src/http/retryPolicy.ts"],
    startMs: nowMs - 3 * 3_600_000,
    endMs: nowMs - 2 * 3_600_000,
    isOpen: false,
    ...changes,
  };
}

/** The state of an opened conversation with these turns. */
export function state(turns: readonly Turn[], changes: Partial<ChatState> = {}): ToWebview {
  return {
    type: "state",
    state: {
      conversations,
      conversation,
      turns,
      nEarlier: 0,
      parts: [],
      draft: "",
      memory: { kind: "ready", coverage },
      model: "",
      strings: {},
      ...changes,
    },
  };
}

/** The state before the first question. */
export function emptyState(changes: Partial<ChatState> = {}): ToWebview {
  return state([], { conversation: undefined, conversations: [], ...changes });
}
