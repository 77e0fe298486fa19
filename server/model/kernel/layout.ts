/**
 * Where the kernel keeps things in its memory. The host (`kernelMemory.ts`) asks for room with `reserve`, in
 * the order in which it needs it; nothing is ever given back, an instance ends as a whole.
 */

/** First free byte. */
let end: usize = 0;

/** Returns the address of `size` new bytes, zeroed and aligned for SIMD; 0 when there is no more memory. */
export function reserve(size: usize): usize {
  if (end == 0) end = (__heap_base + 63) & ~63;
  const at = end;
  if (size > 0xfff00000 - at) return 0;
  const wanted = (at + size + 63) & ~63;
  const pages = <i32>((wanted + 0xffff) >>> 16);
  if (pages > memory.size() && memory.grow(pages - memory.size()) < 0) return 0;
  end = wanted;
  return at;
}

/** Makes the newest reservation longer without moving it. Returns false when there is no more memory. */
export function extendTo(at: usize, size: usize): bool {
  end = at;
  return reserve(size) != 0;
}
