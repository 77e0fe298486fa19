/** The requests that language models and agents make through their tools. */
import * as methods from "../../protocol/methods.ts";
import type { ToolService } from "../services.ts";
import type { NotesService } from "../workServices.ts";
import { forgetNotes } from "../workMemory.ts";
import { params as shapes } from "./params.ts";
import type { Router } from "./router.ts";
import type { Session } from "./session.ts";
import { nothing } from "./shape.ts";

/** Answers what tools there are, and calls them. */
export function answerToolCalls(
  router: Router,
  { tools, notes }: { readonly tools: ToolService; readonly notes: NotesService },
  session: Session,
): void {
  router.answer(methods.listTools, nothing, () => ({ tools: tools.list() }));
  router.answer(methods.callTool, shapes.callTool, (params, signal) => {
    const forget = async (id: string): Promise<void> => {
      await forgetNotes({ notes, conversations: session.conversations() }, { id });
    };
    return tools.call(params, forget, signal);
  });
}
