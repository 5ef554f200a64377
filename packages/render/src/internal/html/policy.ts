/**
 * What the page may do: its policy names its own style and script by their digests, and forbids the rest.
 *
 * @since 0.1.0
 */

/** @internal */
export const digests = {
  style: "sha256-7XA6QVilWPShklyJywnh3TMgmtXBQMIdojFGEwaFfGk=",
  script: "sha256-CckA+0shvH9uN1DegOM8LIysKOPTyUbmANxXDUkg0Ww="
}

/** @internal */
export const policy = [
  "default-src 'none'",
  `style-src '${digests.style}'`,
  `script-src '${digests.script}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'"
].join("; ")
