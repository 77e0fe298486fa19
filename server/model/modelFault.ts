/** What is wrong with a model. Whoever shows it words it; see `ModelNotice`. */
import type { ModelFaultKind } from "../../protocol/notices.ts";

export interface ModelFault {
  readonly kind: ModelFaultKind;
  /** The file that is at fault, relative to the model's folder; `""` for none. */
  readonly file: string;
  /** What was found and what was expected, for the log. */
  readonly detail: string;
}

/** Thrown inside `server/model/` while a model is read; `loadStaticModel` turns it into a value. */
export class ModelFaultError extends Error {
  readonly fault: ModelFault;
  constructor(kind: ModelFaultKind, file: string, detail: string) {
    super(`${kind} ${file}: ${detail}`);
    this.fault = { kind, file, detail };
  }
}
