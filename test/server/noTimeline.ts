/** A timeline of nothing, for the tests of everything else. */
import type { TimelineService } from "../../server/workServices.ts";

export const noTimeline: TimelineService = {
  timeline: () => Promise.resolve({ kind: "timeline", events: [], isCut: false, missing: [] }),
};
