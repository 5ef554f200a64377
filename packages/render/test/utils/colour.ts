/** What the eye makes of a colour: its lightness, how far it is from another, and how those see it who lack a cone. */

export type Rgb = readonly [red: number, green: number, blue: number]

type Lab = readonly [lightness: number, a: number, b: number]

export type Sight = "full" | "protanopia" | "deuteranopia" | "grey"

export const fromHex = (hex: string): Rgb => {
  const [, red, green, blue] = /^#(..)(..)(..)$/.exec(hex) ?? []
  return [Number.parseInt(red!, 16), Number.parseInt(green!, 16), Number.parseInt(blue!, 16)]
}

const toLinear = (part: number): number =>
  part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4

const fromLinear = (part: number): number =>
  255 * Math.min(1, Math.max(0, part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055))

// Machado, Oliveira, Fernandes 2009, severity 1.0, in linear light; grey is what a printer without colours keeps.
const matrices = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998]
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881]
  ],
  grey: [[0.2126, 0.7152, 0.0722], [0.2126, 0.7152, 0.0722], [0.2126, 0.7152, 0.0722]]
} as const

const dot = ([a, b, c]: Rgb, [x, y, z]: Rgb): number => a * x + b * y + c * z

export const seen = (rgb: Rgb, sight: Sight): Rgb => {
  if (sight === "full") return rgb
  const linear: Rgb = [toLinear(rgb[0]), toLinear(rgb[1]), toLinear(rgb[2])]
  const [red, green, blue] = matrices[sight]
  return [fromLinear(dot(red, linear)), fromLinear(dot(green, linear)), fromLinear(dot(blue, linear))]
}

export const luminance = ([red, green, blue]: Rgb): number =>
  0.2126 * toLinear(red) + 0.7152 * toLinear(green) + 0.0722 * toLinear(blue)

/** CIELAB of an sRGB colour, white point D65. */
export const lab = ([red, green, blue]: Rgb): Lab => {
  const linear: Rgb = [toLinear(red), toLinear(green), toLinear(blue)]
  const f = (t: number) => t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29
  const x = f(dot([0.4124564, 0.3575761, 0.1804375], linear) / 0.95047)
  const y = f(dot([0.2126729, 0.7151522, 0.072175], linear))
  const z = f(dot([0.0193339, 0.119192, 0.9503041], linear) / 1.08883)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

const degrees = (radians: number): number => (radians * 180 / Math.PI + 360) % 360
const radians = (degrees: number): number => degrees * Math.PI / 180

/** CIEDE2000, as Sharma, Wu and Dalal 2005 write it; its test pairs are in the test. */
export const difference = ([l1, a1, b1]: Lab, [l2, a2, b2]: Lab): number => {
  const chroma = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2
  const g = (1 - Math.sqrt(chroma ** 7 / (chroma ** 7 + 25 ** 7))) / 2
  const [x1, x2] = [a1 * (1 + g), a2 * (1 + g)]
  const [c1, c2] = [Math.hypot(x1, b1), Math.hypot(x2, b2)]
  const [h1, h2] = [c1 === 0 ? 0 : degrees(Math.atan2(b1, x1)), c2 === 0 ? 0 : degrees(Math.atan2(b2, x2))]
  const isGrey = c1 * c2 === 0
  const turn = isGrey ? 0 : (h2 - h1 + 540) % 360 - 180
  const mean = isGrey
    ? h1 + h2
    : Math.abs(h1 - h2) <= 180
    ? (h1 + h2) / 2
    : (h1 + h2 + (h1 + h2 < 360 ? 360 : -360)) / 2
  const [l, c] = [(l1 + l2) / 2, (c1 + c2) / 2]
  const t = 1 - 0.17 * Math.cos(radians(mean - 30)) + 0.24 * Math.cos(radians(2 * mean)) +
    0.32 * Math.cos(radians(3 * mean + 6)) - 0.2 * Math.cos(radians(4 * mean - 63))
  const sl = 1 + 0.015 * (l - 50) ** 2 / Math.sqrt(20 + (l - 50) ** 2)
  const sc = 1 + 0.045 * c
  const sh = 1 + 0.015 * c * t
  const rotation = -Math.sin(radians(60 * Math.exp(-(((mean - 275) / 25) ** 2)))) * 2 *
    Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7))
  const [dl, dc, dh] = [(l2 - l1) / sl, (c2 - c1) / sc, 2 * Math.sqrt(c1 * c2) * Math.sin(radians(turn / 2)) / sh]
  return Math.sqrt(dl ** 2 + dc ** 2 + dh ** 2 + rotation * dc * dh)
}
