/** Lore's own lint rules. */
import path from "node:path";
import { layerFault } from "./layers.mjs";

/** Imports follow the table of layers. */
const layers = {
  /** @param {RuleContext} context */
  create(context) {
    const file = path.relative(context.cwd, context.filename).split(path.sep).join("/");
    /** @param {SyntaxNode | null | undefined} source */
    const check = (source) => {
      if (source === null || source === undefined || typeof source.value !== "string") return;
      const fault = layerFault(file, source.value);
      if (fault !== undefined) context.report({ node: source, message: fault });
    };
    return {
      ImportDeclaration: (/** @type {SyntaxNode} */ node) => check(node.source),
      ExportNamedDeclaration: (/** @type {SyntaxNode} */ node) => check(node.source),
      ExportAllDeclaration: (/** @type {SyntaxNode} */ node) => check(node.source),
      ImportExpression: (/** @type {SyntaxNode} */ node) => check(node.source),
      TSImportType: (/** @type {SyntaxNode} */ node) => check(node.source),
      CallExpression(/** @type {SyntaxNode} */ node) {
        if (node.callee?.name === "require") check(node.arguments?.[0]);
      },
    };
  },
};

/** A `catch` does something: a comment alone is as silent as nothing. */
const noSilentCatch = {
  /** @param {RuleContext} context */
  create(context) {
    return {
      CatchClause(/** @type {SyntaxNode} */ node) {
        if (node.body?.body?.length !== 0) return;
        context.report({ node, message: "Empty catch: name what is expected, rethrow the rest." });
      },
    };
  },
};

/** Calls that wait for the disk, a process or another thread, by the names that Node gives them. */
const blockingName = /Sync$/;

/** The thread that the extension shares with every other one is never made to wait. */
const noBlockingCalls = {
  /** @param {RuleContext} context */
  create(context) {
    const file = path.relative(context.cwd, context.filename).split(path.sep).join("/");
    if (!file.startsWith("extension/")) return {};
    return {
      Identifier(/** @type {SyntaxNode} */ node) {
        if (!blockingName.test(node.name ?? "")) return;
        context.report({ node, message: `${node.name} blocks the extension host.` });
      },
      MemberExpression(/** @type {SyntaxNode} */ node) {
        if (node.object?.name !== "Atomics" || node.property?.name !== "wait") return;
        context.report({ node, message: "Atomics.wait blocks the extension host." });
      },
    };
  },
};

/** Types that leave code behind cannot be stripped. */
const erasableOnly = {
  /** @param {RuleContext} context */
  create(context) {
    return {
      TSEnumDeclaration(/** @type {SyntaxNode} */ node) {
        context.report({ node, message: "Use a union of literals instead of an enum." });
      },
      TSModuleDeclaration(/** @type {SyntaxNode} */ node) {
        if (node.kind === "global" || node.declare === true) return;
        context.report({ node, message: "Use a file instead of a namespace." });
      },
    };
  },
};

/**
 * The part of a syntax node that the rules look at.
 * @typedef {object} SyntaxNode
 * @property {string} [value]
 * @property {string} [name]
 * @property {string} [kind]
 * @property {boolean} [declare]
 * @property {SyntaxNode | null} [source]
 * @property {SyntaxNode} [callee]
 * @property {SyntaxNode} [object]
 * @property {SyntaxNode} [property]
 * @property {readonly SyntaxNode[]} [arguments]
 * @property {{ body?: readonly unknown[] }} [body]
 *
 * @typedef {object} RuleContext
 * @property {string} cwd
 * @property {string} filename
 * @property {(report: { node: SyntaxNode, message: string }) => void} report
 */

export default {
  meta: { name: "lore" },
  rules: {
    layers,
    "no-silent-catch": noSilentCatch,
    "erasable-only": erasableOnly,
    "no-blocking-calls": noBlockingCalls,
  },
};
