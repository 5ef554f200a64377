// The seeds from 1 on; or one alone, STORM_SEED, to see its storm again.
export const seeds = (count: number): ReadonlyArray<number> =>
  process.env.STORM_SEED === undefined
    ? Array.from({ length: count }, (_, index) => index + 1)
    : [Number(process.env.STORM_SEED)]
