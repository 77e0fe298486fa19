/** A picture with something of everything, for tests of whoever shows one. */
import type {
  DeepMemoryStatus,
  SelfTestResult,
  SelfTestScore,
} from "../../../protocol/deepMemory.ts";
import type { Note } from "../../../protocol/notes.ts";
import type { FileSums, FolderPart, MemoryPicture } from "../../../protocol/picture.ts";

/** The time that its ages are counted from. */
const atMs = Date.UTC(2026, 8, 1, 12);
const dayMs = 86_400_000;

const sums = (nFiles: number, bytes: number, nChunks: number, nDeepFiles: number): FileSums => ({
  ...{ nFiles, bytes, nChunks, nEmbedded: nChunks },
  ...{ nDeepFiles, deepBytes: Math.round((bytes * nDeepFiles) / nFiles) },
});

const parts: readonly FolderPart[] = [
  { name: "src", isFolder: true, ...sums(212, 914_000, 4_210, 170) },
  { name: "test", isFolder: true, ...sums(96, 402_000, 1_730, 48) },
  { name: "docs", isFolder: true, ...sums(14, 88_000, 310, 0) },
  { name: "README.md", isFolder: false, ...sums(1, 12_400, 22, 1) },
];

const note: Note = {
  id: "note-1",
  kind: "decision",
  text: "we retry three times because the upstream API is flaky",
  who: "Ann",
  createdMs: atMs - 12 * dayMs,
  rootId: "root",
  evidence: [
    {
      citation: {
        rootId: "root",
        path: "src/http/retryPolicy.ts",
        range: { start: { line: 40, character: 0 }, end: { line: 63, character: 0 } },
        contentHash: "0123456789abcdef",
      },
      health: "needsCheck",
    },
  ],
  tags: [],
  links: [],
  isPinned: false,
  nUses: 2,
  lastUsedMs: atMs - 2 * dayMs,
  health: "needsCheck",
};
const preference: Note = {
  ...note,
  id: "note-2",
  kind: "preference",
  text: "two spaces, never tabs",
  evidence: [],
  isPinned: true,
  nUses: 0,
  health: "ok",
};

const deepStatus: DeepMemoryStatus = {
  state: "ready",
  ...{ filesEncoded: 219, filesToEncode: 0, filesLeftOut: 104, tokensEncoded: 402_113 },
  ...{ tokensToEncode: 0, bytesOnDisk: 205_000_000, budgetBytes: 2_048_000_000 },
  ...{ shortTermBlocks: 4_096, longTermBlocks: 812, tokensPerSecond: 0 },
};

const score = (accuracy: number): SelfTestScore => ({
  ...{ accuracy, low: Math.max(0, accuracy - 0.08), high: Math.min(1, accuracy + 0.02) },
  nAsked: 40,
});
const selfTestResult: SelfTestResult = {
  points: [0, 4_096, 16_384].map((distance, idx) => ({ distance, ...score(1 - idx / 50) })),
  controls: { noMemory: score(0), otherMemory: score(0.02), random: score(0.05) },
  latencyMs: { p50: 12, p95: 30 },
  ...{ ramBytes: 300_000_000, diskBytes: 2_000_000, tookMs: 9_000, tokensStreamed: 16_384 },
  model: "test-lm",
};

/** The picture of a root; in a folder, only its part of the files is another one. */
export function pictureOf(rootId: string, folder = ""): MemoryPicture {
  return {
    ...{ rootId, atMs },
    folder: { path: folder, ...sums(323, 1_416_400, 6_272, 219), parts, nParts: 31 },
    disk: {
      ...{ files: 1_310_000, history: 640_000, conversations: 45_056, notes: 24_576 },
      deep: 205_000_000,
    },
    ages: {
      files: [3, 20, 60, 140, 60, 20, 15, 5],
      commits: [1, 9, 40, 80, 300, 400, 170, 0],
      conversations: [1, 1, 0, 0, 0, 0, 0, 0],
      notes: [0, 0, 2, 0, 0, 0, 0, 0],
    },
    health: {
      state: "ready",
      ...{ nRemembered: 323, nWaiting: 2, nBySyntax: 300, nByLines: 20, nToRefine: 3 },
      problems: [
        { outcome: "skipped", reason: "binary", nFiles: 9 },
        { outcome: "skipped", reason: "lockFile", nFiles: 1 },
        { outcome: "failed", reason: "unreadable", nFiles: 1 },
      ],
    },
    notes: {
      ...{ nNotes: 2, nReplaced: 1, nPinned: 1 },
      health: { ok: 1, needsCheck: 1, gone: 0 },
      strengths: [0, 0, 0, 0, 2],
      notes: [
        { note, strength: 0.875 },
        { note: preference, strength: 1 },
      ],
    },
    conversations: {
      ...{ nConversations: 2, nTurns: 14 },
      conversations: [
        {
          id: "talk-1",
          title: "Where is the retry policy decided?",
          createdMs: atMs - 3 * dayMs,
          updatedMs: atMs - dayMs / 2,
          nTurns: 10,
        },
        {
          id: "talk-2",
          title: "Who calls the cache?",
          createdMs: atMs - 4 * dayMs,
          updatedMs: atMs - 4 * dayMs,
          nTurns: 4,
        },
      ],
    },
    history: {
      status: {
        ...{ state: "ready", nCommits: 1_000, nWithoutSymbols: 0, isWhole: true },
        ...{ oldestMs: atMs - 900 * dayMs, nInRepository: 1_000, isShallow: false },
      },
      commits: [
        {
          hash: "4f1d2c3b5a69788796a5b4c3d2e1f00112233445",
          author: "Ben",
          authoredMs: atMs - dayMs / 3,
          subject: "Retry only what may be retried",
          body: "",
        },
      ],
    },
    deep: {
      status: deepStatus,
      ...{ nChunks: 1_204, nTokens: 402_113, nShortTermBlocks: 4_096, nLongTermBlocks: 812 },
      nRecalledBlocks: 96,
    },
    selfTest: { atMs: atMs - 5 * dayMs, tokens: 16_384, result: selfTestResult },
  };
}
