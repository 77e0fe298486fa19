/** How the definitions of one version of a file differ from those of another. */
import type { ChangedDefinition, DefinitionChange } from "../../protocol/changed.ts";
import type { DefinitionVersion } from "./definitionVersions.ts";
import { seenOf, type SeenDefinition } from "./seenStore.ts";

/** Definitions of the same name in the same place are compared in order. */
export function differences(
  before: readonly SeenDefinition[],
  after: readonly DefinitionVersion[],
  hashText: (text: string) => string,
): ChangedDefinition[] {
  const keyOf = ({ name, container }: { name: string; container: string }): string =>
    `${container}\0${name}`;
  const waiting = Map.groupBy(before, keyOf);
  const now = seenOf(after, hashText);
  const changes: ChangedDefinition[] = [];
  for (const [idx, definition] of after.entries()) {
    const { name, container, kind, startLine, endLine } = definition;
    const was = waiting.get(keyOf(definition))?.shift();
    const change = was === undefined ? "added" : changeOf(was, now[idx] as SeenDefinition);
    if (change !== undefined)
      changes.push({ name, container, kind, change, lines: { startLine, endLine } });
  }
  for (const { name, container, kind } of [...waiting.values()].flat())
    changes.push({ name, container, kind, change: "removed" });
  return withoutHolders(changes);
}

function changeOf(before: SeenDefinition, after: SeenDefinition): DefinitionChange | undefined {
  return (["signature", "body", "comment"] as const).find((part) => before[part] !== after[part]);
}

/**
 * A class whose method changed has another body: the method says it better. Of one that came or went, what is in it
 * came or went with it.
 */
function withoutHolders(changes: readonly ChangedDefinition[]): ChangedDefinition[] {
  const inner = new Set(changes.map(({ container }) => container));
  const whole = new Set(
    changes
      .filter(({ change }) => change === "added" || change === "removed")
      .map(({ name, container, change }) => `${change} ${pathOf(name, container)}`),
  );
  return changes.filter(
    ({ name, container, change }) =>
      !(change === "body" && inner.has(pathOf(name, container))) &&
      !whole.has(`${change} ${container}`),
  );
}

function pathOf(name: string, container: string): string {
  return container === "" ? name : `${container}.${name}`;
}
