import type { MemoryLine } from "../../protocol/webviewMessages.ts";
import type { Schedule } from "../feed/changeBatch.ts";
import type { ChosenModel } from "./proseWriter.ts";

/** What the chat needs from the window. */
export interface ChatWindow {
  readonly strings: Readonly<Record<string, string>>;
  memoryLine(): MemoryLine;
  /** Absolute path of the file the user looks at. */
  activeFile(): string | undefined;
  /** Something the user did not ask for failed, such as a refresh of what is shown. */
  failed(error: unknown): void;
  /** The language model that writes over answers, `undefined` for the built-in answers. */
  chosenModel(): ChosenModel | undefined;
  readonly schedule: Schedule;
}
