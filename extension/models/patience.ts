import { defaultTimeouts } from "../../server/endpoint/silenceWatch.ts";
import { ModelError } from "./languageModel.ts";

/**
 * Returns the pieces as they come. When one takes too long, `stop` is called. Who reads no further ends `pieces` too.
 * Errors: those of `pieces`; `ModelError` with `timeout`.
 */
export async function* withPatience(
  pieces: AsyncIterable<string>,
  stop: () => void,
): AsyncIterable<string> {
  const iterator = pieces[Symbol.asyncIterator]();
  const { firstTokenMs, betweenTokensMs } = defaultTimeouts;
  let isOver = false;
  try {
    for (let limitMs = firstTokenMs; ; limitMs = betweenTokensMs) {
      const next = await within(iterator.next(), limitMs, () => {
        // Its own end may never come: it is not waited for.
        isOver = true;
        stop();
      });
      if (next.done === true) {
        isOver = true;
        return;
      }
      yield next.value;
    }
  } finally {
    if (!isOver) await iterator.return?.();
  }
}

async function within<T>(promise: Promise<T>, limitMs: number, stop: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      stop();
      reject(new ModelError("timeout"));
    }, limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
