/**
 * What the page may do: its policy names its own style and script by their digests, and forbids the rest.
 *
 * @since 0.1.0
 */

/** @internal */
export const digests = {
  style: "sha256-/lX+G9GnKnG3toF+o0WEy7/1OhvpjRCvUbXzD39y0xI=",
  script: "sha256-NsAZ7zCVl7H7hz4SI9MYAsznhrVVRKV7d8dUFtgi3aY="
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
