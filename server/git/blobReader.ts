/** Reads the content of objects through one `git cat-file --batch`. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { gitProcess } from "./gitCommand.ts";

/** The content of an object: `missing` also when git ended, `tooLarge` when it was not kept. */
export type BlobRead =
  | { readonly kind: "blob"; readonly bytes: Buffer }
  | { readonly kind: "missing" }
  | { readonly kind: "tooLarge" };

interface Waiting {
  readonly done: (read: BlobRead) => void;
  header: { readonly sizeBytes: number } | undefined;
  parts: Buffer[];
  nBytes: number;
}

/** Reads objects of one repository, one after the other. To be closed. */
export class BlobReader {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #queue: Waiting[] = [];
  #child: ChildProcessWithoutNullStreams | undefined;
  #rest: Buffer = Buffer.alloc(0);
  #isClosed = false;

  /** Objects larger than `maxBytes` are not kept. */
  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /** `name` is an object's hash; anything else is `missing`. */
  read(name: string): Promise<BlobRead> {
    if (this.#isClosed || !/^[0-9a-f]{40,64}$/.test(name)) return Promise.resolve(missing);
    return new Promise((done) => {
      this.#queue.push({ done, header: undefined, parts: [], nBytes: 0 });
      this.#started().stdin.write(`${name}\n`);
    });
  }

  /** Whoever still waits gets `missing`. */
  close(): void {
    this.#isClosed = true;
    this.#child?.kill();
    this.#failAll();
  }

  #started(): ChildProcessWithoutNullStreams {
    if (this.#child !== undefined) return this.#child;
    const { command, args, options } = gitProcess(this.#folder, ["cat-file", "--batch"]);
    const child = spawn(command, args, options);
    this.#child = child;
    child.stdout.on("data", (data: Buffer) => this.#take(data));
    // How it ended says nothing that matters here: what was asked for is missing.
    child.stdin.on("error", () => undefined);
    child.on("error", () => this.#ended(child));
    child.on("close", () => this.#ended(child));
    child.stderr.resume();
    return child;
  }

  #ended(child: ChildProcessWithoutNullStreams): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#rest = Buffer.alloc(0);
    this.#failAll();
  }

  #failAll(): void {
    for (const { done } of this.#queue.splice(0)) done(missing);
  }

  #take(data: Buffer): void {
    let at = 0;
    while (at < data.length) {
      const waiting = this.#queue[0];
      if (waiting === undefined) return;
      at =
        waiting.header === undefined
          ? this.#takeHeader(waiting, data, at)
          : this.#takeBody(waiting, data, at);
    }
  }

  #takeHeader(waiting: Waiting, data: Buffer, from: number): number {
    const end = data.indexOf(10, from);
    const line = Buffer.concat([this.#rest, data.subarray(from, end < 0 ? data.length : end)]);
    this.#rest = end < 0 ? line : Buffer.alloc(0);
    if (end < 0) return data.length;
    const size = /^[0-9a-f]+ \w+ (\d+)$/.exec(line.toString("latin1"))?.[1];
    if (size === undefined) this.#finish(missing);
    else waiting.header = { sizeBytes: Number(size) };
    return end + 1;
  }

  /** A line feed follows the content. */
  #takeBody(waiting: Waiting, data: Buffer, from: number): number {
    const { sizeBytes } = waiting.header as { sizeBytes: number };
    const to = Math.min(data.length, from + sizeBytes + 1 - waiting.nBytes);
    waiting.nBytes += to - from;
    if (sizeBytes <= this.#maxBytes) waiting.parts.push(Buffer.from(data.subarray(from, to)));
    if (waiting.nBytes === sizeBytes + 1)
      this.#finish(
        sizeBytes > this.#maxBytes
          ? { kind: "tooLarge" }
          : { kind: "blob", bytes: Buffer.concat(waiting.parts).subarray(0, sizeBytes) },
      );
    return to;
  }

  #finish(read: BlobRead): void {
    this.#queue.shift()?.done(read);
  }
}

const missing: BlobRead = { kind: "missing" };
