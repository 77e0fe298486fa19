/** How a definition hangs together with the rest: who uses it, what it uses, what tests and mentions it. */
import type { Recall } from "../../protocol/types.ts";
import { recallUses, type Ask } from "./ask.ts";
import { lastLineOf } from "../recall/sourceFile.ts";
import { code, count, listed } from "./markdown.ts";
import { findCallees, type Callee } from "./callees.ts";
import type { Target } from "./imports.ts";
import { mentions } from "./names.ts";
import { linkTo } from "./placeText.ts";
import { Reading, type Place } from "./reading.ts";
import {
  distinctUses,
  fileKey,
  lineRange,
  participleOf,
  useLinesOf,
  verbOf,
  type UseLine,
} from "./useLines.ts";

const maxUses = 60;
/** More than this is no longer read. */
const maxStatements = 6;
const maxUsersShown = 3;

/** What was found about a definition; texts are read again when it is written. */
export interface Connections {
  readonly target: Target;
  readonly uses: readonly Recall[];
  /** Definitions in the workspace that the definition calls, in the order of the calls. */
  readonly callees: readonly Callee[];
}

/** Looks up what the definition at a place is connected with. */
export async function findConnections(ask: Ask, main: Recall): Promise<Connections | undefined> {
  const { symbol, path } = main.citation;
  if (symbol === undefined || symbol.kind === "section" || symbol.kind === "key") return undefined;
  const uses = await recallUses(ask, symbol.name, maxUses);
  const target = { name: symbol.name, path, container: symbol.container };
  return { target, uses, callees: await findCallees(ask, main) };
}

/** Writes what stands in the files now, most telling first. Returns false when there was nothing to say. */
export function writeConnections(ask: Ask, main: Place, found: Connections): boolean {
  const reading = new Reading(ask.ports.source);
  const lines = reading.places(found.uses).flatMap((place) => useLinesOf(place, found.target));
  const elsewhere = distinctUses(lines).filter((line) => !isInside(line, main));
  const known = elsewhere.filter(({ sureness }) => sureness !== "name");
  const ofRole = (role: Recall["role"], uses = known): UseLine[] =>
    uses.filter((line) => line.role === role);
  // Who shares no more than a word with the definition says nothing about it in prose and settings either.
  const isTelling = known.length > 0 || elsewhere.every(({ role }) => role !== "source");
  const mentioned = isTelling ? elsewhere : [];
  const others = [
    ...calleeItem(ask, reading, main, found),
    ...mentionItem(ask, ofRole("test"), "tested"),
    ...mentionItem(ask, ofRole("config", mentioned), "configured"),
    ...mentionItem(ask, ofRole("docs", mentioned), "described"),
  ];
  const nUsers = Math.min(maxUsersShown, Math.max(1, maxStatements - others.length));
  const items = [
    ...userItems(ask, ofRole("source"), isType(main), nUsers),
    ...namesakeItem(ask, elsewhere, known, found.target.name),
    ...others,
  ].slice(0, maxStatements);
  if (items.length === 0) return false;
  ask.writer.block(`### How it connects\n\n${items.map((item) => `- ${item}`).join("\n")}`);
  return true;
}

function isType({ symbol }: Place): boolean {
  return symbol !== undefined && ["class", "struct", "interface", "type"].includes(symbol.kind);
}

function isInside({ place, line }: UseLine, main: Place): boolean {
  const range = main.symbol?.range ?? main.range;
  return (
    place.file.rootId === main.file.rootId &&
    place.file.path === main.file.path &&
    line >= range.start.line &&
    line <= lastLineOf(range)
  );
}

/** "`start` calls it in [place]: `line`", the surest and most telling first; the last one counts the rest. */
function userItems(
  ask: Ask,
  lines: readonly UseLine[],
  isOfType: boolean,
  limit: number,
): string[] {
  const ordered = lines.toSorted((a, b) => worthOf(b) - worthOf(a));
  // One statement for each user says more than several about one.
  const byUser = new Map<string, UseLine>();
  for (const line of ordered) {
    const user = `${fileKey(line)}\0${line.holder ?? ""}`;
    if (!byUser.has(user)) byUser.set(user, line);
  }
  const shown = [...byUser.values()].slice(0, limit);
  const rest = ordered.filter((line) => !shown.includes(line));
  const files = count(new Set(rest.map(fileKey)).size, "file");
  const more = rest.length === 0 ? "" : `, and ${count(rest.length, "more line")} in ${files}`;
  return shown.map((line, i) => {
    const link = ask.writer.link(line.place.file, lineRange(line), line.symbol);
    const does =
      line.holder === undefined
        ? `It is ${participleOf(line, isOfType)}`
        : `${code(line.holder)} ${verbOf(line, isOfType)}`;
    return `${does} in ${link}: ${code(line.text)}${i === shown.length - 1 ? more : ""}`;
  });
}

const kindWorth: Readonly<Record<UseLine["kind"], number>> = {
  calls: 4,
  extends: 4,
  named: 3,
  uses: 2,
  mentions: 1,
  imports: 0,
};

function worthOf({ kind, sureness, holder }: UseLine): number {
  return kindWorth[kind] + (sureness === "sure" ? 1.5 : 0) + (holder === undefined ? 0 : 0.5);
}

/** Says of a name that many things bear how much of its uses remains open. */
function namesakeItem(
  ask: Ask,
  all: readonly UseLine[],
  known: readonly UseLine[],
  name: string,
): string[] {
  const open = all.filter(
    ({ sureness, role }) => sureness === "name" && (role === "source" || role === "test"),
  );
  const [first] = open;
  if (first === undefined) return [];
  const link = ask.writer.link(first.place.file, lineRange(first), first.symbol);
  const n =
    known.length > 0 ? `${count(open.length, "more line")} in` : `${count(open.length, "line")} in`;
  const files = count(new Set(open.map(fileKey)).size, "file");
  return [
    `${n} ${files} ${open.length === 1 ? "holds" : "hold"} the name ${code(name)}, such as ${link}; by name alone I cannot tell whether ${open.length === 1 ? "it means" : "they mean"} this one`,
  ];
}

/** "It calls `a` ([place]) and `b` ([place])" */
function calleeItem(ask: Ask, reading: Reading, main: Place, found: Connections): string[] {
  const text = main.file.textOf(main.symbol?.range ?? main.range);
  const links = found.callees.flatMap(({ name, recall }) => {
    const place = mentions(text, name) ? reading.place(recall) : undefined;
    if (place === undefined) return [];
    return [`${code(name)} (${linkTo(ask, place)})`];
  });
  return links.length === 0 ? [] : [`It calls ${listed(links)}`];
}

function mentionItem(
  ask: Ask,
  lines: readonly UseLine[],
  verb: "tested" | "configured" | "described",
): string[] {
  const [first] = lines.toSorted((a, b) => worthOf(b) - worthOf(a));
  if (first === undefined) return [];
  const holder = first.holder === undefined ? "" : ` by ${code(first.holder)}`;
  const link = ask.writer.link(first.place.file, lineRange(first), first.symbol);
  const more = lines.length > 1 ? `, and in ${count(lines.length - 1, "more line")}` : "";
  return [`It is ${verb}${verb === "tested" ? holder : ""} in ${link}${more}`];
}
