/**
 * Text that speaks to a language model: “ignore all previous instructions”. A model that reads it may do what it says
 * (indirect prompt injection, Greshake et al. 2023), so that a sentence that cites it is told apart. By phrases, in the
 * languages that the interface has and a few more; what is told otherwise is not found.
 */

const patterns: readonly RegExp[] = [
  // Earlier instructions are to be forgotten.
  /\b(?:ignore|disregard|forget|override|bypass|drop)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|preceding|all|any|other|system|your|those)\b[^.\n]{0,24}\b(?:instructions?|prompts?|rules?|guidelines?|messages?|directions?|constraints?|orders)\b/i,
  /\bignorier\w*\b[^.\n]{0,40}\b(?:anweisung|regel|vorgabe)\w*/i,
  /\bignor(?:a|e|ez|er|ar|en)\b[^.\n]{0,40}\b(?:instrucciones|instructions|reglas|règles|consignes|istruzioni|regole|instruções)\b/i,
  /(?:忽略|无视|無視)[^。\n]{0,20}(?:指令|指示|说明|說明|规则|規則|提示)|(?:指示|命令|ルール)[^。\n]{0,12}無視/u,
  /игнорируй[^.\n]{0,40}(?:инструкци|указани|правил)|무시[^.\n]{0,20}지시|지시[^.\n]{0,20}무시/iu,
  // Another part is given to it.
  /\b(?:you are now (?:an?|the|called|named|acting|operating|no longer)|from now on,? you|pretend (?:to be|that you)|stay in character|act as (?:if you|an? (?:\w+ ){0,2}(?:assistant|ai|model|expert)))\b/i,
  // The marks between the messages of a conversation with a model.
  /<\|?(?:im_start|im_end|system|assistant|endoftext)\|?>|\[\/?INST\]|<\/?(?:system|assistant|instructions?)>|^\W*(?:system|developer|assistant)(?: (?:message|prompt|note|override|notice))?\s*:\s*\S/im,
  // It is addressed.
  /\b(?:ai|llm|language model|assistant|chatbot|copilot|chatgpt|gpt|claude|gemini|lore)(?: (?:assistants?|models?|agents?|tools?))?s?\b[^.\n]{0,50}\b(?:must|should|shall|have to|has to|need to|are to|is to|please|always|never)\b[^.\n]{0,40}\b(?:answer|reply|respond|say|state|write|output|tell|cite|ignore|report|print|mention|include|append|call|claim|treat)\b/i,
  /\b(?:dear|hey|attention|note to|message (?:for|to)|instructions? (?:for|to))\s+(?:the\s+|any\s+|all\s+)?(?:ai|llm|language models?|assistants?|chatbots?|copilot|models?|agents?)\b/i,
  // What it says is asked for.
  /\b(?:in|to|of|with|end|begin|start) your (?:final )?(?:answer|reply|response|summary|output)\b|\byour (?:final )?(?:answer|reply|response|summary|output) (?:must|should|has to|needs to|shall|is to|will)\b/i,
  /\b(?:when(?:ever)?|if|before|while) (?:you(?:['’]re| are)? )?(?:asked|answering|summari[sz]ing|explaining|describing|questioned)\b[^.\n]{0,80}\b(?:say|answer|reply|respond|write|claim|state|mention|cite|include|output|tell|call|insert|add)\b/i,
  /\b(?:do not|don['’]t|never) (?:reveal|mention|disclose|cite|repeat)\b[^.\n]{0,40}\b(?:instructions?|prompt|this (?:note|comment|message)|evidence|citations?)\b/i,
];

/**
 * Letters that are not seen or look like others: tags of Unicode, characters without a width inside of a word, marks that
 * turn the order of reading, Cyrillic letters among Latin ones (Boucher and Anderson 2023, “Trojan Source”).
 */
const hidden =
  /[\u{e0020}-\u{e007e}]|[\u200b-\u200d\u2060\ufeff]{3,}|[a-z][\u200b-\u200d\u2060\ufeff\u00ad][a-z]|[\u202a-\u202e\u2066-\u2069]|[a-z]\p{Script=Cyrillic}|\p{Script=Cyrillic}[a-z]/iu;

/** True for a text that speaks to a language model, or holds text that nobody sees. */
export function speaksToModel(text: string): boolean {
  const plain = text.normalize("NFKC").replace(/[\u200b-\u200d\u2060\ufeff\u00ad]/gu, "");
  // A sentence of a comment goes on in the next line, behind its mark.
  const joined = plain.replace(/\n[ \t]*(?:\/\/+|\*+|#+|--+|;+)?[ \t]*/g, " ");
  return (
    hidden.test(text) || patterns.some((pattern) => pattern.test(plain) || pattern.test(joined))
  );
}
