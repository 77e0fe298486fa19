/** What a page in a webview may load: its own parts and nothing else. No network, nothing inline, no frames, no forms. */
export function contentPolicy(cspSource: string, nonce: string | undefined): string {
  return [
    "default-src 'none'",
    `img-src ${cspSource} data:`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    // Without a nonce no script runs at all.
    ...(nonce === undefined ? [] : [`script-src 'nonce-${nonce}'`]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** Text as it may stand in a page, between tags or as an attribute's value in double quotes. */
export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
