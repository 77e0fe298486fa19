/** Returns how many each gives so that all give `total` together, as evenly as what each has allows; all when it is too little. */
export function evenShares(has: readonly number[], total: number): number[] {
  const shares = has.map(() => 0);
  let left = total;
  for (;;) {
    const willing = [...has.keys()].filter((idx) => (shares[idx] as number) < (has[idx] as number));
    if (left === 0 || willing.length === 0) return shares;
    for (const idx of willing) {
      if (left === 0) break;
      shares[idx] = (shares[idx] as number) + 1;
      left--;
    }
  }
}
