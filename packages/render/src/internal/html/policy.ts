/**
 * What the page may do: its policy names its own style and script by their digests, and forbids the rest.
 *
 * @since 0.1.0
 */

/** @internal */
export const digests = {
  style: "sha256-0S7Ru+Bei4YVxjQ1CyQ2QiirUjMNnX1rGiMFB/PC/eo=",
  script: "sha256-bZtZNnlP90auqXGwztNrogIO0OrLqnqdo5j6iN4mhJE="
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
