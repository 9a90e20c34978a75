/** What this browser has begun to upload, kept so that a reload loses nothing. */

const DATABASE = "reef";
const STORE = "uploads";

/**
 * An upload that was asked for and has not arrived.
 * @typedef {object} Begun
 * @property {string} key The Idempotency-Key under which it was asked for.
 * @property {string} memberId Whose it is: others who sign in here are not shown it.
 * @property {string} path Where it was asked for.
 * @property {Record<string, unknown>} body As what.
 * @property {number} begunAt In milliseconds since 1970.
 * @property {string} name
 * @property {number} sizeBytes
 * @property {string} sha256
 * @property {import("../types.js").Reservation | null} reservation null where the answer has not
 *   come: the same key brings it.
 * @property {FileSystemFileHandle | null} handle The file itself, where the browser lets it be kept.
 */

/** @type {Promise<IDBDatabase> | undefined} */
let opened;

/**
 * Keep an upload in mind.
 * @param {Begun} begun
 */
export async function remember(begun) {
  await change((store) => store.put(begun));
}

/**
 * Forget an upload that has arrived or is called off.
 * @param {string} key
 */
export async function forget(key) {
  await change((store) => store.delete(key));
}

/**
 * List what a member has begun in this browser and no other tab is sending.
 * @param {string} memberId
 * @returns {Promise<Begun[]>}
 */
export async function begunBy(memberId) {
  const every = await everyBegunBy(memberId);
  const { held } = await navigator.locks.query();
  const taken = new Set(held?.map((lock) => lock.name));
  return every.filter((one) => !taken.has(lockOf(one.key)));
}

/**
 * List what a member has begun in this browser, in whichever tab.
 * @param {string} memberId
 * @returns {Promise<Begun[]>}
 */
export async function everyBegunBy(memberId) {
  const database = await open();
  const request = database.transaction(STORE).objectStore(STORE).getAll();
  /** @type {Begun[]} */
  const every = await new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return every.filter((one) => one.memberId === memberId);
}

/**
 * Let other tabs know that this one is sending an upload.
 * @param {string} key
 * @returns {() => void} Ends it.
 */
export function hold(key) {
  /** @type {() => void} */
  let release = () => {};
  const held = new Promise((resolve) => (release = () => resolve(undefined)));
  navigator.locks.request(lockOf(key), () => held);
  return release;
}

/** @param {string} key */
function lockOf(key) {
  return `reef-upload-${key}`;
}

/** @returns {Promise<IDBDatabase>} */
function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE, { keyPath: "key" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

/** @param {(store: IDBObjectStore) => IDBRequest} make */
async function change(make) {
  const database = await open();
  await new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, "readwrite");
    make(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(undefined);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}
