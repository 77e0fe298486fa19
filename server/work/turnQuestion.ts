/** Reads whether a question asks for what was said in conversations. English and German. */

/** What a question wants of conversations. */
export interface TurnQuestion {
  /** What it is about, `""` for anything. */
  readonly topic: string;
  /** Whose words are asked for; absent when either will do. */
  readonly role?: "user" | "lore";
}

/** A pasted log asks nothing of conversations. */
const maxAsked = 1_000;
const said =
  "say|said|tell|told|ask|asked|mention(?:ed)?|talk(?:ed)?|speak|spoke|discuss(?:ed)?|decided?|agreed?|settled?|chosen?|choose|want(?:ed)?|suggest(?:ed)?|recommend(?:ed)?|explain(?:ed)?|answer(?:ed)?|claim(?:ed)?|request(?:ed)?|state(?:d)?|complain(?:ed)?|report(?:ed)?|describe[d]?|prefer(?:red)?|plan(?:ned)?";
const past =
  "said|told|asked|mentioned|talked|spoke|discussed|decided|agreed|settled|chose|wanted|suggested|recommended|explained|answered|claimed|requested|complained|reported|described|preferred|planned";
const who = "(?<who>i|we|you|lore|the team)";

/** “What did I say about …”, “have we talked about …”, “when did you tell me …”. */
const asksWithDid = new RegExp(
  String.raw`\b(?:did|have|had|has)(?:n['’]t)? ${who}(?: (?:ever|already|once|just|last|again|both|all|not))*(?: (?:${said}))\b(?: (?:me|you|us|lore))?`,
  "iu",
);
/** “… that I said …”, “you told me …”. */
const asksWithPast = new RegExp(
  String.raw`\b${who}(?: (?:ever|already|once|just|last|had|have|previously|earlier))*(?: (?:${past}))\b(?: (?:me|you|us|lore))?`,
  "iu",
);
const asksInGerman =
  /\b(?:was|wann|wo|wie|worüber|welche[nrs]?)\b[^.?!]*?\b(?:habe?n?|hast|hatten?)\b[^.?!]*?\b(?<who>ich|wir|du)\b[^.?!]*?\b(?:gesagt|gefragt|erwähnt|besprochen|erzählt|geredet|gesprochen|geantwortet|gewünscht)\b/iu;
/** “Earlier”, “last time”, “our last conversation”: only beside somebody who speaks. */
const asksOfBefore =
  /\b(?:in (?:our|my|the|an?) (?:last|previous|earlier|other) (?:conversation|chat|session|discussion)|(?:our|my) (?:last|previous|earlier) (?:conversation|chat|session|discussion|question)s?|do you (?:still )?(?:remember|recall)|tell me again|remind me(?: (?:again )?(?:what|which|how|when|where|who|about|of))?)\b/iu;
const germanWords =
  /^(?:was|wann|wo|wie|worüber|welche[nrs]?)\s|\b(?:habe?n?|hast|hatten?|ich|wir|du|gesagt|gefragt|erwähnt|besprochen|erzählt|geredet|gesprochen|geantwortet|gewünscht)\b|(?<!\p{L})über(?!\p{L})/giu;
const isQuestion =
  /[?？]\s*$|^(?:(?:so|and|hey|lore|please|well|ok|okay|hm+)[,]? )*(?:what|when|where|which|who|whom|whose|how|why|did|do|have|had|has|is|was|were|are|can|could|remind|recall|tell me|find|show|quote|was|wann|wo|wie|worüber)\b/iu;

const leadIns =
  /\b(?:can you |could you |please )?(?:remind me(?: again)?|tell me(?: again)?|find|show me|quote|recall|do you (?:remember|recall|know)|i (?:think|believe|forgot)|what was it that|what was the \w+ that)\b/giu;
const questionWords =
  /^\W*(?:(?:so|and|hey|lore|please|well|again|what|when|where|which|who|whom|how|why|exactly|was|were|is|it|the thing|that)\b[,]?\s*)+|\b(?:about|regarding|concerning|on the subject of|on the topic of|earlier|last time|back then|before|over|ever|again|already)\b\s*(?=[?.!]*$)|^\W*(?:about|regarding|concerning|on|of|with)\b/giu;

/** True for what asks something, by its end or its first words. */
export function readsAsQuestion(text: string): boolean {
  return isQuestion.test(text.trim());
}

/** Returns what a question wants of conversations, `undefined` when it asks something else. */
export function turnQuestion(question: string): TurnQuestion | undefined {
  const asked = question.trim();
  if (asked.length > maxAsked || !isQuestion.test(asked)) return undefined;
  const inEnglish = asksWithDid.exec(asked) ?? asksWithPast.exec(asked) ?? asksOfBefore.exec(asked);
  const match = inEnglish ?? asksInGerman.exec(asked);
  if (match === null) return undefined;
  const rest = asked.replace(inEnglish === null ? germanWords : inEnglish[0], " ");
  const role = roleOf(match.groups?.["who"]);
  return { topic: topicOf(rest), ...(role === undefined ? {} : { role }) };
}

function topicOf(rest: string): string {
  let topic = rest.replace(leadIns, " ").replace(/\s+/g, " ").trim();
  for (let before = ""; before !== topic;) {
    before = topic;
    topic = topic.replace(questionWords, " ").trim();
  }
  return topic.replace(/[?.!\s]+$/u, "");
}

function roleOf(who: string | undefined): TurnQuestion["role"] {
  switch (who?.toLowerCase()) {
    case "i":
    case "ich":
      return "user";
    case "you":
    case "lore":
    case "du":
      return "lore";
    default:
      return undefined;
  }
}
