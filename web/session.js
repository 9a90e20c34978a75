/** Who is signed in: authorization code with PKCE, tokens of this tab alone, and their refresh. */

import { challengeOf, randomText } from "./pkce.js";
import { problems } from "./texts.js";
import { signal } from "./vendor/preact.js";

/** @typedef {{ idToken: string, refreshToken: string | null, expiresAt: number }} Tokens */

const TOKENS = "reef.tokens";
const ATTEMPT = "reef.sign-in";
/** Tokens are renewed this long before they end, so that none ends on its way. */
const MARGIN_MS = 60_000;

/** @type {import("./types.js").Config} */
export let config;

/** The address of the person signed in, or null. */
export const email = signal(/** @type {string | null} */ (null));

/** The id by which the API knows that person; empty while nobody is signed in. */
export let memberId = "";

/** Why nobody is signed in, when that needs saying. */
export const notice = signal("");

/** @type {Tokens | null} */
let tokens = null;

/** @type {Promise<void> | null} */
let renewal = null;

/** Load the configuration, then finish a sign-in under way or take up the tab's last session. */
export async function startSession() {
  const response = await fetch("/config.json");
  if (!response.ok) throw new Error(`config.json answered ${response.status}`);
  config = await response.json();
  const answer = new URLSearchParams(location.search);
  if (answer.has("state") && (answer.has("code") || answer.has("error"))) {
    await finishSignIn(answer);
    return;
  }
  const kept = sessionStorage.getItem(TOKENS);
  if (kept) keep(JSON.parse(kept));
}

/** Leave for the issuer's page, which takes this one's place in the history. */
export async function signIn() {
  const attempt = { state: randomText(), verifier: randomText(), returnTo: location.search };
  sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
  const url = new URL(config.authorize_url, location.origin);
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: config.client_id,
    redirect_uri: `${location.origin}/`,
    scope: config.scopes,
    state: attempt.state,
    code_challenge: await challengeOf(attempt.verifier),
    code_challenge_method: "S256",
  }).toString();
  location.replace(url);
}

/** Forget the tokens, and end the issuer's own session where it has a page for that. */
export function signOut() {
  forget("");
  if (!config.logout_url) return;
  const url = new URL(config.logout_url, location.origin);
  url.searchParams.set("client_id", config.client_id);
  url.searchParams.set("logout_uri", `${location.origin}/`);
  location.assign(url);
}

/** Drop a session that the API or the issuer no longer accepts. */
export function endSession() {
  forget(problems.sessionEnded);
}

/**
 * Give a token that is good for a minute at least.
 * @param {boolean} [renew] Get a new one even if the present one looks good.
 * @returns {Promise<string | null>} null when nobody is signed in (any more).
 */
export async function idToken(renew = false) {
  if (tokens && (renew || tokens.expiresAt - Date.now() < MARGIN_MS)) {
    renewal ??= renewTokens().finally(() => (renewal = null));
    await renewal;
  }
  return tokens?.idToken ?? null;
}

/** @param {URLSearchParams} answer The issuer's answer in the page's address. */
async function finishSignIn(answer) {
  const attempt = JSON.parse(sessionStorage.getItem(ATTEMPT) ?? "null");
  sessionStorage.removeItem(ATTEMPT);
  history.replaceState(null, "", `/${attempt?.returnTo ?? ""}`);
  if (!attempt || attempt.state !== answer.get("state")) {
    notice.value = problems.signInForeign;
    return;
  }
  if (answer.has("error")) {
    notice.value = answer.get("error_description") || problems.signInStopped;
    return;
  }
  const answered = await askForTokens({
    grant_type: "authorization_code",
    code: answer.get("code") ?? "",
    redirect_uri: `${location.origin}/`,
    code_verifier: attempt.verifier,
  });
  if (!answered) notice.value = problems.signInFailed;
}

async function renewTokens() {
  const refreshToken = tokens?.refreshToken;
  if (!refreshToken) return endSession();
  const answered = await askForTokens({ grant_type: "refresh_token", refresh_token: refreshToken });
  if (!answered) endSession();
}

/**
 * @param {Record<string, string>} grant
 * @returns {Promise<boolean>} Whether the issuer gave tokens.
 */
async function askForTokens(grant) {
  const response = await fetch(config.token_url, {
    method: "POST",
    body: new URLSearchParams({ client_id: config.client_id, ...grant }),
  });
  if (response.status >= 500) throw new Error(`The issuer answered ${response.status}`);
  if (!response.ok) return false;
  const answer = await response.json();
  keep({
    idToken: answer.id_token,
    refreshToken: answer.refresh_token ?? tokens?.refreshToken ?? null,
    expiresAt: Date.now() + answer.expires_in * 1000,
  });
  return true;
}

/** @param {Tokens} fresh */
function keep(fresh) {
  tokens = fresh;
  sessionStorage.setItem(TOKENS, JSON.stringify(fresh));
  const claims = claimsOf(fresh.idToken);
  memberId = claims.sub ?? "";
  email.value = claims.email ?? "";
  notice.value = "";
}

/** @param {string} reason */
function forget(reason) {
  tokens = null;
  sessionStorage.removeItem(TOKENS);
  memberId = "";
  email.value = null;
  notice.value = reason;
}

/**
 * Read a token's claims for display; only the API verifies them.
 * @param {string} token
 */
function claimsOf(token) {
  const text = atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (c) => c.charCodeAt(0))));
}
