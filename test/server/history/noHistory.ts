/** A history of nothing, for the tests of everything else. */
import { noExtents } from "../../../server/history/historyCalls.ts";
import type { HistoryStatus } from "../../../protocol/history.ts";
import type { HistoryService } from "../../../server/services.ts";

export const emptyStatus: HistoryStatus = {
  ...{ state: "ready", nCommits: 0, nWithoutSymbols: 0, isWhole: true, oldestMs: 0 },
  ...{ nInRepository: 0, isShallow: false },
};

export const noHistory: HistoryService = {
  rootIds: () => [],
  status: () => emptyStatus,
  keptStatus: () => Promise.resolve(emptyStatus),
  onStatusChanged: () => () => undefined,
  past: () => Promise.resolve({ kind: "unknown", status: emptyStatus }),
  age: () => Promise.resolve(undefined),
  happened: () => Promise.resolve({ commits: [], edits: [] }),
  forgetEdits: () => Promise.resolve(0),
  whoWrote: () => Promise.resolve({ kind: "failed" }),
  changed: () => Promise.resolve({ kind: "noLook" }),
  recallAt: () => Promise.resolve({ kind: "unknownCommit" }),
  commitsAbout: () => Promise.resolve([]),
  extent: ({ edgesMs }) => Promise.resolve(noExtents(emptyStatus, edgesMs)),
  fileAt: () => Promise.resolve(undefined),
  settled: () => Promise.resolve(emptyStatus),
};
