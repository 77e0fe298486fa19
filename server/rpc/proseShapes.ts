/** The shape of the parameters about a language model's answers. */
import {
  maxContextTokens,
  type ContextSource,
  type ConversationPart,
} from "../../protocol/context.ts";
import type { CommitInfo } from "../../protocol/history.ts";
import {
  looksEnds,
  lookTools,
  maxPlanItems,
  maxPlanText,
  partStates,
  type AnswerPlan,
  type FurtherLooks,
  type Lookup,
  type PlanPart,
} from "../../protocol/plan.ts";
import { noteKinds, type Note, type NoteEvidence, type NoteLink } from "../../protocol/notes.ts";
import {
  maxLookInput,
  maxLookName,
  maxProseLength,
  minLookTokens,
  minPromptTokens,
  proseFailures,
  proseStates,
  supportFaults,
  type Prose,
  type ProseCheckParams,
  type ProseEvidence,
  type ProseLookParams,
  type ProseMark,
  type ProsePromptParams,
  type PutProseParams,
} from "../../protocol/prose.ts";
import { citation, file, id, question, rootIds, selectedCode } from "./params.ts";
import {
  flag,
  integer,
  list,
  object,
  oneOf,
  optional,
  ShapeError,
  text,
  timeMs,
  type Shape,
} from "./shape.ts";

const count = integer(0, Number.MAX_SAFE_INTEGER);
const maxName = 4_096;
const maxText = 1_000_000;
/** More pieces of evidence than any prompt has. */
const maxEvidence = 10_000;
/** Checked text is longer than what the model wrote by its links and marks. */
const maxMarkdownLength = 20 * maxProseLength;

const names = list(text(maxName), maxEvidence);
const health = oneOf("ok", "needsCheck", "gone");

const note = object<Note>({
  id,
  kind: oneOf(...noteKinds),
  text: text(maxText),
  who: text(maxName),
  createdMs: timeMs,
  rootId: id,
  file: optional(text(maxText)),
  conversationId: optional(id),
  evidence: list(object<NoteEvidence>({ citation, health }), maxEvidence),
  tags: names,
  links: list(
    object<NoteLink>({ kind: oneOf("note", "symbol", "commit"), target: text(maxName) }),
    maxEvidence,
  ),
  isPinned: flag,
  nUses: count,
  lastUsedMs: optional(timeMs),
  supersededBy: optional(id),
  health,
});

const part = object<ConversationPart>({
  firstTurnId: id,
  lastTurnId: id,
  line: text(maxText),
  nQuestions: count,
  nPlaces: count,
  paths: names,
  startMs: timeMs,
  endMs: timeMs,
  isOpen: flag,
});

const commit = object<CommitInfo>({
  hash: text(64),
  author: text(maxName),
  authoredMs: timeMs,
  subject: text(maxText),
  body: text(maxText),
});

type Source<K extends ContextSource["kind"]> = Extract<ContextSource, { readonly kind: K }>;

/** Where evidence is from; which fields there are goes by `kind`. */
const source: Shape<ContextSource> = (value, place) => {
  const { kind } = object<Pick<ContextSource, "kind">>({
    kind: oneOf("note", "part", "round", "code", "commit"),
  })(value, place);
  switch (kind) {
    case "note": {
      const shape = { note, contradictedBy: optional(id) };
      return { kind, ...object<Omit<Source<"note">, "kind">>(shape)(value, place) };
    }
    case "part":
      return { kind, ...object<Omit<Source<"part">, "kind">>({ part })(value, place) };
    case "round": {
      const shape = { turnIds: list(id, maxEvidence), createdMs: timeMs };
      return { kind, ...object<Omit<Source<"round">, "kind">>(shape)(value, place) };
    }
    case "code":
      return { kind, ...object<Omit<Source<"code">, "kind">>({ citation })(value, place) };
    case "commit":
      return { kind, ...object<Omit<Source<"commit">, "kind">>({ commit })(value, place) };
  }
};

/** Prose as it is kept on a turn. */
export const keptProse = (cited: Shape<Prose["citations"][number]>): Shape<Prose> =>
  object<Prose>({
    model: text(maxName),
    state: oneOf(...proseStates),
    failure: optional(oneOf(...proseFailures)),
    markdown: text(maxMarkdownLength),
    citations: list(cited, maxEvidence),
    marks: list(
      object<ProseMark>({ fault: oneOf(...supportFaults), detail: text(maxName) }),
      maxEvidence,
    ),
    nSentences: count,
    nSupported: count,
    noteIds: optional(list(id, maxEvidence)),
    turnIds: optional(list(id, maxEvidence)),
    looks: optional(
      object<FurtherLooks>({
        ...{ round: count, maxRounds: count, nTokens: count, maxTokens: count },
        lookups: list(
          object<Lookup>({
            tool: optional(oneOf(...lookTools)),
            about: text(maxPlanText),
            ...{ nPlaces: count, nNew: count },
          }),
          maxPlanItems,
        ),
        end: optional(oneOf(...looksEnds)),
      }),
    ),
  });

/** The plan of a deep question as it is kept on a turn. */
export const keptPlan = object<AnswerPlan>({
  parts: list(
    object<PlanPart>({ text: text(maxPlanText), state: oneOf(...partStates), nPlaces: count }),
    maxPlanItems,
  ),
  round: count,
  maxRounds: count,
  followed: list(text(maxName), maxPlanItems),
});

const evidence = list(
  object<ProseEvidence>({ number: integer(1, maxEvidence), source, text: text(maxText) }),
  maxEvidence,
);

/** Whether what is written may be kept cannot be told without `asOf`. */
const put: Shape<PutProseParams> = (value, place) => {
  const checked = object<PutProseParams>({
    ...{ conversationId: id, turnId: id, prose: keptProse(citation), asOf: optional(count) },
  })(value, place);
  const { markdown, looks } = checked.prose;
  if (checked.asOf === undefined && (markdown !== "" || looks !== undefined))
    throw new ShapeError(`${place}.asOf must be that of prose/prompt`);
  return checked;
};

/** It stands in the prompt as it is. */
const promptMark: Shape<string> = (value, place) => {
  if (typeof value !== "string" || !/^[0-9a-z]{4,40}$/.test(value))
    throw new ShapeError(`${place} must be a mark of prose/prompt`);
  return value;
};

/** Checks of the parameters by what they are for. */
export const proseShapes = {
  prompt: object<ProsePromptParams>({
    question,
    conversationId: optional(id),
    rootIds: optional(rootIds),
    activeFile: optional(file),
    selection: optional(selectedCode),
    maxTokens: integer(minPromptTokens, maxContextTokens),
    deep: optional(flag),
  }),
  check: object<ProseCheckParams>({
    text: text(maxProseLength),
    evidence,
    question,
    isDone: flag,
  }),
  look: object<ProseLookParams>({
    name: text(maxLookName),
    input: text(maxLookInput),
    evidence,
    rootIds: optional(rootIds),
    mark: promptMark,
    maxTokens: integer(minLookTokens, maxContextTokens),
  }),
  put,
} as const;
