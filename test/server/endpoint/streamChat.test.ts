/** Asking a real HTTP server that plays a language model, and every way in which that can end. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { maxProseLength, type ProseFailure } from "../../../protocol/prose.ts";
import { isReadableOnTheWay, type Endpoint } from "../../../server/endpoint/endpointAddress.ts";
import { EndpointError } from "../../../server/endpoint/endpointError.ts";
import { listModels } from "../../../server/endpoint/listModels.ts";
import type { ChatTimeouts } from "../../../server/endpoint/silenceWatch.ts";
import { streamChat } from "../../../server/endpoint/streamChat.ts";
import { ThoughtFilter } from "../../../server/endpoint/thoughtFilter.ts";
import {
  startScriptedModel,
  type ScriptedModel,
  type ScriptedReply,
} from "../../fixtures/scriptedModel.ts";

let model: ScriptedModel;
before(async () => {
  model = await startScriptedModel(() => ({ kind: "text", pieces: ["hello"] }), {
    models: ["small", "large"],
  });
});
after(() => model.close());

interface Asked {
  readonly text: string;
  readonly failure?: ProseFailure;
  readonly detail?: string;
}

async function ask(
  endpoint: Partial<Endpoint> & { timeouts?: ChatTimeouts } = {},
  signal = new AbortController().signal,
): Promise<Asked> {
  let text = "";
  try {
    const messages = [{ role: "user", content: "hello?" }] as const;
    const stream = streamChat({
      ...{ baseUrl: model.baseUrl, model: "small", messages, signal },
      ...endpoint,
    });
    for await (const piece of stream) {
      assert.notEqual(piece, "");
      text += piece;
    }
    return { text };
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error;
    return { text, failure: error.failure, detail: error.detail };
  }
}

/** An answer of the model, what is read of it, and how it ends. */
function check(
  what: string,
  reply: ScriptedReply,
  text: string,
  failure?: ProseFailure,
  timeouts?: ChatTimeouts,
): void {
  test(what, async () => {
    model.setScript(() => reply);
    const asked = await ask(timeouts === undefined ? {} : { timeouts });
    assert.deepEqual([asked.text, asked.failure], [text, failure]);
  });
}

const text = (...pieces: string[]): ScriptedReply => ({ kind: "text", pieces });
const error = (status: number, message = "", code = ""): ScriptedReply => ({
  ...{ kind: "status", status, error: { message, code } },
});
const short = { firstTokenMs: 150, betweenTokensMs: 150 };

check("pieces come as they are", text("The ", "answer.", ""), "The answer.");
check("slow pieces are waited for", { kind: "text", pieces: ["a", "b"], waitMs: 30 }, "ab");
check("thoughts in the text are left out", text("<thi", "nk>secret</th", "ink>\n\nYes"), "Yes");
check("text that only looks like a thought stays", text("<", "thin> ice"), "<thin> ice");
check(
  "thoughts in a field of their own are left out",
  { kind: "text", pieces: ["Yes"], reasoning: ["hm", "hm"] },
  "Yes",
);
check("thoughts alone are no answer", text("<think>and so on"), "", "badAnswer");
check("nothing is no answer", text(), "", "badAnswer");
check("401", error(401), "", "notAllowed");
check("403", error(403), "", "notAllowed");
check("404", error(404, 'model "small" not found, try pulling it first'), "", "noModel");
check("400 for a model", error(400, "model 'small' does not exist"), "", "noModel");
check("402", error(402), "", "quota");
check("429", error(429), "", "quota");
check("413", error(413), "", "tooLong");
check("500", error(500), "", "unknown");
check("503", error(503), "", "offline");
check("a prompt that is too long", error(400, "", "context_length_exceeded"), "", "tooLong");
check(
  "a prompt that is too long for llama.cpp",
  error(400, "the request exceeds the available context size"),
  "",
  "tooLong",
);
check("a filtered question", error(400, "", "content_filter"), "", "refused");
check(
  "a filtered answer",
  { kind: "text", pieces: ["Well"], finish: "content_filter" },
  "Well",
  "refused",
);
check(
  "an answer that did not fit",
  { kind: "text", pieces: ["Well"], finish: "length" },
  "Well",
  "cutOff",
);
check("an answer that is cut", { kind: "cut", pieces: ["We"] }, "We", "badAnswer");
check("no stream", { kind: "raw", contentType: "text/html", text: "<p>" }, "", "badAnswer");
check(
  "a stream of something else",
  { kind: "raw", contentType: "text/event-stream", text: "data: {oh\n\n" },
  "",
  "badAnswer",
);
check(
  "an error inside the stream",
  {
    ...{ kind: "raw", contentType: "text/event-stream" },
    text: 'data: {"error":{"message":"rate limit"}}\n\n',
  },
  "",
  "quota",
);
check(
  "calls of tools that nobody offered",
  {
    ...{ kind: "toolCalls", calls: [{ name: "run", arguments: { command: "rm" } }] },
  },
  "",
  "badAnswer",
);
check("silence from the beginning", { kind: "hang" }, "", "timeout", short);
check("silence in the middle", { kind: "hang", pieces: ["We"] }, "We", "timeout", short);

test("a cancelled answer ends with the caller's reason", async () => {
  model.setScript(() => ({ kind: "hang", pieces: ["We"] }));
  const cancel = new AbortController();
  const stream = streamChat({
    ...{ baseUrl: model.baseUrl, model: "small", messages: [], signal: cancel.signal },
  });
  assert.equal((await stream.next()).value, "We");
  const ended = stream.next();
  cancel.abort();
  await assert.rejects(ended, (reason) => reason === cancel.signal.reason);
});

test("nobody there", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const asked = await ask({ baseUrl: `http://127.0.0.1:${port}/v1` });
  assert.deepEqual(asked, { text: "", failure: "offline", detail: "ECONNREFUSED" });
  assert.equal((await ask({ baseUrl: "no address" })).failure, "offline");
  assert.equal((await ask({ baseUrl: "file:///etc" })).failure, "offline");
});

test("a redirect is not followed, so that the prompt stays where it was sent", async () => {
  const server = createServer((_request, response) => {
    response.writeHead(307, { location: `${model.baseUrl}/chat/completions` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const before = model.requests.length;
  const { failure } = await ask({ baseUrl: `http://127.0.0.1:${port}/v1` });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  assert.equal(failure, "badAnswer");
  assert.equal(model.requests.length, before);
});

test("nothing is sent but the question and the key", async () => {
  model.setScript(() => text("ok"));
  process.env["OPENAI_API_KEY"] = "of-somebody-else";
  process.env["OPENAI_ORG_ID"] = "an-organisation";
  process.env["OPENAI_CUSTOM_HEADERS"] = "x-more: of-somebody-else";
  await ask();
  await ask({ apiKey: "mine" });
  for (const name of ["OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_CUSTOM_HEADERS"])
    Reflect.deleteProperty(process.env, name);
  const [without, withKey] = model.requests.slice(-2);
  assert.equal(without?.headers["authorization"], undefined);
  assert.equal(withKey?.headers["authorization"], "Bearer mine");
  const expected =
    /^(?:accept|accept-encoding|accept-language|authorization|connection|content-(?:length|type)|host|sec-fetch-mode|transfer-encoding|user-agent)$/;
  for (const name of Object.keys({ ...without?.headers, ...withKey?.headers }))
    assert.match(name, expected);
  assert.deepEqual(Object.keys(without?.body ?? {}).sort(), ["messages", "model", "stream"]);
});

test("a key goes to another machine only where nobody can read it on the way", async () => {
  assert.equal(isReadableOnTheWay("http://models.example/v1"), true);
  assert.equal(isReadableOnTheWay("http://127.0.0.1.example/v1"), true);
  assert.equal(isReadableOnTheWay("https://models.example/v1"), false);
  for (const host of ["127.0.0.1", "localhost", "[::1]", "127.8.9.1"])
    assert.equal(isReadableOnTheWay(`http://${host}:1234/v1`), false);
  let nFetches = 0;
  const fetch: typeof globalThis.fetch = () => {
    nFetches++;
    return Promise.reject(new TypeError("fetch failed"));
  };
  const baseUrl = "http://models.example/v1";
  assert.equal((await ask({ baseUrl, apiKey: "mine", fetch })).failure, "notAllowed");
  assert.equal(nFetches, 0);
  await ask({ baseUrl, apiKey: "mine", fetch, allowReadableKey: true });
  await ask({ baseUrl, fetch });
  assert.equal(nFetches, 2);
});

test("the models of an endpoint", async () => {
  const { signal } = new AbortController();
  assert.deepEqual(await listModels({ baseUrl: model.baseUrl }, signal), ["small", "large"]);
  const failureAt = async (baseUrl: string): Promise<string> =>
    listModels({ baseUrl }, signal).then(
      () => "none",
      (reason: unknown) => (reason as EndpointError).failure,
    );
  assert.equal(await failureAt(`${model.baseUrl}/none`), "noModel");
  assert.equal(await failureAt("no address"), "offline");
});

test("a thought is left out wherever its pieces are cut", () => {
  const whole = "<think>why <b>not</b></think>\nBecause.";
  for (let cut = 0; cut <= whole.length; cut++) {
    const filter = new ThoughtFilter();
    const answer = filter.add(whole.slice(0, cut)) + filter.add(whole.slice(cut)) + filter.end();
    assert.equal(answer.trim(), "Because.", String(cut));
  }
});

test("a model that never ends is stopped", async () => {
  const piece = "again ".repeat(1_000);
  model.setScript(() => text(...Array.from({ length: 20 }, () => piece)));
  const asked = await ask();
  assert.deepEqual([asked.failure, asked.detail], ["badAnswer", "ERR_ENDLESS"]);
  assert.ok(asked.text.length <= maxProseLength);
});
