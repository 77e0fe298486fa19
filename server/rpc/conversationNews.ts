/** Tells the client when another process has written to the conversations. */
import { MemoryError } from "../../protocol/errors.ts";
import * as methods from "../../protocol/methods.ts";
import type { Logger } from "../ports.ts";
import type { Router } from "./router.ts";
import type { Session } from "./session.ts";

/** As often as for notes: SQLite tells by a number that it has at hand, and nobody types faster. */
const newsEveryMs = 1_000;

/** Looks for news until the returned function is called. */
export function tellConversationNews(
  router: Pick<Router, "notify">,
  session: Pick<Session, "takeNews">,
  log: Logger,
): () => void {
  const timer = setInterval(() => {
    try {
      if (session.takeNews()) router.notify(methods.conversationsChanged, {});
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      // Whoever asks for the conversations next is told.
      log.log("warn", "memory", "conversations cannot be looked at", { code: error.errorName });
    }
  }, newsEveryMs).unref();
  return () => clearInterval(timer);
}
