/** Every text of the page, in the language that it speaks: another one is another module. */

export * from "./texts/en/index.js";
