/** Files from wherever people take them: a choice, a drop of files and folders, the clipboard. */

/** Files that systems leave in folders and nobody means to upload. */
const LITTER = new Set([".ds_store", "thumbs.db", "desktop.ini"]);

/** Content types of files for which browsers often know none. @type {Record<string, string>} */
const TYPES = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
  heic: "image/heic",
  tif: "image/tiff",
  tiff: "image/tiff",
  psd: "image/vnd.adobe.photoshop",
  jp2: "image/jp2",
  mp4: "video/mp4",
  mov: "video/quicktime",
  webm: "video/webm",
  avi: "video/x-msvideo",
  mkv: "video/x-matroska",
  wmv: "video/x-ms-wmv",
  flv: "video/x-flv",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  ogg: "audio/ogg",
  flac: "audio/flac",
  m4a: "audio/mp4",
  pdf: "application/pdf",
  txt: "text/plain",
  csv: "text/csv",
  rtf: "application/rtf",
};

/**
 * The content type to declare for a file.
 * @param {File} file
 */
export function typeOf(file) {
  const extension = file.name.split(".").at(-1)?.toLowerCase() ?? "";
  return file.type || TYPES[extension] || "application/octet-stream";
}

/**
 * What kind of media a file seems to be, until the API knows.
 * @param {File} file
 */
export function kindOf(file) {
  const family = typeOf(file).split("/")[0];
  if (["image", "video", "audio"].includes(family)) return family;
  return family === "text" || typeOf(file) === "application/pdf" ? "document" : "other";
}

/**
 * The files of a drop, those inside dropped folders included.
 *
 * The entries must be read off before the event ends, so this part is not asynchronous.
 *
 * @param {DataTransfer} data
 * @returns {Promise<File[]>}
 */
export function filesOfDrop(data) {
  /** @type {FileSystemEntry[]} */
  const entries = [];
  /** @type {File[]} */
  const loose = [];
  for (const item of data.items) {
    const entry = item.webkitGetAsEntry?.();
    const file = entry ? null : item.getAsFile();
    if (entry) entries.push(entry);
    if (file) loose.push(file);
  }
  return filesOf(entries).then((found) => [...loose, ...found]);
}

/**
 * The files on the clipboard, under names that tell them apart.
 * @param {DataTransfer | null} data
 * @param {Date} now
 * @returns {File[]}
 */
export function filesOfPaste(data, now) {
  const stamp = now.toLocaleString("sv").replaceAll(":", ".");
  return [...(data?.files ?? [])].map((file) => {
    if (!/^image\.\w+$/.test(file.name)) return file;
    return new File([file], `Pasted ${stamp}.${file.name.split(".")[1]}`, { type: file.type });
  });
}

/**
 * Whether a drag carries files rather than text or a link.
 * @param {DataTransfer | null} data
 */
export function carriesFiles(data) {
  return data?.types.includes("Files") ?? false;
}

/**
 * Leave out what systems put into folders by themselves.
 * @param {File[]} files
 */
export function withoutLitter(files) {
  return files.filter((file) => !LITTER.has(file.name.toLowerCase()));
}

/**
 * @param {FileSystemEntry[]} entries
 * @returns {Promise<File[]>}
 */
async function filesOf(entries) {
  const found = await Promise.all(
    entries.map((entry) => {
      if (entry.isFile) return fileOf(/** @type {FileSystemFileEntry} */ (entry));
      return entriesOf(/** @type {FileSystemDirectoryEntry} */ (entry)).then(filesOf);
    }),
  );
  return found.flat();
}

/**
 * @param {FileSystemFileEntry} entry
 * @returns {Promise<File>}
 */
function fileOf(entry) {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/**
 * A folder's entries, which browsers hand out by the hundred.
 * @param {FileSystemDirectoryEntry} folder
 * @returns {Promise<FileSystemEntry[]>}
 */
async function entriesOf(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}
