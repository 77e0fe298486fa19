/**
 * Who may import what, as one table. A file belongs to the first row whose `files` match it. An import that no
 * list of its row allows is a fault: paths are relative to the checkout, a trailing `/` means the whole folder.
 *
 * @typedef {object} Layer
 * @property {RegExp} files
 * @property {readonly string[]} sources Files and folders of the checkout.
 * @property {readonly string[]} [forbidden] What of them is not meant.
 * @property {readonly string[]} packages Packages of the registry, and `vscode`.
 * @property {readonly string[] | "all"} builtins Node's own modules, without `node:`.
 */

/** Node's modules that touch nothing outside: every layer of the server may use them. */
const pure = ["path", "path/posix", "buffer"];

/** What every part of the server stands on. */
const ground = [
  "protocol/",
  "server/types.ts",
  "server/ports.ts",
  "server/services.ts",
  "server/workServices.ts",
  "server/threadFailure.ts",
  // Which time words name: arithmetic on the calendar, which needs nothing.
  "server/time/",
];

/** Taking secrets out of texts: whoever writes to disk does it. */
const masking = "server/secrets/";

/**
 * Understanding a file's text, which needs no disk: recall reads cited files again with the same eyes as ingest.
 * What scans and follows the disk is not here.
 */
const reading = [
  "server/ingest/blobContent.ts",
  "server/ingest/decoder.ts",
  "server/ingest/fileRole.ts",
  "server/ingest/globs.ts",
  "server/ingest/languages.ts",
  "server/ingest/lineChunker.ts",
  "server/ingest/lineIndex.ts",
  "server/ingest/parseTask.ts",
  "server/ingest/syntax/",
  "server/ingest/termScanner.ts",
  "server/ingest/terms.ts",
];

/** @type {readonly Layer[]} */
const layers = [
  { files: /^protocol\//, sources: ["protocol/"], packages: [], builtins: [] },
  {
    files: /^webview\//,
    sources: ["protocol/", "webview/"],
    packages: ["dompurify", "highlight.js", "markdown-it"],
    builtins: [],
  },
  {
    files: /^extension\//,
    sources: [
      "protocol/",
      "extension/",
      "server/endpoint/",
      "webview/strings.ts",
      "webview/picture/strings.ts",
      "webview/retentionShape.ts",
      "webview/svgShape.ts",
    ],
    packages: ["vscode", "vscode-jsonrpc"],
    // No file system: the extension host is shared with every other extension, and the server does the reading.
    builtins: ["child_process", "crypto", "events", "module", "path", "readline"],
  },
  {
    files: /^server\/(types|ports|services|workServices|threadFailure)\.ts$|^server\/time\//,
    sources: ground,
    packages: [],
    builtins: [],
  },
  // Asking a language model over the network: clients do, the server process never does.
  {
    files: /^server\/endpoint\//,
    sources: ["protocol/", "server/endpoint/"],
    packages: ["openai"],
    builtins: [],
  },
  // The places where the server meets the machine, and those that wire it together.
  { files: /^server\/nodePorts\.ts$/, sources: ground, packages: [], builtins: "all" },
  {
    files: /^server\/cli\//,
    sources: ["protocol/", "server/"],
    packages: ["markdown-it"],
    builtins: "all",
  },
  {
    files: /^server\/([^/]+\.ts|rpc\/.*|[^/]+\/[^/]+Thread\.ts)$/,
    sources: ["protocol/", "server/", "package.json"],
    forbidden: ["server/endpoint/"],
    packages: ["vscode-jsonrpc", "web-tree-sitter", "xxhash-wasm"],
    builtins: "all",
  },
  // What the processes that have one store open say to each other, over a socket of this machine.
  {
    files: /^server\/channel\//,
    sources: [...ground, "server/version.ts", "server/channel/"],
    packages: [],
    builtins: ["crypto", "fs", "net", "os", ...pure],
  },
  // The store on disk: SQLite, its files and the lock beside them.
  {
    files: /^server\/memory\/(database|store[A-Z][A-Za-z]*)\.ts$/,
    sources: [...ground, "server/memory/"],
    packages: [],
    builtins: "all",
  },
  // The one place that imports the add-on of the graph index.
  {
    files: /^server\/memory\/hnswIndex\.ts$/,
    sources: [],
    packages: ["hnswlib-node"],
    builtins: ["fs", "crypto", ...pure],
  },
  // The index of very large memories: its files, its threads, the locks of its builds.
  {
    files: /^server\/spann\//,
    sources: [...ground, "server/model/", "server/memory/", "server/spann/"],
    packages: [],
    builtins: ["fs", "crypto", "worker_threads", ...pure],
  },
  // The memory of cached keys and values: its files, their hashes and checksums.
  {
    files: /^server\/bank\//,
    sources: [...ground, "server/model/", "server/memory/", "server/bank/"],
    packages: [],
    builtins: ["fs", "crypto", "zlib", ...pure],
  },
  // Running git, and what tells one repository, and its user, from another.
  {
    files: /^server\/(git|identity)\//,
    sources: [...ground, "server/priority.ts", "server/git/", "server/identity/"],
    packages: [],
    builtins: ["child_process", "crypto", "fs", "os", ...pure],
  },
  // Asking git, watching the disk, and the pool that owns the parser threads.
  {
    files: /^server\/ingest\/(git[A-Z][A-Za-z]*|openRoot|[a-zA-Z]+(Pool|Host|Watch|Watcher))\.ts$/,
    sources: [
      ...ground,
      "server/channel/",
      "server/git/",
      "server/model/",
      "server/memory/",
      "server/ingest/",
    ],
    packages: [],
    builtins: "all",
  },
  // The native runtime of the models' graphs: nothing else loads it.
  {
    files: /^server\/model\/onnxRuntime\.ts$/,
    sources: ["server/model/"],
    packages: ["onnxruntime-node"],
    builtins: [],
  },
  // What switches its telemetry off, for the process and its threads.
  {
    files: /^server\/model\/runtimeTelemetry\.ts$/,
    sources: [],
    packages: [],
    builtins: ["worker_threads"],
  },
  // The threads in which it runs.
  {
    files: /^server\/model\/tokenPool\.ts$/,
    sources: [...ground, "server/model/", "server/endThread.ts"],
    packages: [],
    builtins: ["worker_threads"],
  },
  // The files of a model, and their hashes.
  {
    files: /^server\/model\/modelFolder\.ts$/,
    sources: ["server/model/"],
    packages: [],
    builtins: ["fs", "crypto", ...pure],
  },
  {
    files: /^server\/model\//,
    sources: [...ground, "server/model/"],
    packages: [],
    builtins: pure,
  },
  // The memory language model.
  {
    files: /^server\/deep\//,
    sources: [
      ...ground,
      ...reading,
      "server/channel/",
      "server/model/",
      "server/memory/",
      "server/ingest/rootPath.ts",
      "server/recall/verifiedSource.ts",
      "server/lm/",
      "server/bank/",
      masking,
      "server/deep/",
    ],
    packages: [],
    builtins: ["crypto", ...pure],
  },
  // What git knows of the past.
  {
    files: /^server\/history\//,
    sources: [
      ...ground,
      ...reading,
      "server/ingest/definitionLine.ts",
      "server/ingest/fileFilter.ts",
      "server/ingest/rootPath.ts",
      "server/ingest/skipRules.ts",
      "server/recall/namedPaths.ts",
      "server/recall/question.ts",
      "server/recall/spelledMentions.ts",
      "server/git/",
      "server/identity/",
      masking,
      "server/memory/",
      "server/history/",
    ],
    packages: [],
    builtins: ["crypto", "fs", ...pure],
  },
  { files: /^server\/secrets\//, sources: [...ground, masking], packages: [], builtins: [] },
  {
    files: /^server\/lm\//,
    sources: [...ground, "server/model/", "server/lm/"],
    packages: [],
    builtins: pure,
  },
  {
    files: /^server\/memory\//,
    sources: [
      ...ground,
      masking,
      // The order in which conversations and notes are forgotten, which needs nothing else.
      "server/work/forgettingOrder.ts",
      // Words are split for the index of conversations as they are for that of code.
      "server/ingest/terms.ts",
      "server/memory/",
    ],
    packages: ["xxhash-wasm"],
    builtins: pure,
  },
  {
    files: /^server\/ingest\//,
    sources: [
      ...ground,
      masking,
      "server/channel/",
      "server/model/",
      "server/memory/",
      "server/ingest/",
    ],
    packages: ["chardet", "iconv-lite", "minimatch", "stemmer", "web-tree-sitter", "xxhash-wasm"],
    builtins: pure,
  },
  // The memory picture: what stores know of themselves, summed up.
  {
    files: /^server\/picture\//,
    sources: [...ground, masking, "server/memory/", "server/bank/catalogue.ts", "server/picture/"],
    packages: [],
    builtins: ["fs", ...pure],
  },
  // Notes: what the user wants remembered.
  {
    files: /^server\/work\//,
    sources: [...ground, ...reading, masking, "server/memory/", "server/work/"],
    packages: [],
    builtins: pure,
  },
  {
    files: /^server\/recall\//,
    sources: [
      ...ground,
      ...reading,
      "server/model/",
      "server/memory/",
      "server/spann/spannManifest.ts",
      "server/spann/spannThreads.ts",
      "server/recall/",
    ],
    packages: ["stemmer", "xxhash-wasm"],
    builtins: pure,
  },
  // What a language model is told, and what of its answer holds.
  {
    files: /^server\/prose\//,
    sources: [...ground, "server/recall/", "server/work/", "server/answer/", "server/prose/"],
    packages: ["markdown-it"],
    builtins: pure,
  },
  {
    files: /^server\/answer\//,
    sources: [
      ...ground,
      ...reading,
      "server/model/",
      "server/memory/",
      "server/recall/",
      "server/work/",
      "server/answer/",
    ],
    packages: ["xxhash-wasm"],
    builtins: pure,
  },
  // The tools of language models and agents: what they may do is what a question may.
  {
    files: /^server\/tools\//,
    sources: [
      ...ground,
      "server/recall/",
      "server/work/contextPack.ts",
      "server/answer/",
      "server/tools/",
    ],
    packages: [],
    builtins: pure,
  },
  // The Model Context Protocol: it knows the memory only by what it is handed.
  {
    files: /^server\/mcp\//,
    sources: ["protocol/", "server/mcp/"],
    packages: ["@modelcontextprotocol/sdk"],
    builtins: ["url"],
  },
];

/** The folders that are shipped: each of their files needs a row. */
const product = /^(protocol|webview|extension|server)\//;

/**
 * Why a file may not import a specifier, `undefined` when it may or when the file is not shipped.
 * @param {string} file Relative to the checkout, with `/`.
 * @param {string} specifier As written.
 * @returns {string | undefined}
 */
export function layerFault(file, specifier) {
  const layer = layers.find((row) => row.files.test(file));
  if (layer === undefined) {
    return product.test(file) ? `scripts/lint/layers.mjs has no row for ${file}.` : undefined;
  }
  if (specifier.startsWith(".")) {
    const target = resolve(file, specifier);
    const isIn = (/** @type {string} */ source) =>
      source.endsWith("/") ? target.startsWith(source) : target === source;
    const allowed = layer.sources.some(isIn) && !(layer.forbidden ?? []).some(isIn);
    return allowed ? undefined : `${file} may not import ${target}.`;
  }
  if (specifier.startsWith("node:")) {
    const name = specifier.slice("node:".length);
    if (layer.builtins === "all" || layer.builtins.includes(name)) return undefined;
    return `${file} may not use Node's ${name}: go through server/ports.ts.`;
  }
  const name = packageName(specifier);
  return layer.packages.includes(name) ? undefined : `${file} may not import ${name}.`;
}

/**
 * @param {string} file
 * @param {string} specifier
 */
function resolve(file, specifier) {
  const parts = file.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** @param {string} specifier */
function packageName(specifier) {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}
