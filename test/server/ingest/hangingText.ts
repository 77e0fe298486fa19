/** A text at which the thread of watchedChunker.ts hangs, to test that it is noticed. */
export const hangingText = "this text hangs the parser\n";
