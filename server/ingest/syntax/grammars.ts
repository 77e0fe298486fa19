/** Finds and loads the wasm grammars. */
import { Language, Parser, Query } from "web-tree-sitter";
import { createParserHost, type ParserHost } from "../parserHost.ts";
import grammarFiles from "./grammarFiles.json" with { type: "json" };

/** A grammar that Lore ships; the files and their packages are listed in `grammarFiles.json`. */
export type GrammarName = keyof typeof grammarFiles;

/** A grammar that is ready to parse, with one language's query compiled for it. */
export interface Grammar {
  readonly language: Language;
  readonly query: Query;
}

/**
 * Loads grammars from one folder: either the flat folder that `scripts/grammars.mjs` fills, or a
 * `node_modules` folder, where each grammar lies in its package.
 */
export class GrammarLoader {
  readonly #folder: string;
  readonly #languages = new Map<GrammarName, Promise<Language | undefined>>();

  readonly #host: ParserHost;

  private constructor(folder: string, host: ParserHost) {
    this.#folder = folder;
    this.#host = host;
  }

  /** Starts the parser runtime. Rejects with ENOENT when its wasm file is missing. */
  static async open(folder: string): Promise<GrammarLoader> {
    runtime ??= startRuntime(pathOf(folder, "web-tree-sitter/web-tree-sitter.wasm"));
    return new GrammarLoader(folder, await runtime);
  }

  /** Bytes of memory that the runtime holds, trees that live included. */
  memoryBytes(): number {
    return this.#host.memoryBytes();
  }

  /** `undefined` when the grammar's file is missing. Rejects when the query does not fit the grammar. */
  async load(name: GrammarName, query: string): Promise<Grammar | undefined> {
    let loading = this.#languages.get(name);
    if (loading === undefined) {
      loading = this.#loadLanguage(name);
      this.#languages.set(name, loading);
    }
    const language = await loading;
    return language === undefined ? undefined : { language, query: new Query(language, query) };
  }

  async #loadLanguage(name: GrammarName): Promise<Language | undefined> {
    try {
      return await Language.load(pathOf(this.#folder, grammarFiles[name]));
    } catch (error) {
      // Expected: ENOENT from a package that was built without this grammar.
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
  }
}

/** The library keeps one runtime a thread, whatever it is asked for. */
let runtime: Promise<ParserHost> | undefined;

async function startRuntime(wasmFile: string): Promise<ParserHost> {
  const host = createParserHost(wasmFile);
  await Promise.all([Parser.init(host.moduleOptions), host.instantiated]);
  host.moveStack();
  return host;
}

function pathOf(folder: string, packagePath: string): string {
  const isPackageFolder = /[\\/]node_modules[\\/]?$/.test(folder);
  const file = packagePath.slice(packagePath.lastIndexOf("/") + 1);
  return `${folder}/${isPackageFolder ? packagePath : file}`;
}
