import type { SvgShape } from "../svgShape.ts";

const namespace = "http://www.w3.org/2000/svg";

/** Returns the elements of a drawing. Text is never parsed. */
export function draw({ tag, attributes = {}, text, children = [] }: SvgShape): SVGElement {
  const node = document.createElementNS(namespace, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  if (text !== undefined) node.textContent = text;
  node.append(...children.map(draw));
  return node;
}
