/** What a language model wrote over the sample answer, as the server checks it. */
import type { Prose } from "../../protocol/prose.ts";
import { cite } from "./sampleChat.ts";

const markdown = `The delay is decided by \`RetryPolicy.delayBefore\` [1](#cite-0). It doubles with each attempt and is spread by a random factor [1](#cite-0), at most up to \`maxDelayMs\` [2](#cite-1).

- It gives up after \`maxAttempts\` attempts [1](#cite-0).
- Failures of DNS are retried by \`resolveAgain\` [3](#cite-2). [*](#mark-0)
- The limit was raised last spring. [*](#mark-1)

So a server that says when to come back is obeyed [1](#cite-0).`;

/** A finished text of six sentences, two of which are not supported. */
export function prose(changes: Partial<Prose> = {}): Prose {
  return {
    model: "qwen2.5-coder:7b",
    state: "done",
    markdown,
    citations: [
      cite("src/http/retryPolicy.ts", 41, 63, "delayBefore", "RetryPolicy"),
      cite("config/defaults.json", 12, 17, "retry"),
      cite("src/http/client.ts", 118, 131, "send", "HttpClient"),
    ],
    marks: [
      { fault: "nameNotInEvidence", detail: "resolveAgain" },
      { fault: "noCitation", detail: "" },
    ],
    nSentences: 6,
    nSupported: 4,
    ...changes,
  };
}

/** Before the first word. */
export function waiting(): Prose {
  return prose({
    ...{ state: "streaming", markdown: "", citations: [], marks: [] },
    ...{ nSentences: 0, nSupported: 0 },
  });
}
