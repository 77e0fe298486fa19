/**
 * Words of programming that people use for each other. What was said in a conversation is short and is asked for weeks
 * later in other words; the static model knows code better than such pairs. A word may stand in several groups.
 */
import { termsOfWord } from "../ingest/terms.ts";

// prettier-ignore
const groups: readonly string[] = [
  "session login signin logon logged signed authentication auth authenticate token",
  "user account member people person customer client consumer visitor",
  "password credential passphrase secret confidential",
  "secret key credential token confidential certificate vault",
  "permission role access right privilege authorization authorisation authz acl allow",
  "encrypt cipher crypto hash digest protect",
  "retry attempt repeat again backoff",
  "timeout deadline wait expire expiry",
  "expire expiry lifetime ttl valid validity last age",
  "cache cached memoize memoise temporary buffer store",
  "store storage save keep kept persist hold live lives put",
  "database db sql sqlite postgres postgresql mysql table schema relational",
  "migrate migration schema alter upgrade",
  "row record entry item element line",
  "id identifier key uuid guid identify",
  "query lookup search find fetch retrieve index",
  "delete remove drop erase purge discard throw",
  "create make build generate construct new produce",
  "build compile bundle package assemble",
  "pipeline ci continuous integration workflow",
  "test spec check verify suite unit assertion",
  "mock stub fake double",
  "coverage covered tested",
  "log logging logger message print trace record",
  "level verbosity verbose severity chatty",
  "metric measurement counter gauge statistic telemetry monitor monitoring",
  "alert notification notify alarm warn warning",
  "error failure fail exception fault problem wrong crash",
  "bug defect issue regression",
  "deploy deployment ship release rollout publish production live",
  "release version publish ship cadence",
  "version revision generation edition",
  "rollback revert undo restore",
  "backup restore copy snapshot archive",
  "branch fork git checkout",
  "commit changeset patch change",
  "merge pull review approval approve pr",
  "request call http rest endpoint",
  "response reply answer output result",
  "limit maximum max cap quota ceiling bound most",
  "throttle rate quota limit",
  "api interface endpoint contract protocol",
  "url uri link address route path",
  "header metadata field",
  "json yaml xml format serialise serialize serialisation encoding representation",
  "parse parser read decode deserialize",
  "queue broker job worker background deferred task message",
  "schedule scheduler cron timer interval periodic",
  "thread parallel parallelism concurrent concurrency worker pool core",
  "lock mutex semaphore locking conflict concurrent",
  "async asynchronous promise await future",
  "stream streaming chunk pipe",
  "socket websocket connection connect live",
  "event listener handler subscribe callback hook",
  "config configuration setting option preference parameter environment",
  "flag toggle switch feature experimental",
  "default fallback standard",
  "dependency library package module third-party",
  "install installer npm yarn pnpm pip manager",
  "inject injection wire wiring provide",
  "framework library toolkit tool",
  "server backend host service daemon",
  "frontend browser web ui interface client",
  "page screen view panel dialog",
  "page pagination paging scroll chunk batch",
  "button control widget component",
  "style css design look theme appearance layout stylesheet",
  "colour color palette theme",
  "font typeface typography",
  "image picture photo graphic icon bitmap png",
  "file document attachment upload source",
  "upload attachment send transfer",
  "download fetch transfer",
  "size big large small width length bytes",
  "width wide long column length wrap",
  "indent indentation whitespace tab space spaces nested",
  "format formatting formatter style prettier layout",
  "lint linter static analysis rule",
  "name naming call called spell spelling label title prefix",
  "case camel snake kebab spelling",
  "comment documentation doc docs manual readme explanation guide",
  "translate translation localise localisation localize language wording i18n",
  "date time timestamp clock day hour moment",
  "timezone zone utc offset daylight",
  "money price amount currency cent payment cost",
  "payment billing invoice checkout charge pay",
  "number integer decimal float numeric",
  "string text word character",
  "null undefined none nothing missing absence absent empty",
  "type typing generic class",
  "class object instance",
  "function method routine procedure",
  "variable constant binding",
  "array list collection vector",
  "map dictionary hash table",
  "memory ram heap allocation leak",
  "fast speed performance slow latency quick",
  "compress compression gzip zip pack shrink smaller codec",
  "mail email e-mail smtp letter inbox message",
  "host hosting cloud server region machine",
  "container docker image kubernetes pod",
  "proxy gateway edge router loadbalancer",
  "import ingest ingestion load importer",
  "export dump output",
  "sync synchronise synchronize replicate replication synchroniser",
  "plugin extension addon add-on module",
  "admin administration backoffice office",
  "mobile phone app android ios",
  "report summary dashboard chart",
  "recommend recommender suggest suggestion",
  "refactor rewrite restructure clean rename",
  "often frequently frequency rhythm every interval cadence",
  "start begin launch boot init initialise",
  "stop end finish shutdown quit",
  "update change modify edit alter",
  "prefer preference like want favour favorite",
  "decide decision choose agree settle",
];

const related = new Map<string, Set<string>>();
for (const group of groups) {
  const terms = group.split(" ").flatMap((word) => termsOfWord(word.replaceAll("-", "")));
  for (const term of terms)
    related.set(
      term,
      new Set([...(related.get(term) ?? []), ...terms.filter((other) => other !== term)]),
    );
}
const none: ReadonlySet<string> = new Set();

/** Returns the index terms that people use for this one, without itself. */
export function relatedTerms(term: string): ReadonlySet<string> {
  return related.get(term) ?? none;
}

/** What a word counts that people use for the one that is asked for. */
const relatedShare = 0.6;

/** How much of a term a text holds, 0 to 1: all of it, or a word that people use for it. */
export function holding(terms: ReadonlySet<string>, term: string): number {
  if (terms.has(term)) return 1;
  for (const other of relatedTerms(term)) if (terms.has(other)) return relatedShare;
  return 0;
}
