/**
 * Makes conversations about a program, with questions whose evidence is known: LongMemEval's five abilities (Wu et al.
 * 2025, 3). Nothing of its text is used. The same seed makes the same conversations.
 */
import type { Turn } from "../../../protocol/types.ts";
import { randomNumbers } from "../../../test/server/workspaceMemoryHarness.ts";
import { fillerAnswer, fillerQuestion, noteOfFact } from "./fillers.ts";
import type { Part, Side, Topic } from "./topics.ts";

export const abilities = [
  "information",
  "answers",
  "multi-session",
  "temporal",
  "update",
  "abstention",
] as const;
export type Ability = (typeof abilities)[number];

/**
 * How a question is put: with the topic's usual word, in other words throughout, or with another name of the program's
 * part too.
 */
export const wordings = ["usual word", "other words", "other words and name"] as const;
type Wording = (typeof wordings)[number];

export interface MadeQuestion {
  readonly ability: Ability;
  readonly wording: Wording;
  readonly text: string;
  /** Ids of the turns that hold the answer, the newest last; none when there is none. */
  readonly evidence: readonly string[];
}

export interface MadeConversation {
  readonly id: string;
  readonly turns: readonly Turn[];
}

export interface MadeWorld {
  readonly conversations: readonly MadeConversation[];
  readonly questions: readonly MadeQuestion[];
  /** When the questions are asked. */
  readonly nowMs: number;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const nSessions = 84;
const nDays = 300;
const minFillers = 2;
const maxFillers = 5;

interface Said {
  readonly topic: Topic;
  readonly part: Part;
  readonly session: number;
  readonly text: string;
  readonly answer: string;
  /** Whose words hold it. */
  readonly role: "user" | "lore";
  id?: string;
}

/** Returns the conversations of one side. */
export function makeWorld(side: Side, seed: number): MadeWorld {
  return new WorldMaker(side, seed).make();
}

class WorldMaker {
  readonly #side: Side;
  readonly #random: () => number;
  readonly #said: Said[] = [];
  readonly #questions: (() => MadeQuestion)[] = [];
  readonly #startMs: number;
  readonly #nowMs: number;

  constructor(side: Side, seed: number) {
    this.#side = side;
    this.#random = randomNumbers(seed);
    // A Wednesday afternoon, in the time zone in which times are understood.
    this.#nowMs = new Date(2026, 10, 18, 16, 10).getTime();
    this.#startMs = this.#nowMs - nDays * dayMs;
  }

  make(): MadeWorld {
    const { topics, parts } = this.#side;
    for (const topic of topics) {
      const [first, second, third, fourth, fifth] = this.#drawn(parts, 5) as [
        Part,
        Part,
        Part,
        Part,
        Part,
      ];
      this.#plainFact(topic, first);
      this.#changedFact(topic, second);
      this.#answeredFact(topic, third);
      this.#factAtATime(topic, fourth);
      this.#nothing(topic, fifth);
      this.#acrossSessions(topic);
      this.#said.push({
        ...this.#place(topic, first),
        text: topic.near,
        answer: fillerAnswer(this.#random),
        role: "user",
      });
    }
    for (const topic of this.#side.absent)
      for (const part of this.#drawn(parts, 4)) this.#nothing(topic, part);
    const conversations = this.#conversations();
    return { conversations, questions: this.#questions.map((make) => make()), nowMs: this.#nowMs };
  }

  #plainFact(topic: Topic, part: Part): void {
    const said = this.#fact(topic, part, this.#pick(topic.says));
    this.#askTwice("information", topic, part, [said]);
  }

  /** The older one first. Both are evidence; the newer one holds. */
  #changedFact(topic: Topic, part: Part): void {
    const [a, b] = [this.#session(), this.#session()].sort((x, y) => x - y) as [number, number];
    const old = this.#fact(topic, part, topic.says[0], a);
    const now = this.#fact(topic, part, topic.update, Math.min(nSessions - 1, a === b ? b + 1 : b));
    if (old.session === now.session) return;
    this.#askTwice("update", topic, part, [old, now]);
  }

  /** Only the answer says it. */
  #answeredFact(topic: Topic, part: Part): void {
    const value = this.#pick(topic.values);
    const asked = this.#fill("How is this done in {c} at the moment?", part, value);
    const answer = `${this.#fill(topic.says[1], part, value)}\n\n${fillerAnswer(this.#random)}`;
    const said: Said = { ...this.#place(topic, part), text: asked, answer, role: "lore" };
    this.#said.push(said);
    const usual = `the ${topic.key} of {c}`;
    const ask = this.#pick([usual, ...topic.asks]);
    const wording = ask === usual ? wordings[0] : wordings[1];
    const text = `What did you tell me about ${ask.replaceAll("{c}", part[0])}?`;
    this.#questions.push(() => ({ ability: "answers", wording, text, evidence: [idOf(said)] }));
  }

  /** The same was said of other parts at other times. */
  #factAtATime(topic: Topic, part: Part): void {
    const said = this.#fact(topic, part, topic.says[0]);
    this.#questions.push(() => {
      const { frame, wording } = this.#aboutFrame(topic);
      const { words, fromMs, toMs } = this.#timeOf(said);
      const then = this.#said.filter((other) => {
        const ms = this.#sessionMs(other.session);
        return other.topic === topic && isFact(other) && ms >= fromMs && ms < toMs;
      });
      return { ability: "temporal", wording, text: `${frame} ${words}?`, evidence: then.map(idOf) };
    });
  }

  #acrossSessions(topic: Topic): void {
    const { frame, wording } = this.#aboutFrame(topic);
    const all = this.#said.filter((said) => said.topic === topic && isFact(said));
    this.#questions.push(() => ({
      ability: "multi-session",
      wording,
      text: `${frame}, in all parts?`,
      evidence: all.map(idOf),
    }));
  }

  #nothing(topic: Topic, part: Part): void {
    this.#askTwice("abstention", topic, part, []);
  }

  /** Once with the usual word and once in other words; of these a third has another name of the part. */
  #askTwice(ability: Ability, topic: Topic, part: Part, evidence: readonly Said[]): void {
    const isRenamed = this.#random() < 1 / 3;
    const forms: readonly (readonly [string, Wording])[] = [
      [`the ${topic.key} of ${part[0]}`, "usual word"],
      isRenamed
        ? [this.#pick(topic.asks).replaceAll("{c}", part[1]), "other words and name"]
        : [this.#pick(topic.asks).replaceAll("{c}", part[0]), "other words"],
    ];
    for (const [ask, wording] of forms) {
      const text = this.#pick(this.#side.frames).replace("{q}", ask);
      this.#questions.push(() => ({ ability, wording, text, evidence: evidence.map(idOf) }));
    }
  }

  #aboutFrame({ key, about }: Topic): { frame: string; wording: Wording } {
    const isUsual = this.#random() < 0.5;
    const frame = this.#pick(this.#side.aboutFrames).replace("{a}", isUsual ? `the ${key}` : about);
    return { frame, wording: isUsual ? "usual word" : "other words" };
  }

  #fact(topic: Topic, part: Part, says: string, session = this.#session()): Said {
    const text = this.#fill(says, part, this.#pick(topic.values));
    const said: Said = {
      ...{ topic, part, session, role: "user" },
      text: noteOfFact(text, this.#random),
      answer: fillerAnswer(this.#random),
    };
    this.#said.push(said);
    return said;
  }

  #place(topic: Topic, part: Part): Pick<Said, "topic" | "part" | "session"> {
    return { topic, part, session: this.#session() };
  }

  #fill(says: string, [name]: Part, value: string): string {
    const text = says.replaceAll("{c}", name).replaceAll("{v}", value);
    return text.charAt(0).toUpperCase() + text.slice(1);
  }

  /** Words for when something was said, and the span that they mean. */
  #timeOf(said: Said): { words: string; fromMs: number; toMs: number } {
    const ms = this.#sessionMs(said.session);
    const date = new Date(ms);
    const days = (this.#nowMs - ms) / dayMs;
    const month = date.toLocaleString("en-US", { month: "long" });
    const [y, m, d] = [date.getFullYear(), date.getMonth(), date.getDate()];
    const onDay = { fromMs: new Date(y, m, d).getTime(), toMs: new Date(y, m, d + 1).getTime() };
    if (days < 6)
      return { words: `on ${date.toLocaleString("en-US", { weekday: "long" })}`, ...onDay };
    if (this.#random() < 0.4) return { words: `on ${month} ${d}`, ...onDay };
    if (days < 50) {
      const weeks = Math.round(days / 7);
      const atMs = this.#nowMs - weeks * 7 * dayMs;
      return { words: `${weeks} weeks ago`, fromMs: atMs - 4 * dayMs, toMs: atMs + 4 * dayMs };
    }
    return {
      words: `in ${month}`,
      fromMs: new Date(y, m, 1).getTime(),
      toMs: new Date(y, m + 1, 1).getTime(),
    };
  }

  #conversations(): MadeConversation[] {
    return Array.from({ length: nSessions }, (_, session) => {
      const said = this.#said.filter((each) => each.session === session);
      const nFillers = minFillers + Math.floor(this.#random() * (maxFillers - minFillers + 1));
      const fillers = Array.from({ length: nFillers }, () => ({
        text: fillerQuestion(this.#random),
        answer: fillerAnswer(this.#random),
      }));
      const rounds = this.#drawn<{ text: string; answer: string; role?: string; id?: string }>(
        [...said, ...fillers],
        said.length + nFillers,
      );
      const atMs = this.#sessionMs(session);
      const turns = rounds.flatMap((round, idx) => {
        const id = `s${session}r${idx}`;
        const createdMs = atMs + idx * 240_000;
        if ("session" in round) round.id = round.role === "lore" ? `${id}a` : id;
        return [
          turnOf({ id, role: "user", text: round.text, createdMs }),
          turnOf({ id: `${id}a`, role: "lore", text: round.answer, createdMs: createdMs + 1_000 }),
        ];
      });
      return { id: `s${session}`, turns };
    });
  }

  #sessionMs(session: number): number {
    return (
      this.#startMs + (session * nDays * dayMs) / nSessions + ((session * 7) % 9) * hourMs * 0.9
    );
  }

  #session(): number {
    return Math.floor(this.#random() * nSessions);
  }

  #pick<T>(of: readonly T[]): T {
    return of[Math.floor(this.#random() * of.length)] as T;
  }

  /** So many of a list in an order by lot. */
  #drawn<T>(of: readonly T[], n: number): T[] {
    const left = [...of];
    return Array.from(
      { length: Math.min(n, of.length) },
      () => left.splice(Math.floor(this.#random() * left.length), 1)[0] as T,
    );
  }
}

/** What is near to a topic says nothing of it. */
function isFact({ role, topic, text }: Said): boolean {
  return role === "user" && text !== topic.near;
}

function idOf({ id }: Said): string {
  if (id === undefined) throw new Error("a fact was not said");
  return id;
}

function turnOf(fields: Pick<Turn, "id" | "role" | "text" | "createdMs">): Turn {
  return { ...fields, state: "done", citations: [], recalls: [], abstained: false, tiers: [] };
}
