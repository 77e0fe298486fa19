/** Gives every property test the seed of this module's address: `--import …/propertySeed.ts?seed=N`. */
import fc from "fast-check";

fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  seed: Number(new URL(import.meta.url).searchParams.get("seed")),
});
