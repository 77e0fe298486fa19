/** Makes texts with secrets in them. No secret stands in this file: their beginnings are put together at run time. */

/** A secret, and a line of code, of a file of settings or of a terminal that holds it. */
export interface PlantedSecret {
  readonly kind: string;
  readonly secret: string;
  readonly text: string;
}

const upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const lower = upper.toLowerCase();
const digits = "0123456789";
const hex = `${digits}abcdef`;
const alphanumeric = upper + lower + digits;
const base64 = `${alphanumeric}+/`;
const url = `${alphanumeric}-_`;

type Random = () => number;

/** Kinds of tokens that are known by how they look: what they begin with, in parts, and what follows. */
const looks: readonly (readonly [
  kind: string,
  start: readonly string[],
  letters: string,
  n: number,
])[] = [
  ["github", ["gh", "p_"], alphanumeric, 36],
  ["github oauth", ["gh", "o_"], alphanumeric, 36],
  ["github fine-grained", ["github", "_pat_"], `${alphanumeric}_`, 82],
  ["gitlab", ["gl", "pat-"], url, 20],
  ["gitlab runner", ["gl", "rt-"], url, 20],
  ["aws", ["AK", "IA"], `${upper}234567`, 16],
  ["stripe", ["sk_", "live_"], alphanumeric, 24],
  ["google", ["AI", "za"], url, 35],
  ["npm", ["np", "m_"], alphanumeric, 36],
  ["pypi", ["pypi-", "AgEIcHlwaS5vcmc"], url, 60],
  ["hugging face", ["h", "f_"], upper + lower, 34],
  ["digital ocean", ["dop", "_v1_"], hex, 64],
  ["shopify", ["shp", "at_"], hex, 32],
  ["rubygems", ["rubygems", "_"], hex, 48],
  ["age", ["AGE-SECRET", "-KEY-1"], "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58],
  ["linear", ["lin_", "api_"], alphanumeric, 40],
  ["doppler", ["dp.", "pt."], alphanumeric, 43],
  ["grafana", ["gl", "c_"], alphanumeric, 40],
  ["databricks", ["da", "pi"], hex, 32],
  ["vault", ["hv", "s."], url, 95],
  ["pulumi", ["pu", "l-"], hex, 40],
  ["prefect", ["pn", "u_"], lower + digits, 36],
  ["twilio", ["S", "K"], hex, 32],
];

const lines: readonly ((secret: string) => string)[] = [
  (secret) => `const token = "${secret}";`,
  (secret) => `export TOKEN=${secret}`,
  (secret) => `  token: ${secret}`,
  (secret) => `{"token": "${secret}"}`,
  (secret) => `why does ${secret} not work?`,
  (secret) => `It was leaked (${secret}), see the log.`,
  (secret) => `Nobody knows ${secret}.`,
  (secret) => `fix: rotate '${secret}' after the leak`,
];

const assignments: readonly ((secret: string) => string)[] = [
  (secret) => `password = "${secret}"`,
  (secret) => `DB_PASSWORD=${secret}`,
  (secret) => `    "clientSecret": "${secret}",`,
  (secret) => `api_key: '${secret}'`,
  (secret) => `config.setToken = '${secret}';`,
  (secret) => `this.signingKey = \`${secret}\`;`,
  (secret) => `let accessKey: &str = "${secret}";`,
  (secret) => `<add key="Password" value="x" /> password="${secret}"`,
];

/** Returns `n` secrets, of all kinds in turn. */
export function plantSecrets(n: number, random: Random): PlantedSecret[] {
  const text = (letters: string, length: number): string =>
    Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join("");
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const kinds: (() => PlantedSecret)[] = looks.map(([kind, start, letters, length]) => () => {
    const secret = start.join("") + text(letters, length);
    return { kind, secret, text: pick(lines)(secret) };
  });
  const around = (kind: string, make: () => string, write: (secret: string) => string): void => {
    kinds.push(() => {
      const secret = make();
      return { kind, secret, text: write(secret) };
    });
  };
  // A machine's own secrets hold letters and digits.
  const mixed = (length: number): string => `${text(digits, 2)}${text(alphanumeric, length)}7q`;
  for (const write of assignments) around("assignment", () => mixed(16), write);
  around(
    "sendgrid",
    () => `${["S", "G."].join("")}${text(url, 22)}.${text(url, 43)}`,
    (secret) => pick(lines)(secret),
  );
  around(
    "postman",
    () => `${["PM", "AK"].join("")}-${text(hex, 24)}-${text(hex, 34)}`,
    (secret) => pick(lines)(secret),
  );
  around(
    "slack",
    () =>
      ["xo", "xb-"].join("") + `${text(digits, 12)}-${text(digits, 12)}-${text(alphanumeric, 24)}`,
    (secret) => pick(lines)(secret),
  );
  around(
    "json web token",
    () =>
      [
        `${"e"}yJ${text(alphanumeric, 30)}`,
        `${"e"}yJ${text(alphanumeric, 60)}`,
        text(url, 43),
      ].join("."),
    (secret) => pick(lines)(secret),
  );
  around(
    "address",
    () => mixed(8),
    (secret) => `git clone https://bot:${secret}@example.com/a.git`,
  );
  around(
    "database",
    () => mixed(8),
    (secret) => `DATABASE_URL=postgres://app:${secret}@db:5432/app`,
  );
  around(
    "request",
    () => mixed(30),
    (secret) => `curl -H "Authorization: Bearer ${secret}" https://api.test`,
  );
  around(
    "private key",
    () => Array.from({ length: 12 }, () => text(base64, 64)).join("\n"),
    (secret) => {
      const marks = ["BEGIN", "END"].map((word) => `-----${word} RSA PRIVATE ${"KEY"}-----`);
      return `${marks[0]}\n${secret}\n${marks[1]}`;
    },
  );
  return Array.from({ length: n }, (_, i) => (kinds[i % kinds.length] as () => PlantedSecret)());
}
