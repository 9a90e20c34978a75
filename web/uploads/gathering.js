/** Files from wherever people take them: a choice, a drop of files and folders, the clipboard. */

import { uploads as t } from "../texts.js";

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
  heif: "image/heic",
  svg: "image/svg+xml",
  bmp: "image/bmp",
  ico: "image/vnd.microsoft.icon",
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
  doc: "application/msword",
  xls: "application/vnd.ms-excel",
  ppt: "application/vnd.ms-powerpoint",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  odt: "application/vnd.oasis.opendocument.text",
  ods: "application/vnd.oasis.opendocument.spreadsheet",
  odp: "application/vnd.oasis.opendocument.presentation",
  zip: "application/zip",
};

/**
 * The content type to declare for a file.
 * @param {File} file
 */
export function typeOf(file) {
  return file.type || typeOfName(file.name) || "application/octet-stream";
}

/**
 * The content type that a file's name promises; empty where it promises none.
 * @param {string} name
 */
export function typeOfName(name) {
  return TYPES[extensionOf(name)] ?? "";
}

/**
 * The extensions by which files of a content type are known.
 * @param {string} contentType
 */
export function extensionsOf(contentType) {
  return Object.keys(TYPES).filter((extension) => TYPES[extension] === contentType);
}

/**
 * @param {string} name
 * @returns {string} In lower case, without its dot; empty where there is none.
 */
export function extensionOf(name) {
  return /\.([^.]+)$/.exec(name)?.[1].toLowerCase() ?? "";
}

/**
 * What kind of media a file seems to be, until the API knows.
 * @param {File} file
 */
export function kindOf(file) {
  const type = typeOf(file);
  const family = type.split("/")[0];
  if (["image", "video", "audio"].includes(family)) return family;
  const known = Object.values(TYPES).includes(type) && type !== "application/zip";
  return family === "text" || known ? "document" : "other";
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
 * The handles of a drop, by which files can be read again after a reload; where browsers give any.
 *
 * They must be asked for before the event ends, so this part is not asynchronous.
 *
 * @param {DataTransfer} data
 * @returns {(files: File[]) => Promise<{ handles: Map<File, FileSystemFileHandle> }>}
 */
export function handlesOf(data) {
  const asked = [...data.items].map((item) => /** @type {any} */ (item).getAsFileSystemHandle?.());
  return async (files) => {
    const handles = new Map();
    for (const handle of await Promise.all(asked).catch(() => [])) {
      const alike = files.filter((file) => handle?.kind === "file" && file.name === handle.name);
      if (alike.length === 1) handles.set(alike[0], handle);
    }
    return { handles };
  };
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
    return new File([file], t.pastedName(stamp, file.name.split(".")[1]), { type: file.type });
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
