// node peers.mjs moz|turbo FOLDER OUT: the best quality of sharp whose JPEG is at
// most half of its source, for every file; prints "files CPU-ms megapixels".
import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';

const [kind, folder, out] = process.argv.slice(2);
sharp.concurrency(1);
sharp.cache(false);
let megapixels = 0;
let files = 0;
const begin = process.cpuUsage();
for (const name of fs.readdirSync(folder).sort()) {
  const source = fs.readFileSync(path.join(folder, name));
  const { width, height } = await sharp(source).metadata();
  megapixels += (width * height) / 1e6;
  let [low, high, best] = [1, 100, null];
  while (low <= high) {
    const quality = (low + high) >> 1;
    const made = await sharp(source).rotate().keepIccProfile()
      .jpeg({ quality, mozjpeg: kind === 'moz' }).toBuffer();
    if (made.length <= source.length / 2) {
      best = made;
      low = quality + 1;
    } else high = quality - 1;
  }
  if (best) fs.writeFileSync(path.join(out, name), best);
  ++files;
}
const { user, system } = process.cpuUsage(begin);
console.log(files, (user + system) / 1000, megapixels);
