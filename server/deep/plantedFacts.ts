/**
 * Facts that nobody else tells: a rare name and a number of four digits. A self-test puts them into a copy of the
 * workspace's code and asks for them later. They are of the kind that the model was trained on
 * (training/memory_lm/facts.py), in names that are drawn anew each time.
 */
import { randomFrom } from "../bank/random.ts";

export interface PlantedFact {
  readonly name: string;
  readonly value: string;
  /** The line that tells it, without a line break. */
  readonly told: string;
  /** What stands in front of the value where it is asked for; the value follows after a space. */
  readonly asked: string;
}

const words =
  "account address album amount anchor archive balance batch border bucket budget buffer cache channel client column commit cookie counter cursor default delay device double driver editor engine entity factor filter folder format frame gateway header height index interval invoice journal kernel label layout ledger length limit margin marker matrix memory metric minute module network number offset option order packet padding parser pixel player policy portal prefix profile quota radius record region render report retry review sample screen script search second segment server session shadow signal source status stream switch target thread ticket timeout token tracker update vector vendor version viewer volume weight window worker".split(
    " ",
  );
const syllables =
  "ba be bi bo da de di do fa fi ga go ka ke ki ko la le li lo ma me mi mo na ne ni no pa pe po ra re ri ro sa se si so ta te ti to va ve vi vo za ze zo".split(
    " ",
  );

const tellings: readonly ((name: string, value: string) => string)[] = [
  (name, value) => `const ${name} = ${value};`,
  (name, value) => `${name} = ${value}`,
  (name, value) => `#define ${name} ${value}`,
  (name, value) => `static final int ${name} = ${value};`,
];
const askings: readonly ((name: string) => string)[] = [
  (name) => `if (${name} ===`,
  (name) => `assert ${name} ==`,
  (name) => `// ${name} is`,
  (name) => `return ${name} ==`,
];

/** Returns `n` facts with different names; the same for the same seed. */
export function plantedFacts(n: number, seed: number): PlantedFact[] {
  const random = randomFrom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  // One word that is no word makes the name a rare one.
  const rare = (): string => pick(syllables) + pick(syllables) + pick(syllables);
  const names = new Set<string>();
  while (names.size < n) names.add(`${pick(words)}_${rare()}_${pick(words)}`.toUpperCase());
  return [...names].map((name) => {
    const value = String(1_000 + Math.floor(random() * 9_000));
    return { name, value, told: pick(tellings)(name, value), asked: pick(askings)(name) };
  });
}
