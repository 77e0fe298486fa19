import type { Translate } from "../../extension/wording.ts";

/** English, with placeholders filled in as the editor does. */
export const translate: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => {
    const value = args[Number(index)];
    return value === undefined ? whole : String(value);
  });
