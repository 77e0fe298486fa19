/** How Continue shortens a definition that is too large for a chunk: `core/indexing/chunk/code.ts`. */
import type { Node } from "web-tree-sitter";

const classTypes = new Set(["class_definition", "class_declaration", "impl_item"]);
const functionTypes = new Set([
  "function_definition",
  "function_declaration",
  "function_item",
  "method_declaration",
]);
const memberTypes = new Set([...functionTypes, "method_definition"]);
const classBlocks = new Set(["block", "class_body", "declaration_list"]);
const functionBlocks = new Set(["block", "statement_block"]);

/** Returns whether Continue has a short form for a node. */
export function isCollapsible({ type }: Node): boolean {
  return classTypes.has(type) || functionTypes.has(type);
}

/** Returns a node's short form; `text` is the file's, `fits` says whether a text is small enough for a chunk. */
export function collapsed(node: Node, text: string, fits: (text: string) => boolean): string {
  return classTypes.has(node.type)
    ? collapsedClass(node, text, fits)
    : collapsedFunction(node, text, fits);
}

/** The class without its methods' bodies; while that is too large, without its last methods. */
function collapsedClass(node: Node, text: string, fits: (text: string) => boolean): string {
  const block = node.children.find(({ type }) => classBlocks.has(type));
  const members = block?.children.filter(({ type }) => memberTypes.has(type)) ?? [];
  let code = text.slice(0, node.endIndex);
  const shortened: string[] = [];
  for (const member of members.toReversed()) {
    const body = member.children.find(({ type }) => functionBlocks.has(type));
    if (body === undefined) continue;
    const signature = code.slice(member.startIndex, body.startIndex);
    code = code.slice(0, body.startIndex) + standIn(body) + code.slice(body.endIndex);
    shortened.unshift(signature + standIn(body));
  }
  code = code.slice(node.startIndex);
  let isShorter = false;
  while (!fits(code.trim())) {
    const last = shortened.pop();
    if (last === undefined) break;
    isShorter = true;
    const at = code.lastIndexOf(last);
    if (at > 0) code = code.slice(0, at) + code.slice(at + last.length);
  }
  return isShorter ? code.replaceAll(/\n(?:[ \t]*\n){2,}/g, "\n\n") : code;
}

/** The signature, below its class's when it is a method of Python or Rust; only its first line when that is too large. */
function collapsedFunction(node: Node, text: string, fits: (text: string) => boolean): string {
  const body = node.children.at(-1) ?? node;
  const signature = text.slice(node.startIndex, body.startIndex);
  const short = signature + standIn(body);
  const forms = [short, `${signature.split("\n")[0] ?? ""} ${standIn(body)}`];
  const block = node.parent;
  const owner = block?.parent;
  if (
    block !== null &&
    owner?.type !== undefined &&
    (block.type === "block" || block.type === "declaration_list") &&
    (owner.type === "class_definition" || owner.type === "impl_item")
  ) {
    const header = text.slice(owner.startIndex, block.startIndex);
    forms.unshift(`${header}...\n\n${" ".repeat(node.startPosition.column)}${short}`);
  }
  return forms.find(fits) ?? standIn(body);
}

function standIn({ type }: Node): string {
  return type === "statement_block" ? "{ ... }" : "...";
}
