/** How whoever reads a sentence calls the program: in a checkout `npx lore`, which the scripts there say. */
export const program = process.env["LORE_PROGRAM"] ?? "lore";
