/** The machine in words. */
import * as Os from "node:os"

export const words = (): Readonly<Record<string, string>> => {
  const cpus = Os.cpus()
  return {
    processor: cpus[0]?.model.trim() ?? "an unknown processor",
    cores: `${cpus.length} cores`,
    memory: `${Math.round(Os.totalmem() / 2 ** 30)} GiB of memory`,
    node: `Node ${process.version}`,
    system: Os.type()
  }
}
