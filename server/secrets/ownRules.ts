/** Rules beside those of `rules.json`: what is told by what stands around it and not by how it looks. */
import { looksRandom } from "./randomness.ts";

export interface OwnRule {
  readonly kind: string;
  /** Lower-case words of which one begins the place. */
  readonly keywords: readonly string[];
  /** Matches from the keyword on; its group `secret` is what is masked. */
  readonly pattern: RegExp;
  /** Whether a found text is a secret; all are without it. */
  readonly isSecret?: (text: string) => boolean;
}

const secretNames = [
  "password",
  "passwd",
  "passphrase",
  "pwd",
  "secret",
  "token",
  "credential",
  ...["api", "access", "private", "account", "signing", "encryption"].flatMap((word) => [
    `${word}key`,
    `${word}_key`,
    `${word}-key`,
  ]),
];
/** From the end of the word to the value: the rest of the name, and what assigns. */
const assigns = String.raw`[a-z]{3,12}(?:[_-]?key)?[\w.-]{0,40}["'\x60\]]{0,2}(?:[ \t]{0,4}:[ \t]{0,4}[&\w.<>]{1,30}(?=[ \t]{1,8}=))?[ \t]{0,8}(?::=|=>|===?|:|=|,)[ \t]{0,8}`;
const quoted = String.raw`[a-z]{0,2}(?<quote>["'\x60])(?<secret>(?:\\.|(?!\k<quote>)[^\\\r\n]){8,500})`;
const bare = String.raw`(?<secret>[^\s"'\x60;,()[\]{}<>$]{8,500})(?=[\s;,]|$)`;

export const ownRules: readonly OwnRule[] = [
  {
    kind: "private key",
    keywords: ["-----begin"],
    // Each alternative ends at the next row of dashes, so that many beginnings take no longer than one.
    pattern:
      /(?<secret>-----BEGIN[ A-Z0-9_]{0,100}PRIVATE KEY(?: BLOCK)?-----(?:(?:[\sA-Za-z0-9+/=,:.\\"']|-(?!----)){64,50000}-----END[ A-Z0-9_]{0,100}-----|(?:[\s\\nr"'+]{1,20}[A-Za-z0-9+/=]{32,100}){1,800}))/iy,
  },
  {
    kind: "password in an address",
    keywords: ["://"],
    pattern: /:\/\/[^\s:/@"'`<>]{0,100}:(?<secret>[^\s/@"'`<>]{3,300})@(?=[\w[$])/iy,
    isSecret: (text) =>
      !/^(?:\$|\{|%|\*+$|x+$|pass(?:word)?$|pwd$|secret$|token$|\[secret)/i.test(text),
  },
  {
    kind: "credentials of a request",
    keywords: ["bearer ", "basic "],
    pattern: /(?:bearer|basic)[ \t]{1,4}(?<secret>[\w=~@.+/-]{12,3000})/iy,
    isSecret: looksRandom,
  },
  {
    kind: "value of a secret",
    keywords: secretNames,
    pattern: new RegExp(`${assigns}${quoted}`, "iy"),
    isSecret: looksRandom,
  },
  {
    kind: "value of a secret",
    keywords: secretNames,
    pattern: new RegExp(`${assigns}${bare}`, "iy"),
    isSecret: looksRandom,
  },
];
