import type { NotesService } from "../../../server/workServices.ts";
import { WorkNotes } from "../../../server/workNotes.ts";

/** Notes while no folder is open: for tests of answers that no note has a part in. */
export function closedNotes(): NotesService {
  return new WorkNotes({
    workspace: () => ({ storeDir: undefined, roots: [] }),
    places: () => ({ fileHash: () => undefined, whereMoved: () => [], symbolAt: () => undefined }),
    check: () => [],
    cite: () => undefined,
    clock: { nowMs: () => 0, elapsedMs: () => 0 },
    log: { log: () => undefined },
    maxBytes: 0,
  });
}
