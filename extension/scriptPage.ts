import { contentPolicy, escaped } from "./webviewPage.ts";

/** What a page with a script loads. */
export interface ScriptPageParts {
  /** The webview's own origin for scripts, styles and pictures. */
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** Fresh for each page. */
  readonly nonce: string;
  /** BCP 47 tag of the user's language. */
  readonly language: string;
}

/** A page that its script fills. It may load what `contentPolicy` says. */
export function scriptPage(parts: ScriptPageParts): string {
  const { cspSource, nonce } = parts;
  const policy = contentPolicy(cspSource, nonce);
  return `<!DOCTYPE html>
<html lang="${escaped(parts.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${escaped(parts.styleUri)}">
<title>Lore</title>
</head>
<body>
<div id="lore"></div>
<script nonce="${escaped(nonce)}" src="${escaped(parts.scriptUri)}"></script>
</body>
</html>
`;
}
