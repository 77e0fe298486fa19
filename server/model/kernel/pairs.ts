/**
 * Byte-level BPE inside one word (Sennrich et al. 2016): the pair of neighbours that was merged first in
 * training is merged first, the leftmost of equals. Tokens 0 to 255 are bytes, token 256 + i is merge i.
 */
import { reserve } from "./layout";

const noMerge: u32 = 0xffffffff;

/** Open addressing: left << 16 | right, then the merged token + 1, 0 for an empty slot. */
let slots: usize = 0;
let slotMask: u32 = 0;
/** For each place of the word: its token, and the token that it and its right neighbour would make. */
const tokens = memory.data(33 * 4, 16);
const merged = memory.data(33 * 4, 16);

/**
 * Takes over `nMerges` pairs of u32 at `from`, first merge first. Returns false when there is no memory. A pair
 * that comes twice counts as the first.
 */
export function loadMerges(from: usize, nMerges: u32): bool {
  let nSlots: u32 = 1024;
  while (nSlots < nMerges * 4) nSlots <<= 1;
  slots = reserve(<usize>nSlots * 8);
  if (slots == 0) return false;
  slotMask = nSlots - 1;
  for (let i: u32 = 0; i < nMerges; i++) {
    const at = from + <usize>i * 8;
    const key = (load<u32>(at) << 16) | load<u32>(at, 4);
    let slot = slotOf(key);
    let isNew = true;
    while (load<u32>(slots + <usize>slot * 8, 4) != 0) {
      if (load<u32>(slots + <usize>slot * 8) == key) {
        isNew = false;
        break;
      }
      slot = (slot + 1) & slotMask;
    }
    if (!isNew) continue;
    store<u32>(slots + <usize>slot * 8, key);
    store<u32>(slots + <usize>slot * 8, 256 + i + 1, 4);
  }
  return true;
}

function slotOf(key: u32): u32 {
  const h = key * 0x9e3779b1;
  return (h ^ (h >>> 15)) & slotMask;
}

/** The token that two neighbours make, `noMerge` when they never merge. */
function mergeOf(left: u32, right: u32): u32 {
  const key = (left << 16) | right;
  let slot = slotOf(key);
  while (true) {
    const token = load<u32>(slots + <usize>slot * 8, 4);
    if (token == 0) return noMerge;
    if (load<u32>(slots + <usize>slot * 8) == key) return token - 1;
    slot = (slot + 1) & slotMask;
  }
}

/** Writes the tokens (u16) of the `n` lower-case bytes at `word` to `out`. Returns their number. */
export function mergeWord(word: usize, n: u32, out: usize): u32 {
  let count = n;
  for (let i: u32 = 0; i < n; i++) store<u32>(tokens + ((<usize>i) << 2), load<u8>(word + i));
  for (let i: u32 = 0; i + 1 < n; i++) setMerged(i);
  while (count > 1) {
    let best = noMerge;
    let at: u32 = 0;
    for (let i: u32 = 0; i + 1 < count; i++) {
      const token = load<u32>(merged + ((<usize>i) << 2));
      if (token < best) {
        best = token;
        at = i;
      }
    }
    if (best == noMerge) break;
    store<u32>(tokens + ((<usize>at) << 2), best);
    count--;
    const moved = (<usize>(count - at - 1)) << 2;
    const hole = (<usize>(at + 1)) << 2;
    memory.copy(tokens + hole, tokens + hole + 4, moved);
    memory.copy(merged + hole, merged + hole + 4, moved);
    if (at > 0) setMerged(at - 1);
    if (at + 1 < count) setMerged(at);
  }
  for (let i: u32 = 0; i < count; i++)
    store<u16>(out + ((<usize>i) << 1), <u16>load<u32>(tokens + ((<usize>i) << 2)));
  return count;
}

function setMerged(i: u32): void {
  const at = (<usize>i) << 2;
  store<u32>(merged + at, mergeOf(load<u32>(tokens + at), load<u32>(tokens + at, 4)));
}
