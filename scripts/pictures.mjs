import { enterNode24 } from "./bootstrap.mjs";

await enterNode24("pictures.ts");
