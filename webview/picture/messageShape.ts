import type { ShownPicture, ToPicturePage } from "../../protocol/pictureMessages.ts";
import {
  isArrayOf,
  isNumber,
  isObject,
  isRecordOf,
  isString,
  isUnion,
  type Check,
} from "../shape.ts";

type Parts = Pick<ShownPicture["picture"], "rootId" | "atMs">;

const isShown = isObject<Omit<ShownPicture, "picture"> & { picture: Parts }>({
  picture: isObject<Parts>({ rootId: isString, atMs: isNumber }),
  roots: isArrayOf(isObject({ id: isString, name: isString })),
  wish: isObject<ShownPicture["wish"]>({ rootId: isString, folder: isString, limit: isNumber }),
  deepSentence: isString,
  reasons: isRecordOf(isString),
  // The picture itself is the server's own, checked there; only other senders are kept out here.
}) as Check<ShownPicture>;

/** Returns whether a message is one of the extension's. Other frames and extensions may send whatever they like. */
export const isToPicturePage = isUnion<"type", ToPicturePage>("type", {
  texts: isObject<Extract<ToPicturePage, { type: "texts" }>>({
    type: (value): value is "texts" => value === "texts",
    strings: isRecordOf(isString),
  }),
  picture: isObject<Extract<ToPicturePage, { type: "picture" }>>({
    type: (value): value is "picture" => value === "picture",
    shown: isShown,
  }),
  failed: isObject<Extract<ToPicturePage, { type: "failed" }>>({
    type: (value): value is "failed" => value === "failed",
    sentence: isString,
  }),
});
