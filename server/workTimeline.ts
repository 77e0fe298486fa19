/** The order of what happened, after the task of SORT: commits, edits, questions and notes in one row, by their ages. */
import { MemoryError } from "../protocol/errors.ts";
import type { TimelineEvent, TimelineParams, TimelineResult } from "../protocol/timeline.ts";
import { userName } from "./identity/userName.ts";
import type { Clock } from "./ports.ts";
import type { HistoryService } from "./services.ts";
import type { ConversationStore, NotesService, TimelineService } from "./workServices.ts";
import type { Period } from "./time/calendar.ts";
import { momentNamed, spanNamed } from "./time/timeWords.ts";

export interface WorkTimelineOptions {
  readonly history: HistoryService;
  readonly notes: NotesService;
  readonly clock: Clock;
  readonly folderOf: (rootId: string) => string | undefined;
}

type Source = "history" | "notes" | "turns";

/** Later than anything that happened. */
const endOfTimeMs = 8_640_000_000_000_000;

export class WorkTimeline implements TimelineService {
  readonly #options: WorkTimelineOptions;
  #conversations: Pick<ConversationStore, "askedBetween"> | undefined;

  constructor(options: WorkTimelineOptions) {
    this.#options = options;
  }

  /** Questions are read from the conversations that were opened last. */
  follow(conversations: Pick<ConversationStore, "askedBetween">): void {
    this.#conversations = conversations;
  }

  async timeline(params: TimelineParams, signal: AbortSignal): Promise<TimelineResult> {
    const { since, until, limit } = params;
    const nowMs = this.#options.clock.nowMs();
    const from = since === undefined ? {} : spanNamed(since, nowMs);
    if (from === undefined) return { kind: "unknownTime", phrase: since ?? "" };
    const to = until === undefined ? {} : spanNamed(until, nowMs);
    if (to === undefined) return { kind: "unknownTime", phrase: until ?? "" };
    // Around “2 hours ago” is meant when both ends are that, and from then on when only one is.
    const startMs = since === undefined || since === until ? undefined : momentNamed(since, nowMs);
    const period = {
      fromMs: startMs ?? from.afterMs ?? 0,
      toMs: to.beforeMs ?? endOfTimeMs,
    };
    const missing: Source[] = [];
    const read = async (
      source: Source,
      events: () => Promise<readonly TimelineEvent[]>,
    ): Promise<readonly TimelineEvent[]> => {
      try {
        return await events();
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof MemoryError)) throw error;
        missing.push(source);
        return [];
      }
    };
    // One more of each than is wanted tells whether there are more.
    const wanted = limit + 1;
    const all = [
      ...(await read("history", () => this.#happened(params, period, wanted, signal))),
      ...(await read("notes", () => this.#noted(period))),
      ...(await read("turns", () => Promise.resolve(this.#asked(period, wanted)))),
    ].toSorted((a, b) => b.atMs - a.atMs);
    return { kind: "timeline", events: all.slice(0, limit), isCut: all.length > limit, missing };
  }

  async #happened(
    { rootIds, own }: TimelineParams,
    period: Period,
    limit: number,
    signal: AbortSignal,
  ): Promise<TimelineEvent[]> {
    const { history, folderOf } = this.#options;
    const events: TimelineEvent[] = [];
    for (const rootId of rootIds ?? history.rootIds()) {
      const folder = own === true ? folderOf(rootId) : undefined;
      const author = folder === undefined ? "" : await userName(folder);
      const whose = author === "" ? {} : { author };
      const { commits, edits } = await history.happened(
        { rootId, ...period, limit, ...whose },
        signal,
      );
      for (const { commit, atMs } of commits) events.push({ kind: "commit", atMs, rootId, commit });
      for (const edit of edits) events.push({ kind: "edit", atMs: edit.lastMs, rootId, edit });
    }
    return events;
  }

  async #noted({ fromMs, toMs }: Period): Promise<TimelineEvent[]> {
    const notes = await this.#options.notes.list({ all: true });
    return notes
      .filter(({ createdMs }) => createdMs >= fromMs && createdMs < toMs)
      .map(({ id, text, kind, createdMs }) => ({
        ...{ kind: "note" as const, atMs: createdMs, id, text, noteKind: kind },
      }));
  }

  #asked({ fromMs, toMs }: Period, limit: number): TimelineEvent[] {
    const asked = this.#conversations?.askedBetween(fromMs, toMs, limit) ?? [];
    return asked.map((turn) => ({ kind: "turn", ...turn }));
  }
}
