/** The channel between the extension and the page of the memory picture. */
import type { MemoryPicture } from "./picture.ts";

/** What the page shows: a folder of a root, with lists of a length. */
export interface PictureWish {
  /** The window's first folder when absent, or when it is none of the window's. */
  readonly rootId?: string;
  readonly folder: string;
  readonly limit: number;
}

/** How long lists are at first, and by how much they grow. */
export const firstPictureLimit = 20;

export interface ShownPicture {
  readonly picture: MemoryPicture;
  /** Folders of the window, by id and name. */
  readonly roots: readonly { readonly id: string; readonly name: string }[];
  readonly wish: Required<PictureWish>;
  /** How the deep memory stands, `""` without one. */
  readonly deepSentence: string;
  /** Why files are not remembered, in words, by reason. */
  readonly reasons: Readonly<Record<string, string>>;
}

export type ToPicturePage =
  /** The first message: texts in the user's language. */
  | { readonly type: "texts"; readonly strings: Readonly<Record<string, string>> }
  | { readonly type: "picture"; readonly shown: ShownPicture }
  /** There is no new picture, and why; what is shown stays. */
  | { readonly type: "failed"; readonly sentence: string };

/** What the page's buttons run. */
export const pictureCommands = [
  "selfTest",
  "showStatus",
  "rememberThis",
  "exportMemory",
  "openLog",
] as const;
export type PictureCommand = (typeof pictureCommands)[number];

export type FromPicturePage =
  | { readonly type: "ready"; readonly wish?: PictureWish }
  | { readonly type: "show"; readonly wish: PictureWish }
  | { readonly type: "openFile" | "exclude"; readonly path: string }
  | { readonly type: "openNote" | "correctNote" | "forgetNote"; readonly id: string }
  | { readonly type: "pinNote"; readonly id: string; readonly isPinned: boolean }
  | { readonly type: "openConversation" | "deleteConversation"; readonly id: string }
  | { readonly type: "openCommit"; readonly hash: string }
  | { readonly type: "command"; readonly command: PictureCommand };
