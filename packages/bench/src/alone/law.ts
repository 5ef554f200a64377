/** Polling one job whose law of durations is known. */
import type { Lognormal } from "../random.ts"

/** The shares of jobs that are not done at an age in seconds, and the hazard rate there. */
const hazard = ({ median, sigma }: Lognormal, age: number): number => {
  if (age <= 0) return 0
  const z = Math.log(age / median) / sigma
  const density = Math.exp(-z * z / 2) / (Math.sqrt(2 * Math.PI) * sigma * age)
  const survival = 0.5 * erfc(z / Math.SQRT2)
  // Far out the ratio tends to z / (sigma * age); both parts vanish there.
  return survival < 1e-12 ? z / (sigma * age) : density / survival
}

// Numerical Recipes, 6.2: off by less than 1.2e-7 of the value.
const erfc = (x: number): number => {
  const t = 1 / (1 + Math.abs(x) / 2)
  const series = [
    -1.26551223,
    1.00002368,
    0.37409196,
    0.09678418,
    -0.18628806,
    0.27886807,
    -1.13520398,
    1.48851587,
    -0.82215223,
    0.17087277
  ]
  const sum = series.reduceRight((total, coefficient) => total * t + coefficient, 0)
  const value = t * Math.exp(-x * x + sum)
  return x >= 0 ? value : 2 - value
}

/**
 * The ages, in seconds, at which to poll: the interval at an age is `√(2c / (v · h))` (Keller, Management
 * Science 21(3), 1974), so the polls are where the integral of `√(h / price)` passes 1, 2, 3, …
 *
 * @param price 2c/v: what a request costs, in seconds² of lag
 */
export const ages = (law: Lognormal, price: number, end: number): ReadonlyArray<number> => {
  const found: Array<number> = []
  let passed = 0
  const step = law.median / 2000
  for (let age = step / 2; age < end; age += step) {
    passed += Math.sqrt(hazard(law, age) / price) * step
    if (passed >= found.length + 1) found.push(age)
  }
  return found
}
