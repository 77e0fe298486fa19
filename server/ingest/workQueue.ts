/**
 * Files that wait to be read, in three lanes: `urgent` (just changed, or open in an editor), `fill` (seen
 * by a scan) and `refine` (searchable already, waiting for the syntax pass). A file waits in one lane.
 */

export type Lane = "urgent" | "fill" | "refine";

export interface WorkItem {
  readonly path: string;
  readonly sizeBytes: number;
  /** Chunk by syntax at once. */
  readonly exact: boolean;
  readonly lane: Lane;
}

const rank: Record<Lane, number> = { urgent: 0, fill: 1, refine: 2 };

export class WorkQueue {
  readonly #lanes: Record<Lane, Map<string, WorkItem>> = {
    urgent: new Map(),
    fill: new Map(),
    refine: new Map(),
  };

  get nUrgent(): number {
    return this.#lanes.urgent.size;
  }
  get nFill(): number {
    return this.#lanes.fill.size;
  }
  get nRefine(): number {
    return this.#lanes.refine.size;
  }
  get size(): number {
    return this.nUrgent + this.nFill + this.nRefine;
  }

  /** Returns false when the file already waited in this lane or a better one. */
  add(path: string, sizeBytes: number, lane: Lane, exact: boolean): boolean {
    for (const other of Object.keys(rank) as Lane[]) {
      if (!this.#lanes[other].has(path)) continue;
      if (rank[other] <= rank[lane]) return false;
      this.#lanes[other].delete(path);
    }
    this.#lanes[lane].set(path, { path, sizeBytes, exact, lane });
    return true;
  }

  /** Returns the bytes of a file that waits to be read for the first time or again, `undefined` when it does not. */
  waitingBytes(path: string): number | undefined {
    return (this.#lanes.urgent.get(path) ?? this.#lanes.fill.get(path))?.sizeBytes;
  }

  /** Moves waiting files to the front of their work; files that do not wait are left out. */
  promote(paths: readonly string[]): void {
    const front: Record<"fill" | "refine", WorkItem[]> = { fill: [], refine: [] };
    for (const path of paths) {
      for (const lane of ["fill", "refine"] as const) {
        const item = this.#lanes[lane].get(path);
        if (item === undefined) continue;
        this.#lanes[lane].delete(path);
        front[lane].push(item);
      }
    }
    for (const lane of ["fill", "refine"] as const) {
      if (front[lane].length === 0) continue;
      const rest = [...this.#lanes[lane].values()];
      this.#lanes[lane].clear();
      for (const item of [...front[lane], ...rest]) this.#lanes[lane].set(item.path, item);
    }
  }

  /** True when the file waits in this lane. */
  waitsIn(path: string, lane: Lane): boolean {
    return this.#lanes[lane].has(path);
  }

  remove(path: string): void {
    for (const lane of Object.keys(rank) as Lane[]) this.#lanes[lane].delete(path);
  }

  clear(): void {
    for (const lane of Object.keys(rank) as Lane[]) this.#lanes[lane].clear();
  }

  /** Returns the lane to take from, `undefined` when nothing may be taken. */
  nextLane(mayRefine: boolean): Lane | undefined {
    if (this.nUrgent > 0) return "urgent";
    if (this.nFill > 0) return "fill";
    return mayRefine && this.nRefine > 0 ? "refine" : undefined;
  }

  /** Takes files from the front of a lane, at least one. */
  take(lane: Lane, maxFiles: number, maxBytes: number): WorkItem[] {
    const items: WorkItem[] = [];
    let bytes = 0;
    for (const item of this.#lanes[lane].values()) {
      if (items.length > 0 && (items.length >= maxFiles || bytes + item.sizeBytes > maxBytes))
        break;
      items.push(item);
      bytes += item.sizeBytes;
    }
    for (const item of items) this.#lanes[lane].delete(item.path);
    return items;
  }
}
