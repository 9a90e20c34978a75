// Makes the three thumbnails of each file named on standard input, one a line, and answers, as
// JSON, their sizes and the processor's seconds. Each smaller one is made from the next larger, undiminished by its encoding.
import { createInterface } from "node:readline";
import sharp from "sharp";

const [sides, webp] = process.argv.slice(2).map((text) => JSON.parse(text));

sharp.concurrency(1);
sharp.cache(false); // A file comes once; without this it would be found decoded.

const pixels = ({ data, info }) =>
  sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });

async function thumbnails(path) {
  const made = [];
  let step = sharp(path).autoOrient();
  for (const side of sides) {
    const box = { width: side, height: side, fit: "inside", withoutEnlargement: true };
    const drawn = await step.resize(box).raw().toBuffer({ resolveWithObject: true });
    const encoded = await pixels(drawn).webp(webp).toBuffer();
    made.push([drawn.info.width, drawn.info.height, encoded.length]);
    step = pixels(drawn);
  }
  return made;
}

console.log("ready");
for await (const path of createInterface({ input: process.stdin })) {
  const before = process.cpuUsage();
  const made = await thumbnails(path);
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify([made, (user + system) / 1e6]));
}
