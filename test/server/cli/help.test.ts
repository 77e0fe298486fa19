import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { commandNames, commandTable, exitCodes } from "../../../server/cli/commandTable.ts";
import { helpText } from "../../../server/cli/help.ts";
import { optionsOf, optionTable, type OptionName } from "../../../server/cli/optionTable.ts";

const allOptions = Object.keys(optionTable) as OptionName[];
const helps = [undefined, ...commandNames].map((name) => helpText(name));

describe("the help", () => {
  it("names every command, and what every command takes", () => {
    const help = helpText(undefined);
    for (const name of commandNames) assert.match(help, new RegExp(`^  ${name} `, "m"));
    for (const name of allOptions)
      assert.equal(
        new RegExp(`^  --${name}\\b(?!-)`, "m").test(help),
        optionTable[name].commands === "all",
        name,
      );
  });

  it("of a command shows how it is written, and the options that it takes and no others", () => {
    for (const command of commandNames) {
      const help = helpText(command);
      for (const usage of commandTable[command].usage)
        assert.ok(help.includes(`lore ${usage}\n`), usage);
      const taken = optionsOf(command);
      for (const name of allOptions)
        assert.equal(
          new RegExp(`^  --${name}\\b(?!-)`, "m").test(help),
          taken.includes(name),
          `${command} --${name}`,
        );
    }
  });

  it("leaves no option without a command", () => {
    for (const name of allOptions)
      assert.ok(
        commandNames.some((command) => optionsOf(command).includes(name)),
        name,
      );
  });

  it("fits a terminal of 80 columns", () => {
    for (const help of helps)
      for (const line of help.split("\n")) assert.ok(line.length <= 80, line);
  });

  it("tells every exit code", () => {
    for (const help of helps)
      for (const code of Object.values(exitCodes))
        assert.match(help, new RegExp(`^  ${code} +\\w`, "m"));
  });
});
