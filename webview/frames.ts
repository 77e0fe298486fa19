/**
 * Returns a function that asks for `draw` in the next animation frame, once however often it is called. After
 * a slow drawing the next one waits, so that drawing takes at most a quarter of the time and typing and
 * scrolling keep the rest.
 */
export function createFrames(draw: () => void): () => void {
  let asked = false;
  let restUntilMs = 0;
  const drawWhenRested = (): void => {
    const startMs = performance.now();
    if (startMs < restUntilMs) {
      requestAnimationFrame(drawWhenRested);
      return;
    }
    asked = false;
    draw();
    const endMs = performance.now();
    const costMs = endMs - startMs;
    restUntilMs = costMs > slowMs ? endMs + 3 * costMs : 0;
  };
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(drawWhenRested);
  };
}

/** A drawing that takes longer than this would be felt if each frame had one. */
const slowMs = 8;
