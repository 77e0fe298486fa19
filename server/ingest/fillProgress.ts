/** Bytes of the files that the present fill has met, and of those it is done with: done never exceeds known, nor goes back. */
export class FillProgress {
  #bytesKnown = 0;
  #bytesDone = 0;

  get bytesKnown(): number {
    return this.#bytesKnown;
  }
  get bytesDone(): number {
    return this.#bytesDone;
  }

  /** Begins a new fill. */
  restart(): void {
    this.#bytesKnown = 0;
    this.#bytesDone = 0;
  }

  /** More bytes wait. A file that waits already and shrank may make it fewer. */
  expect(bytes: number): void {
    this.#bytesKnown += bytes;
  }

  /** Bytes that waited wait no more, whatever became of them. */
  finish(bytes: number): void {
    this.#bytesDone += bytes;
  }
}
