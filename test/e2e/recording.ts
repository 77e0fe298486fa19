/**
 * Records what happens on a page: pictures with a sentence each, and a film. Chromium itself encodes the film, out of
 * the frames that it draws, so that no encoder has to be installed.
 */
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";

const framesEachSecond = 5;
const size = { width: 1400, height: 900 };

/** A recording of a run in a folder of its own: `film.webm`, numbered pictures, and `index.md`, which says what they show. */
export class Recording {
  readonly #folder: string;
  readonly #title: string;
  readonly #lines: string[] = [];

  /** Empties the folder. */
  constructor(folder: string, title: string) {
    this.#folder = folder;
    this.#title = title;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }

  /** Keeps what a page shows now, and the sentence that says what that is. */
  async picture(page: Page, name: string, sentence: string): Promise<void> {
    const file = `${String(this.#lines.length + 1).padStart(2, "0")}-${name}.png`;
    await page.screenshot({ path: path.join(this.#folder, file) });
    this.#lines.push(`${sentence}\n\n![${sentence}](${file})\n`);
    const text = [`# ${this.#title}\n`, "The whole run: [film.webm](film.webm)\n", ...this.#lines];
    writeFileSync(path.join(this.#folder, "index.md"), text.join("\n"));
  }

  /** Films a page until it closes, or until what is returned is called. */
  async film(page: Page): Promise<() => Promise<void>> {
    const file = path.join(this.#folder, "film.webm");
    const recorder = await openRecorder(page, (part) => appendFileSync(file, part));
    const session = await page.context().newCDPSession(page);
    let lastMs = 0;
    let drawn = Promise.resolve();
    let isOver = false;
    session.on("Page.screencastFrame", ({ data, sessionId }) => {
      const nowMs = performance.now();
      // A frame that comes while the film ends has no page to be drawn on.
      const isDue = !isOver && nowMs - lastMs >= 1000 / framesEachSecond;
      if (isDue) {
        lastMs = nowMs;
        drawn = drawn.then(() => recorder.draw(data));
      }
      // A page that closes meanwhile wants no answer.
      session.send("Page.screencastFrameAck", { sessionId }).catch(() => undefined);
    });
    await session.send("Page.startScreencast", {
      ...{ format: "jpeg", quality: 80 },
      ...{ maxWidth: size.width, maxHeight: size.height },
    });
    return async () => {
      isOver = true;
      await session.send("Page.stopScreencast");
      await drawn;
      await recorder.end();
    };
  }
}

interface Recorder {
  /** Draws a JPEG, in base64. */
  draw(jpeg: string): Promise<void>;
  end(): Promise<void>;
}

/** A page in the same browser that encodes what is drawn on its canvas, as it is drawn. */
async function openRecorder(page: Page, keep: (part: Buffer) => void): Promise<Recorder> {
  const browser = page.context().browser();
  if (browser === null) throw new Error("The page belongs to no browser that could record it.");
  const recording = await browser.newPage();
  await recording.exposeFunction("keep", (base64: string) => keep(Buffer.from(base64, "base64")));
  await recording.setContent(
    `<canvas width="${size.width}" height="${size.height}"></canvas>
<script>
  const canvas = document.querySelector("canvas");
  const context = canvas.getContext("2d");
  context.fillRect(0, 0, canvas.width, canvas.height);
  const recorder = new MediaRecorder(canvas.captureStream(${framesEachSecond}), {
    mimeType: "video/webm;codecs=vp8",
    videoBitsPerSecond: 600000,
  });
  let kept = Promise.resolve();
  recorder.ondataavailable = ({ data }) => {
    kept = kept.then(async () => {
      const bytes = new Uint8Array(await data.arrayBuffer());
      let text = "";
      for (const byte of bytes) text += String.fromCharCode(byte);
      await window.keep(btoa(text));
    });
  };
  recorder.start(1000);
  window.draw = async (jpeg) => {
    const answer = await fetch("data:image/jpeg;base64," + jpeg);
    context.drawImage(await createImageBitmap(await answer.blob()), 0, 0);
  };
  window.end = async () => {
    const stopped = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.stop();
    await stopped;
    await kept;
  };
</script>`,
  );
  return {
    draw: async (jpeg) => {
      await recording.evaluate(`draw(${JSON.stringify(jpeg)})`);
    },
    end: async () => {
      await recording.evaluate("end()");
      await recording.close();
    },
  };
}
