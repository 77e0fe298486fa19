/** One handler for each method of `protocol/methods.ts`, by topic. How a request ends is `rpc/router.ts`. */
import type { MessageConnection } from "vscode-jsonrpc/node";
import * as methods from "../protocol/methods.ts";
import type { ContextParams, ContextResult } from "../protocol/context.ts";
import type { SuggestParams, Suggestion } from "../protocol/mentions.ts";
import type { OutlineParams, OutlineResult, UsesParams, UsesResult } from "../protocol/outline.ts";
import type {
  CheckedProse,
  ProseCheckParams,
  ProseLook,
  ProseLookParams,
  ProsePrompt,
  ProsePromptParams,
} from "../protocol/prose.ts";
import type { Citation, CitationCheck, ExhaustiveResult, MemoryStatus } from "../protocol/types.ts";
import type { Clock, Logger } from "./ports.ts";
import { ask, type AskContext } from "./rpc/askRequest.ts";
import { tellConversationNews } from "./rpc/conversationNews.ts";
import { compareTrace } from "./rpc/compareTrace.ts";
import { answerFromDeepMemory } from "./rpc/deepRequests.ts";
import { answerAboutNotes } from "./rpc/noteRequests.ts";
import { params as shapes } from "./rpc/params.ts";
import { proseShapes } from "./rpc/proseShapes.ts";
import { Router } from "./rpc/router.ts";
import { Session, type SessionServices } from "./rpc/session.ts";
import { nothing } from "./rpc/shape.ts";
import { answerToolCalls } from "./rpc/toolRequests.ts";
import { wholeStatus } from "./rpc/wholeStatus.ts";
import { answerAboutWork } from "./rpc/workRequests.ts";
import type {
  AnswerService,
  DeepMemoryService,
  HistoryService,
  PictureService,
  RecallService,
  SourceReader,
  ToolService,
} from "./services.ts";
import type { NotesService, TurnOutline, TimelineService } from "./workServices.ts";
import { roundsOf } from "./work/rounds.ts";
import { keepProse } from "./workMemory.ts";
import { taskParts } from "./work/taskParts.ts";
import { searchTurns } from "./work/turnSearch.ts";

/** What the handlers call. */
export interface Services extends SessionServices {
  readonly recall: RecallService;
  readonly answers: AnswerService;
  readonly notes: NotesService;
  /** Absent in a server that was built without a deep memory. */
  readonly deep?: DeepMemoryService;
  readonly history: HistoryService;
  readonly timeline: TimelineService;
  readonly pictures: PictureService;
  readonly tools: ToolService;
  /** Scans every remembered file. Rejects with AbortError when cancelled. */
  exhaustive(params: methods.ExhaustiveParams, signal: AbortSignal): Promise<ExhaustiveResult>;
  /** What somebody may mean who types behind an `@`, best first. */
  suggest(params: SuggestParams): Suggestion[];
  /** The definitions of a file as it is now; none when it is not in memory or gone. */
  outline(params: OutlineParams): OutlineResult;
  /** Where a definition is used. Rejects with AbortError when cancelled. */
  uses(params: UsesParams, signal: AbortSignal): Promise<UsesResult>;
  /** One check for each citation, in order. Rejects with AbortError when cancelled. */
  checkCitations(citations: readonly Citation[], signal: AbortSignal): Promise<CitationCheck[]>;
  /** What a language model should know for a question asked after these turns. Rejects with AbortError when cancelled. */
  context(
    params: ContextParams,
    turns: readonly TurnOutline[],
    signal: AbortSignal,
  ): Promise<ContextResult>;
  /** What to send to a language model for a question asked after these turns. Rejects with AbortError when cancelled. */
  prosePrompt(
    params: ProsePromptParams,
    turns: readonly TurnOutline[],
    signal: AbortSignal,
  ): Promise<ProsePrompt>;
  /** What a language model wrote, as it may be shown. Rejects with AbortError when cancelled. */
  proseCheck(params: ProseCheckParams, signal: AbortSignal): Promise<CheckedProse>;
  /** What a tool that a language model called gives it. Rejects with AbortError when cancelled. */
  proseLook(params: ProseLookParams, signal: AbortSignal): Promise<ProseLook>;
  /** The files in memory and their present text. */
  readonly source: SourceReader;
  readonly clock: Clock;
}

/** Ends what the handlers began; the connection itself stays. */
export interface Registration {
  /** Cancels running requests, waits for them and closes the conversations. */
  close(): Promise<void>;
}

/** Answers every method of the protocol on this connection. */
export function registerHandlers(
  connection: MessageConnection,
  services: Services,
  log: Logger,
): Registration {
  const { memory, deep, clock } = services;
  const tellStatus = (): void =>
    router.notify(methods.statusChanged, {
      status: wholeStatus(session.withNotice(memory.status()), services),
    });
  const session = new Session(services, tellStatus);
  const requireOpen = (method: string): void | Promise<void> => {
    session.requireOpen();
    if (!withoutConversations.has(method)) return session.whenFound();
  };
  const router = new Router({ connection, clock, log, requireOpen });

  answerAboutMemory(router, services, session);
  followChanges(router, services);
  answerRecall(router, services, session);
  answerQuestions(router, services, session, log);
  answerAboutConversations(router, services, session);
  answerFromDeepMemory(router, deep);
  answerAboutWork(router, services, session);
  answerToolCalls(router, services, session);
  router.answer(methods.picture, shapes.picture, (params, signal) =>
    services.pictures.picture(params, session.conversations(), signal),
  );
  router.answer(methods.past, shapes.past, (params, signal) =>
    services.history.past(params, signal),
  );
  router.answer(methods.whoWrote, shapes.whoWrote, (params, signal) =>
    services.history.whoWrote(params, signal),
  );
  router.answer(methods.changed, shapes.changed, (params, signal) =>
    services.history.changed(params, signal),
  );
  router.answer(methods.recallAt, shapes.recallAt, (params, signal) =>
    services.history.recallAt(params, signal),
  );
  router.answer(methods.timeline, shapes.timeline, (params, signal) => {
    // The first question about them opens the conversations.
    session.conversations();
    return services.timeline.timeline(params, signal);
  });
  const stopNotes = answerAboutNotes(router, services.notes, session);
  const stopNews = tellConversationNews(router, session, log);

  const stopStatus = memory.onStatusChanged(tellStatus);
  const stopDeepStatus = deep?.onStatusChanged(tellStatus);
  const stopHistoryStatus = services.history.onStatusChanged(tellStatus);
  const close = async (): Promise<void> => {
    stopStatus();
    stopDeepStatus?.();
    stopHistoryStatus();
    stopNotes();
    stopNews();
    await router.close();
    session.close();
  };
  connection.onClose(() => void close());
  return { close };
}

/** What never waits until it is known where the conversations are. */
const withoutConversations: ReadonlySet<string> = new Set(
  [
    ...[methods.setRoots, methods.configure, methods.rescan, methods.status, methods.settled],
    ...[methods.problems, methods.pause, methods.resume, methods.rebuild, methods.forget],
    ...[methods.filesChanged, methods.documentChanged, methods.documentClosed],
    ...[methods.openEditors, methods.search, methods.exhaustive, methods.checkCitations],
    ...[methods.complete, methods.surprise, methods.selfTest],
  ].map(({ method }) => method),
);

function answerAboutMemory(router: Router, services: Services, session: Session): void {
  const { memory } = services;
  const whole = async (status: Promise<MemoryStatus>): Promise<MemoryStatus> =>
    wholeStatus(await status, services);
  router.answer(methods.open, shapes.open, async (params) => {
    const { serverVersion, status } = await session.open(params);
    return { serverVersion, status: wholeStatus(status, services) };
  });
  router.answer(methods.setRoots, shapes.setRoots, ({ roots }) => whole(memory.setRoots(roots)));
  router.answer(methods.configure, shapes.configure, (params) => whole(session.configure(params)));
  router.answer(methods.rescan, nothing, (_params, signal) => whole(memory.rescan(signal)));
  router.answer(methods.status, nothing, () =>
    wholeStatus(session.withNotice(memory.status()), services),
  );
  router.answer(methods.settled, shapes.settled, ({ refined }, signal) =>
    whole(memory.settled(refined, signal)),
  );
  router.answer(methods.problems, shapes.problems, ({ rootId, offset, limit }) =>
    memory.problems(rootId, offset, limit),
  );
  router.answer(methods.pause, nothing, () => whole(memory.pause()));
  router.answer(methods.resume, nothing, () => whole(memory.resume()));
  router.answer(methods.rebuild, shapes.rebuild, ({ rootId }) => whole(memory.rebuild(rootId)));
  router.answer(methods.forget, shapes.forget, ({ rootId }) => whole(memory.forget(rootId)));
}

function followChanges(router: Router, { memory }: Services): void {
  router.follow(methods.filesChanged, shapes.filesChanged, ({ changes }) =>
    memory.filesChanged(changes),
  );
  router.follow(methods.documentChanged, shapes.documentChanged, ({ file, version, text }) =>
    memory.documentChanged(file, version, text),
  );
  router.follow(methods.documentClosed, shapes.documentClosed, ({ file }) =>
    memory.documentClosed(file),
  );
  router.follow(methods.openEditors, shapes.openEditors, ({ files }) => memory.openEditors(files));
}

function answerRecall(router: Router, services: Services, session: Session): void {
  router.answer(methods.search, shapes.search, (params, signal) =>
    services.recall.search(params, signal),
  );
  router.answer(methods.suggest, shapes.suggest, (params) => ({
    suggestions: services.suggest(params),
  }));
  const turnsOf = (conversationId: string | undefined): readonly TurnOutline[] =>
    conversationId === undefined ? [] : session.conversations().outline(conversationId);
  router.answer(methods.context, shapes.context, (params, signal) =>
    services.context(params, turnsOf(params.conversationId), signal),
  );
  router.answer(methods.prosePrompt, proseShapes.prompt, async (params, signal) => {
    const { conversationId } = params;
    // Counted before anything is read: what is forgotten from then on may be in the prompt.
    const asOf =
      conversationId === undefined ? {} : { asOf: session.conversations().nForgettings() };
    const prompt = await services.prosePrompt(params, turnsOf(conversationId), signal);
    return { ...prompt, ...asOf };
  });
  router.answer(methods.proseCheck, proseShapes.check, (params, signal) =>
    services.proseCheck(params, signal),
  );
  router.answer(methods.proseLook, proseShapes.look, (params, signal) =>
    services.proseLook(params, signal),
  );
  router.answer(methods.compareTrace, shapes.compareTrace, ({ trace }, signal) => {
    const roots = services.memory.status().roots.map(({ root }) => root);
    return compareTrace(trace, { recall: services.recall, clock: services.clock, roots }, signal);
  });
  router.answer(methods.exhaustive, shapes.exhaustive, (params, signal) =>
    services.exhaustive(params, signal),
  );
  router.answer(methods.outline, shapes.outline, (params) => services.outline(params));
  router.answer(methods.uses, shapes.uses, (params, signal) => services.uses(params, signal));
  router.answer(methods.checkCitations, shapes.checkCitations, async ({ citations }, signal) => ({
    checks: await services.checkCitations(citations, signal),
  }));
}

function answerQuestions(
  router: Router,
  { answers, clock }: Services,
  session: Session,
  log: Logger,
): void {
  router.answer(methods.ask, shapes.ask, (params, signal) => {
    const { askId } = params;
    const progress: AskContext["progress"] = (markdown, citations, plan) =>
      router.notify(methods.answerProgress, {
        ...{ askId, markdown, citations },
        ...(plan === undefined ? {} : { plan }),
      });
    return ask(params, signal, { answers, session, clock, log, progress });
  });
}

function answerAboutConversations(
  router: Router,
  { clock, notes }: Services,
  session: Session,
): void {
  router.answer(methods.searchTurns, shapes.searchTurns, (params) =>
    searchTurns(session.conversations(), params, clock.nowMs()),
  );
  router.answer(methods.listConversations, nothing, () => ({
    conversations: session.conversations().list(),
  }));
  router.answer(methods.createConversation, nothing, () => ({
    conversation: session.conversations().create(),
  }));
  router.answer(methods.readConversation, shapes.readConversation, ({ conversationId, ...page }) =>
    session.conversations().read(conversationId, page),
  );
  router.answer(methods.conversationParts, shapes.conversation, ({ conversationId }) => ({
    parts: taskParts(roundsOf(session.conversations().outline(conversationId))).map(
      ({ part }) => part,
    ),
  }));
  router.answer(
    methods.renameConversation,
    shapes.renameConversation,
    ({ conversationId, title }) => ({
      conversation: session.conversations().rename(conversationId, title),
    }),
  );
  router.answer(methods.pinTurn, shapes.pinTurn, ({ conversationId, turnId, isPinned }) => ({
    pinned: session.conversations().pin(conversationId, turnId, isPinned),
  }));
  router.answer(methods.chooseBranch, shapes.turnPlace, ({ conversationId, turnId }) => ({
    conversation: session.conversations().chooseBranch(conversationId, turnId),
  }));
  router.answer(methods.putProse, proseShapes.put, (params) =>
    keepProse({ notes, conversations: session.conversations() }, params),
  );
  router.answer(methods.deleteConversation, shapes.conversation, ({ conversationId }) => {
    session.conversations().delete(conversationId);
    return {};
  });
}
