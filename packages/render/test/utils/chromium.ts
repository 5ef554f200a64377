import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { type BrowserContext, chromium, type Page } from "playwright-core"

const path = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium"

/** Why no page can be opened here; undefined where one can. */
export const missing = Fs.existsSync(path) ? undefined : `there is no Chromium at ${path}`

export interface Browser {
  readonly context: BrowserContext
  readonly close: () => Promise<void>
}

/** Starts a browser with a profile of its own. */
export const launch = async (): Promise<Browser> => {
  const profile = Fs.mkdtempSync(Path.join(Os.tmpdir(), "chromium-"))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: path,
    headless: true,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync"
    ]
  })
  return {
    context,
    close: async () => {
      await context.close()
      Fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

export interface Opened {
  readonly page: Page
  /** What the page asked for, beside itself. */
  readonly requests: ReadonlyArray<string>
  /** What it complained of: console messages, errors, dialogs. */
  readonly complaints: ReadonlyArray<string>
}

/** Opens a file in a window of this width; its requests, if it made any, would go nowhere. */
export const open = async ({ context }: Browser, file: string, width = 1280): Promise<Opened> => {
  const page = await context.newPage()
  await page.setViewportSize({ width, height: width < 600 ? 844 : 900 })
  const url = `file://${file}`
  const requests: Array<string> = []
  const complaints: Array<string> = []
  page.on("console", (message) => complaints.push(message.text()))
  page.on("pageerror", (error) => complaints.push(error.message))
  page.on("dialog", (dialog) => {
    complaints.push(dialog.message())
    void dialog.dismiss()
  })
  await page.route("**", (route) => {
    const asked = route.request().url()
    if (asked === url) return route.continue()
    requests.push(asked)
    return route.abort()
  })
  await page.goto(url)
  return { page, requests, complaints }
}
