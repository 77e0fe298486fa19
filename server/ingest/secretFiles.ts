/** Files that hold keys and passwords. They never enter the memory unless an include glob names them. */

/** What kind of secret a file is known to hold, judged by its path; `undefined` for an ordinary file. */
export function secretKindOf(path: string): string | undefined {
  const slash = path.lastIndexOf("/");
  const name = path.slice(slash + 1).toLowerCase();
  const folder = path.slice(path.lastIndexOf("/", slash - 1) + 1, Math.max(slash, 0));
  const bare = secretNames.get(name) ?? secretFolders.get(folder)?.(name);
  if (bare !== undefined) return bare;
  if (isEnvironment(name)) return "environment variables";
  const dot = name.lastIndexOf(".");
  const extension = dot < 0 ? "" : name.slice(dot + 1);
  const byExtension = secretExtensions.get(extension);
  if (byExtension !== undefined) return byExtension;
  if (privateKeyName.test(name) && extension !== "pub") return "private key";
  if (credentialsName.test(name)) return "credentials";
  return undefined;
}

/** True when the text starts with a private key, whatever the file is called. */
export function startsWithPrivateKey(head: string): boolean {
  return /^\s*-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----/.test(head);
}

/** `.env`, `.env.local`, `.envrc`, `production.env`, but not the examples that are written to be read. */
function isEnvironment(name: string): boolean {
  if (!name.startsWith(".env") && !name.endsWith(".env")) return false;
  return !/(^|[._-])(example|sample|template|tpl|tmpl|dist|defaults?|schema|d\.ts|ts|js|py|md)([._-]|$)/.test(
    name.replace(/^\.env/, ""),
  );
}

const secretNames: ReadonlyMap<string, string> = new Map([
  [".npmrc", "registry credentials"],
  [".pypirc", "registry credentials"],
  [".netrc", "credentials"],
  ["_netrc", "credentials"],
  [".git-credentials", "credentials"],
  [".pgpass", "database password"],
  [".my.cnf", "database password"],
  [".htpasswd", "password hashes"],
  [".dockercfg", "registry credentials"],
  [".dockerconfigjson", "registry credentials"],
  [".vault-token", "access token"],
  [".vault_pass", "password"],
  ["credentials", "credentials"],
  ["master.key", "encryption key"],
]);

/** Folders whose files are secret, by what they are called; each answers for a file's name. */
const secretFolders: ReadonlyMap<string, (name: string) => string | undefined> = new Map<
  string,
  (name: string) => string | undefined
>([
  [".ssh", (name: string) => (name.endsWith(".pub") ? undefined : "SSH keys and hosts")],
  [".gnupg", () => "PGP keys"],
  [".kube", (name: string) => (name === "config" ? "cluster credentials" : undefined)],
  [".docker", (name: string) => (name === "config.json" ? "registry credentials" : undefined)],
]);

const secretExtensions: ReadonlyMap<string, string> = new Map([
  ["pem", "key or certificate"],
  ["key", "private key"],
  ["p12", "key store"],
  ["pfx", "key store"],
  ["p8", "private key"],
  ["pk8", "private key"],
  ["jks", "key store"],
  ["keystore", "key store"],
  ["ppk", "private key"],
  ["kdbx", "password database"],
  ["ovpn", "VPN keys"],
  ["tfstate", "infrastructure state with secrets"],
]);

const privateKeyName = /^id_(rsa|dsa|ecdsa|ed25519)(_sk)?([._-].*)?$/;

/** Data files only: `credentials.py` and `CredentialsProvider.java` are source. */
const credentialsName =
  /^(credentials?|secrets?|client[_-]?secrets?|service[_-]?account)([._-][\w.-]*)?\.(json|ya?ml|toml|ini|xml|csv|txt|properties|cfg|conf|tfvars|enc)$/;
