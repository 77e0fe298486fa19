/** What the editor's own context menu knows of a place of the chat. It joins what stands on an element and around it. */

/** Returns the attribute by which the menu over a citation's button is found, with the citation's place in its answer. */
export function citationMenu(index: number): Readonly<Record<string, string>> {
  const context = { loreCitation: index, preventDefaultContextMenuItems: true };
  return { "data-vscode-context": JSON.stringify(context) };
}

/** Returns the attribute that tells the menu of which answer a citation is. */
export function turnMenu(turnId: string): Readonly<Record<string, string>> {
  return { "data-vscode-context": JSON.stringify({ loreTurn: turnId }) };
}
