/** Proof Key for Code Exchange (RFC 7636): the secrets of one sign-in. */

/**
 * Encode bytes as base64url without padding.
 * @param {Uint8Array} bytes
 */
export function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** Make a random text of 43 characters: 256 bits, the least that the RFC advises. */
export function randomText() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/**
 * Derive the S256 challenge that is sent ahead of the verifier.
 * @param {string} verifier
 */
export async function challengeOf(verifier) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return base64url(new Uint8Array(digest));
}
