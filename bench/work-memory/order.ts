/**
 * Whether the order of two things is told rightly, after the task of SORT: a scripted past of commits, edits, notes and
 * questions, some minutes apart, and random pairs of them by how many other things lie between. Lore's own timeline is
 * asked, and for commits, notes and questions also the sentence “which came first, A or B?”. The control answers by a coin.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { TimelineEvent } from "../../protocol/timeline.ts";
import { Answerer } from "../../server/answer/answerer.ts";
import { rootOf } from "../../server/cli/storeLocation.ts";
import { shareOf } from "../../server/deep/wilson.ts";
import type { Services } from "../../server/handlers.ts";
import { EditLog } from "../../server/history/editLog.ts";
import { repositoryIdentity, workFolderOf } from "../../server/identity/repositoryIdentity.ts";
import { openConversationStore } from "../../server/memory/conversationStore.ts";
import { makeFolder } from "../../server/memory/storeFolder.ts";
import { createHashText } from "../../server/recall/citation.ts";
import { createServices } from "../../server/serverParts.ts";
import { WorkTimeline } from "../../server/workTimeline.ts";
import { randomNumbers } from "../../test/server/workspaceMemoryHarness.ts";
import { shareCell } from "../memory/numbers.ts";
import type { BenchSettings } from "../settings.ts";
import { count, ms, percentile, verdict, type Table } from "../table.ts";

const nThings = 1_200;
const pairsPerBin = 200;
const askedPerBin = 30;
const bins: readonly (readonly [from: number, to: number])[] = [
  [1, 1],
  [2, 9],
  [10, 99],
  [100, 999],
];
const startMs = Date.UTC(2026, 0, 5, 8);
const stepMs = 7 * 60_000;
const signal = new AbortController().signal;

interface Thing {
  readonly kind: TimelineEvent["kind"];
  readonly words: string;
  readonly atMs: number;
}
