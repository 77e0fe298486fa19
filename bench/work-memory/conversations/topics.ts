/**
 * What the made-up conversations are about. What is said and what is asked are put in other words on purpose. Weights are
 * chosen on the tuning side alone; the two sides share no topic, no part of a program and no frame of a question.
 */

/** One thing that can be said of a part of a program. `{c}` stands for the part, `{v}` for the value. */
export interface Topic {
  /** What somebody calls it who remembers the word. */
  readonly key: string;
  readonly values: readonly [string, string, string];
  readonly says: readonly [string, string];
  /** Says that it is otherwise now. */
  readonly update: string;
  /** How it is asked for: behind “remind me”, and behind “about”. */
  readonly asks: readonly [string, string];
  readonly about: string;
  /** Has words of it and is about something else. */
  readonly near: string;
}

/** A part of a program, and what else it is called. */
export type Part = readonly [name: string, alias: string];

export interface Side {
  readonly topics: readonly Topic[];
  /** Never said; asked for all the same. */
  readonly absent: readonly Topic[];
  readonly parts: readonly Part[];
  /** `{q}` stands for what is asked. */
  readonly frames: readonly string[];
  /** `{a}` stands for a topic. */
  readonly aboutFrames: readonly string[];
}

/** Returns a topic from its row: its key word, values, two ways to say it, the update, two ways to ask, the short name, what is near. */
function topic(key: string, values: string, ...row: readonly string[]): Topic {
  const [first = "", second = "", third = ""] = values.split("|");
  const [says1 = "", says2 = "", update = "", asks1 = "", asks2 = "", about = "", near = ""] = row;
  return {
    key,
    values: [first, second, third],
    says: [says1, says2],
    update,
    asks: [asks1, asks2],
    about,
    near,
  };
}

// prettier-ignore
const tuningTopics: readonly Topic[] = [
  topic("sessions", "Redis|Postgres|signed cookies", "For {c} we keep sessions in {v}.", "{c} stores its sessions in {v}, please stick to that.", "We moved the sessions of {c} over to {v}.", "where the state of logged-in users of {c} lives", "how {c} holds on to who is signed in", "login state", "The sessions table has too many columns, where is it defined?"),
  topic("retries", "three|five|eight", "When a request of {c} fails we retry {v} times.", "{c} should give a failed call {v} more attempts.", "{c} now retries {v} times instead.", "how often {c} tries again after an error", "the number of attempts that {c} makes", "repeated attempts", "Where is the retry button rendered?"),
  topic("logs", "JSON lines|logfmt|plain text", "Logs of {c} are written as {v}.", "I want {c} to log in {v}.", "From now on the log output of {c} is {v}.", "what shape the log records of {c} have", "which format {c} prints its messages in", "log formatting", "The log file of the installer grows without end, why?"),
  topic("tests", "Vitest|node:test|Jest", "We write the tests of {c} with {v}.", "Please use {v} whenever you add a test to {c}.", "We switched the tests of {c} to {v}.", "what runs the unit tests of {c}", "which framework checks {c}", "test runner", "Which test covers the parser's error path?"),
  topic("uploads", "10 MB|25 MB|100 MB", "{c} accepts uploads of at most {v}.", "Files sent to {c} may be no larger than {v}.", "We raised the upload limit of {c} to {v}.", "how big an attachment for {c} can get", "the maximum size of what people send to {c}", "upload size", "How large is the bundle after minification?"),
  topic("branches", "feature/NAME|the ticket number|initials and a date", "Branches for {c} are named after {v}.", "In {c} a branch gets {v} as its name.", "Branch names of {c} follow {v} now.", "what to call a new branch of {c}", "the naming scheme for git work on {c}", "branch naming", "Which branch of the if statement handles empty input?"),
  topic("deployment", "Tuesdays|Thursdays|the first Monday of a month", "We ship {c} on {v}.", "{c} goes to production on {v} and on no other day.", "The deployment day of {c} moved to {v}.", "when {c} gets deployed", "on which days users receive a new {c}", "deployment schedule", "Where is the shipping address validated?"),
  topic("cache", "five minutes|an hour|a day", "Cached entries of {c} expire after {v}.", "The cache of {c} should live for {v}.", "We changed the expiry in the cache of {c} to {v}.", "how long {c} remembers a computed result", "the time to live of what {c} has stored temporarily", "caching", "Who invalidates the CPU cache line in this benchmark?"),
  topic("indentation", "tabs|two spaces|four spaces", "In {c} we indent with {v}.", "I prefer {v} for indentation in {c}.", "The code of {c} is indented with {v} now.", "how lines of {c} are set in", "what whitespace {c} begins its nested blocks with", "whitespace style", "The indentation guide in the editor is off by one."),
  topic("API version", "a header|the path|a query parameter", "The API version of {c} goes into {v}.", "{c} takes the version of its API from {v}.", "The version of the API of {c} is now in {v}.", "how callers pick which revision of the interface of {c} they get", "where {c} reads the requested protocol generation", "interface revisions", "Which version of the compiler do we need?"),
  topic("background jobs", "RabbitMQ|SQS|a table in the database", "{c} puts its jobs into {v}.", "Background jobs of {c} run through {v}.", "The jobs of {c} go through {v} now.", "what queue {c} hands its deferred work to", "which message broker {c} is built on", "queueing", "The job title field is missing in the profile form."),
  topic("password hash", "argon2id|bcrypt|scrypt", "Passwords in {c} are hashed with {v}.", "{c} must hash passwords with {v}.", "We replaced the password hash of {c} by {v}.", "what protects the credentials that {c} stores", "which algorithm {c} uses for secrets that people type in", "credential protection", "Where is the hash map resized?"),
  topic("feature flags", "an environment variable|a table|a config file", "Feature flags of {c} come from {v}.", "{c} reads its feature flags from {v}.", "The feature flags of {c} moved to {v}.", "how experimental behaviour in {c} is switched on", "where {c} looks up its toggles", "toggles", "What does the -O2 flag change in the build?"),
  topic("dates", "ISO 8601|Unix seconds|RFC 2822", "{c} sends dates as {v}.", "Every date that leaves {c} is in {v}.", "Dates in {c} are {v} from now on.", "how timestamps of {c} are serialised", "the representation of points in time in {c}", "timestamps", "Is the release date written anywhere in the readme?"),
  topic("errors", "problem+json|a plain string|an error code", "{c} answers errors with {v}.", "A failing request to {c} returns {v}.", "Errors of {c} are now returned as {v}.", "what clients of {c} get back when something goes wrong", "how {c} reports that it could not do its work", "failure responses", "The error squiggle under this import does not go away."),
  topic("pipeline", "GitHub Actions|Jenkins|Buildkite", "{c} is built by {v}.", "The pipeline of {c} runs on {v}.", "We migrated the pipeline of {c} to {v}.", "what compiles and checks {c} after a push", "which continuous integration {c} has", "continuous integration", "The build folder is not ignored by git."),
  topic("page size", "20 rows|50 rows|100 rows", "A page in {c} has {v}.", "Lists in {c} are cut into pages of {v}.", "The page size of {c} is {v} now.", "how many items {c} shows at once", "the chunk that {c} loads when somebody scrolls", "pagination", "The landing page loads slowly."),
  topic("money", "integer cents|a decimal type|strings", "Money in {c} is kept as {v}.", "Use {v} for amounts of money in {c}.", "We changed money in {c} to {v}.", "how prices are represented in {c}", "the type {c} has for currency", "monetary values", "The amount of warnings in the console is annoying."),
  topic("primary keys", "UUIDs|serial numbers|ULIDs", "Rows of {c} have {v} as primary keys.", "Primary keys in {c} are {v}.", "Primary keys of {c} became {v}.", "what identifies a record of {c}", "which kind of ids {c} gives out", "identifiers", "Which keyboard key opens the palette?"),
  topic("images", "WebP|AVIF|PNG", "Images of {c} are saved as {v}.", "{c} converts every picture to {v}.", "Pictures in {c} are {v} now.", "which file type {c} has for graphics", "the encoding of photos in {c}", "picture encoding", "The docker image is two gigabytes large."),
];

// prettier-ignore
const tuningAbsent: readonly Topic[] = [
  topic("live connection", "Kafka|gRPC|WebSockets", "", "", "", "what {c} pushes live updates over", "how {c} streams changes to browsers", "live updates", ""),
  topic("licence terms", "left|right|none", "", "", "", "which licence {c} is published under", "the legal terms of {c}", "licensing", ""),
  topic("button colour", "green|blue|red", "", "", "", "what colour the buttons of {c} have", "the palette of {c}", "colours", ""),
  topic("on-call person", "Anna|Ben|Chris", "", "", "", "who is on call for {c}", "the person responsible for outages of {c}", "on-call duty", ""),
];

// prettier-ignore
const testTopics: readonly Topic[] = [
  topic("schema migrations", "Flyway|hand-written SQL files|Prisma", "Schema migrations of {c} are done with {v}.", "{c} migrates its schema with {v}.", "We moved the schema migrations of {c} to {v}.", "how the tables of {c} are altered when we upgrade", "which tool changes the database structure of {c}", "database upgrades", "The migration guide for users is out of date."),
  topic("request timeout", "two seconds|ten seconds|a minute", "HTTP calls from {c} time out after {v}.", "Give every outgoing request of {c} a timeout of {v}.", "The timeout of requests in {c} is {v} now.", "how long {c} waits for a remote server", "after what time {c} gives up on an answer", "waiting for remote servers", "When does the request for comments close?"),
  topic("dependencies", "constructor injection|a service locator|plain modules", "{c} gets its dependencies by {v}.", "In {c} we wire objects with {v}.", "Dependencies in {c} come by {v} from now on.", "how classes of {c} receive what they need", "the way collaborators are handed around in {c}", "wiring of objects", "Which dependencies are out of date?"),
  topic("translations", "YAML files|gettext catalogues|a spreadsheet", "Translations of {c} live in {v}.", "{c} takes its translated texts from {v}.", "The translations of {c} were moved into {v}.", "where the wording for other languages of {c} is kept", "what holds the localised strings of {c}", "localisation", "This comment should be translated to English."),
  topic("pull requests", "one approval|two approvals|an approval by the owner", "A pull request for {c} needs {v}.", "Merging into {c} requires {v}.", "Pull requests of {c} need {v} now.", "who has to say yes before a change to {c} goes in", "the review rule of {c}", "code review", "Can you pull the constant out of this function?"),
  topic("rate limit", "100 requests a minute|1,000 requests an hour|ten requests a second", "{c} limits a client to {v}.", "Nobody may send {c} more than {v}.", "The rate limit of {c} is {v} now.", "how often somebody may call {c} before being throttled", "the quota that {c} grants each consumer", "throttling", "The frame rate drops when the panel opens."),
  topic("API keys", "Vault|AWS Secrets Manager|sealed files", "API keys of {c} are kept in {v}.", "{c} loads its credentials from {v}.", "We put the API keys of {c} into {v} instead.", "where confidential settings of {c} come from", "what safe {c} gets its secrets out of", "confidential settings", "Which key is missing in this object literal?"),
  topic("styles", "Tailwind|CSS modules|plain stylesheets", "{c} is styled with {v}.", "Please write the styles of {c} with {v}.", "We changed the styling of {c} to {v}.", "how the look of {c} is defined", "what {c} uses for its design in the browser", "visual design", "I do not like the style of this commit message."),
  topic("log level", "warn|info|error", "In production {c} logs at level {v}.", "The log level of {c} in production is {v}.", "We set the log level of {c} in production to {v}.", "how chatty {c} is on the live system", "which messages of {c} are recorded for real users", "verbosity on the live system", "How many levels of nesting does this function have?"),
  topic("threads", "four threads|one thread per core|sixteen threads", "{c} runs with {v}.", "Never start more than {v} in {c}.", "The pool of {c} has {v} now.", "how much {c} does in parallel", "the size of the worker pool of {c}", "parallelism", "The thread about the crash is closed, why?"),
  topic("search", "Elasticsearch|Meilisearch|full-text search of the database", "Search in {c} is done by {v}.", "{c} finds documents with {v}.", "The search of {c} goes through {v} now.", "what engine answers when people look for something in {c}", "which index {c} queries for keywords", "looking up documents", "Search this file for unused variables."),
  topic("e-mails", "Mailgun|SES|our own SMTP server", "{c} sends mail through {v}.", "E-mails of {c} leave by {v}.", "We moved the mail of {c} to {v}.", "which provider delivers the messages that {c} writes to customers", "how letters from {c} reach an inbox", "message delivery", "Mail me when the build is done, is that possible?"),
  topic("backups", "seven days|a month|a year", "Backups of {c} are kept for {v}.", "We hold backups of {c} for {v}.", "Backups of {c} are now kept for {v}.", "how far back we can restore {c}", "when an old copy of the data of {c} is thrown away", "restoring data", "The back button does nothing on this screen."),
  topic("packages", "npm|pnpm|Yarn", "Install packages of {c} with {v}.", "{c} uses {v} for its packages.", "{c} was switched to {v} for its packages.", "how third-party libraries get into {c}", "which installer the dependencies of {c} need", "installing libraries", "The package diagram in the docs is wrong."),
  topic("line width", "80 columns|100 columns|120 columns", "Lines in {c} are at most {v} wide.", "Wrap the code of {c} at {v}.", "We wrap {c} at {v} now.", "the width at which {c} is broken", "how long a row of source in {c} may get", "width of source", "Draw a line between header and body."),
  topic("documentation", "the wiki|the repository|Read the Docs", "The documentation of {c} is in {v}.", "Write documentation for {c} into {v}.", "The documentation of {c} moved to {v}.", "where the manual of {c} can be read", "the home of explanations for users of {c}", "manuals", "Document this parameter, please."),
  topic("saved times", "UTC|the user's zone|the server's zone", "{c} saves times in {v}.", "Times in {c} are always in {v}.", "{c} now saves times in {v}.", "which offset the clock values of {c} have", "how daylight saving is dealt with in {c}", "clock offsets", "Many times the same warning appears, why?"),
  topic("missing values", "null|undefined|an Option type", "A missing value in {c} is {v}.", "{c} stands for nothing with {v}.", "A missing value is {v} in {c} from now on.", "how absence is expressed in {c}", "what functions of {c} give back when there is no result", "absence", "What value does this enum member have?"),
  topic("compression", "gzip|zstd|brotli", "{c} compresses its responses with {v}.", "Responses of {c} are packed with {v}.", "We replaced the compression of {c} by {v}.", "how {c} makes its output smaller on the wire", "which codec shrinks what {c} sends", "smaller transfers", "Is there a response from the maintainers?"),
  topic("access tokens", "15 minutes|an hour|30 days", "Access tokens of {c} are valid for {v}.", "{c} issues access tokens that last {v}.", "We changed the life of access tokens of {c} to {v}.", "when people have to sign in again to {c}", "how soon a login of {c} runs out", "lifetime of a login", "The token stream of the lexer has a bug."),
  topic("metrics", "app_|svc_|the team's name", "Names of metrics in {c} begin with {v}.", "Prefix each metric of {c} with {v}.", "Metrics of {c} begin with {v} now.", "what the counters that {c} exports are called", "how measurements of {c} are labelled", "measurements", "Use metric units in this converter."),
  topic("releases", "every two weeks|monthly|whenever main is green", "{c} is released {v}.", "We release {c} {v}.", "Releases of {c} happen {v} now.", "how frequently a new build of {c} reaches people", "the rhythm in which {c} comes out", "publishing rhythm", "Release the lock before you return."),
  topic("concurrent edits", "optimistic locking|row locks|a queue per key", "Concurrent edits in {c} are handled with {v}.", "{c} protects against concurrent edits with {v}.", "Concurrent edits in {c} are handled by {v} now.", "what happens in {c} when two people change the same thing", "how {c} avoids lost updates", "conflicting changes", "Edit the second paragraph of the readme."),
  topic("file names", "snake case|camel case|kebab case", "Files of {c} are named in {v}.", "File names in {c} are in {v}.", "We renamed the files of {c} to {v}.", "how sources of {c} are spelled on disk", "the spelling of module names in {c}", "spelling of modules", "Which file imports this helper?"),
];

// prettier-ignore
const testAbsent: readonly Topic[] = [
  topic("cloud region", "x|y|z", "", "", "", "which cloud region {c} runs in", "the data centre of {c}", "hosting regions", ""),
  topic("mascot", "x|y|z", "", "", "", "what the mascot of {c} is", "the logo of {c}", "branding", ""),
  topic("price", "x|y|z", "", "", "", "how {c} charges its customers", "the price of using {c}", "pricing", ""),
  topic("accessibility level", "x|y|z", "", "", "", "which accessibility level {c} must reach", "how blind people use {c}", "accessibility", ""),
  topic("microcontroller", "x|y|z", "", "", "", "what microcontroller {c} targets", "the hardware of {c}", "hardware", ""),
];

export const tuning: Side = {
  topics: tuningTopics,
  absent: tuningAbsent,
  parts: [
    ["the billing service", "invoicing"],
    ["the mobile client", "the phone app"],
    ["the importer", "the ingestion job"],
    ["the admin panel", "the back office"],
    ["the scheduler", "the planner of jobs"],
    ["the chat widget", "the support window"],
  ],
  frames: ["Remind me {q}.", "What did I say about {q}?", "I told you {q}, what was it?"],
  aboutFrames: ["What did I say about {a}", "What did we decide about {a}"],
};

export const test: Side = {
  topics: testTopics,
  absent: testAbsent,
  parts: [
    ["the checkout page", "the payment form"],
    ["the sync worker", "the background synchroniser"],
    ["the report builder", "the part that makes reports"],
    ["the plugin host", "the extension runner"],
    ["the gateway", "the edge proxy"],
    ["the notification hub", "the alerting part"],
    ["the recommender", "the suggestions engine"],
  ],
  frames: [
    "Do you remember {q}?",
    "Can you tell me again {q}?",
    "What was it that I wanted: {q}?",
    "I mentioned {q}. Which was it?",
  ],
  aboutFrames: [
    "What did I tell you about {a}",
    "Did I mention anything about {a}",
    "What have we agreed on {a}",
  ],
};
