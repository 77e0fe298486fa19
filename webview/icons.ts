/** The pictures of the chat: 16 by 16, in the text's colour, hidden from screen readers. */

const paths = {
  add: "M8.5 2v5.5H14v1H8.5V14h-1V8.5H2v-1h5.5V2z",
  chevronDown: "M3.15 5.65l.7-.7L8 9.09l4.15-4.14.7.7L8 10.5z",
  chevronLeft: "M10.35 3.15l.7.7L6.91 8l4.14 4.15-.7.7L5.5 8z",
  chevronRight: "M5.65 3.15l-.7.7L9.09 8l-4.14 4.15.7.7L10.5 8z",
  edit: "M13.23 1.35a1.6 1.6 0 0 1 1.42 2.72l-8.8 8.8-3.9 1.18 1.18-3.9 8.8-8.8c.35-.35.8-.5 1.3 0zM4.05 10.64l-.6 1.91 1.91-.6 6.83-6.83-1.3-1.3zm9.25-6.23.64-.64a.92.92 0 0 0-1.3-1.3l-.64.64z",
  trash:
    "M6 2h4l.5 1H14v1h-1l-.7 9.1a1 1 0 0 1-1 .9H4.7a1 1 0 0 1-1-.9L3 4H2V3h3.5zM4 4l.7 9h6.6L12 4zm2.2 1.5h1l.2 6h-1zm2.6 0h1l-.2 6h-1z",
  copy: "M5 2.5A1.5 1.5 0 0 1 6.5 1h6A1.5 1.5 0 0 1 14 2.5v7a1.5 1.5 0 0 1-1.5 1.5H11v1.5A1.5 1.5 0 0 1 9.5 14h-6A1.5 1.5 0 0 1 2 12.5v-7A1.5 1.5 0 0 1 3.5 4H5zm1 0V10h6.5a.5.5 0 0 0 .5-.5v-7a.5.5 0 0 0-.5-.5h-6a.5.5 0 0 0-.5.5zM5 5H3.5a.5.5 0 0 0-.5.5v7a.5.5 0 0 0 .5.5h6a.5.5 0 0 0 .5-.5V11H5z",
  insert: "M2 2.5h12v1H2zm0 10h12v1H2zm0-5h5v1H2zM9 8l3.5-3 .7.7L11.1 7.5H14v1h-2.9l2.1 1.8-.7.7z",
  diff: "M4 2h1v3h3v1H5v3H4V6H1V5h3zm5.5 8H15v1H9.5zM13.3 2.2l.7.7L2.7 14.2l-.7-.7z",
  pin: "M9.5 1.5 14.5 6.5l-1 1-.8-.3-2.6 2.6.2 2.4-1 1L6.2 10 2.7 13.5H2v-.7L5.5 9.3 2.8 6.2l1-1 2.4.2 2.6-2.6-.3-.8zm.2 1.6L6.6 6.3l-1.9-.1 4.6 4.6-.1-1.9 3.2-3.1z",
  close:
    "M8 7.3 11.65 3.65l.7.7L8.7 8l3.65 3.65-.7.7L8 8.7l-3.65 3.65-.7-.7L7.3 8 3.65 4.35l.7-.7z",
  save: "M7.5 2h1v6.1l2.15-2.15.7.7L8 10 4.65 6.65l.7-.7L7.5 8.1zM3 10h1v3h8v-3h1v3.2a.8.8 0 0 1-.8.8H3.8a.8.8 0 0 1-.8-.8z",
  check: "M13.35 3.65l.7.7-7.55 7.56L2.45 7.85l.7-.7 3.35 3.34z",
  refresh: "M13 2v4H9V5h2.46A4.5 4.5 0 1 0 12.47 8.7l.98.2A5.5 5.5 0 1 1 12 4.1V2z",
  send: "M1.6 1.9 14.8 8 1.6 14.1 3.4 8.5 9 8 3.4 7.5z",
  stop: "M4 3h8a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z",
  arrowDown: "M7.5 2h1v9.1l3.15-3.15.7.7L8 13 3.65 8.65l.7-.7L7.5 11.1z",
  unsure:
    "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zm0 1a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM7.5 10.6h1v1.1h-1zM8 4.2c1.3 0 2.3.8 2.3 2.1 0 .9-.5 1.4-1.1 1.9-.5.4-.7.6-.7 1.1v.3h-1v-.4c0-.9.5-1.3 1.1-1.8.5-.4.7-.6.7-1.1 0-.7-.5-1.1-1.3-1.1s-1.3.5-1.3 1.3h-1C5.7 5.1 6.6 4.2 8 4.2z",
  info: "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zm0 1a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM7.5 7h1v4.5h-1zm0-2.5h1v1h-1z",
  warning:
    "M7.55 1.75h.9l6 11.5-.45.75H2l-.45-.75zM8 3.05 2.8 13h10.4zM7.5 6.5h1v3.2h-1zm0 4.2h1v1h-1z",
  search:
    "M6.75 2a4.75 4.75 0 0 1 3.7 7.73l3.4 3.42-.7.7-3.42-3.4A4.75 4.75 0 1 1 6.75 2zm0 1a3.75 3.75 0 1 0 0 7.5 3.75 3.75 0 0 0 0-7.5z",
  file: "M4 1.5h5.2l3.3 3.3v8.7a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1zm0 1v11h7.5V5.5H8.5v-3zm5.5.4v1.6h1.6z",
  folder:
    "M2 3.5A1.5 1.5 0 0 1 3.5 2h3.1l1.5 1.5h4.4A1.5 1.5 0 0 1 14 5v6.5a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 2 11.5zm1.5-.5a.5.5 0 0 0-.5.5V5.5h10V5a.5.5 0 0 0-.5-.5H7.7L6.2 3zM3 6.5v5a.5.5 0 0 0 .5.5h9a.5.5 0 0 0 .5-.5v-5z",
  symbol:
    "M8 1.4 14 4.3v7.4l-6 2.9-6-2.9V4.3zm0 1.1L3.7 4.6 8 6.7l4.3-2.1zM3 5.4v5.7l4.5 2.2V7.6zm10 0L8.5 7.6v5.7l4.5-2.2z",
  at: "M8 1.5a6.5 6.5 0 1 0 3.6 11.9l-.6-.8A5.5 5.5 0 1 1 13.5 8v.9a1.1 1.1 0 0 1-2.2 0V5.2h-1v.6A3.1 3.1 0 1 0 10.6 10 2.1 2.1 0 0 0 14.5 8.9V8A6.5 6.5 0 0 0 8 1.5zM8 6a2.1 2.1 0 1 1 0 4.2A2.1 2.1 0 0 1 8 6z",
  book: "M3.5 2.5A1.5 1.5 0 0 1 5 1h8v11H5a.5.5 0 0 0 0 1h8v1H5a1.5 1.5 0 0 1-1.5-1.5zm1 8.6q.23-.1.5-.1h7V2H5a.5.5 0 0 0-.5.5z",
} as const;

export type IconName = keyof typeof paths;

/** Returns a new picture. Where it stands alone, the button around it needs an `aria-label`. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(svgNamespace, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon icon-${name}`);
  const path = document.createElementNS(svgNamespace, "path");
  path.setAttribute("d", paths[name]);
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}

const svgNamespace = "http://www.w3.org/2000/svg";
