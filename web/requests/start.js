/**
 * Sends the files of a guest: each is announced to the page's own address, and then goes straight
 * to storage. One at a time, so that a slow line finishes some of them soon.
 */

/** @typedef {{ url: string, fields: Record<string, string> }} Form */

const main = /** @type {HTMLElement} */ (document.getElementById("request"));
const action = String(main.dataset.action);
/** @type {Record<string, string>} */
const words = JSON.parse(String(main.dataset.words));
const list = /** @type {HTMLElement} */ (document.getElementById("list"));
const picker = /** @type {HTMLInputElement} */ (document.getElementById("files"));
const comment = /** @type {HTMLInputElement} */ (document.getElementById("comment"));

let sending = Promise.resolve();

/** One file in the list: its name, how far it is, and what to do where it failed. */
class Entry {
  /** @param {File} file */
  constructor(file) {
    this.file = file;
    /** @type {Form | null} */
    this.form = null;
    const item = document.createElement("li");
    this.said = document.createElement("span");
    this.bar = document.createElement("progress");
    this.bar.max = 1;
    this.bar.hidden = true;
    this.bar.setAttribute("aria-label", file.name);
    this.again = document.createElement("button");
    this.again.type = "button";
    this.again.textContent = words.retry;
    this.again.hidden = true;
    this.again.addEventListener("click", () => queue(this));
    const name = document.createElement("strong");
    name.textContent = file.name;
    item.append(name, this.said, this.bar, this.again);
    list.append(item);
  }

  /**
   * @param {string} text
   * @param {{ wrong?: boolean, again?: boolean }} [how] Whether it went wrong, and may be tried
   *   again.
   */
  say(text, { wrong = false, again = false } = {}) {
    this.said.textContent = text;
    this.said.className = wrong ? "wrong" : "";
    this.again.hidden = !again;
  }
}

/** @param {Entry} entry */
function queue(entry) {
  entry.say(words.waiting);
  sending = sending.then(() => send(entry));
}

/** @param {Entry} entry */
async function send(entry) {
  entry.say(words.sending);
  try {
    entry.form ??= await announced(entry.file);
    await posted(entry);
    entry.say(words.received);
  } catch (error) {
    const refused = error instanceof Refusal ? error : null;
    entry.say(refused ? refused.message : words.failed, {
      wrong: true,
      again: !refused || refused.passing,
    });
  } finally {
    entry.bar.hidden = true;
  }
}

/** What Reef says of a file that it does not take; `passing` where it may take it later. */
class Refusal extends Error {
  /**
   * @param {string} message
   * @param {number} status
   */
  constructor(message, status) {
    super(message);
    this.passing = status === 429 || status >= 500;
  }
}

/**
 * Announce a file.
 * @param {File} file
 * @returns {Promise<Form>}
 */
async function announced(file) {
  const answer = await fetch(action, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      filename: file.name,
      size_bytes: file.size,
      content_type: file.type || "application/octet-stream",
      comment: comment.value.trim(),
    }),
  });
  const body = await answer.json();
  // The API names every type that it takes, as programs call them.
  const said = answer.status === 415 ? words.refused.replace("{type}", typeOf(file)) : body.detail;
  if (!answer.ok) throw new Refusal(said, answer.status);
  return body.upload;
}

/**
 * What people call a file's type: the end of its name, where it has one.
 * @param {File} file
 */
function typeOf({ name, type }) {
  return /\.([^.]{1,12})$/.exec(name)?.[1].toUpperCase() ?? (type || name);
}

/**
 * Send a file's bytes; XMLHttpRequest alone tells how far they are.
 * @param {Entry} entry
 * @returns {Promise<void>}
 */
function posted(entry) {
  const { url, fields } = /** @type {Form} */ (entry.form);
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", entry.file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    entry.bar.value = 0;
    entry.bar.hidden = false;
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) entry.bar.value = event.loaded / event.total;
    };
    request.onerror = () => reject(new Error("lost"));
    request.onload = () => {
      if (request.status < 300) return resolve();
      if (request.status === 403) entry.form = null; // it was announced too long ago
      reject(new Error(String(request.status)));
    };
    request.send(form);
  });
}

picker.addEventListener("change", () => {
  for (const file of picker.files ?? []) queue(new Entry(file));
  picker.value = "";
});
/** @type {HTMLElement} */ (document.getElementById("sender")).hidden = false;
