/**
 * The operations of the API: those of reports, and those that search SLOs and tell of one.
 *
 * @since 0.1.0
 */

/**
 * What a request asks for; `other` is everything that the API doesn't know.
 *
 * @category models
 * @since 0.1.0
 */
export type Operation = keyof typeof routes | "other"

/**
 * The operation that a method and a path ask for; a query is ignored.
 *
 * @category getters
 * @since 0.1.0
 */
export const of = (method: string, path: string): Operation => {
  const request = `${method} ${path.replace(/\?.*$/s, "")}`
  // The search's path is one of an SLO too.
  return all.find((operation) => operation === "other" || routes[operation].test(request)) ?? "other"
}

/**
 * All operations, `other` the last.
 *
 * @category models
 * @since 0.1.0
 */
export const all = ["create", "status", "download", "search", "slo", "history", "other"] as const

const routes = {
  create: /^POST \/api\/v2\/slo\/report$/,
  status: /^(GET|HEAD) \/api\/v2\/slo\/report\/[^/]+\/status$/,
  download: /^(GET|HEAD) \/api\/v2\/slo\/report\/[^/]+\/download$/,
  search: /^(GET|HEAD) \/api\/v1\/slo\/search$/,
  slo: /^(GET|HEAD) \/api\/v1\/slo\/[^/]+$/,
  history: /^(GET|HEAD) \/api\/v1\/slo\/[^/]+\/history$/
}
