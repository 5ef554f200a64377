import { assert, describe, it } from "@effect/vitest"
import { Console, DateTime, Effect, Logger } from "effect"
import { Console as NodeConsole } from "node:console"
import { Writable } from "node:stream"
import { inspect } from "node:util"
import { ExportError } from "../src/index.ts"

type Printable = Error & { readonly _tag: string }

const issue = "the disk said \"no\""
const examples: Readonly<Record<string, Printable>> = {
  CreateInterrupted: new ExportError.CreateInterrupted({ begunAt: DateTime.makeUnsafe("2026-11-27T08:00:00Z") }),
  ExportBroken: new ExportError.ExportBroken({ issue }),
  ExportCancelled: new ExportError.ExportCancelled(),
  InvalidExport: new ExportError.InvalidExport({ issue }),
  SinkFailed: new ExportError.SinkFailed({ issue }),
  StoreFailed: new ExportError.StoreFailed({ reason: "full", issue }),
  StoreInUse: new ExportError.StoreInUse({ filename: "exports.db" }),
  UnknownExport: new ExportError.UnknownExport({ id: "0123-1" })
}

/** What a program writes to either stream. */
const written = <E>(program: Effect.Effect<void, E>): Effect.Effect<string, E> =>
  Effect.suspend(() => {
    let text = ""
    const stream = new Writable({
      write: (chunk, _, done) => {
        text += String(chunk)
        done()
      }
    })
    const console = new NodeConsole(stream, stream)
    return Effect.map(Effect.provideService(program, Console.Console, console), () => text)
  })

const logged = (logger: Logger.Logger<unknown, unknown>) => (error: Printable) =>
  written(Effect.logError(error).pipe(Effect.provide(Logger.layer([logger]))))

const ways: Readonly<Record<string, (error: Printable) => Effect.Effect<string>>> = {
  "console.error": (error) => written(Console.error(error)),
  "Effect.logError": logged(Logger.defaultLogger),
  "the JSON logger": logged(Logger.consoleJson),
  "JSON.stringify": (error) => Effect.sync(() => JSON.stringify(error)),
  String: (error) => Effect.sync(() => String(error))
}

describe("an error of an export as it is printed", () => {
  it("is looked at for every class", () => {
    const classes = Object.values(ExportError).filter((value) =>
      typeof value === "function" && value.prototype instanceof Error
    )
    assert.deepStrictEqual(Object.keys(examples), classes.map(({ name }) => name).sort())
  })

  for (const [tag, error] of Object.entries(examples)) {
    for (const [way, print] of Object.entries(ways)) {
      it.effect(`shows its message and the next step: ${tag} by ${way}`, () =>
        Effect.gen(function*() {
          const text = yield* print(error)
          assert.include(text, tag)
          const spellings = [
            error.message,
            JSON.stringify(error.message).slice(1, -1),
            inspect(error.message).slice(1, -1)
          ]
          assert.isTrue(spellings.some((spelling) => text.includes(spelling)), text)
        }))
    }
  }
})
