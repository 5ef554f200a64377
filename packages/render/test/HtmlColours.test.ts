import { assert, describe, it } from "@effect/vitest"
import { Html } from "../src/index.ts"
import { difference, fromHex, lab, luminance, seen, type Sight } from "./utils/colour.ts"
import { row } from "./utils/report.ts"

const style = /<style>([^]*)<\/style>/.exec(Html.fromRows([row({ target: 99, cells: ["99"] })]))![1]!
const [light = "", dark = ""] = [...style.matchAll(/:root \{([^}]*--full[^}]*)\}/g)].map(([, block]) => block!)

const scale = ["full", "most", "some", "low", "over", "far"]

const colour = (block: string, name: string): string => {
  return new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(block)![1]!
}

const steps = (values: ReadonlyArray<number>): ReadonlyArray<number> =>
  values.slice(1).map((value, index) => value - values[index]!)

describe("CIEDE2000", () => {
  // From the test data of Sharma, Wu and Dalal 2005.
  it.each(
    [
      [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
      [[50, -1.3802, -84.2814], [50, 0, -82.7485], 1],
      [[50, 0, 0], [50, -1, 2], 2.3669],
      [[50, 2.49, -0.001], [50, -2.49, 0.0009], 7.1792],
      [[50, 2.5, 0], [73, 25, -18], 27.1492],
      [[50, 2.5, 0], [50, 3.2592, 0.335], 1],
      [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
      [[22.7233, 20.0904, -46.694], [23.0331, 14.973, -42.5619], 2.0373],
      [[90.8027, -2.0831, 1.441], [91.1528, -1.6435, 0.0447], 1.4441]
    ] as const
  )("of %o and %o is %d", (one, other, expected) => {
    assert.approximately(difference(one, other), expected, 0.0001)
    assert.approximately(difference(other, one), expected, 0.0001)
  })
})

describe.each([["light", light], ["dark", dark]])("the colours of budgets, %s", (scheme, block) => {
  const labs = (sight: Sight) => scale.map((name) => lab(seen(fromHex(colour(block, name)), sight)))

  it("go away from the page's in even steps of lightness", () => {
    const lightness = labs("full").map(([lightness]) => lightness)
    const found = steps(lightness).map((step) => scheme === "light" ? -step : step)
    const mean = found.reduce((sum, step) => sum + step, 0) / found.length
    assert.isAbove(mean, 13)
    for (const step of found) assert.approximately(step, mean, 2)
  })

  it.each<Sight>(["full", "protanopia", "deuteranopia", "grey"])("differ from their neighbours: %s", (sight) => {
    const found = labs(sight)
    const differences = found.slice(1).map((lab, index) => difference(found[index]!, lab))
    assert.deepStrictEqual(differences.filter((difference) => !(difference >= 10)), [])
  })

  it("have a text each that is read on them", () => {
    for (const name of scale) {
      const [low, high] = [colour(block, name), colour(block, `on-${name}`)].map((hex) => luminance(fromHex(hex)))
        .sort((a, b) => a - b)
      assert.isAtLeast((high! + 0.05) / (low! + 0.05), 4.5, name)
    }
  })
})

it("no data is an outline around nothing", () => {
  assert.match(style, /:is\(\.none, \.bare\):is\(td, \.swatch\) \{ box-shadow: inset 0 0 0 1px var\(--hole\); \}/)
  assert.notMatch(style, /\.(none|bare) \{ background/)
})
