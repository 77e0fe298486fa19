/** What the chat's page loads. */
export interface ChatPageParts {
  /** The webview's own origin for scripts, styles and pictures. */
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** Fresh for each page. */
  readonly nonce: string;
  /** BCP 47 tag of the user's language. */
  readonly language: string;
}

/**
 * The chat's page. It may load its own script, style, font and pictures and nothing else: no network, no
 * inline script, no inline style, no frames, no forms.
 */
export function chatPage(parts: ChatPageParts): string {
  const { cspSource, nonce } = parts;
  const policy = [
    "default-src 'none'",
    `img-src ${cspSource} data:`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${attribute(parts.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${attribute(parts.styleUri)}">
<title>Lore</title>
</head>
<body>
<div id="lore"></div>
<script nonce="${attribute(nonce)}" src="${attribute(parts.scriptUri)}"></script>
</body>
</html>
`;
}

function attribute(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
