#!/usr/bin/env node
import { enterNode24 } from "./bootstrap.mjs";

await enterNode24("lore.ts");
