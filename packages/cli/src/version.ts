/**
 * The package's version, for `--version`; a test keeps it equal to package.json.
 *
 * @since 0.1.0
 */

/** @internal */
export const version = "0.1.0"
