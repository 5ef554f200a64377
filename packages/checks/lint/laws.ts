/**
 * The law that oxlint has no rule for, as a plugin of it: failures are values of the error channel, so `src` has no
 * `try`.
 */
interface Context {
  readonly report: (finding: { readonly node: unknown; readonly message: string }) => void
}

const noTry = {
  create: (context: Context) => ({
    TryStatement: (node: unknown) => context.report({ node, message: "Use Effect.try or Result.try instead of try." })
  })
}

export default { meta: { name: "laws" }, rules: { "no-try": noTry } }
