import type { Prose } from "../../protocol/prose.ts";
import { GrowingProse } from "../../server/endpoint/growingProse.ts";
import { englishStrings } from "../../webview/strings.ts";
import { ProseWriter, type ProseJob } from "../chat/proseWriter.ts";
import { schedule } from "../feed/workspaceFeed.ts";
import { asLanguageModel } from "../models/editorModels.ts";
import { ModelError } from "../models/languageModel.ts";
import { endText, supportText } from "../proseTexts.ts";
import { answerParts } from "./answerParts.ts";
import { PartStream } from "./partStream.ts";
import type { Responding } from "./responding.ts";
import { placeOfCitation } from "./shownAnswer.ts";

/**
 * Lets the model that the user chose in the editor's chat write an answer from what was recalled. Only checked sentences are
 * shown, the unsupported ones marked in words, and they are kept with the stored answer. Returns false when the built-in
 * answer is to be shown instead: nothing was recalled, or the model failed, which was then said.
 * `promptTokens`: how much it is given to read. Errors: those of the requests.
 */
export async function answerWithModel(
  job: ProseJob,
  promptTokens: number,
  responding: Responding,
): Promise<boolean> {
  const { memory, model, models, stream, token, wording } = responding;
  const { t } = wording;
  const language = asLanguageModel(model);
  stream.progress(t(englishStrings["prose.waiting"], language.name));
  const show = new ProseShow(responding);
  const { promise: ended, resolve, reject } = Promise.withResolvers<Prose | undefined>();
  const writer = new ProseWriter(memory.client, {
    chosen: () => ({
      name: language.name,
      promptTokens,
      // That it was chosen for the editor's chat does not say that code and notes may go to it.
      open: async () => {
        if (!(await models.mayBeAsked(language))) throw new ModelError("notAllowed");
        return language;
      },
    }),
    changed: (_job, prose) => {
      if (prose !== undefined) show.update(prose);
      if (prose?.state !== "streaming") resolve(prose);
    },
    failed: reject,
    schedule,
  });
  writer.start(job);
  const cancelled = token.onCancellationRequested(() => void writer.stop(job.conversationId));
  try {
    const prose = await ended;
    return prose !== undefined && show.end(prose);
  } finally {
    cancelled.dispose();
  }
}

/** Shows checked sentences as they come. */
class ProseShow {
  readonly #responding: Responding;
  readonly #parts: PartStream;
  readonly #growing = new GrowingProse();

  constructor(responding: Responding) {
    this.#responding = responding;
    this.#parts = new PartStream(responding.stream, responding.wording.t);
  }

  update(prose: Prose): void {
    this.#show(this.#growing.next(prose.markdown, prose.state !== "streaming"), prose);
  }

  /** Says how it ended. Returns false when the built-in answer is to follow. */
  end(prose: Prose): boolean {
    const { stream, wording } = this.#responding;
    const { t, count } = wording;
    // What was shown in the editor's chat stays there: only the memory forgets.
    if (prose.failure !== "forgotten" && this.#growing.differs(prose.markdown)) {
      stream.markdown(`\n\n${t("Checked again as a whole, the answer is:")}\n\n`);
      this.#show(prose.markdown, prose);
    }
    const { state } = prose;
    if (state === "failed") stream.markdown(`\n\n${endText(prose, t)}\n\n`);
    if (state !== "done") return state === "cancelled";
    const support = supportText(prose, t, count);
    if (support !== "") stream.markdown(`\n\n_${support}_\n`);
    return true;
  }

  /** The server read the cited lines again for this very version. */
  #show(markdown: string, { citations, marks }: Prose): void {
    if (markdown === "") return;
    const places = citations.map((citation) => placeOfCitation(citation, this.#responding.memory));
    this.#parts.show(answerParts(markdown), { citations, places, marks });
  }
}
