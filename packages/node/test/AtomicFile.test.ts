import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Path from "node:path"
import { AtomicFile } from "../src/index.ts"
import { folder, list, provided, systemFailure, withFile, withFiles } from "./utils/files.ts"

describe("a file that the disk doesn't take", () => {
  for (const [method, code] of [["writeAll", "ENOSPC"], ["sync", "EIO"]] as const) {
    it.effect(`is named by the error, and leaves nothing (${code} at ${method})`, () =>
      Effect.gen(function*() {
        const root = yield* folder
        const path = Path.join(root, "report.csv")
        const failure = systemFailure(code, method)
        const write = Effect.gen(function*() {
          const file = yield* AtomicFile.make(path)
          yield* file.write(new Uint8Array([97]))
          yield* file.commit
        })
        const { message } = yield* Effect.scoped(write).pipe(
          withFiles(withFile(() => method === "sync" ? { sync: failure } : { writeAll: () => failure })),
          Effect.flip
        )
        assert.include(message, `(${path}): ${code}`)
        assert.deepStrictEqual(list(root), [])
      }).pipe(provided()))
  }
})
