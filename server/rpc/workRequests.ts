/** The requests about notes and conversations alike. */
import * as methods from "../../protocol/methods.ts";
import { exportMemory, forgetWork, importMemory, type WorkMemory } from "../workMemory.ts";
import { params as shapes } from "./params.ts";
import type { Router } from "./router.ts";
import type { Session, SessionServices } from "./session.ts";

/** Answers the requests that export, import and forget the memory of the work. */
export function answerAboutWork(
  router: Router,
  {
    memory,
    notes,
    history,
  }: Pick<SessionServices, "memory"> & Pick<WorkMemory, "notes" | "history">,
  session: Session,
): void {
  const work = (): WorkMemory => ({
    ...{ notes, history },
    conversations: session.conversations(),
    roots: memory.status().roots.map(({ root }) => root),
  });
  router.answer(methods.exportMemory, shapes.memoryFile, ({ file }, signal) =>
    exportMemory(work(), file, signal),
  );
  router.answer(methods.importMemory, shapes.memoryFile, ({ file }, signal) =>
    importMemory(work(), file, signal),
  );
  router.answer(methods.forgetWork, shapes.forgetWork, (params, signal) =>
    forgetWork(work(), params, signal),
  );
}
