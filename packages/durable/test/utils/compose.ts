import * as Fs from "node:fs"
import * as Path from "node:path"
import { parse } from "yaml"

interface Service {
  readonly command?: string
  readonly environment: Readonly<Record<string, string>>
  readonly healthcheck?: { readonly test: string }
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>
}

const path = Path.join(import.meta.dirname, "../../../../examples/durable/compose.yaml")

/** The services of the example's compose file, with the variables that it needs: `${NAME:?}`, or `${NAME:-default}`. */
export const services = (variables: Readonly<Record<string, string>>): Compose["services"] => {
  const text = Fs.readFileSync(path, "utf8").replaceAll(
    /\$\{(\w+)(?::\?|:-([^}]*))\}/g,
    (_, name: string, otherwise: string | undefined) => {
      const value = variables[name] ?? otherwise
      if (value === undefined) throw new Error(`${name} is needed`)
      return value
    }
  )
  const { services }: Compose = parse(text, { merge: true })
  return services
}
